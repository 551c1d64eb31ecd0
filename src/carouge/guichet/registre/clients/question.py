"""A question put into the words a register reads."""

from __future__ import annotations

from carouge.guichet.registre.checks import PLACEHOLDER
from carouge.guichet.registre.domain import ResidentQuery
from collections.abc import Collection
from datetime import date
from urllib.parse import quote

import json


def words_of(query: ResidentQuery) -> dict[str, str]:
    """The values of :data:`carouge.guichet.registre.checks.QUERY_NAMES`."""
    return {
        "family_name": query.family_name,
        "given_names": query.given_names,
        "first_name": next(iter(query.given_names.split()), ""),
        "birthdate": query.birthdate.isoformat() if query.birthdate else "",
        "sex": query.sex,
        "person_id": query.person_id,
        "avs": query.avs,
    }


def parameters_of(query: ResidentQuery) -> dict[str, str | date | None]:
    """The same for a database: a date as a date, nothing known as NULL."""
    parameters: dict = {name: value or None for name, value in words_of(query).items()}
    parameters["birthdate"] = query.birthdate
    return parameters


def address(template: str, query: ResidentQuery) -> str:
    """The address with its placeholders filled in, and never an AVS number."""
    words = words_of(query) | {"avs": ""}
    return PLACEHOLDER.sub(lambda match: quote(words[match[1]], safe=""), template)


def document(template: str, query: ResidentQuery, fields: Collection[str]) -> bytes:
    """The JSON document; an entry that would say nothing is left out.

    A text that is ``{fields}`` and nothing else becomes the list of ``fields``.
    """
    filled = _fill(json.loads(template), words_of(query), sorted(fields))
    return json.dumps(filled, ensure_ascii=False).encode()


def _fill(part, words: dict[str, str], fields: list[str]):
    if isinstance(part, dict):
        return {
            name: value
            for name, entry in part.items()
            if (value := _fill(entry, words, fields)) != "" or entry == ""
        }
    if isinstance(part, list):
        return [_fill(entry, words, fields) for entry in part]
    if part == "{fields}":
        return fields
    if isinstance(part, str):
        texts = words | {"fields": " ".join(fields)}
        return PLACEHOLDER.sub(lambda match: texts[match[1]], part)
    return part
