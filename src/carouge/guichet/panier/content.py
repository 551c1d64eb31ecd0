"""The cart of a citizen: one persistent object. Its path is stored: it never moves."""

from __future__ import annotations

from BTrees.OOBTree import OOBTree
from carouge.guichet.panier.domain import ArticleDuPanier
from collections.abc import Iterator
from dataclasses import astuple
from datetime import datetime
from persistent import Persistent


class Panier(Persistent):
    """What somebody has chosen to pay next.

    One object with plain tuples, so that two tabs that write at once meet. It locks no
    invoice: only a payment does.
    """

    regie = ""
    modifie: datetime | None = None
    _articles: tuple[tuple[str, int], ...] = ()
    #: Ids of the invoices that were refused and wait for the next payment.
    ensuite: tuple[str, ...] = ()

    @property
    def articles(self) -> list[ArticleDuPanier]:
        return [ArticleDuPanier(*values) for values in self._articles]

    def mettre(
        self, articles: list[ArticleDuPanier], regie: str, moment: datetime
    ) -> None:
        """Replace what lies in it."""
        self._articles = tuple(astuple(article) for article in articles)
        self.regie = regie if articles else ""
        self.modifie = moment


class Paniers(Persistent):
    """The carts of a guichet, by id of the compte."""

    def __init__(self) -> None:
        self._par_compte = OOBTree()

    def get(self, compte: str) -> Panier | None:
        return self._par_compte.get(compte)

    def ouvrir(self, compte: str) -> Panier:
        panier = self._par_compte.get(compte)
        if panier is None:
            panier = self._par_compte[compte] = Panier()
        return panier

    def oublier(self, compte: str) -> None:
        if compte in self._par_compte:
            del self._par_compte[compte]

    def items(self) -> Iterator[tuple[str, Panier]]:
        return iter(self._par_compte.items())
