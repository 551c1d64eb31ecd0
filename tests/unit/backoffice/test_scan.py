"""Numbers as scanners and hands key them in."""

from carouge.guichet.backoffice.scan import scanned_number
from carouge.guichet.demande.domain import candidate_numbers
from carouge.guichet.demande.domain import InvalidNumber
from itertools import islice

import pytest


NUMBERS = [*islice(candidate_numbers(b"secret", 2026), 50)]


@pytest.mark.parametrize("number", NUMBERS)
def test_in_any_spelling(number):
    for typed in (number, number.lower(), number.replace("-", "'"), f" {number}\n"):
        assert scanned_number(typed) == number


def test_a_keyboard_with_other_places_for_y_and_z():
    number = next(one for one in NUMBERS if set("YZ") & set(one))
    swapped = number.translate(str.maketrans("YZ", "ZY")).replace("-", "'")
    assert scanned_number(swapped) == number


@pytest.mark.parametrize("typed", ["", "x", "2026", "2026-K7QM", "é" * 500])
def test_no_number(typed):
    with pytest.raises(InvalidNumber):
        scanned_number(typed)
