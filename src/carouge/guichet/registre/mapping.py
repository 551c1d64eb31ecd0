"""From a register's own answer to a record: a table of paths, and how it is applied.

The webmaster writes it as JSON; ``docs/registre.md`` explains it with examples.
"""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.registre import values
from carouge.guichet.registre.domain import ESSENTIAL_FIELDS
from carouge.guichet.registre.domain import PROFILE_FIELDS
from carouge.guichet.registre.domain import RegisterUnavailable
from carouge.guichet.registre.domain import ResidentMember
from carouge.guichet.registre.domain import ResidentRecord
from collections.abc import Collection
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from dataclasses import fields as fields_of
from datetime import date
from zope.i18nmessageid import Message

import json


#: Age from which a member of a household is an adult when the register does not say.
MAJORITY = 18

MAX_MEMBERS = 40

HOUSEHOLD = "household"

#: Fields of a person and of a member that a table may name.
PERSON_FIELDS = tuple(entry.name for entry in fields_of(ResidentRecord))
MEMBER_FIELDS = tuple(entry.name for entry in fields_of(ResidentMember))
MEMBER_ESSENTIALS = ("person_id", "family_name", "given_names", "birthdate")


_NOTHING = {"person_id": "", "family_name": "", "given_names": "", "birthdate": None}

# Told from a null, by which a register may say that there is nobody.
_ABSENT = object()


class MappingProblem(ValueError):
    """A table cannot be used; ``message`` says why, on the screen."""

    def __init__(self, message: Message) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class Place:
    """Where a value is found: by path, or the same for all people (``constant``).

    ``values`` puts words of the register into those of a record.
    """

    path: tuple[str, ...] = ()
    constant: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)

    def read(self, answer: object) -> object:
        if self.constant is not None:
            return self.constant
        value = walk(answer, self.path)
        if self.values and isinstance(value, (str, int)):
            # In JSON's own words: true, not True.
            word = str(value).lower() if isinstance(value, bool) else str(value)
            return self.values.get(word.strip(), value)
        return value


def walk(answer: object, path: tuple[str, ...], default: object = None) -> object:
    """The part of an answer at a path; ``default`` when there is none."""
    for name in path:
        if isinstance(answer, Mapping):
            answer = answer.get(name, default)
        elif isinstance(answer, list) and name.isdigit() and int(name) < len(answer):
            answer = answer[int(name)]
        else:
            return default
    return answer


@dataclass(frozen=True)
class Table:
    """Where each field of a person and of a member of his household is found.

    ``people`` and ``members`` are the paths of the two lists; ``members`` is None when
    the register delivers no household that way.
    """

    fields: Mapping[str, Place]
    people: tuple[str, ...] = ()
    members: tuple[str, ...] | None = None
    member_fields: Mapping[str, Place] = field(default_factory=dict)

    @property
    def delivered(self) -> frozenset[str]:
        """The names of the fields of a record that this table fills."""
        names = set(self.fields)
        if self.members is not None:
            names.add(HOUSEHOLD)
        return frozenset(names)

    def record(
        self, answer: object, fields: Collection[str], today: date
    ) -> ResidentRecord:
        """The record of one person, with no more than ``fields``.

        :raises RegisterUnavailable: malformed; the text names the field, no value
        """
        found: dict = {
            name: values.READERS.get(name, values.text)(name, place.read(answer))
            for name, place in self.fields.items()
            if name in fields and name != HOUSEHOLD
        }
        if self.members is not None and HOUSEHOLD in fields:
            found[HOUSEHOLD] = self.household(walk(answer, self.members), today)
        return ResidentRecord(**{**_NOTHING, **found})

    def household(self, answer: object, today: date) -> tuple[ResidentMember, ...]:
        """The members out of a list of answers; None is an empty list.

        :raises RegisterUnavailable: malformed
        """
        if answer is None:
            return ()
        if not isinstance(answer, list) or len(answer) > MAX_MEMBERS:
            raise values.Malformed(HOUSEHOLD)
        return tuple(self.member(entry, today) for entry in answer)

    def member(self, answer: object, today: date) -> ResidentMember:
        """
        :raises RegisterUnavailable: malformed
        """
        found: dict = {
            name: values.MEMBER_READERS[name](name, place.read(answer))
            for name, place in self.member_fields.items()
        }
        return member_of(today=today, **found)


