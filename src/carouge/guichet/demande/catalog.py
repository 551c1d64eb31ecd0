"""Our own small index of demandes, apart from the site's catalogue.

The class path and the tool's id are stored names (``docs/architecture.md``).
"""

from AccessControl.class_init import InitializeClass
from carouge.guichet import config
from carouge.guichet.demande.ligne import Ligne
from carouge.guichet.demande.ligne import ligne_de
from carouge.guichet.demande.listes import Eventail
from carouge.guichet.demande.listes import Feuilles
from carouge.guichet.demande.listes import Listes
from collections.abc import Iterable
from OFS.SimpleItem import SimpleItem
from Products.CMFCore.utils import UniqueObject
from zope.interface import implementer
from zope.interface import Interface


class IGuichetCatalog(Interface):
    """The index of the personal data of all guichets in a site."""


@implementer(IGuichetCatalog)
class GuichetCatalog(UniqueObject, SimpleItem):
    """One line for each demande, and the orders in which lists show them.

    It is no ZCatalog: see ``docs/decisions/0010-own-index-of-demandes.md``.
    """

    id = config.CATALOG_ID
    title = "Index of the demandes of the guichet"
    meta_type = "Guichet Catalog"

    # Every tool has an address. A tuple is not acquired.
    __roles__ = ("Manager",)
    __allow_access_to_unprotected_subobjects__ = 0

    def __init__(self) -> None:
        self._feuilles = Feuilles()
        self._rids = Eventail()
        self._listes = Listes()

    def __len__(self) -> int:
        return len(self._listes)

    @property
    def listes(self) -> Listes:
        """The orders and sets of lines."""
        return self._listes

    def ligne(self, rid: int) -> Ligne:
        """The line of that number.

        :raises KeyError: there is none
        """
        return self._feuilles.ligne(rid)

    def rid(self, numero: str) -> int | None:
        """The number of the line of a demande, by its printed number."""
        return self._rids.get(numero)

    def rids_from(self, debut: str) -> Iterable[int]:
        """The lines whose printed number begins so."""
        return self._rids.starting_with(debut)

    # The methods CMFCatalogAware calls. They index at once: a demande is written once
    # per request, so there is nothing to gather in the site's indexing queue.

    def indexObject(self, demande) -> None:
        self.noter(ligne_de(demande))

    def reindexObject(self, demande, idxs=(), update_metadata=1, uid=None) -> None:
        self.indexObject(demande)

    def unindexObject(self, demande) -> None:
        rid = self.rid(demande.numero)
        if rid is None:
            return
        self._listes.changer(rid, self.ligne(rid), None)
        self._feuilles.enlever(rid)
        del self._rids[demande.numero]

    def noter(self, ligne: Ligne) -> None:
        """Keep the line of a demande, or change it."""
        rid = self.rid(ligne.numero)
        if rid is None:
            rid = self._feuilles.ajouter(ligne)
            self._rids[ligne.numero] = rid
            self._listes.changer(rid, None, ligne)
            return
        avant = self.ligne(rid)
        if avant != ligne:
            self._feuilles.remplacer(rid, ligne)
            self._listes.changer(rid, avant, ligne)


InitializeClass(GuichetCatalog)
