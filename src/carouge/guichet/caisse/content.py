"""Persistent classes of the cashier's desk. Their paths are stored: they never move."""

from __future__ import annotations

from BTrees.OOBTree import OOBTree
from datetime import datetime
from datetime import timedelta
from persistent import Persistent
from zope.annotation.interfaces import IAnnotations


_KEY = "carouge.guichet.caisse.ordres"

#: A page that was open for longer orders anew.
DUREE = timedelta(days=2)


class Ordres(Persistent):
    """What was ordered from which page: the same order is carried out once.

    By the user and the key of the page: when, and the name of what was made.
    """

    def __init__(self) -> None:
        self._par_cle = OOBTree()

    def fait(self, par: str, cle: str) -> str | None:
        """What that order has made, if it was carried out."""
        found = self._par_cle.get((par, cle))
        return None if found is None else found[1]

    def noter(self, par: str, cle: str, fait: str, moment: datetime) -> None:
        """It is carried out; those that are long ago are forgotten."""
        old = [
            one
            for one, (quand, _fait) in self._par_cle.items(
                (par, ""), (par, "\U0010ffff")
            )
            if moment - quand > DUREE
        ]
        for one in old:
            del self._par_cle[one]
        self._par_cle[(par, cle)] = (moment, fait)


def deja_fait(guichet, par: str, cle: str) -> str | None:
    """What the order of that page has made, if it was carried out."""
    ordres = IAnnotations(guichet).get(_KEY)
    return None if ordres is None else ordres.fait(par, cle)


def noter_ordre(guichet, par: str, cle: str, fait: str, moment: datetime) -> None:
    """The order of that page has made ``fait``."""
    annotations = IAnnotations(guichet)
    if _KEY not in annotations:
        annotations[_KEY] = Ordres()
    annotations[_KEY].noter(par, cle, fait, moment)
