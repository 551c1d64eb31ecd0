"""easyform's tools around a form, as far as editors of a guichet may use them."""

from carouge.guichet import _
from carouge.guichet.demarche.kinds import FIELDS
from collective.easyform.browser.fields import EasyFormFieldContext
from collective.easyform.browser.fields import EasyFormFieldsView
from collective.easyform.interfaces import IEasyFormFieldContext
from collective.easyform.interfaces import IEasyFormFieldsContext
from Products.Five.browser import BrowserView
from zExceptions import NotFound
from zope.i18n import translate
from zope.interface import implementer


class IDemarcheFields(IEasyFormFieldsContext):
    """The fields of a démarche, as opposed to those of another easyform."""


class IDemarcheField(IEasyFormFieldContext):
    """One field of a démarche."""


@implementer(IDemarcheField)
class DemarcheField(EasyFormFieldContext):
    """``<demarche>/fields/<name>``."""

    def __init__(self, context, request):
        super().__init__(context, request)
        # The title in the breadcrumbs.
        self.Title = lambda: context.title or context.__name__


@implementer(IDemarcheFields)
class DemarcheFields(EasyFormFieldsView):
    """``<demarche>/fields``: the field editor, with the kinds of fields we know."""

    allowedFields = FIELDS

    def __init__(self, context, request):
        super().__init__(context, request)
        # The title in the breadcrumbs.
        title = translate(_("Form"), context=request)
        self.Title = lambda: title

    def publishTraverse(self, request, name):
        if name in self.schema:
            return DemarcheField(self.schema[name], request).__of__(self)
        return super().publishTraverse(request, name)


class Closed(BrowserView):
    """A tool of easyform that a démarche does not have, or has its own page for."""

    def __init__(self, context, request):
        super().__init__(context, request)
        raise NotFound(self.__name__)

    def __call__(self):
        raise NotFound(self.__name__)
