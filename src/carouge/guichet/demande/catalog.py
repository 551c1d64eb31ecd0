"""Our own small index of demandes, apart from the site's catalogue.

Class paths and the tool's id are stored names (``docs/architecture.md``).
"""

from AccessControl.class_init import InitializeClass
from carouge.guichet import config
from Products.CMFCore.utils import UniqueObject
from Products.PluginIndexes.FieldIndex.FieldIndex import FieldIndex
from Products.PluginIndexes.KeywordIndex.KeywordIndex import KeywordIndex
from Products.ZCatalog.ZCatalog import ZCatalog
from zope.interface import implementer
from zope.interface import Interface


class IGuichetCatalog(Interface):
    """The index of the personal data of all guichets in a site."""


class Indexed:
    """What the index sees of a demande: plain values, no acquisition."""

    def __init__(self, demande) -> None:
        self.numero = demande.numero
        self.etat = demande.etat.value
        self.service = demande.service_uid or ""
        self.demarche = demande.demarche_uid
        self.usager = demande.owner_ids
        self.depot = int(demande.depot.timestamp())
        self.titre = demande.demarche_titre
        self.attendu = demande.attendu.isoformat() if demande.attendu else ""
        deposant, membre = demande.deposant, demande.membre
        self.deposant = deposant.nom if deposant else ""
        self.organisation = deposant.organisation if deposant else ""
        self.membre = membre.nom if membre else ""
        self.par = demande.usager_id or ""


INDEXES = ("etat", "service", "demarche", "usager", "depot")
#: Several principals own what was filed for an organisation.
KEYWORDS = frozenset({"usager"})
COLUMNS = (
    "etat",
    "service",
    "demarche",
    "depot",
    "titre",
    "attendu",
    "deposant",
    "organisation",
    "membre",
    "par",
)


@implementer(IGuichetCatalog)
class GuichetCatalog(UniqueObject, ZCatalog):
    """Indexes demandes by number; the number is also the key of an entry."""

    id = config.CATALOG_ID
    title = "Index of the demandes of the guichet"
    meta_type = "Guichet Catalog"

    # Plone lets everybody search any ZCatalog by address. A tuple is not acquired.
    _View_Permission = ("Manager",)
    _Access_contents_information_Permission = ("Manager",)
    _Search_ZCatalog_Permission = ("Manager",)

    def __init__(self) -> None:
        super().__init__(self.id, title=self.title)
        for name in INDEXES:
            index = KeywordIndex if name in KEYWORDS else FieldIndex
            self.addIndex(name, index(name))
        for name in COLUMNS:
            self.addColumn(name)

    # The methods CMFCatalogAware calls. They index at once: a demande is written once
    # per request, so there is nothing to gather in the site's indexing queue.

    def indexObject(self, demande) -> None:
        self.catalog_object(Indexed(demande), demande.numero)

    def reindexObject(self, demande, idxs=(), update_metadata=1, uid=None) -> None:
        self.indexObject(demande)

    def unindexObject(self, demande) -> None:
        self.uncatalog_object(demande.numero)


InitializeClass(GuichetCatalog)
