"""Sessions of comptes over HTTP."""

from carouge.guichet import config
from carouge.guichet import swisstime
from carouge.guichet.compte.service import get_compte
from carouge.guichet.controlpanel.interfaces import PREFIX as GUICHET_PREFIX
from carouge.guichet.identity import service
from comptes import cookies_of
from comptes import make_compte
from datetime import timedelta
from plone import api
from plone.session import tktauth

import base64
import pytest
import requests
import transaction


@pytest.fixture
def compte(functional):
    return make_compte()


@pytest.fixture
def cookies(functional, compte):
    return cookies_of(functional, compte)


@pytest.fixture
def clock(monkeypatch):
    """Move the site's clock on."""
    real = swisstime.now
    passed = [timedelta()]
    monkeypatch.setattr(swisstime, "now", lambda: real() + passed[0])

    def move(**delta):
        passed[0] += timedelta(**delta)

    return move


def page(guichet, cookies):
    return requests.get(
        f"{guichet}/mon-espace/compte",
        cookies=cookies,
        allow_redirects=False,
        timeout=60,
    )


def is_in(guichet, cookies) -> bool:
    return page(guichet, cookies).status_code == 200


def test_the_cookie_logs_in(guichet, cookies):
    assert not is_in(guichet, {})
    assert is_in(guichet, cookies)


def test_a_session_ends_when_it_is_not_used(guichet, cookies, clock):
    clock(hours=1, minutes=59)
    assert is_in(guichet, cookies)
    clock(minutes=2)
    assert not is_in(guichet, cookies)


def test_a_session_lasts_as_long_as_it_is_used_but_not_for_ever(
    guichet, cookies, clock
):
    ticket = cookies["__ac"]
    for _ in range(9):
        clock(hours=1)
        answer = page(guichet, {"__ac": ticket})
        assert answer.status_code == 200
        assert answer.cookies["__ac"] != ticket
        ticket = answer.cookies["__ac"]
    clock(hours=1, minutes=1)
    assert not is_in(guichet, {"__ac": ticket})


def test_a_fresh_ticket_is_not_given_again(guichet, cookies):
    assert "Set-Cookie" not in page(guichet, cookies).headers


def test_what_is_no_page_carries_no_ticket(site, cookies, clock):
    clock(hours=1)
    style = f"{site}/++resource++carouge.guichet/guichet.css"
    answer = requests.get(style, cookies=cookies, timeout=60)
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers


def flags(answer) -> list[str]:
    [line] = [
        value
        for name, value in answer.raw.headers.items()
        if name == "Set-Cookie" and value.startswith("__ac=")
    ]
    return sorted(part.strip() for part in line.split(";")[1:])


def test_the_cookie_is_only_for_the_browser(guichet, cookies, clock):
    clock(hours=1)
    assert flags(page(guichet, cookies)) == ["HttpOnly", "Path=/", "SameSite=Lax"]


def test_over_https_it_never_travels_in_clear(guichet, cookies, clock):
    clock(hours=1)
    api.portal.set_registry_record(
        f"{GUICHET_PREFIX}.adresse_publique", "https://guichet.example.ch"
    )
    transaction.commit()
    assert "Secure" in flags(page(guichet, cookies))


def ticket_of(compte_id, key, secret) -> dict[str, str]:
    value = tktauth.createTicket(secret.encode(), compte_id, user_data=key)
    return {"__ac": base64.b64encode(value).decode()}


def test_forged_tickets(guichet, compte, cookies):
    [(key, session)] = compte.sessions.items()
    assert is_in(guichet, ticket_of(compte.id, key, session["secret"]))
    for forged in (
        ticket_of(compte.id, key, "x" * 64),
        ticket_of(compte.id, key, ""),
        ticket_of(compte.id, "other", session["secret"]),
        ticket_of(compte.id, "", session["secret"]),
        ticket_of("agent-dechets", key, session["secret"]),
        {"__ac": "garbage"},
        {"__ac": base64.b64encode(b"x" * 60).decode()},
        {"__ac": ""},
    ):
        assert not is_in(guichet, forged), forged


def test_the_secret_of_one_session_opens_no_other_account(
    functional, guichet, compte, cookies
):
    other = make_compte("G-other", prenom="Autre")
    cookies_of(functional, other)
    [(key, session)] = compte.sessions.items()
    assert not is_in(guichet, ticket_of(other.id, key, session["secret"]))


def test_all_sessions_of_an_account_can_be_ended(guichet, compte, cookies):
    assert is_in(guichet, cookies)
    assert service.end_sessions(get_compte(compte.id)) == 1
    transaction.commit()
    assert not is_in(guichet, cookies)


def test_an_erased_account_is_out(functional, guichet, compte, cookies):
    plugin = functional["portal"].acl_users[config.PLUGIN_ID]
    assert plugin.doDeleteUser(compte.id) is True
    transaction.commit()
    assert not is_in(guichet, cookies)


def test_a_login_gives_a_new_ticket(browser):
    browser.log_in()
    first = browser.ticket
    browser.log_in(nouveau="1")
    assert browser.ticket not in ("", first)
    # The earlier one, from the same browser, ended with it.
    assert not is_in(browser.guichet, {"__ac": first})
    assert is_in(browser.guichet, {"__ac": browser.ticket})


def test_a_planted_ticket_does_not_survive_a_login(browser):
    browser.session.cookies.set("__ac", "planted", domain="localhost.local", path="/")
    browser.log_in()
    assert browser.ticket != "planted"
    assert is_in(browser.guichet, {"__ac": browser.ticket})


@pytest.mark.parametrize("path", ["", "/aide"])
def test_nobody_else_is_given_a_page_with_the_name(guichet, cookies, path):
    """A cache on the way would keep a page that says nothing about it."""
    answer = requests.get(f"{guichet}{path}", cookies=cookies, timeout=60)
    assert "Camille" in answer.text
    assert "private" in answer.headers["Cache-Control"]
