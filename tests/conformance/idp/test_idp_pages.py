"""What a person meets at the provider: password, code, choice, logout."""

from carouge.guichet.demo.idp.parts import SESSION_COOKIE
from carouge.guichet.demo.personas import BOULANGERIE
from carouge.guichet.demo.personas import find
from carouge.guichet.demo.settings import PASSWORD
from joserfc import jwt
from joserfc.jwk import KeySet
from lxml import html
from provider import CLIENT_ID
from provider import SECRET
from urllib.parse import urlencode

import base64
import json
import pytest
import requests
import time


def text_of(response):
    page = html.fromstring(response.text)
    return " ".join(page.get_element_by_id("contenu").text_content().split())


def alert_of(response):
    [alert] = html.fromstring(response.text).xpath("//*[@role='alert']")
    return alert.text_content()


def submit(login, response, **values):
    return login.provider._submit(login.browser, response, values)


def good_password(login, email="resident@demo.example"):
    return submit(login, login.authorize(), email=email, password=PASSWORD)


# --- password -------------------------------------------------------------------


def test_login_page_lists_the_accounts(login):
    page = html.fromstring(login.authorize().text)
    assert page.get("lang") == "fr"
    assert page.xpath("string(//h1)") == "Se connecter"
    accounts = page.xpath("//ul[@class='accounts']//b/text()")
    assert accounts == [
        "resident@demo.example",
        "nonresident@demo.example",
        "nonverifie@demo.example",
        "homonyme@demo.example",
        "entreprise@demo.example",
        "association@demo.example",
    ]
    assert "Démonstration" in page.xpath("string(//header)")
    assert [field.get("name") for field in page.xpath("//form//input")] == [
        "email",
        "password",
    ]


def test_the_address_can_be_known_before(login):
    page = html.fromstring(login.authorize(login_hint='a"b<c>@x.ch').text)
    assert page.get_element_by_id("email").value == 'a"b<c>@x.ch'


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("resident@demo.example", "guichet-2026!"),
        ("resident@demo.example", ""),
        ("nobody@demo.example", PASSWORD),
        ("", ""),
        ("<b>resident@demo.example", "é" * 5_000),
    ],
)
def test_wrong_password(login, provider, email, password):
    response = submit(login, login.authorize(), email=email, password=password)
    assert response.status_code == 422
    assert alert_of(response) == (
        "L’adresse électronique ou le mot de passe n’est pas juste."
    )
    assert html.fromstring(response.text).get_element_by_id("email").value == email
    assert "resident@demo.example" not in provider.parts.store.sessions._entries
    assert login.party.texts == []


# --- code -----------------------------------------------------------------------


def test_the_code_is_sent(login):
    page = good_password(login)
    assert page.url.endswith("/code")
    assert "au numéro qui se termine par 01" in text_of(page)
    assert login.party.texts == [
        {
            "to": "+41790000101",
            "text": "Votre code e-démarches (démonstration) : 424242",
        }
    ]


def test_a_gateway_that_is_down_does_not_stop_anybody(login, provider):
    settings = provider.parts.settings
    object.__setattr__(settings, "sms_gateway", "http://localhost:1/sms")
    try:
        assert login.run()["code"]
    finally:
        address = f"{login.party.address}/sms"
        object.__setattr__(settings, "sms_gateway", address)


def test_code_with_spaces(login):
    response = submit(login, good_password(login), code=" 424 242 ")
    assert response.url.startswith(login.party.callback)


def test_three_tries(login):
    page = good_password(login)
    page = submit(login, page, code="000000")
    assert page.status_code == 422
    assert alert_of(page) == "Ce code n’est pas juste. Il reste 2 essais."
    page = submit(login, page, code="")
    assert alert_of(page) == "Ce code n’est pas juste. Il reste 1 essai."
    page = submit(login, page, code="٤٢٤٢٤٢")
    assert alert_of(page) == (
        "Le code était faux trois fois. Reprenez avec votre mot de passe."
    )
    # The right code comes too late, whoever asks for its page.
    address = page.url
    page = login.browser.post(address, data={"code": "424242"})
    assert not page.url.startswith(login.party.callback)
    assert html.fromstring(page.text).xpath("//input[@name='password']")
    response = login.provider.login(login.browser, page, "resident@demo.example")
    assert response.url.startswith(login.party.callback)


def test_no_step_can_be_left_out(login):
    start = login.authorize().url
    for step in ("/code", "/agir"):
        assert login.browser.get(start + step).url == start
        data = {"code": "424242", "acting_for": ""}
        assert login.browser.post(start + step, data=data).url == start
    good_password(login, "entreprise@demo.example")
    assert "password" in login.browser.get(login.authorize().url + "/agir").text


