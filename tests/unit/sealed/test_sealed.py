"""What comes back from a browser is what we gave it, or nothing."""

from carouge.guichet import sealed
from datetime import datetime
from datetime import timedelta
from datetime import timezone

import pytest


NOW = datetime(2026, 11, 23, 8, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)


@pytest.fixture
def keys(monkeypatch):
    ring = [b"k" * 64]
    monkeypatch.setattr(sealed, "signing_keys", lambda: list(ring))
    return ring


def unseal(text, purpose="essai", lifetime=HOUR, moment=NOW):
    return sealed.unseal(purpose, text, lifetime=lifetime, moment=moment)


@pytest.mark.parametrize("value", [{"a": [1, None, "é"]}, "", 0, None, ["x"] * 200])
def test_comes_back(keys, value):
    assert unseal(sealed.seal("essai", value, moment=NOW)) == value


def test_survives_a_rotation_of_the_keys(keys):
    text = sealed.seal("essai", 1, moment=NOW)
    keys.insert(0, b"n" * 64)
    assert unseal(text) == 1
    assert sealed.seal("essai", 1, moment=NOW) != text
    del keys[1]
    with pytest.raises(sealed.InvalidSeal):
        unseal(text)


@pytest.mark.parametrize("age", [timedelta(0), HOUR, -sealed.LEEWAY])
def test_in_time(keys, age):
    assert unseal(sealed.seal("essai", 1, moment=NOW - age)) == 1


@pytest.mark.parametrize(
    "age",
    [HOUR + timedelta(seconds=1), -sealed.LEEWAY - timedelta(seconds=1)],
)
def test_out_of_time(keys, age):
    with pytest.raises(sealed.InvalidSeal):
        unseal(sealed.seal("essai", 1, moment=NOW - age))


def test_for_another_purpose(keys):
    with pytest.raises(sealed.InvalidSeal):
        unseal(sealed.seal("autre", 1, moment=NOW))


def test_every_changed_character_is_noticed(keys):
    text = sealed.seal("essai", {"a": 1}, moment=NOW)
    for position, char in enumerate(text):
        changed = text[:position] + ("A" if char != "A" else "B") + text[position + 1 :]
        with pytest.raises(sealed.InvalidSeal):
            unseal(changed)


@pytest.mark.parametrize("text", ["", ".", "é", "a.b", "\0", "x" * 10_000, "W10.abc"])
def test_nonsense(keys, text):
    with pytest.raises(sealed.InvalidSeal):
        unseal(text)
