"""What people type about themselves, checked and brought into one form.

Pure Python. Everything that is stored is text: dates in ISO form, numbers compact.
"""

from __future__ import annotations

from carouge.guichet.addresses import is_mail_address
from carouge.guichet.compte.domain import DomainError
from collections.abc import Callable
from datetime import date
from enum import Enum
from stdnum import iban
from stdnum.ch import ssn
from stdnum.ch import uid
from stdnum.exceptions import ValidationError

import re
import unicodedata


class Problem(str, Enum):
    """Why a value cannot be taken."""

    REQUIRED = "required"
    TOO_LONG = "too_long"
    CHARACTERS = "characters"
    NOT_TEXT = "not_text"
    CHOICE = "choice"
    DATE = "date"
    DATE_FUTURE = "date_future"
    DATE_OLD = "date_old"
    NPA = "npa"
    TELEPHONE = "telephone"
    MOBILE = "mobile"
    COURRIEL = "courriel"
    IBAN = "iban"
    QR_IBAN = "qr_iban"
    AVS = "avs"
    IDE = "ide"


class InvalidValue(DomainError):
    """A value cannot be taken; ``problem`` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.value)
        self.problem = problem


#: Longest values, in characters; a name or a street of 100 characters is rare enough.
MAX_LENGTH = 100
MAX_LENGTHS = {
    "courriel": 254,
    "numero": 12,
    "classe": 40,
    "telephone": 40,
    "iban": 60,
    "avs": 40,
    "ide": 40,
    "npa": 20,
    "date_naissance": 20,
}

SEXES = ("f", "m")

#: Nobody alive was born before.
FIRST_YEAR = 1900

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_SWISS = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})")
_SEPARATORS = re.compile(r"[\s\u00a0\u202f.\-–/()'’]")


def one_line(text: str, name: str = "") -> str:
    """A typed line without useless white space.

    :raises InvalidValue: too long, or with characters no keyboard makes
    """
    text = unicodedata.normalize("NFC", text)
    if any(
        unicodedata.category(char) in ("Cc", "Cs", "Co", "Cn") and char not in "\t\r\n"
        for char in text
    ):
        raise InvalidValue(Problem.CHARACTERS)
    # Format characters show nothing and make two equal names different.
    text = "".join(char for char in text if unicodedata.category(char) != "Cf")
    text = " ".join(text.split())
    if len(text) > MAX_LENGTHS.get(name, MAX_LENGTH):
        raise InvalidValue(Problem.TOO_LONG)
    return text


def parse_day(text: str, today: date) -> date:
    """The day of a birth: ``2017-03-08``, ``8.3.2017`` or ``08/03/2017``.

    :raises InvalidValue: no such day, in the future, or before 1900
    """
    if match := _ISO.fullmatch(text):
        year, month, day = match.groups()
    elif match := _SWISS.fullmatch(text):
        day, month, year = match.groups()
    else:
        raise InvalidValue(Problem.DATE)
    try:
        parsed = date(int(year), int(month), int(day))
    except ValueError:
        raise InvalidValue(Problem.DATE) from None
    if parsed > today:
        raise InvalidValue(Problem.DATE_FUTURE)
    if parsed.year < FIRST_YEAR:
        raise InvalidValue(Problem.DATE_OLD)
    return parsed


def parse_telephone(text: str) -> str:
    """A telephone number as ``+41223079111``; foreign ones need their ``+`` or ``00``.

    :raises InvalidValue: it cannot be dialled
    """
    # The zero some write between country code and number is not dialled.
    compact = _SEPARATORS.sub("", text.replace("(0)", ""))
    if compact.startswith("00"):
        compact = "+" + compact[2:]
    elif compact.startswith("0"):
        compact = "+41" + compact[1:]
    pattern = r"\+41[1-9]\d{8}" if compact.startswith("+41") else r"\+[1-9]\d{7,14}"
    if not (compact.isascii() and re.fullmatch(pattern, compact)):
        raise InvalidValue(Problem.TELEPHONE)
    return compact


def parse_mobile(text: str) -> str:
    """A Swiss mobile number, to which text messages go.

    :raises InvalidValue: another number
    """
    try:
        number = parse_telephone(text)
    except InvalidValue:
        raise InvalidValue(Problem.MOBILE) from None
    if not re.fullmatch(r"\+417[4-9]\d{7}", number):
        raise InvalidValue(Problem.MOBILE)
    return number


def parse_courriel(text: str) -> str:
    """
    :raises InvalidValue: not exactly one plain e-mail address
    """
    if not is_mail_address(text):
        raise InvalidValue(Problem.COURRIEL)
    return text


def _parse_npa(text: str) -> str:
    if not (text.isascii() and re.fullmatch(r"[1-9]\d{3}", text)):
        raise InvalidValue(Problem.NPA)
    return text


def _parse_iban(text: str) -> str:
    number = _valid(iban.validate, text, Problem.IBAN)
    # A QR-IBAN only takes payments with a reference: nothing can be refunded to it.
    if number[:2] in ("CH", "LI") and "30000" <= number[4:9] <= "31999":
        raise InvalidValue(Problem.QR_IBAN)
    return number


def _parse_avs(text: str) -> str:
    return _valid(ssn.validate, text, Problem.AVS)


def _parse_ide(text: str) -> str:
    return _valid(uid.validate, text, Problem.IDE)


def _parse_sexe(text: str) -> str:
    if text not in SEXES:
        raise InvalidValue(Problem.CHOICE)
    return text


def _valid(validate: Callable[[str], str], text: str, problem: Problem) -> str:
    compact = _SEPARATORS.sub("", text)
    try:
        return validate(compact)
    except ValidationError:
        raise InvalidValue(problem) from None


_PARSERS: dict[str, Callable[[str], str]] = {
    "npa": _parse_npa,
    "telephone": parse_telephone,
    "courriel": parse_courriel,
    "iban": _parse_iban,
    "avs": _parse_avs,
    "ide": _parse_ide,
    "sexe": _parse_sexe,
}


def parse_fact(name: str, value: object, today: date) -> str:
    """The value of a fact, from what a person or a program sent; empty for nothing.

    :raises InvalidValue: it cannot be taken
    """
    if not isinstance(value, str):
        raise InvalidValue(Problem.NOT_TEXT)
    text = one_line(value, name)
    if not text:
        return ""
    if name == "date_naissance":
        return parse_day(text, today).isoformat()
    parse = _PARSERS.get(name)
    return parse(text) if parse else text


def parse_facts(
    values: dict[str, object], today: date
) -> tuple[dict[str, str], dict[str, Problem]]:
    """The good values and the problems of the others, by name."""
    good: dict[str, str] = {}
    problems: dict[str, Problem] = {}
    for name, value in values.items():
        try:
            good[name] = parse_fact(name, value, today)
        except InvalidValue as error:
            problems[name] = error.problem
    return good, problems


# --- for the screen -----------------------------------------------------------


def format_telephone(number: str) -> str:
    """``+41 22 307 91 11``; numbers of another form stay as they are."""
    if re.fullmatch(r"\+41\d{9}", number):
        rest = number[3:]
        return f"+41 {rest[:2]} {rest[2:5]} {rest[5:7]} {rest[7:]}"
    return number


def format_fact(name: str, value: str) -> str:
    """A stored value as people write it."""
    if not value:
        return ""
    if name == "date_naissance":
        try:
            return date.fromisoformat(value).strftime("%d.%m.%Y")
        except ValueError:
            return value
    formatters = {
        "telephone": format_telephone,
        "iban": iban.format,
        "avs": ssn.format,
        "ide": uid.format,
    }
    formatter = formatters.get(name)
    return formatter(value) if formatter else value
