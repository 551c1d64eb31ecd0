"""The form of a démarche, compiled once per version.

easyform parses its XML model at each access to the schema, which is more than half of
the time of a submission. The schema made here is bound to no content object, so that
all threads and all démarches with the same model share it.
"""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.addresses import is_mail_address
from carouge.guichet.formulaire.binding import source_of
from carouge.guichet.formulaire.domain import has_control_characters
from carouge.guichet.formulaire.domain import is_readable_document
from carouge.guichet.formulaire.domain import MAX_DOCUMENT
from carouge.guichet.formulaire.domain import MAX_LINE
from carouge.guichet.formulaire.domain import MAX_TEXT
from carouge.guichet.formulaire.fields import IMembreDuFoyer
from collections.abc import Mapping
from collective.easyform.interfaces import ILabel
from dataclasses import dataclass
from functools import lru_cache
from plone.namedfile.interfaces import INamedField
from plone.schema.email import IEmail
from plone.supermodel import loadString
from plone.supermodel.interfaces import FIELDSETS_KEY
from zope.interface.interface import InterfaceClass
from zope.schema import getFieldsInOrder
from zope.schema import ValidationError
from zope.schema.interfaces import IField
from zope.schema.interfaces import ISet
from zope.schema.interfaces import IText
from zope.schema.interfaces import ITextLine
from zope.schema.interfaces import RequiredMissing

import hashlib


class ControlCharacters(ValidationError):
    __doc__ = _("This answer contains characters that cannot be used. Type it anew.")


class NoMailAddress(ValidationError):
    __doc__ = _("This is no e-mail address. It looks like name@example.ch.")


class DocumentTooLarge(ValidationError):
    __doc__ = _("This document is too large: 10 MB are possible.")


class UnreadableDocument(ValidationError):
    __doc__ = _(
        "This document cannot be read here. Please choose a PDF, a picture (JPEG, PNG, "
        "HEIC) or a text document (DOCX, ODT)."
    )


@dataclass(frozen=True)
class CompiledForm:
    """A form ready for use.

    ``version`` names this state of the form (12 hexadecimal digits of a SHA-256).
    ``steps`` are the fieldsets in order with their field names; fields outside any
    fieldset come first, under an empty title. ``contact`` is the name of the first
    field that asks for an e-mail address. ``sources`` says by name of field what it
    takes from a compte, ``membres`` are the fields that ask for a household member.
    """

    schema: InterfaceClass
    version: str
    steps: tuple[tuple[str, tuple[str, ...]], ...]
    contact: str | None
    sources: Mapping[str, str]
    membres: tuple[str, ...]

    def membre_of(self, name: str) -> str | None:
        """The question that chooses the member a question takes its answer from.

        The last one before it; a form that asks for nobody has none.
        """
        order = [name for _title, names in self.steps for name in names]
        before = order[: order.index(name)]
        chosen = [other for other in before if other in self.membres]
        return chosen[-1] if chosen else next(iter(self.membres), None)

    def questions(self) -> list[tuple[str, IField]]:
        """The fields that ask something, with the title of their step."""
        return [
            (title, self.schema[name])
            for title, names in self.steps
            for name in names
            if not ILabel.providedBy(self.schema[name])
        ]


def compile_form(demarche) -> CompiledForm:
    """The compiled form of a démarche in its present version."""
    return _compile(demarche.fields_model)


@lru_cache(maxsize=512)
def _compile(model: str) -> CompiledForm:
    schema = loadString(model).schema
    for _name, field in getFieldsInOrder(schema):
        _limit(field)
    fieldsets = schema.queryTaggedValue(FIELDSETS_KEY, [])
    names = [name for name, _field in getFieldsInOrder(schema)]
    grouped = {name for fieldset in fieldsets for name in fieldset.fields}
    steps = [("", tuple(name for name in names if name not in grouped))]
    steps += [
        (
            fieldset.label or fieldset.__name__,
            tuple(name for name in names if name in fieldset.fields),
        )
        for fieldset in fieldsets
    ]
    sources = {name: source_of(schema, schema[name]) for name in names}
    contact = next((name for name in names if IEmail.providedBy(schema[name])), None)
    return CompiledForm(
        schema=schema,
        version=hashlib.sha256(model.encode()).hexdigest()[:12],
        steps=tuple(step for step in steps if step[1]),
        contact=contact,
        sources={name: source for name, source in sources.items() if source},
        membres=tuple(
            name for name in names if IMembreDuFoyer.providedBy(schema[name])
        ),
    )


def _limit(field: IField) -> None:
    """Give a field the limits every answer has.

    They are part of the field, so that the page and the REST service cannot differ.
    """
    own = field.constraint
    if ISet.providedBy(field) and field.required:

        def something_ticked(value) -> bool:
            if not value:
                raise RequiredMissing(field.__name__)
            return own(value)

        field.constraint = something_ticked
    if INamedField.providedBy(field):

        def readable(value) -> bool:
            if value.getSize() > MAX_DOCUMENT:
                raise DocumentTooLarge(field.__name__)
            with value.open() as document:
                if not is_readable_document(document.read(16)):
                    raise UnreadableDocument(field.__name__)
            return own(value)

        field.constraint = readable
    if not IText.providedBy(field):
        return
    if field.max_length is None:
        field.max_length = MAX_LINE if ITextLine.providedBy(field) else MAX_TEXT

    def printable(value) -> bool:
        if has_control_characters(value):
            raise ControlCharacters(field.__name__)
        if IEmail.providedBy(field) and not is_mail_address(value):
            raise NoMailAddress(value)
        return own(value)

    field.constraint = printable
