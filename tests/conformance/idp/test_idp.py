"""The identity provider when it behaves: what it accepts, refuses and says."""

from carouge.guichet.demo.idp.__main__ import settings_of
from carouge.guichet.demo.idp.app import make_provider
from carouge.guichet.demo.idp.settings import NotLoopback
from carouge.guichet.demo.idp.settings import ProviderSettings
from carouge.guichet.demo.personas import ACR_DECLARED
from carouge.guichet.demo.personas import ACR_VERIFIED
from carouge.guichet.demo.personas import ASSOCIATION
from carouge.guichet.demo.personas import BOULANGERIE
from carouge.guichet.demo.personas import CHOEUR
from carouge.guichet.demo.personas import ENTREPRISE
from carouge.guichet.demo.personas import find
from carouge.guichet.demo.personas import PERSONAS
from carouge.guichet.demo.settings import SettingsError
from provider import CLIENT_ID
from provider import SECRET
from stdnum.ch import ssn
from stdnum.ch import uid
from urllib.parse import quote
from urllib.parse import urlencode

import pytest
import requests
import time


# --- personas -------------------------------------------------------------------


def test_personas_have_valid_numbers():
    assert [persona.email.partition("@")[0] for persona in PERSONAS] == [
        "resident",
        "nonresident",
        "nonverifie",
        "homonyme",
        "entreprise",
        "association",
    ]
    numbers = {persona.email.partition("@")[0]: persona.avs for persona in PERSONAS}
    assert [name for name, number in numbers.items() if not number] == [
        "nonverifie",
        "homonyme",
    ]
    assert all(ssn.is_valid(number) for number in numbers.values() if number)
    assert uid.format(uid.validate(BOULANGERIE.uid)) == BOULANGERIE.uid
    assert CHOEUR.uid == ""
    assert len({persona.sub for persona in PERSONAS}) == len(PERSONAS)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (" Resident@DEMO.example ", "Camille Rochat"),
        ("resident@demo.example.evil", None),
        ("", None),
    ],
)
def test_accounts_are_found_by_their_address(text, found):
    persona = find(text)
    assert (persona and persona.name) == found


def test_one_acts_only_for_whom_one_may():
    assert ENTREPRISE.acting_for("") is None
    assert ENTREPRISE.acting_for(BOULANGERIE.id) is BOULANGERIE
    with pytest.raises(KeyError):
        ENTREPRISE.acting_for(CHOEUR.id)
    with pytest.raises(KeyError):
        ASSOCIATION.acting_for("")


# --- the claims -----------------------------------------------------------------


def test_a_person_logs_in(login, provider):
    answer = login.run()
    assert answer["state"] == login.parameters["state"]
    assert answer["iss"] == provider.issuer
    response = login.token(answer["code"])
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    tokens = response.json()
    assert tokens["token_type"] == "Bearer"
    assert tokens["expires_in"] == 600
    claims = login.claims(tokens)
    now = time.time()
    assert now - 5 <= claims["iat"] <= now
    assert claims["exp"] == claims["iat"] + 600
    assert now - 5 <= claims["auth_time"] <= now
    assert len(claims["sid"]) >= 16
    expected = {
        "iss": provider.issuer,
        "sub": find("resident@demo.example").sub,
        "aud": CLIENT_ID,
        "nonce": login.parameters["nonce"],
        "acr": ACR_VERIFIED,
        "amr": ["pwd", "sms", "mfa"],
    }
    assert {name: claims[name] for name in expected} == expected
    assert login.userinfo(tokens).json() == {
        "sub": claims["sub"],
        "name": "Camille Rochat",
        "given_name": "Camille",
        "family_name": "Rochat",
        "birthdate": "1986-04-12",
        "gender": "female",
        "email": "resident@demo.example",
        "email_verified": True,
        "phone_number": "+41790000101",
        "account_type": "natural",
        "verified": True,
        "avs": "756.1234.5678.97",
    }


def test_an_unverified_person(login):
    tokens = login.tokens("nonverifie@demo.example", acr_values=ACR_VERIFIED)
    assert login.claims(tokens)["acr"] == ACR_DECLARED
    info = login.userinfo(tokens).json()
    assert info["verified"] is False
    assert "avs" not in info


@pytest.mark.parametrize(
    ("email", "acting_for", "account_type", "organisation"),
    [
        (
            "entreprise@demo.example",
            "Boulangerie",
            "legal",
            {
                "id": BOULANGERIE.id,
                "name": "Boulangerie du Rondeau Sàrl",
                "uid": "CHE-107.482.617",
                "kind": "company",
            },
        ),
        ("entreprise@demo.example", "À titre privé", "natural", None),
        (
            "association@demo.example",
            None,
            "legal",
            {"id": CHOEUR.id, "name": "Chœur du Vieux-Carouge", "kind": "association"},
        ),
    ],
)
def test_in_whose_name(login, email, acting_for, account_type, organisation):
    info = login.userinfo(login.tokens(email, acting_for)).json()
    assert info["sub"] == find(email).sub
    assert info["account_type"] == account_type
    assert info.get("organisation") == organisation


