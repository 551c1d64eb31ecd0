"""The words of the catalogue: access, refusals, availability; the same on all pages."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.access.domain import AccountType
from carouge.guichet.access.domain import Conditions
from carouge.guichet.access.domain import Decision
from carouge.guichet.access.domain import Level
from carouge.guichet.access.domain import Reason
from carouge.guichet.access.domain import Remedy
from carouge.guichet.access.service import check_access
from carouge.guichet.demarche.domain import Availability
from carouge.guichet.demarche.domain import DemarcheFiche
from carouge.guichet.demarche.search import Hit
from carouge.guichet.swisstime import format_date
from dataclasses import dataclass
from datetime import date

import re


LEVEL_LABELS = {
    Level.DECLARED: _("With an e-démarches account"),
    Level.VERIFIED: _("With a verified e-démarches account"),
}

ACCOUNT_TYPE_LABELS = {
    AccountType.PERSONNE: _("For natural persons"),
    AccountType.ENTREPRISE: _("For companies"),
    AccountType.ASSOCIATION: _("For associations"),
}

RESIDENTS_ONLY = _("For residents of the commune")

#: Why somebody who has logged in may not start, in one short line.
REASON_LABELS = {
    Reason.LOGIN: _("Login needed"),
    Reason.LEVEL: _("Your account is not verified yet"),
    Reason.ACCOUNT_TYPE: _("Not for this type of account"),
    Reason.RESIDENT: _("Your residence in the commune is not confirmed"),
    Reason.STALE_LOGIN: _("Please log in anew"),
}


#: Title of the box that stands where the button would be.
REFUSAL_TITLES = {
    Reason.LOGIN: _("You need an account for this démarche"),
    Reason.LEVEL: _("This démarche needs a verified account"),
    Reason.ACCOUNT_TYPE: _("This démarche is not for your type of account"),
    Reason.RESIDENT: _("This démarche is for residents of the commune"),
    Reason.STALE_LOGIN: _("For your safety, please log in anew"),
}

#: The shortest next step, one sentence each.
REMEDY_STEPS = {
    Remedy.LOG_IN: _(
        "Login with the e-démarches account is not open on this counter yet. Until "
        "then, the counter does this démarche with you."
    ),
    Remedy.VERIFY_ACCOUNT: _(
        "Have your e-démarches account verified, then come back to this page."
    ),
    Remedy.CHANGE_ACCOUNT: _(
        "Log out, then log in with an account of the type named above."
    ),
    Remedy.LOG_IN_AGAIN: _(
        "Your last login is too long ago for this démarche. Log out, then log in again."
    ),
    Remedy.COUNTER: _(
        "The residents' register does not confirm that you live in the commune. If you "
        "do, the counter will look into it with you."
    ),
}

VERIFICATION_TIME = _("The verification takes about 3 working days.")


@dataclass(frozen=True)
class Refusal:
    """Why somebody may not start a démarche, and what to do; phrases in order."""

    title: str
    requirements: tuple[str, ...]
    steps: tuple[str, ...]


def refusal_of(fiche: DemarcheFiche, decision: Decision) -> Refusal:
    """The words for a decision of the policy that is not ``allowed``."""
    steps = [REMEDY_STEPS[decision.remedy]]
    verified = fiche.conditions.required_level is Level.VERIFIED
    if verified and decision.remedy in (Remedy.LOG_IN, Remedy.VERIFY_ACCOUNT):
        steps.insert(0, VERIFICATION_TIME)
    return Refusal(
        REFUSAL_TITLES[decision.reason],
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
        return None if self.reason == REASON_LABELS[Reason.LOGIN] else self.reason

    @property
    def icon(self) -> str:
        return "lock" if self.closed else "unlock"


def requirements_of(conditions: Conditions) -> tuple[str, ...]:
    """What a démarche asks of the visitor, one phrase each; empty for everybody."""
    if conditions.open:
        return ()
    phrases = [LEVEL_LABELS[conditions.required_level]]
    phrases += [
        label
        for account_type, label in ACCOUNT_TYPE_LABELS.items()
        if account_type in conditions.account_types
    ]
    if conditions.residents_only:
        phrases.append(RESIDENTS_ONLY)
    return tuple(phrases)


def padlock_of(fiche: DemarcheFiche) -> Padlock:
    """The padlock of a démarche for whoever makes the current request."""
    decision = check_access(fiche.conditions)
    reason = None if decision.allowed else REASON_LABELS[decision.reason]
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
