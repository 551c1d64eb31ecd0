"""Logging out, here and at the provider, by oneself or from outside.

Names of the conformance suite: plans ``oidcc-client-rp-initiated-logout-rp-basic`` and
``oidcc-client-back-channel-logout-rp-basic``.
"""

from carouge.guichet.demo.personas import RESIDENT
from lxml import html
from urllib.parse import urlsplit

import pytest
import requests


def heading(response) -> str:
    [h1] = html.fromstring(response.text).xpath("//h1")
    return " ".join(h1.text_content().split())


def message(response) -> str:
    [alert] = html.fromstring(response.text).xpath("//article//*[@role]")
    return alert.get("role") + " " + " ".join(alert.text_content().split())


def is_in(guichet, ticket) -> bool:
    """Whether a copy of the ticket still opens the space."""
    answer = requests.get(
        f"{guichet}/mon-espace/compte",
        cookies={"__ac": ticket},
        allow_redirects=False,
        timeout=60,
    )
    return answer.status_code == 200


def test_rp_init_logout(browser, provider, guichet, stored):
    """oidcc-client-test-rp-init-logout"""
    browser.log_in()
    copy = browser.ticket
    assert is_in(guichet, copy)
    page = browser.log_out()
    assert heading(page) == "Vous êtes déconnecté"
    assert message(page).startswith("status Votre session à ce guichet est terminée.")
    asked = provider.requests_to("/logout")[0]["args"]
    assert sorted(asked) == [
        "client_id",
        "id_token_hint",
        "post_logout_redirect_uri",
        "state",
    ]
    assert asked["post_logout_redirect_uri"] == f"{guichet}/se-deconnecter"
    assert len(asked["state"]) >= 32
    assert urlsplit(page.url).path == "/plone/guichet/se-deconnecter"
    # Nothing is left, neither here nor there.
    assert not is_in(guichet, copy)
    assert browser.name == ""
    assert [len(compte.sessions) for compte in stored()] == [0]
    assert provider.parts.store.sessions._entries == {}


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("?state=other", id="oidcc-client-test-rp-init-logout-other-state"),
        pytest.param("", id="oidcc-client-test-rp-init-logout-no-state"),
        pytest.param("?state=a&state=b", id="state-twice"),
    ],
)
def test_rp_init_logout_with_another_answer(browser, guichet, query):
    browser.log_in()
    copy = browser.ticket
    away = browser.log_out(allow_redirects=False)
    assert away.status_code == 303
    page = browser.get(f"/se-deconnecter{query}")
    assert page.status_code == 400
    assert message(page).startswith("alert Vous n’êtes pas connecté à ce guichet.")
    assert not is_in(guichet, copy)


def test_the_provider_does_not_answer(browser, provider, guichet):
    from carouge.guichet.identity.provider import forget_providers

    browser.log_in()
    copy = browser.ticket
    forget_providers()
    provider.fault("discovery_down")
    page = browser.log_out()
    assert page.status_code == 200
    assert "peut-être encore ouverte" in message(page)
    assert not is_in(guichet, copy)


def test_a_link_or_a_foreign_form_ends_nothing(browser, guichet):
    browser.log_in()
    page = browser.get("/se-deconnecter")
    assert (page.status_code, heading(page)) == (200, "Se déconnecter")
    page = browser.get("/acl_users/edemarches/logout")
    assert heading(page) == "Se déconnecter"
    page = browser.post("/se-deconnecter", data={"_authenticator": "0" * 40})
    assert (page.status_code, heading(page)) == (403, "Se déconnecter")
    page = browser.post("/se-deconnecter")
    assert page.status_code == 403
    assert is_in(guichet, browser.ticket)


def test_plone_s_own_logout_ends_the_session_as_well(browser, guichet, site):
    browser.log_in()
    copy = browser.ticket
    browser.get(f"{site}/logout")
    assert not is_in(guichet, copy)


def test_logging_out_in_one_browser_leaves_the_other(browser, new_browser, guichet):
    browser.log_in()
    other = new_browser()
    other.log_in()
    # Without the provider's help: it would end both.
    browser.provider.parts.settings.__dict__["backchannel_logout_uri"] = ""
    browser.log_out(allow_redirects=False)
    assert is_in(guichet, other.ticket)


