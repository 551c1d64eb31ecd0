"""easyform's tools around a form, as far as editors of a guichet may use them."""

from Acquisition import aq_parent
from carouge.guichet import _
from collective.easyform.browser.fields import EasyFormFieldsListingPage
from collective.easyform.browser.fields import EasyFormFieldsView
from collective.easyform.browser.fields import FieldsSchemaListing
from collective.easyform.interfaces import IEasyFormFieldsContext
from Products.Five.browser import BrowserView
from zExceptions import NotFound
from zope.i18n import translate
from zope.interface import implementer


#: The kinds of fields a form of a guichet knows. Others have no sense at a counter
#: (passwords), or no safe one (references to content of the site).
FIELDS = (
    "carouge.guichet.formulaire.fields.Consentement",
    "carouge.guichet.formulaire.fields.MembreDuFoyer",
    "collective.easyform.fields.Label",
    "collective.easyform.fields.RichLabel",
    "plone.namedfile.field.NamedBlobFile",
    "plone.schema.email.Email",
    "zope.schema._bootstrapfields.Bool",
    "zope.schema._bootstrapfields.Int",
    "zope.schema._bootstrapfields.Text",
    "zope.schema._bootstrapfields.TextLine",
    "zope.schema._field.Choice",
    "zope.schema._field.Date",
    "zope.schema._field.Set",
)


class IDemarcheFields(IEasyFormFieldsContext):
    """The fields of a démarche, as opposed to those of another easyform."""


@implementer(IDemarcheFields)
class DemarcheFields(EasyFormFieldsView):
    """``<demarche>/fields``: the field editor, with the kinds of fields we know."""

    allowedFields = FIELDS

    def __init__(self, context, request):
        super().__init__(context, request)
        # The title in the breadcrumbs.
        title = translate(_("Form"), context=request)
        self.Title = lambda: title


class FieldsListing(FieldsSchemaListing):
    """The list of fields, without the way to the XML model."""

    buttons = FieldsSchemaListing.buttons.omit("modeleditor")
    handlers = FieldsSchemaListing.handlers.copy()


class FieldsListingPage(EasyFormFieldsListingPage):
    """The page around the list of fields."""

    form = FieldsListing

    @property
    def label(self):
        title = aq_parent(self.context).title
        return _("Form of “${title}”", mapping={"title": title})


class Closed(BrowserView):
    """A tool of easyform that a démarche does not have: actions, XML, saved data."""

    def __init__(self, context, request):
        super().__init__(context, request)
        raise NotFound(self.__name__)

    def __call__(self):
        raise NotFound(self.__name__)
