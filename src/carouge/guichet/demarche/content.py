"""Persistent classes of the catalogue. Their paths are stored: they never move."""

from carouge.guichet import _
from carouge.guichet import config
from carouge.guichet.demarche.interfaces import ICategorie
from carouge.guichet.demarche.interfaces import IDemarche
from carouge.guichet.demarche.interfaces import IGuichet
from carouge.guichet.demarche.interfaces import IService
from collective.easyform.content import EasyForm
from plone.dexterity.content import Container
from plone.dexterity.content import Item
from plone.supermodel import loadString
from zExceptions import BadRequest
from zope.event import notify
from zope.interface import implementer
from zope.schema import getFieldsInOrder
from zope.traversing.interfaces import BeforeTraverseEvent


@implementer(IGuichet)
class Guichet(Container):
    """The counter."""

    catalogue_version = ""

    def __before_publishing_traverse__(self, published, request):
        notify(BeforeTraverseEvent(self, request))
        # Aliases of the type, such as « edit », are read there.
        super().__before_publishing_traverse__(published, request)

    def _checkId(self, id, allow_dup=0):
        # Whichever way it comes in: content must not hide a page of the guichet.
        super()._checkId(id, allow_dup)
        if id in config.RESERVED_IDS and id != config.DEMANDES_ID:
            raise BadRequest(_("This short name belongs to a page of the guichet."))


@implementer(ICategorie)
class Categorie(Container):
    """A shelf of the catalogue."""


@implementer(IService)
class Service(Item):
    """A department of the commune."""

    @property
    def agent_ids(self) -> frozenset[str]:
        """Ids of the users and groups who are agents.

        Plone's vocabulary of principals stores ``user:<id>`` and ``group:<id>``.
        """
        return frozenset(principal.partition(":")[2] for principal in self.agents or ())


@implementer(IDemarche)
class Demarche(EasyForm):
    """A service a citizen can ask for: an easyform with catalogue data."""

    #: Notices and models as JSON; see carouge.guichet.demarche.textes.
    correspondance = None

    @property
    def fields_model(self) -> str:
        """The form as supermodel XML; only what can be read back is stored.

        :raises BadRequest: for a model that would leave the form, and the field editor
            with it, unreadable
        """
        return self.__dict__.get("fields_model", "")

    @fields_model.setter
    def fields_model(self, model: str) -> None:
        try:
            schema = loadString(model).schema
        except Exception as error:
            # A broken model can fail in any way of any kind of field.
            raise BadRequest("the form could not be read back") from error
        # Once the field editor was used, this process reads a question that does not
        # say whether it is required; the next one will not.
        if not all(
            isinstance(field.required, bool) and isinstance(field.readonly, bool)
            for _name, field in getFieldsInOrder(schema)
        ):
            raise BadRequest("a field does not say whether it is required")
        self.__dict__["fields_model"] = model
        self._p_changed = True
