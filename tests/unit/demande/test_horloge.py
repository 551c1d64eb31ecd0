"""The clock of a demande counts the working days the service has had it."""

from carouge.guichet.demande.domain import is_late
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.horloge import geneva_holidays
from carouge.guichet.demande.horloge import Horloge
from carouge.guichet.demande.jours import add_working_days
from carouge.guichet.demande.jours import count_working_days
from carouge.guichet.demande.jours import working_days_before
from datetime import date
from datetime import timedelta
from hypothesis import given
from hypothesis import strategies as st

import pytest


FERIES = geneva_holidays()

days = st.dates(date(2025, 1, 1), date(2028, 12, 31))
lengths = st.integers(0, 60)
promises = st.integers(1, 40)


def later(day, length):
    return day + timedelta(days=length)


def is_working(day):
    return day.weekday() < 5 and day not in FERIES


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (date(2026, 11, 20), date(2026, 11, 23), 1),  # Friday to Monday
        (date(2026, 11, 20), date(2026, 11, 22), 0),
        (date(2026, 12, 30), date(2027, 1, 4), 1),  # Restauration, New Year, weekend
        (date(2026, 9, 9), date(2026, 9, 11), 1),  # Jeûne genevois
        (date(2026, 11, 23), date(2026, 11, 20), 0),  # nothing before the start
    ],
)
def test_working_days_between(start, end, expected):
    assert count_working_days(start, end, FERIES) == expected


@given(days, promises)
def test_counting_is_the_inverse_of_adding(start, length):
    end = add_working_days(start, length, FERIES)
    assert count_working_days(start, end, FERIES) == length


@given(days, lengths)
def test_going_back_is_the_inverse_of_counting(end, length):
    start = working_days_before(end, length, FERIES)
    assert is_working(start)
    assert count_working_days(start, end, FERIES) == length


@given(days, lengths, lengths)
def test_the_whole_is_the_sum_of_its_parts(start, first, second):
    middle, end = later(start, first), later(start, first + second)
    whole = Horloge(10).demarrer(start)
    parts = whole.arreter(middle, FERIES).demarrer(middle)
    assert parts.ecoules(end, FERIES) == whole.ecoules(end, FERIES)


@given(days, promises, lengths, lengths, lengths)
def test_a_pause_never_brings_the_expected_day_nearer(
    start, promise, before, pause, after
):
    running = Horloge(promise).demarrer(start)
    paused = running.arreter(later(start, before), FERIES)
    end = later(start, before + pause)
    resumed = paused.demarrer(end)
    assert resumed.attendu(FERIES) >= running.attendu(FERIES)
    # Nor does its length cost anything.
    assert resumed.restant(end, FERIES) == paused.restant(end, FERIES)
    assert paused.restant(end, FERIES) == running.restant(later(start, before), FERIES)
    last = later(end, after)
    assert resumed.ecoules(last, FERIES) <= running.ecoules(last, FERIES)


@given(days, promises, lengths, lengths, lengths)
def test_the_days_left_agree_with_the_expected_day(
    start, promise, before, pause, after
):
    clock = Horloge(promise).demarrer(start).arreter(later(start, before), FERIES)
    clock = clock.demarrer(later(start, before + pause))
    today = later(start, before + pause + after)
    expected = clock.attendu(FERIES)
    left = clock.restant(today, FERIES)
    assert left == (
        count_working_days(today, expected, FERIES)
        - count_working_days(expected, today, FERIES)
    )
    if left < 0:
        assert is_late(expected, State.EN_COURS, today)


@given(days, lengths)
def test_holidays_and_weekends_count_for_nothing(start, length):
    clock = Horloge(5).demarrer(start)
    end = later(start, length)
    counted = clock.ecoules(later(end, 1), FERIES) - clock.ecoules(end, FERIES)
    assert counted == is_working(later(end, 1))


def test_a_clock_without_promise_counts_all_the_same():
    clock = Horloge().demarrer(date(2026, 11, 20))
    assert clock.attendu(FERIES) is None
    assert clock.restant(date(2026, 11, 27), FERIES) is None
    assert clock.arreter(date(2026, 11, 27), FERIES) == Horloge(None, 5, None)


def test_started_twice_and_stopped_twice():
    clock = Horloge(3).demarrer(date(2026, 11, 20))
    assert clock.demarrer(date(2026, 11, 25)) == clock
    stopped = clock.arreter(date(2026, 11, 24), FERIES)
    assert stopped == Horloge(3, 2, None)
    assert stopped.arreter(date(2026, 12, 24), FERIES) == stopped
    assert stopped.attendu(FERIES) is None


def test_a_broken_promise_stays_broken_by_as_many_days():
    # Due on Wednesday 25, asked for a complement on Friday 27: two days late.
    clock = Horloge(3).demarrer(date(2026, 11, 20)).arreter(date(2026, 11, 27), FERIES)
    resumed = clock.demarrer(date(2026, 12, 14))
    assert resumed.restant(date(2026, 12, 14), FERIES) == -2
    assert resumed.attendu(FERIES) == date(2026, 12, 10)


@pytest.mark.parametrize(
    ("etat", "suspendu", "expected"),
    [
        (State.EN_COURS, False, True),
        (State.EN_COURS, True, False),
        (State.A_COMPLETER, False, False),
        (State.VALIDEE, False, False),
    ],
)
def test_late_is_only_what_waits_for_the_service(etat, suspendu, expected):
    day = date(2026, 11, 25)
    assert is_late(day, etat, date(2026, 11, 26), suspendu) is expected
    assert not is_late(day, etat, day, suspendu)