def test_an_anonymous_visitor(provider, guichet):
    page = requests.get(f"{guichet}/se-deconnecter", timeout=60)
    assert (page.status_code, heading(page)) == (200, "Vous êtes déconnecté")


# --- from outside ---------------------------------------------------------------


def sid_of(stored) -> str:
    [compte] = stored()
    [session] = compte.sessions.values()
    return session["sid"]


def test_rp_backchannel_rpinitlogout(browser, new_browser, provider, guichet):
    """oidcc-client-test-rp-backchannel-rpinitlogout"""
    browser.log_in()
    copy = browser.ticket
    browser.log_out()
    assert not is_in(guichet, copy)


def test_by_session(browser, new_browser, provider, guichet, stored):
    browser.log_in()
    sid = sid_of(stored)
    other = new_browser()
    other.log_in()
    answer = provider.logout_token(sid=sid)
    assert (answer["status"], answer["cache_control"]) == (200, "no-store")
    assert not is_in(guichet, browser.ticket)
    assert is_in(guichet, other.ticket)


def test_by_subject(browser, new_browser, provider, guichet):
    browser.log_in()
    other = new_browser()
    other.log_in()
    stranger = new_browser()
    stranger.log_in("nonresident@demo.example")
    assert provider.logout_token(sub=RESIDENT.sub)["status"] == 200
    assert not is_in(guichet, browser.ticket)
    assert not is_in(guichet, other.ticket)
    assert is_in(guichet, stranger.ticket)


def test_the_session_of_somebody_else(browser, provider, guichet, stored):
    """Both are told, and do not belong together."""
    browser.log_in()
    answer = provider.logout_token(sub="G-somebody-else", sid=sid_of(stored))
    assert answer["status"] == 200
    assert is_in(guichet, browser.ticket)


def test_nobody_we_know(provider):
    assert provider.logout_token(sub="G-nobody")["status"] == 200
    assert provider.logout_token(sid="unknown")["status"] == 200


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param("alg_none", id="oidcc-client-test-rp-backchannel-alg-none"),
        pytest.param("no_event", id="oidcc-client-test-rp-backchannel-no-event"),
        pytest.param("with_nonce", id="oidcc-client-test-rp-backchannel-with-nonce"),
        pytest.param("wrong_alg", id="oidcc-client-test-rp-backchannel-wrong-alg"),
        pytest.param("wrong_aud", id="oidcc-client-test-rp-backchannel-wrong-aud"),
        pytest.param("wrong_event", id="oidcc-client-test-rp-backchannel-wrong-event"),
        pytest.param("wrong_iss", id="oidcc-client-test-rp-backchannel-wrong-iss"),
        pytest.param("bad_sig", id="bad-signature"),
        pytest.param("expired", id="expired"),
        pytest.param("old", id="issued-long-ago"),
        pytest.param("no_sub_no_sid", id="neither-sub-nor-sid"),
    ],
)
def test_logout_tokens_that_do_not_hold(browser, provider, guichet, fault):
    browser.log_in()
    answer = provider.logout_token(sub=RESIDENT.sub, fault=fault)
    assert (answer["status"], answer["cache_control"]) == (400, "no-store")
    assert is_in(guichet, browser.ticket)


def test_a_logout_token_works_once(browser, provider, guichet):
    browser.log_in()
    assert provider.logout_token(sub=RESIDENT.sub)["status"] == 200
    browser.session.cookies.clear()
    browser.log_in()
    again = provider.logout_token(sub=RESIDENT.sub, fault="replay")
    assert again["status"] == 400
    assert is_in(guichet, browser.ticket)


@pytest.mark.parametrize(
    "data", [{}, {"logout_token": ""}, {"logout_token": "x"}, {"logout_token": "a.b.c"}]
)
def test_no_logout_token(provider, site, data):
    url = f"{site}/acl_users/edemarches/backchannel-logout"
    answer = requests.post(url, data=data, timeout=60)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (400, "no-store")
    assert requests.get(url, params=data, timeout=60).status_code == 400


def test_an_id_token_is_no_logout_token(browser, provider, guichet, site, stored):
    browser.log_in()
    [compte] = stored()
    [session] = compte.sessions.values()
    answer = requests.post(
        f"{site}/acl_users/edemarches/backchannel-logout",
        data={"logout_token": session["id_token"]},
        timeout=60,
    )
    assert answer.status_code == 400
    assert is_in(guichet, browser.ticket)
