"""Which claim says what: the configuration of the login's mapping, in pure Python.

A JSON object with one rule per field::

    {"level": {"paths": [["verified"], ["acr"]], "values": {"verified": [true]}}}

``paths`` are tried in their order: the first one that leads to something counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from typing import Any

import json


#: Fields whose value is one of a table, and the results a table may have.
TABLES = {
    "account_type": {"natural", "legal"},
    "level": {"verified"},
    "sex": {"f", "m"},
    "organisation.kind": {"company", "association"},
}

#: Every field of a mapping.
FIELDS = (
    "account_type",
    "level",
    "given_name",
    "family_name",
    "birthdate",
    "sex",
    "avs",
    "email",
    "phone",
    "mandate",
    "organisation.id",
    "organisation.name",
    "organisation.uid",
    "organisation.kind",
)

DATE_FORMATS = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%Y%m%d")

_MOST_PATHS = 20

DEFAULT = """\
{
  "account_type": {
    "paths": [["account_type"], ["typeCompte"]],
    "values": {
      "natural": ["natural", "PP", "personne physique"],
      "legal": ["legal", "PM", "personne morale"]
    }
  },
  "level": {
    "paths": [["verified"], ["niveau"], ["acr"]],
    "values": {
      "verified": [
        true,
        "verifie",
        "urn:qa.agov.ch:names:tc:ac:classes:200",
        "urn:qa.agov.ch:names:tc:ac:classes:300",
        "urn:qa.agov.ch:names:tc:ac:classes:400",
        "urn:qa.agov.ch:names:tc:ac:classes:500",
        "urn:qa.agov.ch:names:tc:ac:classes:600"
      ]
    }
  },
  "given_name": {"paths": [["given_name"], ["firstname"], ["prenom"]]},
  "family_name": {"paths": [["family_name"], ["familyname"], ["nom"]]},
  "birthdate": {
    "paths": [["birthdate"], ["dateofbirth"], ["dateNaissance"]],
    "formats": ["%Y-%m-%d", "%d.%m.%Y"]
  },
  "sex": {
    "paths": [["gender"], ["sexe"]],
    "values": {"f": ["female", "F", "f"], "m": ["male", "M", "m"]}
  },
  "avs": {"paths": [["avs"], ["svnr"], ["navs13"]]},
  "email": {"paths": [["email"]]},
  "phone": {"paths": [["phone_number"], ["telephone"]]},
  "mandate": {"paths": [["mandate"], ["mandat"]]},
  "organisation.id": {"paths": [["organisation", "id"], ["organisation_id"]]},
  "organisation.name": {
    "paths": [["organisation", "name"], ["organisation_name"], ["raisonSociale"]]
  },
  "organisation.uid": {
    "paths": [["organisation", "uid"], ["organisation_uid"], ["ide"], ["uid"]]
  },
  "organisation.kind": {
    "paths": [["organisation", "kind"], ["organisation_kind"]],
    "values": {
      "company": ["company", "entreprise"],
      "association": ["association"]
    }
  }
}
"""

EXAMPLE = """\
{
  "sub": "G-4d2c7a61-0b5e-4d7e-9a53-2f8b1f0f6c11",
  "given_name": "Camille",
  "family_name": "Rochat",
  "birthdate": "12.04.1986",
  "gender": "F",
  "email": "camille@example.ch",
  "account_type": "PP",
  "verified": true,
  "acr": "urn:qa.agov.ch:names:tc:ac:classes:200"
}
"""


class MappingError(ValueError):
    """The configuration is unusable.

    ``problem`` is ``"json"``, ``"object"``, ``"field"``, ``"rule"``, ``"paths"``,
    ``"values"``, ``"formats"`` or ``"missing"``; ``where`` names the field, if any.
    """

    def __init__(self, problem: str, where: str = "") -> None:
        super().__init__(f"{problem} {where}".strip())
        self.problem = problem
        self.where = where


@dataclass(frozen=True)
class Rule:
    """Where a field comes from; ``values`` are the claims' values per result."""

    paths: tuple[tuple[str, ...], ...]
    values: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    formats: tuple[str, ...] = DATE_FORMATS[:2]


Mapping = dict[str, Rule]


def read(rule: Rule, claims: dict[str, Any]) -> Any:
    """The value the first path with something at its end leads to, or None."""
    for path in rule.paths:
        value: Any = claims
        for step in path:
            value = value.get(step) if isinstance(value, dict) else None
        if value is not None and value != "":
            return value
    return None


def parse_mapping(text: str) -> Mapping:
    """Read the configuration.

    :raises MappingError: it is unusable
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MappingError("json") from error
    if not isinstance(data, dict):
        raise MappingError("object")
    for name in data:
        if name not in FIELDS:
            raise MappingError("field", name)
    # Without a word about the level nobody would ever be verified, and nobody notice.
    for name in ("level", "given_name", "family_name"):
        if name not in data:
            raise MappingError("missing", name)
    return {name: _rule(name, rule) for name, rule in data.items()}


def _rule(name: str, data: Any) -> Rule:
    allowed = {"paths"}
    allowed |= {"values"} if name in TABLES else set()
    allowed |= {"formats"} if name == "birthdate" else set()
    if not isinstance(data, dict) or set(data) - allowed:
        raise MappingError("rule", name)
    rule = Rule(paths=_paths(name, data.get("paths")))
    if name in TABLES:
        rule = Rule(rule.paths, values=_values(name, data.get("values")))
    if "formats" in data:
        rule = Rule(rule.paths, formats=_formats(name, data["formats"]))
    return rule


def _paths(name: str, data: Any) -> tuple[tuple[str, ...], ...]:
    if not isinstance(data, list) or not 0 < len(data) <= _MOST_PATHS:
        raise MappingError("paths", name)
    for path in data:
        if not (
            isinstance(path, list)
            and path
            and all(isinstance(step, str) and step for step in path)
        ):
            raise MappingError("paths", name)
    return tuple(tuple(path) for path in data)


def _values(name: str, data: Any) -> dict[str, tuple[Any, ...]]:
    if not isinstance(data, dict) or not data or set(data) - TABLES[name]:
        raise MappingError("values", name)
    seen: set[tuple[type, Any]] = set()
    for values in data.values():
        if not isinstance(values, list) or not values:
            raise MappingError("values", name)
        for value in values:
            # « no » and « nothing » can prove nothing; one value means one thing.
            if not isinstance(value, (str, bool, int)) or value is False or value == "":
                raise MappingError("values", name)
            if (type(value), value) in seen:
                raise MappingError("values", name)
            seen.add((type(value), value))
    return {result: tuple(values) for result, values in data.items()}


def _formats(name: str, data: Any) -> tuple[str, ...]:
    if not isinstance(data, list) or not data or set(map(str, data)) - {*DATE_FORMATS}:
        raise MappingError("formats", name)
    return tuple(data)
