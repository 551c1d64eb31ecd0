"""The words of the catalogue: access, refusals, availability; the same on all pages."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.access.domain import Decision
from carouge.guichet.access.domain import Level
from carouge.guichet.access.domain import Reason
from carouge.guichet.access.domain import Remedy
from carouge.guichet.access.domain import Usager
from carouge.guichet.access.labels import REASONS
from carouge.guichet.access.labels import remedy_words
from carouge.guichet.access.labels import requirements_of
from carouge.guichet.access.labels import SHORT_REASONS
from carouge.guichet.access.labels import VERIFICATION_TIME
from carouge.guichet.access.service import check_access
from carouge.guichet.demarche.domain import Availability
from carouge.guichet.demarche.domain import DemarcheFiche
from carouge.guichet.demarche.search import Hit
from carouge.guichet.swisstime import format_date
from dataclasses import dataclass
from datetime import date

import re


@dataclass(frozen=True)
class Refusal:
    """Why somebody may not start a démarche, and what to do; phrases in order."""

    title: str
    requirements: tuple[str, ...]
    steps: tuple[str, ...]


def refusal_of(fiche: DemarcheFiche, decision: Decision) -> Refusal:
    """The words for a decision of the policy that is not ``allowed``."""
    steps = [remedy_words(decision.remedy)]
    verified = fiche.conditions.required_level is Level.VERIFIED
    if verified and decision.remedy is Remedy.LOG_IN:
        steps.insert(0, VERIFICATION_TIME)
    elif decision.remedy is Remedy.VERIFY_ACCOUNT:
        steps.append(VERIFICATION_TIME)
    return Refusal(
        REASONS[decision.reason],
        requirements_of(fiche.conditions),
        tuple(steps),
    )


@dataclass(frozen=True)
class Padlock:
    """Access to a démarche in words, for one visitor.

    ``requirements`` are empty when everybody may start without an account; ``reason``
    is None when this visitor may start now.
    """

    requirements: tuple[str, ...]
    reason: str | None

    @property
    def closed(self) -> bool:
        return self.reason is not None

    @property
    def remark(self) -> str | None:
        """What the requirements alone do not tell somebody who has logged in."""
        return None if self.reason == SHORT_REASONS[Reason.LOGIN] else self.reason

    @property
    def icon(self) -> str:
        return "lock" if self.closed else "unlock"


def padlock_of(fiche: DemarcheFiche, usager: Usager) -> Padlock:
    """The padlock of a démarche as that usager sees it."""
    decision = check_access(fiche.conditions, usager)
    reason = None if decision.allowed else SHORT_REASONS[decision.reason]
    return Padlock(requirements_of(fiche.conditions), reason)


@dataclass(frozen=True)
class Badge:
    """A short remark on a démarche and Bootstrap's colours for it."""

    text: str
    css: str


def badge_of(fiche: DemarcheFiche, today: date) -> Badge | None:
    """What keeps the démarche from being done here today; None when nothing does."""
    availability = fiche.availability(today)
    if availability is Availability.SUSPENDED:
        return Badge(_("Suspended"), "text-bg-warning")
    if availability is Availability.NOT_YET:
        opens = format_date(fiche.opens)
        return Badge(_("Opens on ${day}", mapping={"day": opens}), "text-bg-light")
    if availability is Availability.CLOSED:
        closes = format_date(fiche.closes)
        return Badge(
            _("Closed since ${day}", mapping={"day": closes}), "text-bg-secondary"
        )
    if availability is Availability.EXTERNAL:
        return Badge(_("On another site"), "text-bg-light")
    if availability is Availability.NO_FORM:
        return Badge(_("At the counter"), "text-bg-light")
    return None


def understood_query(query: str, hit: Hit | None) -> str | None:
    """The query as the search has read it; None when it was read as it stands."""
    if hit is None or not hit.corrections:
        return None
    understood = query
    for typed, meant in hit.corrections:
        pattern = rf"(?<!\w){re.escape(typed)}(?!\w)"
        understood = re.sub(pattern, lambda _found: meant, understood, flags=re.I)  # noqa: B023
    return None if understood == query else understood
