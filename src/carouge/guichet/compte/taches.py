"""Comptes the staff should look at, so that nobody has to go through all of them.

The class path is stored: it never moves.
"""

from __future__ import annotations

from BTrees.OOBTree import OOTreeSet
from carouge.guichet.compte.content import Compte
from carouge.guichet.registre.domain import Status
from persistent import Persistent
from plone import api
from zope.annotation.interfaces import IAnnotations


_KEY = "carouge.guichet.comptes_taches"


class Taches(Persistent):
    """Ids of the comptes whose residence the register leaves open."""

    def __init__(self) -> None:
        self.ambigus = OOTreeSet()


def ambiguous_ids() -> list[str]:
    """Ids of the comptes to which several people of the register answer."""
    taches = IAnnotations(api.portal.get()).get(_KEY)
    return [] if taches is None else [*taches.ambigus]


def note_residency(compte: Compte) -> None:
    """Follow the register's last answer about a compte; writes only what changes."""
    if compte.residency is not Status.AMBIGUOUS:
        # A register that does not answer has cleared nothing up.
        if compte.residency is not Status.UNAVAILABLE:
            forget_residency(compte)
        return
    annotations = IAnnotations(api.portal.get())
    if _KEY not in annotations:
        annotations[_KEY] = Taches()
    ambigus = annotations[_KEY].ambigus
    if compte.id not in ambigus:
        ambigus.insert(compte.id)


def forget_residency(compte: Compte) -> None:
    """There is nothing to clear up about this compte any more."""
    taches = IAnnotations(api.portal.get()).get(_KEY)
    if taches is not None and compte.id in taches.ambigus:
        taches.ambigus.remove(compte.id)
