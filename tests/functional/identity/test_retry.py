"""A callback whose transaction met another one, and a register that fails."""

from carouge.guichet.compte import residency
from carouge.guichet.identity import connexion
from carouge.guichet.identity import service
from carouge.guichet.registre.domain import ResidentResult
from carouge.guichet.registre.domain import Status
from carouge.guichet.swisstime import now
from ZODB.POSException import ConflictError

import pytest


@pytest.fixture
def conflicts(monkeypatch):
    """Let the first transactions of a callback fail at the end."""
    real = service.open_session
    left = [0]

    def open_session(*args, **kw):
        real(*args, **kw)
        if left[0]:
            left[0] -= 1
            raise ConflictError

    monkeypatch.setattr(service, "open_session", open_session)

    def set_conflicts(number):
        left[0] = number

    return set_conflicts


def test_a_retried_callback_does_not_use_the_code_twice(
    provider, browser, stored, conflicts, monkeypatch
):
    asked = []
    real = residency.ask

    def ask(*args, **kw):
        asked.append(args)
        return real(*args, **kw)

    monkeypatch.setattr(residency, "ask", ask)
    monkeypatch.setattr(
        "ZPublisher.HTTPRequest.HTTPRequest.delay_retry", lambda self: None
    )
    monkeypatch.setattr("ZPublisher.HTTPRequest.HTTPRequest.retry_max_count", 3)
    conflicts(2)
    browser.log_in()
    assert browser.ticket
    [compte] = stored()
    assert len(compte.sessions) == 1
    assert len(provider.requests_to("/token")) == 1
    assert len(provider.requests_to("/userinfo")) == 1
    assert len(asked) == 1


def test_what_was_proved_is_not_kept(browser):
    browser.log_in()
    assert [result for _at, result in connexion._proofs.values() if result] == []


@pytest.mark.parametrize("status", [Status.UNAVAILABLE, Status.NOT_RESIDENT])
def test_the_register_closes_nobody_out(browser, stored, monkeypatch, status):
    monkeypatch.setattr(
        residency,
        "ask",
        lambda identite, *, purpose: ResidentResult(status, "Registre", now()),
    )
    browser.log_in()
    assert browser.ticket
    assert [compte.residency for compte in stored()] == [status]


def test_a_register_with_a_fault_in_it_closes_nobody_out(browser, log, monkeypatch):
    def ask(identite, *, purpose):
        raise LookupError("756.1234.5678.97")

    monkeypatch.setattr(residency, "ask", ask)
    browser.log_in()
    assert browser.ticket
    assert log.login == ["register: LookupError"]
