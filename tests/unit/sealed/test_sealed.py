"""What comes back from a browser is what we gave it, or nothing."""

from carouge.guichet import sealed
from datetime import datetime
from datetime import timedelta
from datetime import timezone

import pytest


NOW = datetime(2026, 11, 23, 8, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
#: What is granted to clocks that differ, or were put back.
SKEW = sealed.CLOCK_SKEW


class Site:
    def __init__(self, path):
        self.path = path

    def getPhysicalPath(self):
        return self.path


@pytest.fixture
def keys(monkeypatch):
    ring = [b"k" * 64]
    monkeypatch.setattr(sealed, "signing_keys", lambda: list(ring))
    at(monkeypatch, "carouge")
    return ring


def at(monkeypatch, name):
    monkeypatch.setattr(sealed.api.portal, "get", lambda: Site(("", name)))


def seal(content=b"contenu", purpose="essai", moment=NOW):
    return sealed.seal(purpose, content, now=moment)


def unseal(text, purpose="essai", lifetime=HOUR, moment=NOW):
    return sealed.unseal(purpose, text, lifetime, now=moment)


@pytest.mark.parametrize("content", [b"", b"\0\xff", b"x" * 2500])
def test_comes_back(keys, content):
    assert unseal(seal(content)) == content


def test_cannot_be_read(keys):
    assert "Y29udGVud" not in seal(b"contenu")


def test_survives_a_rotation_of_the_keys(keys):
    text = seal()
    keys.insert(0, b"n" * 64)
    assert unseal(text) == b"contenu"
    del keys[1]
    with pytest.raises(sealed.InvalidSeal):
        unseal(text)


@pytest.mark.parametrize("age", [timedelta(0), HOUR, -SKEW])
def test_in_time(keys, age):
    assert unseal(seal(moment=NOW - age)) == b"contenu"


@pytest.mark.parametrize("age", [HOUR + SECOND, -SKEW - SECOND])
def test_out_of_time(keys, age):
    with pytest.raises(sealed.InvalidSeal):
        unseal(seal(moment=NOW - age))


def test_for_another_purpose_or_site(keys, monkeypatch):
    text = seal()
    with pytest.raises(sealed.InvalidSeal):
        unseal(text, purpose="autre")
    at(monkeypatch, "lancy")
    with pytest.raises(sealed.InvalidSeal):
        unseal(text)


def test_every_changed_character_is_noticed(keys):
    text = seal().rstrip("=")
    padding = "=" * (-len(text) % 4)
    # The last character holds bits that no decoder reads.
    for position in range(len(text) - 1):
        other = "A" if text[position] != "A" else "B"
        with pytest.raises(sealed.InvalidSeal):
            unseal(text[:position] + other + text[position + 1 :] + padding)


@pytest.mark.parametrize("text", ["", ".", "é", "a.b", "\0", "x" * 10_000, "gAAAAA=="])
def test_nonsense(keys, text):
    with pytest.raises(sealed.InvalidSeal):
        unseal(text)
