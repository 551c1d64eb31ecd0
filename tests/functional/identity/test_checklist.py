"""The login against a provider that misbehaves on purpose.

Where the OpenID conformance suite has a module for it, the test bears its name (plan
``oidcc-client-basic-certification-test-plan`` and the dynamic one). docs/security.md
says which row of the checklist each test is for.
"""

from carouge.guichet.demo.personas import RESIDENT
from carouge.guichet.identity import http
from carouge.guichet.identity.flow import COOKIE_PREFIX
from lxml import html
from provider import SECRET
from urllib.parse import parse_qs
from urllib.parse import urlsplit

import base64
import hashlib
import pytest
import requests


def heading(response) -> str:
    [h1] = html.fromstring(response.text).xpath("//h1")
    return " ".join(h1.text_content().split())


class Intercepted(Exception):
    """The browser was about to hand over the provider's answer."""


def callback_of(browser, persona="resident@demo.example", **query):
    """The answer of the provider, not yet handed over: its address."""
    real = browser.session.send
    found = []

    def send(request, **kwargs):
        if "/callback" in request.url and not found:
            found.append(request.url)
            raise Intercepted
        return real(request, **kwargs)

    browser.session.send = send
    with pytest.raises(Intercepted):
        browser.log_in(persona, **query)
    browser.session.send = real
    return found[0]


def flow_cookies(browser) -> list:
    return [c for c in browser.session.cookies if c.name.startswith(COOKIE_PREFIX)]


# --- answers that hold, and answers that do not ---------------------------------


REFUSED = [
    ("nonce_wrong", "answer nonce", "oidcc-client-test-nonce-invalid"),
    ("nonce_absent", "answer nonce", "nonce-absent"),
    ("no_idtoken", "answer no token", "no-id-token"),
    ("alg_none", "answer algorithm", "oidcc-client-test-idtoken-sig-none"),
    ("hs256_secret", "answer algorithm", "hs256-with-the-client-secret"),
    ("hs256_pubkey", "answer algorithm", "hs256-with-the-public-key"),
    ("bad_sig", "answer InvalidSignatureError", "oidcc-client-test-invalid-sig-rs256"),
    ("unknown_kid", "answer key", "unknown-kid"),
    ("no_kid_two_keys", "answer key", "oidcc-client-test-kid-absent-multiple-jwks"),
    ("bad_iss", "answer InvalidIssuerError", "oidcc-client-test-invalid-iss"),
    ("bad_aud", "answer InvalidAudienceError", "oidcc-client-test-invalid-aud"),
    ("two_aud", "answer azp", "two-audiences-without-azp"),
    ("expired", "answer ExpiredSignatureError", "expired"),
    ("iat_ahead_10m", "answer ImmatureSignatureError", "iat-ten-minutes-ahead"),
    ("no_iat", "answer MissingRequiredClaimError", "oidcc-client-test-missing-iat"),
    ("no_sub", "answer MissingRequiredClaimError", "oidcc-client-test-missing-sub"),
    ("sub_mismatch", "answer userinfo sub", "oidcc-client-test-userinfo-invalid-sub"),
    ("response_iss_wrong", "answer iss", "mix-up-rfc9207"),
]


@pytest.mark.parametrize(
    ("mode", "line"),
    [pytest.param(mode, line, id=name) for mode, line, name in REFUSED],
)
def test_refused(provider, browser, stored, log, mode, line):
    provider.fault(mode)
    page = browser.log_in()
    assert page.status_code == 403
    assert heading(page) == "La connexion n’a pas abouti"
    assert page.headers["Cache-Control"] == "no-store, private"
    assert browser.ticket == ""
    assert flow_cookies(browser) == []
    assert stored() == []
    assert log.login == [line]


@pytest.mark.parametrize(
    "mode",
    [
        pytest.param("es256", id="es256"),
        pytest.param("no_kid_one_key", id="oidcc-client-test-kid-absent-single-jwks"),
        pytest.param("two_aud_azp", id="two-audiences-with-azp"),
        pytest.param("iat_ahead_30s", id="iat-half-a-minute-ahead"),
        pytest.param(
            "rotate_before_signing",
            id="oidcc-client-test-signing-key-rotation-just-before-signing",
        ),
    ],
)
def test_accepted(provider, browser, stored, mode):
    provider.fault(mode)
    browser.log_in()
    assert [compte.subject for compte in stored()] == [RESIDENT.sub]
    assert browser.ticket


def test_signing_key_rotation(provider, browser, new_browser):
    """oidcc-client-test-signing-key-rotation"""
    browser.log_in()
    provider.rotate()
    other = new_browser()
    other.log_in()
    assert other.ticket
    # Once for each key that was new.
    assert len(provider.requests_to("/jwks")) == 2


def test_unknown_kids_do_not_make_us_ask_for_ever(provider, new_browser):
    provider.fault("unknown_kid")
    for _ in range(7):
        assert new_browser().log_in().status_code == 403
    assert len(provider.requests_to("/jwks")) <= 6


