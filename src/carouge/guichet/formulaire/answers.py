"""Answers in words: what a person reads later, exactly as it was asked and given."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.demande.content import Piece
from carouge.guichet.demande.domain import Reponse
from carouge.guichet.formulaire.compile import CompiledForm
from collections.abc import Collection
from collections.abc import Mapping
from datetime import date
from datetime import datetime
from decimal import Decimal
from plone.namedfile.interfaces import INamed
from zope.globalrequest import getRequest
from zope.i18n import translate
from zope.schema.interfaces import IChoice
from zope.schema.interfaces import ICollection
from zope.schema.interfaces import IField

import hashlib


def reponses_of(form: CompiledForm, values: Mapping[str, object]) -> list[Reponse]:
    """All questions of the form with their answers; no answer is an empty text."""
    return [
        Reponse(
            name=field.__name__,
            step=step,
            label=_in_words(field.title),
            text=text_of(field, values.get(field.__name__)),
            value=_plain(values.get(field.__name__)),
        )
        for step, field in form.questions()
    ]


def pieces_of(form: CompiledForm, values: Mapping[str, object]) -> list[Piece]:
    """The uploaded documents, each with its digest."""
    return [
        Piece(
            name=field.__name__,
            label=_in_words(field.title),
            file=value,
            digest=hashlib.sha256(value.data).hexdigest(),
        )
        for _step, field in form.questions()
        if INamed.providedBy(value := values.get(field.__name__))
    ]


def text_of(field: IField, value: object) -> str:
    """One answer in words, in the language of the request."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _in_words(_("Yes") if value else _("No"))
    if INamed.providedBy(value):
        return value.filename or ""
    if ICollection.providedBy(field):
        items = _in_order(field, value)
        return ", ".join(text_of(field.value_type, item) for item in items)
    if IChoice.providedBy(field):
        return _term_title(field, value)
    if isinstance(value, datetime):
        return value.strftime("%d.%m.%Y %H:%M")
    if isinstance(value, date):
        return value.strftime("%d.%m.%Y")
    return str(value)


def _in_order(field: IField, values: Collection[object]) -> list[object]:
    """Several choices in the order in which the form offers them."""
    if isinstance(values, (list, tuple)) or not IChoice.providedBy(field.value_type):
        return list(values)
    offered = [term.value for term in field.value_type.bind(None).vocabulary]
    chosen = [value for value in offered if value in values]
    return [*chosen, *(value for value in values if value not in offered)]


def _term_title(field: IField, value: object) -> str:
    vocabulary = field.bind(None).vocabulary
    try:
        term = vocabulary.getTerm(value)
    except LookupError:
        return str(value)
    return _in_words(term.title or term.token)


def _plain(value: object) -> object:
    """The answer as JSON can carry it; of a file only the name."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if INamed.providedBy(value):
        return value.filename
    if isinstance(value, (set, frozenset)):
        return sorted(_plain(item) for item in value)
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return str(value)


def _in_words(message) -> str:
    return translate(message, context=getRequest()) if message else ""
