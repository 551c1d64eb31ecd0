"""How single values of an answer are read."""

from carouge.guichet.registre import values
from datetime import date
from datetime import datetime

import pytest


def test_texts():
    assert values.text("town", None) == ""
    assert values.text("town", "  Carouge GE ") == "Carouge GE"
    assert values.text("swiss_zip", 1227) == "1227"
    assert values.needed("family_name", "Rochat") == "Rochat"


@pytest.mark.parametrize(
    "value", [True, 1.5, [], {}, "a\nb", "a\x00b", "x" * 201, b"abc"]
)
def test_texts_refused(value):
    with pytest.raises(values.Malformed) as caught:
        values.text("town", value)
    assert str(caught.value) == "town"


def test_a_name_is_needed():
    with pytest.raises(values.Malformed):
        values.needed("family_name", " ")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1986-04-12", date(1986, 4, 12)),
        ("12.04.1986", date(1986, 4, 12)),
        ("1986-04-12T00:00:00+01:00", date(1986, 4, 12)),
        (date(1986, 4, 12), date(1986, 4, 12)),
        (datetime(1986, 4, 12, 1), date(1986, 4, 12)),
        ("1986", None),
        ("1986-04", None),
        ("", None),
        (None, None),
    ],
)
def test_birth_dates(value, expected):
    assert values.birthdate("birthdate", value) == expected


@pytest.mark.parametrize("value", ["1986-02-30", "12/04/1986", "hier", True, "86-4-12"])
def test_birth_dates_refused(value):
    with pytest.raises(values.Malformed):
        values.birthdate("birthdate", value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("", None),
        (False, None),
        (True, date.min),
        ("2026", date(2026, 1, 1)),
        ("2026-07", date(2026, 7, 1)),
        ("30.09.2025", date(2025, 9, 30)),
    ],
)
def test_a_day_known_in_part_is_the_first_it_may_be(value, expected):
    assert values.day("moved_out", value) == expected


def test_codes():
    assert [values.residence("residence", code) for code in ("1", 2, "3")] == [
        "principale",
        "secondaire",
        "autre",
    ]
    assert values.residence("residence", "Principale") == "principale"
    assert [values.sex("sex", code) for code in ("1", 2, "F", "W", "3", "")] == [
        "m",
        "f",
        "f",
        "f",
        "",
        "",
    ]
    assert values.municipality("municipality", "6608") == 6608
    assert values.avs("avs", "756.1234.5678.97") == "7561234567897"
    assert values.avs("avs", "756.1234.5678.98") == ""
    assert values.role("role", "Enfant") == "enfant"


@pytest.mark.parametrize(
    ("reader", "value"),
    [
        (values.residence, ""),
        (values.residence, "hotel"),
        (values.municipality, ""),
        (values.municipality, "Carouge"),
        (values.municipality, 66080),
        (values.role, "chat"),
    ],
)
def test_codes_refused(reader, value):
    with pytest.raises(values.Malformed):
        reader("field", value)
