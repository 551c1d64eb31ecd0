"""Where the payments of a guichet lie, and whom one asks about them."""

from __future__ import annotations

from carouge.guichet import swisstime
from carouge.guichet.demarche.service import guichets
from carouge.guichet.interfaces import IPaiementGateway
from carouge.guichet.journal.service import record
from carouge.guichet.paiement.content import Paiement
from carouge.guichet.paiement.content import Paiements
from carouge.guichet.paiement.domain import DomainError
from carouge.guichet.paiement.domain import Ordre
from carouge.guichet.regie.domain import Regie
from carouge.guichet.regie.service import get_regie
from carouge.guichet.regie.service import regies
from collections.abc import Sequence
from datetime import datetime
from zope.annotation.interfaces import IAnnotations
from zope.component import queryUtility


_KEY = "carouge.guichet.paiements"

DEVISE = "CHF"


class FacturesChangees(DomainError):
    """What was shown is not what is due any more; ``factures`` are the ids."""

    def __init__(self, factures: Sequence[str]) -> None:
        super().__init__(*factures)
        self.factures = list(factures)


class RegiesMelees(DomainError):
    """One payment is for one régie."""


class RegieSansPaiement(DomainError):
    """Nothing of this régie is paid online."""


def paiements_de(guichet) -> Paiements:
    """All payments of a guichet; made at the first call."""
    annotations = IAnnotations(guichet)
    if _KEY not in annotations:
        annotations[_KEY] = Paiements()
    return annotations[_KEY]


def lire_paiements(guichet) -> Paiements:
    """All payments of a guichet, to read: without any, an empty store of no one's."""
    found = IAnnotations(guichet).get(_KEY)
    return Paiements() if found is None else found


def get_paiement(guichet, uid: str) -> Paiement | None:
    """The payment of that uid, whoever asks; None when there is none."""
    return lire_paiements(guichet).get(uid)


def tous_les_guichets() -> list:
    """All guichets of the site: they share its régies, and so the providers."""
    return guichets()


def oublier_tout(guichet) -> None:
    """Forget all payments of a guichet: it is a new counter, or the add-on goes."""
    IAnnotations(guichet).pop(_KEY, None)


def regie_de(code: str) -> Regie:
    """
    :raises RegieInconnue: there is none of that code
    """
    return get_regie(code)


def regies_connues() -> list[Regie]:
    """All régies of the commune."""
    return [*regies().values()]


def passerelle_de(regie: Regie, nom: str = ""):
    """The provider of a régie, or the one a payment was begun at.

    :raises RegieSansPaiement: it has none, or one that is not installed
    """
    nom = nom or regie.passerelle
    found = queryUtility(IPaiementGateway, name=nom) if nom else None
    if found is None:
        raise RegieSansPaiement(regie.code)
    return found


def attendu(paiement: Paiement) -> Ordre:
    """What the provider has to confirm: the amount, the currency and our name for it."""
    return Ordre(
        uid=paiement.uid,
        centimes=paiement.total,
        devise=paiement.devise,
        libelle="",
        retour="",
        notification="",
    )


def noter(action: str, paiement: Paiement, **details: str) -> None:
    """A line in the journal once this is committed."""
    record(f"paiement.{action}", subject=paiement.uid, regie=paiement.regie, **details)


def noter_inconnu(reference: str, regie: str) -> None:
    """The same for a transaction of the provider that is no payment of ours."""
    record("paiement.inconnu", subject=reference, regie=regie)


def maintenant(now: datetime | None) -> datetime:
    return now or swisstime.now()
