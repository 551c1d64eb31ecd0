"""The cookie of an open follow-up, and the token of its forms."""

from carouge.guichet.espace.domain import InvalidSession
from carouge.guichet.espace.domain import LEEWAY
from carouge.guichet.espace.domain import LIFETIME
from carouge.guichet.espace.domain import make_token
from carouge.guichet.espace.domain import open_session
from carouge.guichet.espace.domain import seal_session
from carouge.guichet.espace.domain import Session
from carouge.guichet.espace.domain import token_matches
from datetime import datetime
from datetime import timedelta
from datetime import timezone

import pytest


NOW = datetime(2026, 11, 22, 21, 0, tzinfo=timezone.utc)
SESSION = Session(bytes(range(16)), "2026-7059-YBHV")
SECOND = timedelta(seconds=1)


def sealed(key=b"key", scope="guichet"):
    return seal_session(key=key, scope=scope, session=SESSION, now=NOW)


def opened(text, keys=(b"key",), scope="guichet", now=NOW):
    return open_session(text=text, keys=keys, scope=scope, now=now)


def test_round_trip_with_an_older_key_as_well():
    assert opened(sealed()) == SESSION
    assert opened(sealed(), keys=(b"new", b"key")) == SESSION


@pytest.mark.parametrize("moment", [NOW - LEEWAY, NOW + LIFETIME])
def test_valid_to_the_second(moment):
    assert opened(sealed(), now=moment) == SESSION


@pytest.mark.parametrize("moment", [NOW - LEEWAY - SECOND, NOW + LIFETIME + SECOND])
def test_too_early_and_too_late(moment):
    with pytest.raises(InvalidSession):
        opened(sealed(), now=moment)


def test_another_guichet_or_key():
    with pytest.raises(InvalidSession):
        opened(sealed(), scope="other")
    with pytest.raises(InvalidSession):
        opened(sealed(), keys=(b"other",))


@pytest.mark.parametrize("position", range(0, 70, 7))
def test_one_changed_character(position):
    text = sealed()
    other = "A" if text[position] != "A" else "B"
    with pytest.raises(InvalidSession):
        opened(text[:position] + other + text[position + 1 :])


@pytest.mark.parametrize("text", ["", "A", "é", "\x00", "A" * 10_000, "!!!!"])
def test_rubbish(text):
    with pytest.raises(InvalidSession):
        opened(text)


def test_a_token_belongs_to_its_session():
    token = make_token(key=b"key", scope="guichet", session=SESSION)

    def matches(text=token, session=SESSION, scope="guichet", keys=(b"new", b"key")):
        return token_matches(text=text, keys=keys, scope=scope, session=session)

    assert matches()
    assert not matches(session=Session(bytes(16), SESSION.numero))
    assert not matches(session=Session(SESSION.id, "2026-0000-0000"))
    assert not matches(scope="other")
    assert not matches(keys=(b"other",))
    assert not matches(text="")
    assert not matches(text="é\ud800")
    assert not matches(text=sealed())