def member_of(
    *,
    person_id: str,
    family_name: str,
    given_names: str,
    birthdate: date | None,
    sex: str = "",
    role: str = "",
    today: date,
) -> ResidentMember:
    """Somebody of a household; a child by age when the register does not say."""
    if not role:
        role = "enfant" if birthdate and _age(birthdate, today) < MAJORITY else "adulte"
    return ResidentMember(person_id, family_name, given_names, birthdate, sex, role)


def _age(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def people_of(answer: object, table: Table, most: int) -> list:
    """The people of an answer: one object, a list of at most ``most``, or null.

    :raises RegisterUnavailable: none of these
    """
    people = walk(answer, table.people, _ABSENT)
    if people is None:
        return []
    if isinstance(people, Mapping):
        return [people]
    if not isinstance(people, list) or len(people) > most:
        raise RegisterUnavailable("no list of people, or too many")
    return people


# --- what the webmaster writes --------------------------------------------------


def parse_table(text: str, *, nested: bool) -> Table:
    """Read a table. ``nested``: a path goes down at each dot, else it is a column.

    :raises MappingProblem: not usable
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise MappingProblem(_("This is not valid JSON.")) from None
    if not isinstance(data, dict) or not isinstance(data.get("champs"), dict):
        raise MappingProblem(_('The table must be a JSON object with a part "champs".'))
    unknown = set(data) - {"champs", "foyer", "personnes"}
    if unknown:
        raise _unknown(unknown)
    fields = _places(data["champs"], PERSON_FIELDS, nested)
    missing = [name for name in ESSENTIAL_FIELDS if name not in fields]
    if missing:
        raise _missing(missing)
    if nested and HOUSEHOLD in fields:
        raise _unknown({HOUSEHOLD})
    members, member_fields = None, {}
    if "foyer" in data:
        foyer = data["foyer"]
        if not isinstance(foyer, dict) or not isinstance(foyer.get("champs"), dict):
            raise MappingProblem(
                _('The part "foyer" must be a JSON object with a part "champs".')
            )
        members = _path(foyer.get("chemin", ""), nested)
        member_fields = _places(foyer["champs"], MEMBER_FIELDS, nested)
        missing = [name for name in MEMBER_ESSENTIALS if name not in member_fields]
        if missing:
            raise _missing(missing)
    return Table(
        fields, _path(data.get("personnes", ""), nested), members, member_fields
    )


def same_names(columns: Collection[str]) -> Table:
    """The table of an answer whose columns are named as the fields of a record.

    :raises MappingProblem: an essential column is missing
    """
    missing = [name for name in ESSENTIAL_FIELDS if name not in columns]
    if missing:
        raise _missing(missing)
    return Table({name: Place((name,)) for name in PERSON_FIELDS if name in columns})


def columns_missing(table: Table, columns: Collection[str]) -> list[str]:
    """The columns a table names and an answer does not have, in alphabetical order."""
    named = {place.path[0] for place in table.fields.values() if place.path}
    return sorted(named - set(columns))


def not_delivered(table: Table, wanted: Collection[str]) -> list[str]:
    """The fields the profile wants and the table does not fill, in screen order."""
    return [
        name
        for name in PROFILE_FIELDS
        if name in wanted and name not in table.delivered
    ]


def _places(data: dict, known: Collection[str], nested: bool) -> dict[str, Place]:
    unknown = set(data) - set(known)
    if unknown:
        raise _unknown(unknown)
    return {name: _place(name, entry, nested) for name, entry in data.items()}


def _place(name: str, entry: object, nested: bool) -> Place:
    table: object = {}
    if isinstance(entry, dict) and set(entry) <= {"chemin", "valeurs"}:
        table = entry.get("valeurs", {})
        entry = entry.get("chemin")
    if (
        not isinstance(entry, str)
        or not entry
        or not isinstance(table, dict)
        or not all(isinstance(value, str) for value in table.values())
    ):
        raise MappingProblem(
            _("The entry ${name} is not a path.", mapping={"name": name})
        )
    if entry.startswith("="):
        return Place(constant=entry[1:])
    return Place(_path(entry, nested), values=table)


def _path(text: object, nested: bool) -> tuple[str, ...]:
    if not isinstance(text, str):
        raise MappingProblem(_("A path is a text."))
    if not text:
        return ()
    return tuple(text.split(".")) if nested else (text,)


def _unknown(names: Collection[str]) -> MappingProblem:
    return MappingProblem(
        _("Unknown name: ${names}", mapping={"names": ", ".join(sorted(names))})
    )


def _missing(names: Collection[str]) -> MappingProblem:
    return MappingProblem(
        _("The table lacks: ${names}", mapping={"names": ", ".join(names)})
    )
