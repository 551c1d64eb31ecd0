"""When a démarche can be done, how its fiche looks, and which searches may be kept.

Pure Python.
"""

from __future__ import annotations

from carouge.guichet.access.domain import AccountType
from carouge.guichet.access.domain import Conditions
from carouge.guichet.access.domain import Level
from carouge.guichet.demarche.search import Fiche
from carouge.guichet.demarche.search import normalise
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from datetime import timedelta
from enum import Enum

import re


class Availability(str, Enum):
    """Whether the form of a démarche can be filled in today."""

    OPEN = "open"
    EXTERNAL = "external"
    NO_FORM = "no_form"
    SUSPENDED = "suspended"
    NOT_YET = "not_yet"
    CLOSED = "closed"


@dataclass(frozen=True)
class DemarcheFiche:
    """What the catalogue shows of a démarche, apart from any database."""

    uid: str
    path: str
    title: str
    summary: str
    categorie_id: str
    categorie_title: str
    service_uid: str
    conditions: Conditions
    account_recommended: bool
    suspended: bool
    published: bool
    opens: date | None
    closes: date | None
    external: str | None
    has_form: bool
    delay: int | None
    cost: str
    fee: int
    search: Fiche

    def availability(self, today: date) -> Availability:
        """Whether the form can be filled in on that day (local date)."""
        if self.suspended:
            return Availability.SUSPENDED
        if self.opens and today < self.opens:
            return Availability.NOT_YET
        if self.closes and today > self.closes:
            return Availability.CLOSED
        if self.external:
            return Availability.EXTERNAL
        return Availability.OPEN if self.has_form else Availability.NO_FORM


LEVELS = {
    "ouvert": Level.ANONYMOUS,
    "declare": Level.DECLARED,
    "verifie": Level.VERIFIED,
}


def conditions_from(
    *,
    niveau: str,
    types_compte: Collection[str] = (),
    residents_seulement: bool = False,
    connexion_minutes: int | None = None,
) -> Conditions:
    """The conditions of access, from the fields an editor fills in.

    ``connexion_minutes`` is the maximum age of the login in minutes.
    """
    return Conditions(
        level=LEVELS[niveau],
        account_types=frozenset(AccountType(value) for value in types_compte or ()),
        residents_only=bool(residents_seulement),
        max_login_age=timedelta(minutes=connexion_minutes)
        if connexion_minutes
        else None,
    )


#: A longer search is a letter to somebody, not words of a catalogue.
MAX_KEPT_QUERY = 60

_APART = re.compile(r"(?<=\d)[\s./'’-]+(?=\d)")
_NUMBER = re.compile(r"\d{6}")


def keepable_query(query: str) -> str | None:
    """What may be kept of a search that found nothing; None for nothing at all.

    The answer has neither case, accents nor punctuation, so that one word is counted
    once. A search that looks like an address, a date of birth, a telephone or an AVS
    number, or like a whole letter, is not kept.
    """
    if "@" in query or _NUMBER.search(_APART.sub("", query)):
        return None
    kept = normalise(query)
    return kept if 1 < len(kept) <= MAX_KEPT_QUERY else None
