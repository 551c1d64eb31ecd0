"""Who may open which démarche: the one policy, in pure Python.

:func:`decide` takes what is known of the usager and what a démarche asks for, and
answers with a :class:`Decision`. The padlock of the catalogue, the page of the
démarche, the form, the submission, the REST services and the search all show what
this function says.
"""

from __future__ import annotations

from carouge.guichet.compte.domain import AccountType
from carouge.guichet.compte.domain import Level
from carouge.guichet.registre.domain import Status
from dataclasses import dataclass
from datetime import datetime
from datetime import timedelta
from enum import Enum


class Reason(str, Enum):
    """Why a usager may not start a démarche."""

    LOGIN = "login"
    LEVEL = "level"
    ACCOUNT_TYPE = "account_type"
    NOT_RESIDENT = "not_resident"
    RESIDENCE_AMBIGUOUS = "residence_ambiguous"
    RESIDENCE_UNAVAILABLE = "residence_unavailable"
    STALE_LOGIN = "stale_login"


class Remedy(str, Enum):
    """The shortest next step that may lift the refusal."""

    LOG_IN = "log_in"
    VERIFY_ACCOUNT = "verify_account"
    CHANGE_ACCOUNT = "change_account"
    LOG_IN_AGAIN = "log_in_again"
    COUNTER = "counter"
    TRY_LATER = "try_later"


@dataclass(frozen=True)
class Usager:
    """Facts about the person in front of us, as far as they are proved.

    ``residency`` is None as long as no register was asked. ``logged_in_at`` is the
    moment of the proof of identity this session rests on, timezone-aware.
    """

    level: Level = Level.ANONYMOUS
    account_type: AccountType | None = None
    residency: Status | None = None
    logged_in_at: datetime | None = None

    @property
    def anonymous(self) -> bool:
        return self.level is Level.ANONYMOUS


ANONYMOUS = Usager()

#: What to say, and what to do, for each answer that does not confirm the residence.
_RESIDENCE = {
    Status.NOT_RESIDENT: (Reason.NOT_RESIDENT, Remedy.COUNTER),
    Status.AMBIGUOUS: (Reason.RESIDENCE_AMBIGUOUS, Remedy.COUNTER),
    Status.UNAVAILABLE: (Reason.RESIDENCE_UNAVAILABLE, Remedy.TRY_LATER),
    Status.NOT_CONFIGURED: (Reason.RESIDENCE_UNAVAILABLE, Remedy.COUNTER),
    None: (Reason.RESIDENCE_UNAVAILABLE, Remedy.LOG_IN_AGAIN),
}


@dataclass(frozen=True)
class Conditions:
    """What a démarche asks of the usager. The default is open to everybody."""

    level: Level = Level.ANONYMOUS
    account_types: frozenset[AccountType] = frozenset()
    residents_only: bool = False
    max_login_age: timedelta | None = None

    @property
    def open(self) -> bool:
        """True when everybody may start the démarche, without any account."""
        return self.required_level is Level.ANONYMOUS

    @property
    def required_types(self) -> frozenset[AccountType]:
        """The types of account that can fulfil all conditions; empty means all.

        Only a natural person is looked up in the residents' register.
        """
        if self.residents_only:
            return frozenset({AccountType.PERSONNE})
        return self.account_types

    @property
    def required_level(self) -> Level:
        """The lowest level that can fulfil all conditions together.

        Only a verified person is looked up in the residents' register, and a type of
        account or the age of a login supposes an account.
        """
        if self.residents_only:
            return Level.VERIFIED
        if self.account_types or self.max_login_age is not None:
            return max(self.level, Level.DECLARED)
        return self.level


@dataclass(frozen=True)
class Decision:
    """The answer of the policy; ``reason`` and ``remedy`` are None when allowed."""

    allowed: bool
    reason: Reason | None = None
    remedy: Remedy | None = None


ALLOWED = Decision(True)


def decide(usager: Usager, conditions: Conditions, now: datetime) -> Decision:
    """Say whether the usager may start the démarche, at the moment ``now`` (aware).

    The first unfulfilled condition is told, in the order in which a citizen can act
    upon them: log in, act with the right account, verify it, live here, log in anew.
    """
    if conditions.open:
        return ALLOWED
    if usager.anonymous:
        return Decision(False, Reason.LOGIN, Remedy.LOG_IN)
    if (
        conditions.required_types
        and usager.account_type not in conditions.required_types
    ):
        return Decision(False, Reason.ACCOUNT_TYPE, Remedy.CHANGE_ACCOUNT)
    if usager.level < conditions.required_level:
        return Decision(False, Reason.LEVEL, Remedy.VERIFY_ACCOUNT)
    if conditions.residents_only and usager.residency is not Status.RESIDENT:
        return Decision(False, *_RESIDENCE[usager.residency])
    if conditions.max_login_age is not None and (
        usager.logged_in_at is None
        or now - usager.logged_in_at > conditions.max_login_age
    ):
        return Decision(False, Reason.STALE_LOGIN, Remedy.LOG_IN_AGAIN)
    return ALLOWED
