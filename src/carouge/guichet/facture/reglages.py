"""The door to the settings of the invoices."""

from __future__ import annotations

from carouge.guichet.facture.interfaces import IFactureSettings
from carouge.guichet.facture.interfaces import PREFIX
from dataclasses import dataclass
from plone.registry.interfaces import IRegistry
from zope.component import getUtility


@dataclass(frozen=True)
class Reglages:
    """See :class:`~carouge.guichet.facture.interfaces.IFactureSettings`."""

    mois_recents: int
    jours_ouvres: int
    domaines: frozenset[str]
    #: 0: for ever.
    jours_abandonnes: int
    jours_payeurs: int


def reglages() -> Reglages:
    values = getUtility(IRegistry).forInterface(
        IFactureSettings, prefix=PREFIX, check=False
    )
    return Reglages(
        mois_recents=values.mois_recents or 3,
        jours_ouvres=2 if values.jours_ouvres is None else values.jours_ouvres,
        domaines=frozenset(one.strip() for one in values.domaines or () if one.strip()),
        jours_abandonnes=values.jours_abandonnes or 0,
        jours_payeurs=values.jours_payeurs or 0,
    )