def test_scopes_open_claims_and_unknown_scopes_nothing(login):
    tokens = login.tokens(scope="openid email payment")
    assert tokens["scope"] == "openid email"
    assert set(login.userinfo(tokens).json()) == {"sub", "email", "email_verified"}


# --- requests that are refused --------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"nonce": None}, "invalid_request"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"prompt": "none"}, "login_required"),
        ({"prompt": "none login"}, "invalid_request"),
    ],
)
def test_bad_requests_go_back_to_the_client(login, provider, changes, error):
    response = login.authorize(**changes)
    assert response.url.startswith(login.party.callback)
    query = dict(pair.split("=", 1) for pair in response.url.split("?")[1].split("&"))
    assert query["error"] == error
    assert query["state"] == login.parameters["state"]
    assert provider.issuer.split("//")[1].replace(":", "%3A") in query["iss"]
    assert "code" not in query


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": "https://evil.example/callback"},
        {"redirect_uri": None},
        {"redirect_uri": "{callback}/"},
        {"redirect_uri": "{callback}?a=b"},
        {"client_id": "somebody-else"},
        {"client_id": None},
    ],
)
def test_a_client_that_is_not_sure_gets_nobody_back(login, changes):
    changes = {
        name: value and value.format(callback=login.party.callback)
        for name, value in changes.items()
    }
    response = login.authorize(**changes)
    assert response.status_code == 400
    assert response.history == []
    assert "<h1>Demande refusée</h1>" in response.text


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_verifier": None}, "invalid_request"),
        ({"code_verifier": "x" * 43}, "invalid_grant"),
        ({"redirect_uri": "https://evil.example/callback"}, "invalid_grant"),
        ({"redirect_uri": None}, "invalid_grant"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"code": "never given"}, "invalid_grant"),
    ],
)
def test_codes_are_for_one_client_one_address_and_one_verifier(login, changes, error):
    response = login.token(login.run()["code"], **changes)
    assert (response.status_code, response.json()["error"]) == (400, error)


def test_a_wrong_verifier_burns_the_code(login):
    code = login.run()["code"]
    login.token(code, code_verifier="x" * 43)
    assert login.token(code).json()["error"] == "invalid_grant"


def test_a_replayed_code_takes_its_tokens_along(login):
    code = login.run()["code"]
    tokens = login.token(code).json()
    assert login.userinfo(tokens).status_code == 200
    assert login.token(code).json()["error"] == "invalid_grant"
    assert login.userinfo(tokens).status_code == 401


def test_the_secret_comes_form_encoded(login, provider):
    settings = provider.parts.settings
    object.__setattr__(settings, "client_secret", "a+b %é/")
    data = {
        "grant_type": "authorization_code",
        "code": login.run()["code"],
        "redirect_uri": login.party.callback,
        "code_verifier": login.party.verifier,
    }
    auth = (CLIENT_ID, quote("a+b %é/", safe=""))
    try:
        response = requests.post(
            f"{provider.issuer}/token", data=data, auth=auth, timeout=10
        )
    finally:
        object.__setattr__(settings, "client_secret", SECRET)
    assert response.status_code == 200


@pytest.mark.parametrize("auth", [None, (CLIENT_ID, "wrong"), ("other", SECRET)])
def test_clients_authenticate(login, provider, auth):
    data = {
        "grant_type": "authorization_code",
        "code": login.run()["code"],
        "redirect_uri": login.party.callback,
        "code_verifier": login.party.verifier,
        # The secret counts in the header only.
        "client_id": CLIENT_ID,
        "client_secret": SECRET,
    }
    response = requests.post(
        f"{provider.issuer}/token", data=data, auth=auth, timeout=10
    )
    assert response.status_code in (400, 401)
    assert response.json()["error"] == "invalid_client"


def test_userinfo_by_header_only(login, provider):
    token = login.tokens()["access_token"]
    address = f"{provider.issuer}/userinfo"
    body = requests.post(address, data={"access_token": token}, timeout=10)
    assert body.status_code == 405
    query = requests.get(address, params={"access_token": token}, timeout=10)
    assert query.status_code == 401
    wrong = {"Authorization": "Bearer x"}
    assert requests.get(address, headers=wrong, timeout=10).status_code == 401


# --- one login for several requests ---------------------------------------------


def test_single_sign_on(login, other_login):
    first = login.claims(login.tokens())
    response = login.authorize()
    assert response.url.startswith(login.party.callback)
    second = login.claims(login.tokens(prompt="none"))
    assert (second["sid"], second["auth_time"]) == (first["sid"], first["auth_time"])
    assert "connexion/" in other_login.authorize().url


