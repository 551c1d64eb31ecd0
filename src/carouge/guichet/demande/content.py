"""Persistent classes of a demande. Their paths are stored: they never move."""

from Acquisition import aq_base
from BTrees.OOBTree import OOBTree
from carouge.guichet import config
from carouge.guichet.demande.domain import Deposant
from carouge.guichet.demande.domain import FaitUtilise
from carouge.guichet.demande.domain import MembreConcerne
from carouge.guichet.demande.domain import Reponse
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.interfaces import IDemande
from carouge.guichet.demande.interfaces import IDemandes
from collections.abc import Iterator
from OFS.SimpleItem import SimpleItem
from persistent import Persistent
from plone import api
from plone.dexterity.content import Item
from zope.interface import implementer


@implementer(IDemande)
class Demande(Item):
    """A numbered file.

    It lives outside the site's own catalogue, and no address leads to it: pages reach
    it through the queries of its owner or of the agents of its service.
    """

    # What an agent or an editor may do elsewhere in the guichet says nothing here.
    __ac_local_roles_block__ = True

    numero = ""
    code_digest = ""
    demarche_uid = ""
    demarche_titre = ""
    service_uid = None
    form_version = ""
    depot = None
    attendu = None
    courriel = None
    usager_id = None
    organisation_id = None
    jeton_digest = ""
    _reponses = ()
    _deposant = None
    _membre = None
    _faits = ()
    pieces = ()

    def _getCatalogTool(self):
        return api.portal.get_tool(config.CATALOG_ID)

    def reindexObjectSecurity(self, skip_self=False) -> None:
        """Nothing to do: roles are computed, our index holds none."""

    @property
    def reponses(self) -> list[Reponse]:
        return [Reponse(*values) for values in self._reponses]

    @property
    def deposant(self) -> Deposant | None:
        """Who filed it; None for a demande filed without an account."""
        return None if self._deposant is None else Deposant(*self._deposant)

    @property
    def membre(self) -> MembreConcerne | None:
        """The household member it is about, if it is about one."""
        return None if self._membre is None else MembreConcerne(*self._membre)

    @property
    def faits(self) -> list[FaitUtilise]:
        """The facts of the compte that were used, as they were then."""
        return [FaitUtilise(*values) for values in self._faits]

    @property
    def owner_ids(self) -> tuple[str, ...]:
        """The principals it belongs to: whoever filed it, and the organisation."""
        return tuple(id for id in (self.usager_id, self.organisation_id) if id)

    @property
    def etat(self) -> State:
        tool = api.portal.get_tool("portal_workflow")
        return State(tool.getInfoFor(self, "review_state"))


class Piece(Persistent):
    """One uploaded document of a demande.

    ``file`` is a NamedBlobFile, ``digest`` the SHA-256 of its content (hex).
    """

    def __init__(self, name: str, label: str, file, digest: str) -> None:
        self.name = name
        self.label = label
        self.file = file
        self.digest = digest


@implementer(IDemandes)
class Demandes(SimpleItem):
    """All demandes of one guichet: a BTree per year, keyed by the random numbers.

    It is no folder on purpose. A folder is written at each addition, can be walked
    through by address, and is visited when the site's catalogue is rebuilt.
    """

    id = config.DEMANDES_ID
    __allow_access_to_unprotected_subobjects__ = 0

    def __init__(self) -> None:
        self._years = OOBTree()

    def add(self, demande: Demande) -> Demande:
        """Store a numbered demande; returns it in its acquisition context.

        :raises KeyError: when the number is taken
        """
        year = demande.numero[:4]
        tree = self._years.get(year)
        if tree is None:
            tree = self._years[year] = OOBTree()
        if not tree.insert(demande.numero, aq_base(demande)):
            raise KeyError(demande.numero)
        return aq_base(demande).__of__(self)

    def get(self, numero: str) -> Demande | None:
        tree = self._years.get(numero[:4])
        demande = None if tree is None else tree.get(numero)
        return None if demande is None else demande.__of__(self)

    def __contains__(self, numero: str) -> bool:
        tree = self._years.get(numero[:4])
        return tree is not None and numero in tree

    def __iter__(self) -> Iterator[Demande]:
        for tree in self._years.values():
            for demande in tree.values():
                yield demande.__of__(self)

    def __bool__(self) -> bool:
        return any(len(tree) for tree in self._years.values())
