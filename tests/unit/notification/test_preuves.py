"""Which moment proves that a message was committed."""

from carouge.guichet.notification.preuves import preuve_de_facture
from datetime import datetime
from datetime import timedelta
from datetime import timezone
from types import SimpleNamespace

import carouge.guichet.swisstime as swisstime
import pytest


NOW = datetime(2026, 11, 23, 10, 0, tzinfo=timezone.utc)


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    monkeypatch.setattr(swisstime, "now", lambda: NOW)


def proof(*moments):
    guichet = SimpleNamespace(UID=lambda: "g")
    ecritures = [SimpleNamespace(moment=moment) for moment in moments]
    return preuve_de_facture(guichet, SimpleNamespace(id="f", ecritures=ecritures))


def test_what_the_transaction_has_just_written():
    just = NOW - timedelta(seconds=2)
    assert proof(NOW - timedelta(days=3), just) == f"facture g f {just.isoformat()}"


def test_a_clock_that_was_put_back_makes_an_old_line_no_proof():
    before = NOW + timedelta(hours=1)
    assert proof(before, NOW) == f"facture g f {NOW.isoformat()}"


def test_nothing_written_nothing_proved():
    assert proof(NOW - timedelta(minutes=2)) == ""
    assert proof() == ""
