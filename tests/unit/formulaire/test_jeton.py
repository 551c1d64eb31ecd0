"""The one-shot jeton of a form, and the characters an answer may hold."""

from carouge.guichet.formulaire.domain import has_control_characters
from carouge.guichet.formulaire.domain import InvalidJeton
from carouge.guichet.formulaire.domain import LIFETIME
from carouge.guichet.formulaire.domain import make_jeton
from carouge.guichet.formulaire.domain import read_jeton
from datetime import datetime
from datetime import timedelta
from datetime import timezone
from hypothesis import given
from hypothesis import strategies as st

import pytest


NOW = datetime(2026, 12, 31, 22, 59, tzinfo=timezone.utc)
KEY = b"k" * 64
OLD = b"o" * 64


def make(random=b"r" * 16, key=KEY, purpose="uid:", now=NOW):
    return make_jeton(key=key, purpose=purpose, random=random, now=now)


def read(text, keys=(KEY,), purpose="uid:", now=NOW):
    return read_jeton(text=text, keys=keys, purpose=purpose, now=now)


@given(st.binary(min_size=16, max_size=16))
def test_what_was_made_is_read(random):
    jeton = read(make(random))
    assert jeton.issued == NOW
    assert len(jeton.secret) == 32


def test_two_jetons_have_two_secrets():
    assert read(make(b"a" * 16)).secret != read(make(b"b" * 16)).secret


def test_a_rotated_key_is_still_read():
    text = make(key=OLD)
    assert read(text, keys=(KEY, OLD)).secret == read(text, keys=(OLD,)).secret


@pytest.mark.parametrize(
    "arguments",
    [
        {"purpose": "other:"},
        {"purpose": "uid:somebody"},
        {"keys": (OLD,)},
        {"now": NOW + LIFETIME + timedelta(seconds=1)},
        {"now": NOW - timedelta(minutes=121)},
    ],
)
def test_refused(arguments):
    with pytest.raises(InvalidJeton):
        read(make(), **arguments)


@given(st.text(max_size=80))
def test_anything_else_is_refused(text):
    with pytest.raises(InvalidJeton):
        read(text)


@given(st.data())
def test_one_changed_character_is_refused(data):
    text = make()
    position = data.draw(st.integers(0, len(text) - 1))
    char = data.draw(st.sampled_from("ABCDEFabcdef0123-_"))
    changed = text[:position] + char + text[position + 1 :]
    if changed != text:
        with pytest.raises(InvalidJeton):
            read(changed)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Ligne une\nLigne deux\tfin\r\n", False),
        ("Œuvre d'été – « 12 » 😀 ñ", False),
        ("nul \x00", True),
        ("escape \x1b[31m", True),
        ("delete \x7f", True),
        ("c1 \x85", True),
        ("lone \ud800", True),
        ("non-character \ufffe", True),
        ("non-character \U0001ffff", True),
    ],
)
def test_control_characters(text, found):
    assert has_control_characters(text) is found
