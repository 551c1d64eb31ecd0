"""The household: who may be in it, and what may be said of whom. Pure Python."""

from __future__ import annotations

from carouge.guichet.compte.domain import DomainError
from carouge.guichet.compte.domain import Membre
from carouge.guichet.compte.domain import Role
from carouge.guichet.compte.saisie import InvalidValue
from carouge.guichet.compte.saisie import one_line
from carouge.guichet.compte.saisie import parse_day
from carouge.guichet.compte.saisie import Problem
from carouge.guichet.compte.saisie import SEXES
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import replace
from datetime import date
from datetime import datetime

import unicodedata


#: More people than that live in no household, and in no form of ours.
MAX_MEMBRES = 20

#: What the register says of a member, nobody changes here.
LOCKED_FIELDS = ("role", "prenom", "nom", "date_naissance", "sexe")
#: What the holder of the compte says, also of a member from the register.
OWN_FIELDS = ("ecole", "classe", "representant")
FIELDS = LOCKED_FIELDS + OWN_FIELDS


class HouseholdFull(DomainError):
    """There are ``MAX_MEMBRES`` members already."""


class DuplicateMembre(DomainError):
    """Somebody of that name and birth date is in the household already."""

    def __init__(self, membre: Membre) -> None:
        super().__init__(membre.id)
        self.membre = membre


class LockedMembre(DomainError):
    """The register holds what was to be changed; ``names`` are the fields."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(", ".join(names))
        self.names = names


class InvalidMembre(DomainError):
    """Some values cannot be taken; ``problems`` by field."""

    def __init__(self, problems: Mapping[str, Problem]) -> None:
        super().__init__(", ".join(problems))
        self.problems = dict(problems)


@dataclass(frozen=True)
class Household:
    """What the rules look at: the members, and the schools one chooses among."""

    membres: tuple[Membre, ...]
    ecoles: tuple[str, ...] = ()


def changed(
    household: Household,
    membre: Membre,
    values: Mapping[str, object],
    *,
    today: date,
    now: datetime,
) -> Membre:
    """The member as he is after the change; ``values`` are the fields to change.

    :raises KeyError: a name that is no field
    :raises LockedMembre: a field the register holds, with another value
    :raises InvalidMembre: values that cannot be taken
    :raises DuplicateMembre: somebody else of the household is the same person
    """
    unknown = set(values) - set(FIELDS)
    if unknown:
        raise KeyError(min(unknown))
    parsed, problems = _parse(values, today, membre, household.ecoles)
    if membre.locked:
        locked = tuple(
            name
            for name in LOCKED_FIELDS
            if name in values
            and (name in problems or parsed[name] != getattr(membre, name))
        )
        if locked:
            raise LockedMembre(locked)
    result = replace(membre, **parsed)
    if result.role is Role.ADULTE:
        result = replace(result, ecole="", classe="")
    if not membre.locked:
        # All that is to be mended is said at once. Without a role, or beside a date
        # that is none, it is not known whether the birth date is missing.
        missing = _missing(result)
        if {"role", "date_naissance"} & set(problems):
            missing.pop("date_naissance", None)
        problems = {**missing, **problems}
    if problems:
        order = {name: number for number, name in enumerate(FIELDS)}
        raise InvalidMembre(dict(sorted(problems.items(), key=lambda p: order[p[0]])))
    same = twin(household.membres, result)
    if same is not None:
        raise DuplicateMembre(same)
    if result != membre and not membre.locked:
        result = replace(result, at=now)
    return result


def made(
    household: Household,
    membre_id: str,
    values: Mapping[str, object],
    *,
    today: date,
    now: datetime,
) -> Membre:
    """A new member.

    :raises HouseholdFull: there is no room
    :raises KeyError: a name that is no field
    :raises InvalidMembre: values that are missing or cannot be taken
    :raises DuplicateMembre: he is there already
    """
    blank = Membre(
        id=membre_id, role=Role.ENFANT, prenom="", nom="", date_naissance=None, at=now
    )
    # No role is a missing answer, not a child.
    membre = changed(household, blank, {"role": "", **values}, today=today, now=now)
    if len(household.membres) >= MAX_MEMBRES:
        raise HouseholdFull(MAX_MEMBRES)
    return membre


def twin(membres: Iterable[Membre], membre: Membre) -> Membre | None:
    """Another member who is the same person: same names, same birth date."""
    return next(
        (
            other
            for other in membres
            if other.id != membre.id and _person(other) == _person(membre)
        ),
        None,
    )


def same_words(one: Membre, other: Membre) -> bool:
    """Whether two members say the same, apart from id and date."""
    return all(getattr(one, name) == getattr(other, name) for name in FIELDS)


def _person(membre: Membre) -> tuple:
    return (_plain(membre.prenom), _plain(membre.nom), membre.date_naissance)


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    letters = (char if char.isalnum() else " " for char in decomposed)
    return " ".join(
        "".join(
            char
            for char, source in zip(letters, decomposed, strict=True)
            if not unicodedata.combining(source)
        ).split()
    )


def _missing(membre: Membre) -> dict[str, Problem]:
    missing = {}
    for name in ("prenom", "nom"):
        if not getattr(membre, name):
            missing[name] = Problem.REQUIRED
    if membre.role is Role.ENFANT and membre.date_naissance is None:
        missing["date_naissance"] = Problem.REQUIRED
    return missing


def _parse(
    values: Mapping[str, object],
    today: date,
    membre: Membre,
    ecoles: Collection[str],
) -> tuple[dict[str, object], dict[str, Problem]]:
    parsed: dict[str, object] = {}
    problems: dict[str, Problem] = {}
    for name, value in values.items():
        try:
            parsed[name] = _parse_field(name, value, today, membre, ecoles)
        except InvalidValue as error:
            problems[name] = error.problem
    return parsed, problems


def _parse_field(
    name: str, value: object, today: date, membre: Membre, ecoles: Collection[str]
) -> object:
    if name == "representant":
        if not isinstance(value, bool):
            raise InvalidValue(Problem.CHOICE)
        return value
    if name == "date_naissance" and value is None:
        return None
    if not isinstance(value, str):
        raise InvalidValue(Problem.NOT_TEXT)
    text = one_line(value, name)
    if name == "role":
        if not text:
            raise InvalidValue(Problem.REQUIRED)
        try:
            return Role(text)
        except ValueError:
            raise InvalidValue(Problem.CHOICE) from None
    if name == "date_naissance":
        return parse_day(text, today) if text else None
    if name == "sexe" and text and text not in SEXES:
        raise InvalidValue(Problem.CHOICE)
    # A school that has left the list stays with whoever goes there.
    if name == "ecole" and text and ecoles and text not in {*ecoles, membre.ecole}:
        raise InvalidValue(Problem.CHOICE)
    return text