def test_a_login_belongs_to_one_browser(login, other_login):
    address = login.authorize().url
    other_login.authorize()
    for response in (
        other_login.browser.get(address),
        requests.post(address, data={"email": "x", "password": "y"}, timeout=10),
    ):
        assert response.status_code == 410
        assert "Cette connexion n’est plus valable" in response.text


def test_the_end_of_a_login_belongs_to_one_browser(login, other_login):
    page = good_password(login)
    action = page.url
    response = login.browser.post(
        action, data={"code": "424242"}, allow_redirects=False
    )
    resume = f"{login.provider.issuer}{response.headers['Location']}"
    assert "/authorize?" in resume
    assert "connexion/" in other_login.browser.get(resume).url
    assert login.browser.get(resume).url.startswith(login.party.callback)


def test_a_double_click_leads_to_the_client_as_well(login):
    page = good_password(login)
    for _ in range(2):
        response = login.browser.post(page.url, data={"code": "424242"})
        assert response.url.startswith(f"{login.party.callback}?code=")


# --- in whose name --------------------------------------------------------------


def test_choice(login):
    page = submit(login, good_password(login, "entreprise@demo.example"), code="424242")
    buttons = html.fromstring(page.text).xpath("//button")
    assert [" ".join(b.text_content().split()) for b in buttons] == [
        "Boulangerie du Rondeau SàrlEntreprise, CHE-107.482.617",
        "Laura KellerÀ titre privé",
    ]
    assert [button.get("value") for button in buttons] == [BOULANGERIE.id, ""]


@pytest.mark.parametrize("values", [{}, {"acting_for": "O-somebody-else"}])
def test_no_other_choice(login, values):
    page = submit(login, good_password(login, "entreprise@demo.example"), code="424242")
    assert submit(login, page, **values).status_code == 400


# --- cancelling -----------------------------------------------------------------


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_cancel_leads_back_at_each_step(login, provider, steps):
    page = login.authorize()
    if steps:
        page = submit(login, page, email="entreprise@demo.example", password=PASSWORD)
    if steps > 1:
        page = submit(login, page, code="424242")
    [link] = html.fromstring(page.text).xpath("//a[text()='Annuler']")
    query = {
        "error": "access_denied",
        "iss": provider.issuer,
        "state": login.parameters["state"],
    }
    assert link.get("href") == f"{login.party.callback}?{urlencode(query)}"


# --- logout ---------------------------------------------------------------------


def logout_claims(provider, token):
    keys = requests.get(f"{provider.issuer}/jwks", timeout=10).json()
    return jwt.decode(token, KeySet.import_key_set(keys)).claims


def test_logout_that_the_client_asks_for(login, provider):
    tokens = login.tokens()
    claims = login.claims(tokens)
    back = f"{login.party.address}/carouge"
    response = login.browser.get(
        f"{provider.issuer}/logout",
        params={
            "id_token_hint": tokens["id_token"],
            "post_logout_redirect_uri": back,
            "state": "abc",
        },
    )
    assert response.url == f"{back}?state=abc"
    assert SESSION_COOKIE not in login.browser.cookies
    [token] = login.party.logout_tokens
    found = logout_claims(provider, token)
    assert {name: found[name] for name in ("iss", "aud", "sub", "sid", "events")} == {
        "iss": provider.issuer,
        "aud": CLIENT_ID,
        "sub": claims["sub"],
        "sid": claims["sid"],
        "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
    }
    assert "nonce" not in found
    assert login.userinfo(tokens).status_code == 401
    assert login.authorize(prompt="none").url.split("error=")[1].startswith("login_req")


def test_logout_works_after_a_rotation(login, provider):
    tokens = login.tokens()
    provider.rotate()
    back = f"{login.party.address}/carouge"
    parameters = {
        "id_token_hint": tokens["id_token"],
        "post_logout_redirect_uri": back,
    }
    response = login.browser.get(f"{provider.issuer}/logout", params=parameters)
    assert response.url == back


def test_logout_without_a_token_asks_first(login, provider):
    login.tokens()
    back = f"{login.party.address}/carouge"
    page = login.browser.get(
        f"{provider.issuer}/logout",
        params={"client_id": CLIENT_ID, "post_logout_redirect_uri": back},
    )
    assert "Vous êtes connecté à e-démarches comme Camille Rochat." in text_of(page)
    assert login.party.logout_tokens == []
    [form] = html.fromstring(page.text).forms
    page = submit(login, page, **dict(form.fields))
    assert text_of(page).startswith("Vous êtes déconnecté")
    assert len(login.party.logout_tokens) == 1
    assert "connexion/" in login.authorize().url


