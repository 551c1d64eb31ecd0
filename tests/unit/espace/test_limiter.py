"""Who guesses is slowed down; who mistypes once or twice is not."""

from carouge.guichet.limiter import client_key
from carouge.guichet.limiter import FIRST_PAUSE
from carouge.guichet.limiter import Limiter
from carouge.guichet.limiter import LONGEST_PAUSE
from carouge.guichet.limiter import MAX_FAILURES
from carouge.guichet.limiter import Quota
from carouge.guichet.limiter import WINDOW

import pytest


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture()
def clock():
    return Clock()


@pytest.fixture()
def limiter(clock):
    return Limiter(clock)


def fail(limiter, times, *keys):
    for _time in range(times):
        limiter.failed(keys or ("a",))


def test_nobody_waits_before_the_fifth_wrong_answer(limiter):
    assert limiter.wait(["a"]) == 0
    fail(limiter, MAX_FAILURES - 1)
    assert limiter.wait(["a"]) == 0
    fail(limiter, 1)
    assert limiter.wait(["a"]) == FIRST_PAUSE


def test_the_pause_passes(limiter, clock):
    fail(limiter, MAX_FAILURES)
    clock.now += FIRST_PAUSE - 0.5
    assert limiter.wait(["a"]) == 1
    clock.now += 0.5
    assert limiter.wait(["a"]) == 0


def test_each_further_wrong_answer_doubles_the_pause_up_to_an_hour(limiter, clock):
    fail(limiter, MAX_FAILURES)
    pauses = []
    for _time in range(8):
        pauses.append(limiter.wait(["a"]))
        clock.now += pauses[-1]
        fail(limiter, 1)
    assert pauses == [60, 120, 240, 480, 960, 1920, 3600, 3600]
    assert pauses[-1] == LONGEST_PAUSE


def test_wrong_answers_over_a_long_time_are_no_guessing(limiter, clock):
    for _time in range(20):
        fail(limiter, 1)
        clock.now += WINDOW / (MAX_FAILURES - 1) + 1
        assert limiter.wait(["a"]) == 0


def test_five_within_the_window_by_the_second(limiter, clock):
    fail(limiter, 1)
    clock.now += WINDOW
    fail(limiter, MAX_FAILURES - 1)
    assert limiter.wait(["a"]) == FIRST_PAUSE


def test_after_a_quiet_time_all_is_forgotten(limiter, clock):
    fail(limiter, MAX_FAILURES + 1)
    clock.now += 2 * FIRST_PAUSE + WINDOW + 1
    fail(limiter, MAX_FAILURES - 1)
    assert limiter.wait(["a"]) == 0
    fail(limiter, 1)
    assert limiter.wait(["a"]) == FIRST_PAUSE


def test_keys_are_counted_apart_and_the_longest_pause_counts(limiter, clock):
    fail(limiter, MAX_FAILURES, "client", "numero")
    assert limiter.wait(["other", "another"]) == 0
    assert limiter.wait(["other", "numero"]) == FIRST_PAUSE
    assert limiter.wait(["client", "another"]) == FIRST_PAUSE
    clock.now += FIRST_PAUSE
    fail(limiter, 1, "client")
    assert limiter.wait(["numero"]) == 0
    assert limiter.wait(["client", "numero"]) == 2 * FIRST_PAUSE


def test_memory_is_bounded_and_the_oldest_is_forgotten(clock):
    limiter = Limiter(clock, capacity=3)
    fail(limiter, MAX_FAILURES, "a")
    for key in "bcde":
        fail(limiter, 1, key)
    assert len(limiter) == 3
    assert limiter.wait(["a"]) == 0


def test_who_goes_on_guessing_is_not_forgotten(clock):
    limiter = Limiter(clock, capacity=3)
    for key in "bcdef":
        fail(limiter, 1, "a", key)
    assert len(limiter) == 3
    assert limiter.wait(["a"]) == FIRST_PAUSE


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
        ("unknown", "unknown"),
        ("x" * 1000, "x" * 64),
    ],
)
def test_a_client_is_his_address_or_his_network(address, key):
    assert client_key(address) == key


def test_a_quota_is_granted_and_comes_back(clock):
    quota = Quota(clock, uses=2, seconds=60)
    assert [quota.take("a") for _number in range(3)] == [True, True, False]
    # Each key has its own.
    assert quota.take("b")
    clock.now += 59
    assert not quota.take("a")
    clock.now += 1
    # What was refused has not used anything up.
    assert [quota.take("a") for _number in range(3)] == [True, True, False]


def test_a_quota_forgets_the_least_recent(clock):
    quota = Quota(clock, uses=1, seconds=60, capacity=2)
    assert [quota.take(key) for key in "abc"] == [True] * 3
    assert quota.take("a")
    assert not quota.take("c")


def test_several_uses_at_once_are_granted_together_or_not(clock):
    quota = Quota(clock, uses=3, seconds=60)
    assert [quota.take("a", uses) for uses in (2, 2, 1, 1)] == [
        True,
        False,
        True,
        False,
    ]


def test_a_quota_says_when_it_comes_back(clock):
    quota = Quota(clock, uses=2, seconds=60)
    assert quota.wait("a") == 0
    quota.take("a")
    clock.now += 10
    quota.take("a")
    assert (quota.wait("a"), quota.wait("a", 2), quota.wait("b")) == (50, 60, 0)
    clock.now += 49.5
    assert (quota.wait("a"), quota.take("a")) == (1, False)
    clock.now += 0.5
    assert (quota.wait("a"), quota.take("a")) == (0, True)


def test_more_than_is_ever_granted_is_waited_for_as_for_all(clock):
    quota = Quota(clock, uses=0, seconds=60)
    assert not quota.take("client")
    assert quota.wait("client") == 60