UNAVAILABLE = [
    ("discovery_iss", "oidcc-client-test-discovery-issuer-mismatch"),
    ("discovery_down", "discovery-down"),
    ("jwks_down", "jwks-down"),
    ("token_500", "token-500"),
    ("token_garbage", "token-garbage"),
    ("token_huge", "token-huge"),
    ("userinfo_500", "userinfo-500"),
    ("userinfo_garbage", "userinfo-garbage"),
    ("userinfo_huge", "userinfo-huge"),
    ("userinfo_body_only", "userinfo-by-post-only"),
    ("userinfo_redirect", "userinfo-redirects-to-another-host"),
]


@pytest.mark.parametrize(
    "mode", [pytest.param(mode, id=name) for mode, name in UNAVAILABLE]
)
def test_unavailable(provider, browser, stored, log, mode):
    provider.fault(mode)
    page = browser.log_in()
    assert page.status_code == 502
    assert heading(page) == "La connexion ne fonctionne pas pour le moment"
    # What still works is on the page.
    links = html.fromstring(page.text).xpath("//article//a/@href")
    assert f"{browser.guichet}/suivi" in links
    assert "022 307 89 87" in page.text
    assert browser.ticket == ""
    assert stored() == []
    assert len(log.login) == 1
    # No loop: the browser was sent to the provider once, at most.
    assert len(provider.requests_to("/authorize")) <= 2
    assert provider.requests_to("/userinfo/ailleurs") == []


def test_a_failing_userinfo_with_an_open_session_is_no_loop(provider, browser):
    browser.log_in()
    browser.session.cookies.clear("localhost.local", "/", "__ac")
    provider.seen.clear()
    provider.fault("userinfo_500")
    assert browser.log_in().status_code == 502
    assert len(provider.requests_to("/authorize")) == 1


def test_slow(provider, browser, monkeypatch, log):
    monkeypatch.setattr(http, "READ", 0.3)
    object.__setattr__(provider.settings, "slow_seconds", 2.0)
    provider.fault("slow", times=1)
    page = browser.log_in()
    assert page.status_code == 502
    assert log.login == ["discovery: ReadTimeout"]


def test_dead(provider, browser, log):
    provider.stop()
    page = browser.get("/se-connecter")
    assert page.status_code == 502
    assert log.login == ["discovery: ConnectionError"]
    # The next visitors do not wait for it.
    assert browser.get("/se-connecter").status_code == 502
    assert log.login == [
        "discovery: ConnectionError",
        "it has not answered a moment ago",
    ]


def test_cancelled(provider, browser, guichet, log):
    provider.fault("cancel")
    begun = f"{guichet}/aide?a=b"
    page = browser.log_in(retour=begun)
    assert page.status_code == 403
    assert heading(page) == "Vous n’êtes pas connecté"
    assert log.login == ["cancelled"]
    # The same button works again at once, and leads to the page one began from.
    provider.clear()
    again = html.fromstring(page.text).xpath("//a[contains(@href, 'se-connecter')]")
    arrived = provider.login_and_follow(
        browser.session, again[-1].get("href"), "resident@demo.example"
    )
    assert arrived.url == begun
    assert browser.ticket


# --- the attempt belongs to one browser, once -----------------------------------


def test_altered_state(browser, log):
    url = callback_of(browser).replace("state=", "state=x")
    page = browser.get(url)
    assert page.status_code == 403
    assert heading(page) == "Cette connexion ne peut plus être utilisée"
    assert log.login == ["flow cookie"]
    assert browser.ticket == ""


def test_another_browser_with_the_answer(browser, new_browser, log):
    """Login CSRF: somebody else's answer in the victim's browser."""
    url = callback_of(browser)
    victim = new_browser()
    assert victim.get(url).status_code == 403
    assert victim.ticket == ""
    # Neither does the victim's own attempt help.
    callback_of(victim, "nonresident@demo.example")
    assert victim.get(url).status_code == 403
    assert victim.ticket == ""
    assert log.login == ["flow cookie"] * 2


def test_replayed_answer(browser, new_browser, provider, log):
    url = callback_of(browser)
    cookies = {cookie.name: cookie.value for cookie in flow_cookies(browser)}
    assert browser.get(url, allow_redirects=False).status_code == 302
    assert flow_cookies(browser) == []
    thief = new_browser()
    assert thief.get(url).status_code == 403
    # With a copy of the cookie as well.
    assert thief.get(url, cookies=cookies).status_code == 403
    assert thief.ticket == ""
    assert log.login == ["flow cookie", "flow used"]
    assert len(provider.requests_to("/token")) == 1


def test_two_tabs(browser, guichet):
    first = callback_of(browser, retour=f"{guichet}/aide")
    second = callback_of(browser, retour=f"{guichet}/dechets")
    assert len(flow_cookies(browser)) == 2
    back = browser.get(first, allow_redirects=False)
    assert back.headers["Location"] == f"{guichet}/aide"
    back = browser.get(second, allow_redirects=False)
    assert back.headers["Location"] == f"{guichet}/dechets"


