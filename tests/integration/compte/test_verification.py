"""Codes over time: when they expire, when a new one may be asked for."""

from carouge.guichet.compte import verification
from carouge.guichet.compte.domain import Canal
from carouge.guichet.compte.verification import AlreadyVerified
from carouge.guichet.compte.verification import ChannelMissing
from carouge.guichet.compte.verification import confirm
from carouge.guichet.compte.verification import NoCode
from carouge.guichet.compte.verification import pending
from carouge.guichet.compte.verification import send_code
from carouge.guichet.compte.verification import TooSoon
from comptes import make_compte
from datetime import datetime
from datetime import timedelta
from datetime import timezone
from plone.registry.interfaces import IRegistry
from zope.component import getUtility

import pytest


NOW = datetime(2026, 11, 23, 10, tzinfo=timezone.utc)
MAIL = "neuve@example.ch"


@pytest.fixture()
def compte(demo_integration, monkeypatch):
    monkeypatch.setattr(verification.secrets, "randbelow", lambda limit: 4242)
    return make_compte(now=NOW)


def test_a_code_lives_a_quarter_of_an_hour(compte):
    send_code(compte, Canal.COURRIEL, MAIL, now=NOW)
    last = NOW + timedelta(minutes=14, seconds=59)
    assert pending(compte, Canal.COURRIEL, last) == MAIL
    assert confirm(compte, Canal.COURRIEL, "004242", now=last) == MAIL
    assert compte.courriel_verifie == MAIL


def test_an_expired_code_opens_nothing(compte):
    send_code(compte, Canal.COURRIEL, MAIL, now=NOW)
    late = NOW + timedelta(minutes=15)
    assert pending(compte, Canal.COURRIEL, late) == ""
    with pytest.raises(NoCode):
        confirm(compte, Canal.COURRIEL, "004242", now=late)
    assert compte.courriel_verifie == ""


def test_a_pause_between_two_codes_to_one_address(compte):
    send_code(compte, Canal.COURRIEL, MAIL, now=NOW)
    with pytest.raises(TooSoon) as raised:
        send_code(compte, Canal.COURRIEL, MAIL, now=NOW + timedelta(seconds=20))
    assert raised.value.seconds == 40
    send_code(compte, Canal.COURRIEL, MAIL, now=NOW + timedelta(seconds=60))


def test_five_codes_an_hour_whatever_the_address(compte):
    for number in range(5):
        moment = NOW + timedelta(minutes=number)
        send_code(compte, Canal.COURRIEL, f"a{number}@example.ch", now=moment)
    with pytest.raises(TooSoon) as raised:
        send_code(compte, Canal.COURRIEL, MAIL, now=NOW + timedelta(minutes=5))
    assert raised.value.seconds == 55 * 60
    send_code(compte, Canal.COURRIEL, MAIL, now=NOW + timedelta(minutes=60))


def test_giving_up_does_not_allow_more_codes(compte):
    send_code(compte, Canal.COURRIEL, MAIL, now=NOW)
    verification.give_up(compte, Canal.COURRIEL)
    with pytest.raises(TooSoon):
        send_code(compte, Canal.COURRIEL, MAIL, now=NOW + timedelta(seconds=1))
    with pytest.raises(NoCode):
        confirm(compte, Canal.COURRIEL, "004242", now=NOW + timedelta(seconds=2))


def test_a_code_is_for_its_address_and_its_compte(compte):
    other = make_compte("G-other")
    send_code(compte, Canal.COURRIEL, MAIL, now=NOW)
    send_code(other, Canal.COURRIEL, MAIL, now=NOW)
    mine, theirs = compte.attentes["courriel"], other.attentes["courriel"]
    assert mine.digest != theirs.digest
    assert "004242" not in repr(mine)


def test_the_address_in_force_takes_no_code(compte):
    send_code(compte, Canal.COURRIEL, MAIL, now=NOW)
    confirm(compte, Canal.COURRIEL, "004242", now=NOW)
    with pytest.raises(AlreadyVerified):
        send_code(compte, Canal.COURRIEL, MAIL, now=NOW + timedelta(hours=2))


def test_what_cannot_be_sent_is_not_promised(compte):
    with pytest.raises(ChannelMissing):
        send_code(compte, Canal.SMS, "079 123 45 67", now=NOW)
    registry = getUtility(IRegistry)
    registry["carouge.guichet.expediteur"] = None
    registry["plone.email_from_address"] = None
    with pytest.raises(ChannelMissing):
        send_code(compte, Canal.COURRIEL, MAIL, now=NOW)
    assert dict(compte.attentes) == {}
