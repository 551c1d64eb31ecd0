"""The one access policy: examples of the design, and what always holds."""

from carouge.guichet.access.domain import AccountType
from carouge.guichet.access.domain import ANONYMOUS
from carouge.guichet.access.domain import Conditions
from carouge.guichet.access.domain import decide
from carouge.guichet.access.domain import Decision
from carouge.guichet.access.domain import Level
from carouge.guichet.access.domain import Reason
from carouge.guichet.access.domain import Remedy
from carouge.guichet.access.domain import Usager
from carouge.guichet.registre.domain import Status
from dataclasses import replace
from datetime import datetime
from datetime import timedelta
from datetime import timezone
from hypothesis import given
from hypothesis import strategies as st

import pytest


NOW = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
FRESH = NOW - timedelta(minutes=1)

RESIDENT = Usager(Level.VERIFIED, AccountType.PERSONNE, Status.RESIDENT, FRESH)
NEIGHBOUR = Usager(Level.VERIFIED, AccountType.PERSONNE, Status.NOT_RESIDENT, FRESH)
UNVERIFIED = Usager(Level.DECLARED, AccountType.PERSONNE, None, FRESH)
COMPANY = Usager(Level.VERIFIED, AccountType.ENTREPRISE, None, FRESH)
ASSOCIATION = Usager(Level.DECLARED, AccountType.ASSOCIATION, None, FRESH)

OPEN = Conditions()
ANY_ACCOUNT = Conditions(level=Level.DECLARED)
VERIFIED_ONLY = Conditions(level=Level.VERIFIED)
RESIDENTS = Conditions(residents_only=True)
COMPANIES = Conditions(account_types=frozenset({AccountType.ENTREPRISE}))
RECENT = Conditions(level=Level.DECLARED, max_login_age=timedelta(minutes=30))

YES = Decision(True)
LOG_IN = Decision(False, Reason.LOGIN, Remedy.LOG_IN)
VERIFY = Decision(False, Reason.LEVEL, Remedy.VERIFY_ACCOUNT)
CHANGE = Decision(False, Reason.ACCOUNT_TYPE, Remedy.CHANGE_ACCOUNT)
COUNTER = Decision(False, Reason.NOT_RESIDENT, Remedy.COUNTER)
AMBIGUOUS = Decision(False, Reason.RESIDENCE_AMBIGUOUS, Remedy.COUNTER)
SILENT = Decision(False, Reason.RESIDENCE_UNAVAILABLE, Remedy.TRY_LATER)
NEVER_ASKED = Decision(False, Reason.RESIDENCE_UNAVAILABLE, Remedy.LOG_IN_AGAIN)
NO_REGISTER = Decision(False, Reason.RESIDENCE_UNAVAILABLE, Remedy.COUNTER)
AGAIN = Decision(False, Reason.STALE_LOGIN, Remedy.LOG_IN_AGAIN)


@pytest.mark.parametrize(
    ("usager", "conditions", "decision"),
    [
        (ANONYMOUS, OPEN, YES),
        (ANONYMOUS, ANY_ACCOUNT, LOG_IN),
        (ANONYMOUS, RESIDENTS, LOG_IN),
        (ANONYMOUS, COMPANIES, LOG_IN),
        (UNVERIFIED, ANY_ACCOUNT, YES),
        (UNVERIFIED, VERIFIED_ONLY, VERIFY),
        (UNVERIFIED, RESIDENTS, VERIFY),
        (NEIGHBOUR, VERIFIED_ONLY, YES),
        (NEIGHBOUR, RESIDENTS, COUNTER),
        (replace(NEIGHBOUR, residency=Status.AMBIGUOUS), RESIDENTS, AMBIGUOUS),
        (replace(NEIGHBOUR, residency=Status.UNAVAILABLE), RESIDENTS, SILENT),
        (replace(NEIGHBOUR, residency=None), RESIDENTS, NEVER_ASKED),
        (replace(NEIGHBOUR, residency=Status.NOT_CONFIGURED), RESIDENTS, NO_REGISTER),
        (COMPANY, RESIDENTS, CHANGE),
        (RESIDENT, RESIDENTS, YES),
        (RESIDENT, COMPANIES, CHANGE),
        (ASSOCIATION, COMPANIES, CHANGE),
        (COMPANY, COMPANIES, YES),
        (RESIDENT, RECENT, YES),
        (replace(RESIDENT, logged_in_at=NOW - timedelta(minutes=31)), RECENT, AGAIN),
        (replace(RESIDENT, logged_in_at=None), RECENT, AGAIN),
    ],
)
def test_decisions(usager, conditions, decision):
    assert decide(usager, conditions, NOW) == decision


levels = st.sampled_from(Level)
types = st.sampled_from(AccountType)
usagers = st.one_of(
    st.just(ANONYMOUS),
    st.builds(
        Usager,
        level=st.sampled_from([Level.DECLARED, Level.VERIFIED]),
        account_type=types,
        residency=st.sampled_from([*Status, None]),
        logged_in_at=st.one_of(
            st.none(),
            st.integers(0, 10_000).map(
                lambda minutes: NOW - timedelta(minutes=minutes)
            ),
        ),
    ),
)
conditions = st.builds(
    Conditions,
    level=levels,
    account_types=st.frozensets(types),
    residents_only=st.booleans(),
    max_login_age=st.one_of(
        st.none(), st.integers(1, 10_000).map(lambda m: timedelta(minutes=m))
    ),
)


@given(usagers, conditions)
def test_a_refusal_always_says_why_and_what_next(usager, asked):
    decision = decide(usager, asked, NOW)
    assert decision.allowed == (decision.reason is None)
    assert decision.allowed == (decision.remedy is None)


@given(usagers)
def test_open_to_everybody_means_everybody(usager):
    assert decide(usager, OPEN, NOW) == YES


@given(conditions)
def test_anonymous_passes_only_where_nothing_is_asked(asked):
    assert decide(ANONYMOUS, asked, NOW).allowed == (asked == Conditions())


@given(usagers, conditions)
def test_a_better_proved_identity_never_loses_access(usager, asked):
    if usager.anonymous:
        return
    better = replace(
        usager, level=Level.VERIFIED, residency=Status.RESIDENT, logged_in_at=NOW
    )
    if decide(usager, asked, NOW).allowed:
        assert decide(better, asked, NOW).allowed


@given(usagers, conditions, st.frozensets(types, min_size=1))
def test_a_stricter_condition_never_opens(usager, asked, only):
    stricter = replace(
        asked,
        level=Level.VERIFIED,
        residents_only=True,
        account_types=(asked.account_types & only) or asked.account_types or only,
    )
    if not decide(usager, asked, NOW).allowed:
        assert not decide(usager, stricter, NOW).allowed


@given(usagers, conditions)
def test_allowed_means_every_single_condition_holds(usager, asked):
    if not decide(usager, asked, NOW).allowed:
        return
    assert usager.level >= asked.level
    assert not asked.account_types or usager.account_type in asked.account_types
    assert not asked.residents_only or usager.residency is Status.RESIDENT
    if asked.max_login_age is not None:
        assert NOW - usager.logged_in_at <= asked.max_login_age