def test_open_attempts_do_not_pile_up(browser):
    for _ in range(12):
        browser.get("/acl_users/edemarches/login", allow_redirects=False)
    assert len(flow_cookies(browser)) == 8


@pytest.mark.parametrize(
    "value",
    ["", "garbage", "e30.e30", "e30", ".", "é".encode().decode("latin-1"), "a" * 3000],
)
def test_garbage_cookie(browser, guichet, value, log):
    url = callback_of(browser)
    [cookie] = flow_cookies(browser)
    page = requests.get(url, cookies={cookie.name: value}, timeout=60)
    assert page.status_code == 403
    assert log.login == ["flow cookie"]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?code=x",
        "?state=x&state=y",
        "?code=" + "x" * 9000,
        "?error=server_error",
        "?state=%00%ff%fe",
    ],
)
def test_garbage_answer(browser, guichet, query):
    page = browser.get(f"/acl_users/edemarches/callback{query}")
    assert page.status_code == 403
    assert browser.ticket == ""


def test_the_cookie_of_an_attempt(browser, guichet):
    answer = browser.get("/acl_users/edemarches/login", allow_redirects=False)
    [line] = [
        value
        for name, value in answer.raw.headers.items()
        if name == "Set-Cookie" and value.startswith(COOKIE_PREFIX)
    ]
    parts = [part.strip() for part in line.split(";")][1:]
    path = f"{urlsplit(guichet).path}/acl_users/edemarches"
    assert sorted(part for part in parts if not part.startswith("Expires")) == [
        "HttpOnly",
        "Max-Age=600",
        f"Path={path}",
        "SameSite=Lax",
    ]
    assert answer.headers["Cache-Control"] == "no-store, private"
    body = base64.urlsafe_b64decode(line.partition("=")[2].partition(".")[0] + "==")
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    # Neither the nonce nor the verifier can be read from it.
    assert query["nonce"][0].encode() not in body
    assert b"verifier" not in body


# --- what we ask and how --------------------------------------------------------


def test_what_the_provider_is_asked(browser, provider, guichet):
    """oidcc-client-test-client-secret-basic, oidcc-client-test-scope-userinfo-claims"""
    browser.log_in()
    asked = provider.requests_to("/authorize")[0]["args"]
    assert asked["response_type"] == "code"
    assert asked["redirect_uri"] == f"{guichet}/acl_users/edemarches/callback"
    assert asked["scope"] == "openid profile email phone edemarches"
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["state"]) >= 43 and len(asked["nonce"]) >= 43
    assert "client_secret" not in asked
    [token] = provider.requests_to("/token")
    expected = base64.b64encode(f"guichet:{SECRET}".encode()).decode()
    assert token["authorization"] == f"Basic {expected}"
    assert "client_secret" not in token["form"]
    digest = hashlib.sha256(token["form"]["code_verifier"].encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    assert asked["code_challenge"] == challenge
    [userinfo] = provider.requests_to("/userinfo")
    assert userinfo["method"] == "GET"
    assert userinfo["authorization"].startswith("Bearer ")
    assert userinfo["args"] == userinfo["form"] == {}


def test_two_attempts_have_nothing_in_common(browser, provider):
    for _ in range(2):
        callback_of(browser)
        browser.session.cookies.clear()
    first, second = (
        seen["args"]
        for seen in provider.requests_to("/authorize")
        if "reprise" not in seen["args"]
    )
    for name in ("state", "nonce", "code_challenge"):
        assert first[name] != second[name]


def test_description_and_keys_are_kept(provider, new_browser):
    for _ in range(3):
        new_browser().log_in()
    assert len(provider.requests_to("/.well-known/openid-configuration")) == 1
    assert len(provider.requests_to("/jwks")) == 1


# --- step-up: what was asked is checked after the return ------------------------


def test_a_lower_level_than_the_one_required(provider, browser, settings, log):
    accepted = (RESIDENT.acr,)
    settings(acr_values=accepted, acr_exiges=accepted)
    assert browser.log_in().status_code == 200
    assert provider.requests_to("/authorize")[0]["args"]["acr_values"] == RESIDENT.acr
    browser.session.cookies.clear()
    provider.fault("acr_lower")
    page = browser.log_in()
    assert page.status_code == 403
    assert heading(page) == "Une connexion plus forte est nécessaire"
    assert log.login == ["level acr"]


def test_a_fresh_proof_is_asked_for_and_checked(provider, browser, guichet, log):
    browser.log_in()
    provider.seen.clear()
    arrived = browser.log_in(nouveau="1", retour=f"{guichet}/aide")
    assert arrived.url == f"{guichet}/aide"
    asked = provider.requests_to("/authorize")[0]["args"]
    assert (asked["prompt"], asked["max_age"]) == ("login", "0")


@pytest.mark.parametrize("mode", ["auth_time_old", "auth_time_absent"])
def test_an_old_proof_where_a_fresh_one_was_asked_for(provider, browser, mode, log):
    provider.fault(mode)
    page = browser.log_in(nouveau="1")
    assert page.status_code == 403
    assert log.login == ["level auth_time"]
    assert browser.ticket == ""
