"""Kinds of fields a counter needs and easyform does not have."""

from carouge.guichet import _
from plone.schemaeditor.fields import FieldFactory
from plone.supermodel.exportimport import BaseHandler
from zope.interface import implementer
from zope.schema import Bool
from zope.schema import ValidationError
from zope.schema.interfaces import IBool
from zope.schema.interfaces import IFromUnicode


class NotConsented(ValidationError):
    __doc__ = _("Please tick this box: without it the demande cannot be submitted.")


class IConsentement(IBool):
    """A statement that has to be agreed to."""


@implementer(IConsentement, IFromUnicode)
class Consentement(Bool):
    """A box that must be ticked."""

    def _validate(self, value) -> None:
        super()._validate(value)
        if self.required and not value:
            raise NotConsented(value)


ConsentementFactory = FieldFactory(Consentement, _("Consent (must be ticked)"))
ConsentementHandler = BaseHandler(Consentement)
