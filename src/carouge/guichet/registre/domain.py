"""What is asked of a residents' register and what it answers, in pure Python.

:func:`decide` holds the rules: when a record is the person asked for, and when that
person lives in the commune. Whatever is not certain is no residence.
"""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from datetime import date
from datetime import datetime
from enum import Enum
from enum import IntEnum

import unicodedata


class RegisterUnavailable(Exception):
    """The register gave no trustworthy answer; the text is for the log, without data."""


class Status(str, Enum):
    """What the register says about a person; only RESIDENT opens anything."""

    RESIDENT = "resident"
    NOT_RESIDENT = "not_resident"
    #: Several people answer to what is known of the person, or the keys contradict.
    AMBIGUOUS = "ambiguous"
    UNAVAILABLE = "unavailable"
    NOT_CONFIGURED = "not_configured"


@dataclass(frozen=True)
class ResidentQuery:
    """What is known of the person to find. Never an e-mail, telephone or address.

    ``avs`` is the 13-digit number, digits only; ``sex`` is ``"f"``, ``"m"`` or empty.
    Empty strings where nothing is known.
    """

    family_name: str
    given_names: str
    birthdate: date | None
    sex: str = ""
    # Not in a traceback, not in a log.
    avs: str = field(default="", repr=False)
    person_id: str = ""


@dataclass(frozen=True)
class ResidentMember:
    """A person of the same household, as the register knows it.

    ``role`` is ``"adulte"`` or ``"enfant"``.
    """

    person_id: str
    family_name: str
    given_names: str
    birthdate: date | None
    sex: str = ""
    role: str = "adulte"


@dataclass(frozen=True)
class ResidentRecord:
    """One person of the register; empty strings where it says nothing.

    The fields follow eCH-0011 and eCH-0044. ``municipality`` is the number of the
    Federal Statistical Office (Carouge GE: 6608), ``residence`` one of ``"principale"``,
    ``"secondaire"``, ``"autre"``.
    """

    person_id: str
    family_name: str
    given_names: str
    birthdate: date | None
    original_name: str = ""
    sex: str = ""
    avs: str = field(default="", repr=False)
    nationality: str = ""
    marital_status: str = ""
    street: str = ""
    house_number: str = ""
    address_line: str = ""
    swiss_zip: str = ""
    town: str = ""
    municipality: int = 0
    residence: str = "principale"
    moved_out: date | None = None
    deceased: date | None = None
    household: tuple[ResidentMember, ...] = field(default=())


@dataclass(frozen=True)
class ResidentResult:
    """The answer to a question, with the record when it is a RESIDENT.

    ``source`` names the register in words for the screen, ``checked_at`` is the moment
    of the answer, timezone-aware. ``fields`` names what the register was asked to
    deliver: of these an empty value means that it knows nothing, all others say nothing.
    """

    status: Status
    source: str
    checked_at: datetime
    record: ResidentRecord | None = None
    fields: frozenset[str] = frozenset()


# --- what is asked --------------------------------------------------------------

MAIN_RESIDENCE = "principale"
RESIDENCES = (MAIN_RESIDENCE, "secondaire", "autre")
ROLES = ("adulte", "enfant")

#: Without these no answer can be trusted: who it is, and whether he lives here.
ESSENTIAL_FIELDS = (
    "family_name",
    "given_names",
    "birthdate",
    "municipality",
    "residence",
    "moved_out",
    "deceased",
)

#: What a profile may take from the register, in the order of the screen.
PROFILE_FIELDS = (
    "given_names",
    "family_name",
    "original_name",
    "birthdate",
    "sex",
    "nationality",
    "marital_status",
    "avs",
    "street",
    "house_number",
    "address_line",
    "swiss_zip",
    "town",
    "household",
)

#: What tells a person from another, beside the essential fields.
_MATCH_FIELDS = ("person_id", "original_name", "sex")


def fields_to_ask(query: ResidentQuery, wanted: Collection[str]) -> frozenset[str]:
    """The fields of a record a register has to answer with, and no more."""
    needed = {*ESSENTIAL_FIELDS, *_MATCH_FIELDS, *wanted}
    if query.avs:
        needed.add("avs")
    return frozenset(needed)


def only(record: ResidentRecord, fields: Collection[str]) -> ResidentRecord:
    """The record without what the profile was not meant to get."""
    blank = ResidentRecord("", "", "", None)
    return replace(
        record,
        **{name: getattr(blank, name) for name in PROFILE_FIELDS if name not in fields},
    )