@pytest.mark.parametrize("changes", [{"prompt": "login"}, {"max_age": "0"}])
def test_proving_again(login, provider, changes):
    first = login.claims(login.tokens())
    session = provider.parts.store.sessions
    # A second is the smallest thing auth_time can tell.
    aged = {key: value for key, (_, value) in session._entries.items()}
    for key, value in aged.items():
        session.put(type(value)(**{**vars(value), "auth_time": 1_000}), key=key)
    assert "connexion/" in login.authorize(**changes).url
    second = login.claims(login.tokens(**changes))
    assert second["auth_time"] >= first["auth_time"]
    assert second["sid"] != first["sid"]


def test_max_age_that_still_holds(login):
    login.run()
    assert login.authorize(max_age="600").url.startswith(login.party.callback)


def test_changing_in_whose_name(login):
    private = login.tokens("entreprise@demo.example", "À titre privé")
    page = login.authorize(prompt="select_account")
    assert page.url.endswith("/agir")
    assert "Prendre un autre compte" in page.text
    company = login.tokens(
        "entreprise@demo.example", "Boulangerie", prompt="select_account"
    )
    assert login.userinfo(company).json()["organisation"]["name"] == BOULANGERIE.name
    assert login.claims(company)["sid"] == login.claims(private)["sid"]


# --- discovery, keys, this machine only -----------------------------------------


def test_discovery(provider):
    address = f"{provider.issuer}/.well-known/openid-configuration"
    document = requests.get(address, timeout=10).json()
    assert document["issuer"] == provider.issuer
    assert document["code_challenge_methods_supported"] == ["S256"]
    assert document["token_endpoint_auth_methods_supported"] == ["client_secret_basic"]
    assert document["authorization_response_iss_parameter_supported"] is True
    assert document["backchannel_logout_session_supported"] is True
    for name in (
        "authorization_endpoint",
        "token_endpoint",
        "userinfo_endpoint",
        "jwks_uri",
        "end_session_endpoint",
    ):
        assert document[name].startswith(f"{provider.issuer}/")


def test_rotation_publishes_the_new_key_only(login, provider):
    [before] = requests.get(f"{provider.issuer}/jwks", timeout=10).json()["keys"]
    response = requests.post(f"{provider.issuer}/rotation", timeout=10)
    [after] = requests.get(f"{provider.issuer}/jwks", timeout=10).json()["keys"]
    assert response.json() == {"kid": after["kid"]}
    assert before["kid"] != after["kid"]
    assert set(after) == {"kty", "n", "e", "kid", "use", "alg"}
    assert login.claims(login.tokens())["iss"] == provider.issuer


@pytest.mark.parametrize(
    "issuer",
    [
        "http://idp.carouge.example:9400",
        "http://192.168.1.10:9400",
        "http://localhost.evil.example:9400",
        "https://localhost:9400",
        "",
    ],
)
def test_it_serves_this_machine_only(issuer):
    with pytest.raises(NotLoopback):
        ProviderSettings(issuer, CLIENT_ID, SECRET, ())


@pytest.mark.parametrize(
    ("environ", "headers"),
    [
        ({"REMOTE_ADDR": "192.168.1.20"}, {}),
        ({}, {"Host": "rebound.evil.example"}),
    ],
)
def test_others_are_refused(environ, headers):
    settings = ProviderSettings("http://localhost:9400", CLIENT_ID, SECRET, ())
    client = make_provider(settings).test_client()
    assert client.get("/").status_code == 200
    response = client.get("/", environ_overrides=environ, headers=headers)
    assert response.status_code == 403


def test_settings_of_the_demonstration():
    environ = {
        "GUICHET_PORT": "18080",
        "GUICHET_IDP_PORT": "19400",
        "GUICHET_MAIL_PORT": "19600",
        "GUICHET_OIDC_SECRET": "s3cret",
    }
    settings = settings_of(environ)
    site = "http://localhost:18080/carouge"
    assert settings.issuer == "http://localhost:19400"
    assert settings.redirect_uris[0] == f"{site}/acl_users/edemarches/callback"
    assert f"{site}/guichet/se-deconnecter" in settings.post_logout_redirect_uris
    assert settings.sms_gateway == "http://localhost:19600/sms"
    assert settings.client_secret == "s3cret"
    assert settings.client_origins == ["http://localhost:18080"]
    del environ["GUICHET_OIDC_SECRET"]
    with pytest.raises(SettingsError):
        settings_of(environ)


def test_a_request_by_post(login):
    data = login.party.begin()
    response = login.browser.post(f"{login.provider.issuer}/authorize", data=data)
    assert "connexion/" in response.url
    response = login.provider.login(login.browser, response, "resident@demo.example")
    assert response.url.startswith(f"{login.party.callback}?code=")
    assert urlencode({"state": data["state"]}) in response.url
