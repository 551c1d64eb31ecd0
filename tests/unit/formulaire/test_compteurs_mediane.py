"""The middle of a histogram of times."""

from carouge.guichet.formulaire.compteurs import BORNES
from carouge.guichet.formulaire.compteurs import mediane
from hypothesis import given
from hypothesis import strategies as st

import pytest


EMPTY = (0,) * (len(BORNES) + 1)


def histogram(**counts):
    """Counts by index of the interval: ``i3=2``."""
    durees = list(EMPTY)
    for name, count in counts.items():
        durees[int(name[1:])] = count
    return tuple(durees)


@pytest.mark.parametrize(
    "durees, seconds",
    [
        (EMPTY, None),
        (histogram(i0=2), 15),
        (histogram(i4=1), 150),
        (histogram(i4=20, i14=1), 152),
        (histogram(i3=10, i5=10), 120),
        (histogram(i14=4), 5400),
    ],
)
def test_mediane(durees, seconds):
    assert mediane(durees) == seconds


@given(st.lists(st.integers(0, 1000), min_size=len(EMPTY), max_size=len(EMPTY)))
def test_it_lies_where_half_of_them_lie(durees):
    middle = mediane(durees)
    if not sum(durees):
        assert middle is None
        return
    shorter = sum(
        count
        for count, end in zip(durees, (*BORNES, BORNES[-1] * 2), strict=True)
        if end < middle - 1
    )
    assert 2 * shorter <= sum(durees)