# --- the rules ------------------------------------------------------------------

# Letters that have no decomposition, as registers without them write them.
_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ı": "i"})


def normalise(name: str) -> str:
    """A name as it is compared: no accents, no case, words apart by one space.

    Hyphens, apostrophes and all other signs part words.
    """
    letters = unicodedata.normalize("NFKD", name).casefold().translate(_LETTERS)
    # Case folding may bring new marks (« ǰ »).
    letters = unicodedata.normalize("NFKD", letters)
    kept = (
        sign if sign.isalnum() else " "
        for sign in letters
        if unicodedata.category(sign) not in ("Mn", "Me", "Cf")
    )
    return " ".join("".join(kept).split())


def first_names_agree(one: str, other: str) -> bool:
    """Whether two lists of given names begin with the same one.

    ``Jean-Pierre`` is one given name: it is the first of ``Jean Pierre Louis``, not of
    ``Jean Louis``, and ``Jean`` is another name.
    """
    first, first_other = _first_word(one), _first_word(other)
    if not first or not first_other:
        return False
    return (
        first == first_other
        or _begins(normalise(other).split(), first)
        or _begins(normalise(one).split(), first_other)
    )


def _first_word(given_names: str) -> list[str]:
    words = (normalise(word).split() for word in given_names.split())
    return next((word for word in words if word), [])


def _begins(names: list[str], compound: list[str]) -> bool:
    return len(compound) > 1 and names[: len(compound)] == compound


class Key(IntEnum):
    """By what a record answers to a question, the strongest first."""

    AVS = 1
    PERSON_ID = 2
    NAME = 3


def key_of(query: ResidentQuery, record: ResidentRecord) -> Key | None:
    """The strongest key by which the record may be the person, None: somebody else."""
    if query.avs and query.avs == record.avs:
        return Key.AVS
    if query.person_id and query.person_id == record.person_id:
        return Key.PERSON_ID
    family_name = normalise(query.family_name)
    if (
        family_name
        and family_name
        in (normalise(record.family_name), normalise(record.original_name))
        and first_names_agree(query.given_names, record.given_names)
        and query.birthdate is not None
        and query.birthdate == record.birthdate
        and not _differ(query.sex, record.sex)
    ):
        return Key.NAME
    return None


def _differ(one: str, other: str) -> bool:
    return bool(one and other and one != other)


def _contradicts(query: ResidentQuery, record: ResidentRecord) -> bool:
    """Whether something else than the key that found the record speaks against it."""
    return (
        query.birthdate is None
        or query.birthdate != record.birthdate
        or _differ(query.avs, record.avs)
        or _differ(query.person_id, record.person_id)
    )


def answerable(query: ResidentQuery) -> bool:
    """Whether a register could confirm anybody by what is known of the person."""
    by_name = normalise(query.family_name) and _first_word(query.given_names)
    return query.birthdate is not None and bool(query.avs or query.person_id or by_name)


def lives_in(record: ResidentRecord, municipality: int, today: date) -> bool:
    """Main residence in the municipality, on that day.

    Who has announced a departure lives here until that day.
    """
    return (
        record.residence == MAIN_RESIDENCE
        and record.municipality == municipality
        and record.deceased is None
        and (record.moved_out is None or record.moved_out > today)
    )


def decide(
    query: ResidentQuery,
    records: Iterable[ResidentRecord],
    municipality: int,
    today: date,
) -> tuple[Status, ResidentRecord | None]:
    """Tell whether the person asked for is a resident; the record only if he is one.

    The strongest key that finds somebody decides. Two different records, or one that
    another key or the birth date speaks against, are ambiguous. A row that a register
    repeats word by word is one record.
    """
    hits: dict[Key, list[ResidentRecord]] = {}
    for record in dict.fromkeys(records):
        key = key_of(query, record)
        if key is not None:
            hits.setdefault(key, []).append(record)
    if not hits:
        return Status.NOT_RESIDENT, None
    people = hits[min(hits)]
    if len(people) > 1 or _contradicts(query, people[0]):
        return Status.AMBIGUOUS, None
    if not lives_in(people[0], municipality, today):
        return Status.NOT_RESIDENT, None
    return Status.RESIDENT, people[0]
