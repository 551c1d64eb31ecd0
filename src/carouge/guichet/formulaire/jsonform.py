"""How the questions of a form and the answers to them look in JSON."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.formulaire.domain import has_control_characters
from carouge.guichet.formulaire.fields import IConsentement
from carouge.guichet.formulaire.fields import IMembreDuFoyer
from collections.abc import Callable
from collective.easyform.interfaces import IHCaptcha
from collective.easyform.interfaces import INorobotCaptcha
from collective.easyform.interfaces import IReCaptcha
from dataclasses import dataclass
from datetime import date
from datetime import datetime
from datetime import time
from decimal import Decimal
from plone.namedfile.interfaces import INamedField
from plone.namedfile.utils import safe_basename
from plone.schema.email import IEmail
from zope.schema.interfaces import IBool
from zope.schema.interfaces import IChoice
from zope.schema.interfaces import ICollection
from zope.schema.interfaces import IDate
from zope.schema.interfaces import IDatetime
from zope.schema.interfaces import IDecimal
from zope.schema.interfaces import IField
from zope.schema.interfaces import IFloat
from zope.schema.interfaces import IInt
from zope.schema.interfaces import IIterableVocabulary
from zope.schema.interfaces import IText
from zope.schema.interfaces import ITextLine
from zope.schema.interfaces import ITime

import base64
import re


#: Digits a number may have before the point; nobody counts further at a counter.
MAX_DIGITS = 15
MAX_FILENAME = 200

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATETIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?")
_TIME = re.compile(r"[0-9]{2}:[0-9]{2}(:[0-9]{2})?")
_FILE_KEYS = frozenset({"filename", "content-type", "data", "encoding"})


class Unreadable(ValueError):
    """The JSON value cannot be an answer to this question; ``message`` says why."""

    def __init__(self, message) -> None:
        super().__init__(str(message))
        self.message = message


@dataclass(frozen=True)
class Kind:
    """A kind of question: its name in JSON, and how an answer is read."""

    name: str
    read: Callable[[IField, object], object]


def kind_of(field: IField) -> Kind:
    """The kind of a field; the first line of the table that fits."""
    return next(
        (kind for interface, kind in _KINDS if interface.providedBy(field)),
        _UNSUPPORTED,
    )


def describe(field: IField, step: str, say: Callable[[object], str]) -> dict:
    """A (bound) question for a program that shows the form itself."""
    return {
        "name": field.__name__,
        "label": say(field.title or ""),
        "help": say(field.description or ""),
        "type": kind_of(field).name,
        "required": bool(field.required),
        "choices": _choices(field, say),
        "max_length": getattr(field, "max_length", None),
        "step": say(step),
    }


def read(field: IField, raw: object) -> object:
    """The answer to a (bound) question, not validated yet.

    No answer is null, an empty text or an empty list.

    :raises Unreadable: a JSON value of another type than the question's
    """
    if raw is None or raw == "" or raw == []:
        return field.missing_value
    return kind_of(field).read(field, raw)


def _text(field: IField, raw: object) -> object:
    if not isinstance(raw, str):
        raise Unreadable(_("A text is expected here."))
    # As the page does: blanks around an answer are no answer.
    return raw.strip() or field.missing_value


def _bool(field: IField, raw: object) -> bool:
    if not isinstance(raw, bool):
        raise Unreadable(_("true or false is expected here, without quotation marks."))
    return raw


def _int(field: IField, raw: object) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int) or abs(raw) >= 10**MAX_DIGITS:
        raise Unreadable(_("A whole number is expected here, without quotation marks."))
    return raw


def _decimal(field: IField, raw: object) -> Decimal:
    if (
        isinstance(raw, bool)
        or not isinstance(raw, (int, Decimal))
        or abs(raw) >= 10**MAX_DIGITS
    ):
        raise Unreadable(_("A number is expected here, without quotation marks."))
    number = Decimal(raw)
    # 1E+2 is read as 100 by everybody.
    return number.quantize(Decimal(1)) if number.as_tuple().exponent > 0 else number


def _float(field: IField, raw: object) -> float:
    return float(_decimal(field, raw))


def _moment(pattern: re.Pattern, parse: Callable, message) -> Callable:
    def read_moment(field: IField, raw: object):
        if not isinstance(raw, str) or not pattern.fullmatch(raw):
            raise Unreadable(message)
        try:
            return parse(raw)
        except ValueError as error:
            raise Unreadable(message) from error

    return read_moment


def _choice(field: IField, raw: object) -> object:
    for term in _terms(field) or ():
        if raw == _offered(term):
            return term.value
    raise Unreadable(_("Only one of the offered answers is possible here."))


def _collection(field: IField, raw: object) -> object:
    if not isinstance(raw, list):
        raise Unreadable(_("A list is expected here, with square brackets."))
    if field.value_type is None:
        raise Unreadable(_UNSUPPORTED_MESSAGE)
    value_type = field.value_type.bind(field.context)
    return field._type(kind_of(value_type).read(value_type, item) for item in raw)


def _file(field: IField, raw: object) -> object:
    if not (
        isinstance(raw, dict)
        and set(raw) <= _FILE_KEYS
        and all(isinstance(value, str) for value in raw.values())
        and raw.get("encoding") == "base64"
        and raw.get("data") is not None
    ):
        raise Unreadable(
            _(
                "A document is expected here: an object with filename, content-type, "
                "data and encoding, the encoding being base64."
            )
        )
    filename = safe_basename(raw.get("filename", "")).strip()
    if (
        not filename
        or len(filename) > MAX_FILENAME
        or has_control_characters(filename)
        or not filename.isprintable()
    ):
        raise Unreadable(_("The document needs a usable file name."))
    try:
        data = base64.b64decode(raw["data"], validate=True)
    except ValueError as error:
        raise Unreadable(_("The document is not correctly encoded.")) from error
    if not data:
        raise Unreadable(_("The document is empty."))
    # As on the page, what the sender says of the content counts for nothing.
    return field._type(data=data, filename=filename)


def _unsupported(field: IField, raw: object):
    raise Unreadable(_UNSUPPORTED_MESSAGE)


_UNSUPPORTED_MESSAGE = _("This question can only be answered on the page.")
_UNSUPPORTED = Kind("unsupported", _unsupported)
_DATE_MESSAGE = _("A date is expected here, such as 2026-11-25.")
_DATETIME_MESSAGE = _("A date and a time are expected here, such as 2026-11-25T14:30.")
_TIME_MESSAGE = _("A time is expected here, such as 14:30.")

_KINDS = (
    (IReCaptcha, _UNSUPPORTED),
    (IHCaptcha, _UNSUPPORTED),
    (INorobotCaptcha, _UNSUPPORTED),
    (IConsentement, Kind("consent", _bool)),
    (IBool, Kind("boolean", _bool)),
    (IMembreDuFoyer, Kind("membre", _choice)),
    (IChoice, Kind("choice", _choice)),
    (ICollection, Kind("choices", _collection)),
    (IInt, Kind("integer", _int)),
    (IDecimal, Kind("decimal", _decimal)),
    (IFloat, Kind("decimal", _float)),
    (
        IDatetime,
        Kind("datetime", _moment(_DATETIME, datetime.fromisoformat, _DATETIME_MESSAGE)),
    ),
    (IDate, Kind("date", _moment(_DATE, date.fromisoformat, _DATE_MESSAGE))),
    (ITime, Kind("time", _moment(_TIME, time.fromisoformat, _TIME_MESSAGE))),
    (INamedField, Kind("file", _file)),
    (IEmail, Kind("email", _text)),
    (ITextLine, Kind("line", _text)),
    (IText, Kind("text", _text)),
)


def _choices(field: IField, say: Callable[[object], str]) -> list[dict] | None:
    if ICollection.providedBy(field) and field.value_type is not None:
        field = field.value_type.bind(field.context)
    if not IChoice.providedBy(field):
        return None
    return [
        {"value": _offered(term), "label": say(term.title or term.token)}
        for term in _terms(field) or ()
    ]


def _terms(field: IField):
    vocabulary = field.vocabulary
    return vocabulary if IIterableVocabulary.providedBy(vocabulary) else None


def _offered(term) -> str:
    """What stands in JSON for a term: its value, or the token of a value of ours."""
    return term.value if isinstance(term.value, str) else term.token