def test_logout_with_a_token_of_somebody_else_asks_first(login, other_login, provider):
    login.run()
    other = other_login.tokens("nonresident@demo.example")
    parameters = {"id_token_hint": other["id_token"]}
    page = login.browser.get(f"{provider.issuer}/logout", params=parameters)
    assert "Camille Rochat" in text_of(page)
    assert login.authorize().url.startswith(login.party.callback)


@pytest.mark.parametrize(
    ("hint", "back", "status"),
    [
        ("{token}", "https://evil.example", 200),
        ("{token}", "{back}/", 200),
        ("{token}x", "{back}", 400),
        ("garbage", "{back}", 400),
    ],
)
def test_logout_leads_nowhere_else(login, provider, hint, back, status):
    tokens = login.tokens()
    parameters = {
        "id_token_hint": hint.format(token=tokens["id_token"]),
        "post_logout_redirect_uri": back.format(back=f"{login.party.address}/carouge"),
    }
    response = login.browser.get(f"{provider.issuer}/logout", params=parameters)
    assert response.status_code == status
    assert response.history == []


def test_logout_on_the_home_page(login, provider):
    home = f"{provider.issuer}/"
    assert "Personne n’est connecté" in text_of(login.browser.get(home))
    login.run("entreprise@demo.example")
    page = login.browser.get(home)
    assert "Laura Keller, au nom de Boulangerie du Rondeau Sàrl." in text_of(page)
    submit(login, page, confirme="oui")
    assert "Personne n’est connecté" in text_of(login.browser.get(home))


# --- back-channel ---------------------------------------------------------------


def send(provider, **data):
    response = requests.post(
        f"{provider.issuer}/deconnexion-canal", json=data, timeout=10
    )
    return response.json()


FAULTS = {
    "no_event": lambda c: "events" not in c,
    "wrong_event": lambda c: set(c["events"]) == {"https://evil.example/event"},
    "with_nonce": lambda c: c["nonce"],
    "wrong_aud": lambda c: c["aud"] == "somebody-else",
    "wrong_iss": lambda c: c["iss"] == "https://evil.example",
    "expired": lambda c: c["exp"] < time.time() - 60 and c["iat"] > time.time() - 120,
    "old": lambda c: c["iat"] < time.time() - 86_400 and c["exp"] > time.time(),
    "no_sub_no_sid": lambda c: not {"sub", "sid"} & set(c),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_logout_tokens_with_a_fault(login, provider, fault):
    sub = find("resident@demo.example").sub
    answer = send(provider, sub=sub, sid="s", fault=fault)
    assert answer == {"status": 204, "cache_control": "no-store", "body": ""}
    [token] = login.party.logout_tokens
    claims = logout_claims(provider, token)
    assert FAULTS[fault](claims)
    assert [
        other for other in FAULTS if other != fault and _has(FAULTS[other], claims)
    ] == []


def _has(fault, claims):
    try:
        return bool(fault(claims))
    except KeyError:
        return False


@pytest.mark.parametrize(
    ("fault", "alg"), [("alg_none", "none"), ("wrong_alg", "HS256")]
)
def test_logout_tokens_signed_otherwise(login, provider, fault, alg):
    send(provider, sid="s", fault=fault)
    [token] = login.party.logout_tokens
    header = base64.urlsafe_b64decode(token.split(".")[0] + "==")
    assert json.loads(header)["alg"] == alg


def test_replayed_logout_token(login, provider):
    send(provider, sid="s")
    send(provider, sid="s", fault="replay")
    send(provider, sid="s")
    first, second, third = login.party.logout_tokens
    assert first == second
    ids = [logout_claims(provider, token)["jti"] for token in (first, third)]
    assert ids[0] != ids[1]


def test_logout_token_of_subject_or_session(login, provider):
    send(provider, sub="a")
    send(provider, sid="b")
    claims = [logout_claims(provider, token) for token in login.party.logout_tokens]
    assert [(c.get("sub"), c.get("sid")) for c in claims] == [("a", None), (None, "b")]


def test_unknown_fault_of_a_logout_token(provider):
    assert "fault: one of" in send(provider, sub="a", fault="?")["error"]


def test_the_client_secret_is_nowhere_on_a_page(login, provider):
    pages = [requests.get(f"{provider.issuer}/", timeout=10), login.authorize()]
    assert [SECRET in page.text for page in pages] == [False, False]
