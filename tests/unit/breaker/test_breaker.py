"""The circuit breaker, by a clock of its own."""

from carouge.guichet.breaker import CircuitBreaker
from concurrent.futures import ThreadPoolExecutor

import pytest


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def breaker(clock):
    return CircuitBreaker(clock)


def fail(breaker, times):
    for _time in range(times):
        breaker.failed()


def test_four_failures_are_no_reason(breaker):
    fail(breaker, 4)
    assert breaker.allows() is True


def test_five_failures_close_the_door_for_a_minute(breaker, clock):
    fail(breaker, 5)
    assert breaker.allows() is False
    clock.now += 59.9
    assert breaker.allows() is False
    clock.now += 0.1
    assert breaker.allows() is True


def test_only_failures_in_a_row_count(breaker):
    fail(breaker, 4)
    breaker.succeeded()
    fail(breaker, 4)
    assert breaker.allows() is True


def test_after_the_pause_one_tries_for_all(breaker, clock):
    fail(breaker, 5)
    clock.now += 60
    assert [breaker.allows() for _time in range(3)] == [True, False, False]
    breaker.succeeded()
    assert [breaker.allows() for _time in range(3)] == [True, True, True]


def test_a_failed_try_is_another_minute(breaker, clock):
    fail(breaker, 5)
    clock.now += 60
    assert breaker.allows() is True
    breaker.failed()
    clock.now += 59
    assert breaker.allows() is False
    clock.now += 1
    assert breaker.allows() is True


def test_of_many_threads_one_tries(breaker, clock):
    fail(breaker, 5)
    clock.now += 60
    with ThreadPoolExecutor(8) as pool:
        allowed = list(pool.map(lambda _n: breaker.allows(), range(40)))
    assert allowed.count(True) == 1


def test_who_watches_spares_the_others(breaker, clock):
    breaker.trip(15)
    assert breaker.allows() is False
    assert breaker.resting is True
    clock.now += 15
    assert breaker.resting is False
    assert [breaker.allows(), breaker.allows()] == [True, False]


def test_a_watcher_makes_no_pause_shorter(breaker, clock):
    fail(breaker, 5)
    breaker.trip(15)
    clock.now += 59
    assert breaker.resting is True


def test_to_look_uses_up_no_try(breaker, clock):
    fail(breaker, 5)
    clock.now += 60
    assert breaker.resting is False
    assert breaker.allows() is True
