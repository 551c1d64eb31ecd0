"""Reads one value of a register's answer, in pure Python; whatever is odd is refused."""

from __future__ import annotations

from carouge.guichet.registre.domain import RegisterUnavailable
from carouge.guichet.registre.domain import RESIDENCES
from carouge.guichet.registre.domain import ROLES
from datetime import date
from datetime import datetime
from stdnum.ch import ssn

import re


MAX_LENGTH = 200

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ].*)?")
_SWISS = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2}))?")

# Kinds of residence of the harmonised registers, and sexes of eCH-0044.
_RESIDENCE_CODES = dict(zip(("1", "2", "3"), RESIDENCES, strict=True))
_SEXES = {"f": "f", "m": "m", "1": "m", "2": "f", "w": "f"}


class Malformed(RegisterUnavailable):
    """A value is not what it should be; the text is the name of the field."""


def text(name: str, value: object) -> str:
    """A short text, without spaces around it; numbers are taken as written."""
    if value is None:
        return ""
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    # Checked before int: a bool is one.
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise Malformed(name)
    words = str(value).strip()
    if len(words) > MAX_LENGTH or _CONTROLS.search(words):
        raise Malformed(name)
    return words


def birthdate(name: str, value: object) -> date | None:
    """A full date, or None for one known in part only (eCH-0044), or not at all."""
    words = text(name, value)
    if not words or _PARTIAL.fullmatch(words):
        return None
    return _date(name, words)


def day(name: str, value: object) -> date | None:
    """The day of a departure or a death; one known in part is the first it may be."""
    if isinstance(value, bool):
        return date.min if value else None
    words = text(name, value)
    if not words:
        return None
    partial = _PARTIAL.fullmatch(words)
    if partial:
        return _date(name, f"{partial[1]}-{partial[2] or '01'}-01")
    return _date(name, words)


def _date(name: str, words: str) -> date:
    iso, swiss = _ISO.fullmatch(words), _SWISS.fullmatch(words)
    try:
        if iso:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
        if swiss:
            return date(int(swiss[3]), int(swiss[2]), int(swiss[1]))
    except ValueError:
        pass
    raise Malformed(name)


def sex(name: str, value: object) -> str:
    """``f`` or ``m``; anything else says nothing."""
    return _SEXES.get(text(name, value).casefold(), "")


def avs(name: str, value: object) -> str:
    """13 digits; a number with a wrong check digit says nothing."""
    number = text(name, value)
    return ssn.compact(number) if ssn.is_valid(number) else ""


def municipality(name: str, value: object) -> int:
    words = text(name, value)
    if not (words.isascii() and words.isdigit() and 0 < int(words) <= 9999):
        raise Malformed(name)
    return int(words)


def residence(name: str, value: object) -> str:
    words = text(name, value).casefold()
    kind = _RESIDENCE_CODES.get(words, words)
    if kind not in RESIDENCES:
        raise Malformed(name)
    return kind


def role(name: str, value: object) -> str:
    """``adulte`` or ``enfant``, empty when the register does not say."""
    words = text(name, value).casefold()
    if words and words not in ROLES:
        raise Malformed(name)
    return words


def needed(name: str, value: object) -> str:
    words = text(name, value)
    if not words:
        raise Malformed(name)
    return words


#: How the value of each field of a person is read; all others are texts.
READERS = {
    "family_name": needed,
    "given_names": needed,
    "birthdate": birthdate,
    "sex": sex,
    "avs": avs,
    "municipality": municipality,
    "residence": residence,
    "moved_out": day,
    "deceased": day,
}

#: The same for somebody of a household.
MEMBER_READERS = {
    "person_id": needed,
    "family_name": needed,
    "given_names": needed,
    "birthdate": birthdate,
    "sex": sex,
    "role": role,
}
