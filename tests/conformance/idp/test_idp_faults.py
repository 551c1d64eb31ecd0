"""Each fault of the provider does what its name says, and nothing else."""

from carouge.guichet.demo.idp.faults import MODES
from carouge.guichet.demo.personas import ACR_DECLARED
from joserfc import jws
from joserfc import jwt
from joserfc.errors import BadSignatureError
from joserfc.jwk import KeySet
from joserfc.jwk import OctKey
from pathlib import Path
from provider import CLIENT_ID
from provider import SECRET

import base64
import hashlib
import hmac
import json
import pytest
import requests
import time


def header_of(token):
    return json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))


def claims_of(token):
    """The claims as they stand, nothing verified."""
    return json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))


def published(provider):
    return requests.get(f"{provider.issuer}/jwks", timeout=10).json()["keys"]


@pytest.fixture
def id_token(login):
    """The ID token of a login with one fault on."""

    def token(mode):
        answer = login.run()
        login.provider.fault(mode)
        return login.token(answer["code"]).json()["id_token"]

    return token


CLAIMS = {
    "nonce_wrong": lambda c, login: c["nonce"] != login.parameters["nonce"],
    "nonce_absent": lambda c, login: "nonce" not in c,
    "bad_iss": lambda c, login: c["iss"] == "https://evil.example",
    "bad_aud": lambda c, login: c["aud"] == "somebody-else",
    "two_aud": lambda c, login: (
        c["aud"] == [CLIENT_ID, "somebody-else"] and "azp" not in c
    ),
    "two_aud_azp": lambda c, login: (
        c["aud"] == [CLIENT_ID, "somebody-else"] and c["azp"] == CLIENT_ID
    ),
    "expired": lambda c, login: -605 < c["exp"] - time.time() < -595,
    "iat_ahead_30s": lambda c, login: 25 < c["iat"] - time.time() <= 30,
    "iat_ahead_10m": lambda c, login: 595 < c["iat"] - time.time() <= 600,
    "no_iat": lambda c, login: "iat" not in c,
    "no_sub": lambda c, login: "sub" not in c,
    "acr_lower": lambda c, login: c["acr"] == ACR_DECLARED,
    "auth_time_old": lambda c, login: c["auth_time"] < time.time() - 3_000,
    "auth_time_absent": lambda c, login: "auth_time" not in c,
}


@pytest.mark.parametrize("mode", CLAIMS)
def test_claims(login, id_token, provider, mode):
    token = id_token(mode)
    # The signature is good: what is wrong is the claim alone.
    claims = jwt.decode(token, KeySet.import_key_set({"keys": published(provider)}))
    assert CLAIMS[mode](claims.claims, login)
    good = dict.fromkeys(
        ("iss", "sub", "aud", "exp", "iat", "nonce", "auth_time", "acr", "sid")
    )
    missing = set(good) - set(claims.claims)
    assert missing == {
        "nonce_absent": {"nonce"},
        "auth_time_absent": {"auth_time"},
        "no_iat": {"iat"},
        "no_sub": {"sub"},
    }.get(mode, set())


def test_no_signature(id_token):
    token = id_token("alg_none")
    assert header_of(token) == {"alg": "none", "typ": "JWT"}
    assert token.endswith(".")
    assert claims_of(token)["aud"] == CLIENT_ID


def test_signed_with_the_shared_secret(id_token):
    token = id_token("hs256_secret")
    key = OctKey.import_key(SECRET)
    assert jws.deserialize_compact(token, key, algorithms=["HS256"])


def test_signed_with_the_text_of_the_public_key(id_token, provider):
    token = id_token("hs256_pubkey")
    assert header_of(token)["alg"] == "HS256"
    # No library signs or verifies that: by hand, then.
    [key] = KeySet.import_key_set({"keys": published(provider)}).keys
    signed, _, signature = token.rpartition(".")
    secret = key.as_pem(private=False)
    digest = hmac.new(secret, signed.encode(), hashlib.sha256).digest()
    assert base64.urlsafe_b64encode(digest).decode().rstrip("=") == signature


def test_elliptic_curve(id_token, provider):
    token = id_token("es256")
    keys = KeySet.import_key_set({"keys": published(provider)})
    assert len(keys.keys) == 2
    assert jwt.decode(token, keys, algorithms=["ES256"]).claims["aud"] == CLIENT_ID


def test_bad_signature(id_token, provider):
    token = id_token("bad_sig")
    [key] = published(provider)
    assert header_of(token)["kid"] == key["kid"]
    with pytest.raises(BadSignatureError):
        jwt.decode(token, KeySet.import_key_set({"keys": [key]}))


def test_unknown_key(id_token, provider):
    token = id_token("unknown_kid")
    assert header_of(token)["kid"] not in [key["kid"] for key in published(provider)]


@pytest.mark.parametrize(
    ("mode", "count"), [("no_kid_one_key", 1), ("no_kid_two_keys", 2)]
)
def test_no_key_named(id_token, provider, mode, count):
    token = id_token(mode)
    assert "kid" not in header_of(token)
    keys = published(provider)
    assert len(keys) == count
    assert jwt.decode(token, KeySet.import_key_set({"keys": keys[:1]}))


def test_rotation_just_before_signing(id_token, provider):
    [before] = published(provider)
    token = id_token("rotate_before_signing")
    [after] = published(provider)
    assert before["kid"] != after["kid"] == header_of(token)["kid"]
    assert jwt.decode(token, KeySet.import_key_set({"keys": [after]}))


def test_no_id_token(login, provider):
    answer = login.run()
    provider.fault("no_idtoken")
    tokens = login.token(answer["code"]).json()
    assert "id_token" not in tokens
    assert login.userinfo(tokens).status_code == 200


@pytest.mark.parametrize(
    ("mode", "path"),
    [
        ("discovery_down", "/.well-known/openid-configuration"),
        ("jwks_down", "/jwks"),
    ],
)
def test_down(provider, mode, path):
    provider.fault(mode)
    assert requests.get(provider.issuer + path, timeout=10).status_code == 503


def test_another_issuer(provider):
    provider.fault("discovery_iss")
    address = f"{provider.issuer}/.well-known/openid-configuration"
    document = requests.get(address, timeout=10).json()
    assert document["issuer"] == "https://evil.example"
    assert document["token_endpoint"] == f"{provider.issuer}/token"


def test_answer_of_another_issuer(login, provider):
    provider.fault("response_iss_wrong")
    answer = login.run()
    assert answer["iss"] == "https://evil.example"
    assert login.token(answer["code"]).status_code == 200


def test_cancelled(login, provider):
    provider.fault("cancel")
    response = login.authorize()
    assert response.url.startswith(f"{login.party.callback}?error=access_denied")
    assert f"state={login.parameters['state']}" in response.url
    assert "&iss=" in response.url


def test_slow_ends_when_it_is_ended(provider, login):
    answer = login.run()
    provider.fault("slow", times=1)
    began = time.monotonic()
    with pytest.raises(requests.ReadTimeout):
        requests.get(f"{provider.issuer}/jwks", timeout=0.3)
    provider.clear()
    assert login.token(answer["code"]).status_code == 200
    assert time.monotonic() - began < 5


def test_token_fails(login, provider):
    answer = login.run()
    provider.fault("token_500")
    assert login.token(answer["code"]).status_code == 500


def test_token_garbage(login, provider):
    answer = login.run()
    provider.fault("token_garbage")
    response = login.token(answer["code"])
    assert response.status_code == 200
    with pytest.raises(requests.JSONDecodeError):
        response.json()


def test_token_huge(login, provider):
    answer = login.run()
    provider.fault("token_huge")
    response = login.token(answer["code"])
    assert len(response.content) > 16_000_000
    assert response.json()["id_token"]


def test_another_subject(login, provider):
    tokens = login.tokens()
    provider.fault("sub_mismatch")
    info = login.userinfo(tokens).json()
    assert info["sub"] == "G-somebody-else"
    assert info["family_name"] == "Rochat"


def test_userinfo_fails(login, provider):
    tokens = login.tokens()
    provider.fault("userinfo_500")
    assert login.userinfo(tokens).status_code == 500


def test_userinfo_garbage(login, provider):
    tokens = login.tokens()
    provider.fault("userinfo_garbage")
    response = login.userinfo(tokens)
    assert (response.status_code, response.text) == (200, "<html>?!")


def test_userinfo_huge(login, provider):
    tokens = login.tokens()
    provider.fault("userinfo_huge")
    response = login.userinfo(tokens)
    assert len(response.content) > 16_000_000
    assert response.json()["family_name"] == "Rochat"


def test_userinfo_by_body_only(login, provider):
    tokens = login.tokens()
    provider.fault("userinfo_body_only")
    assert login.userinfo(tokens).status_code == 401
    data = {"access_token": tokens["access_token"]}
    response = requests.post(f"{provider.issuer}/userinfo", data=data, timeout=10)
    assert response.json()["family_name"] == "Rochat"


def test_userinfo_elsewhere(login, provider):
    tokens = login.tokens()
    provider.fault("userinfo_redirect")
    response = login.userinfo(tokens)
    assert response.status_code == 302
    elsewhere = response.headers["Location"]
    assert elsewhere == f"http://127.0.0.1:{provider.port}/userinfo/ailleurs"
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    response = requests.get(elsewhere, headers=headers, timeout=10)
    assert response.json()["family_name"] == "Rochat"


def test_every_fault_has_its_test():
    text = Path(__file__).read_text("utf-8")
    assert [mode for mode in sorted(MODES) if f'"{mode}"' not in text] == []


# --- the switch -----------------------------------------------------------------


def test_times(provider):
    provider.fault("jwks_down", times=2)
    address = f"{provider.issuer}/jwks"
    found = [requests.get(address, timeout=10).status_code for _ in range(3)]
    assert found == [503, 503, 200]


def test_the_switch_says_what_is_on(provider):
    address = f"{provider.issuer}/defauts"
    data = {"mode": "expired", "times": 3}
    assert requests.post(address, json=data, timeout=10).json() == data
    assert requests.get(address, timeout=10).json() == data
    end = {"mode": None}
    expected = {"mode": None, "times": None}
    assert requests.post(address, json=end, timeout=10).json() == expected
    assert requests.get(address, timeout=10).json() == expected


@pytest.mark.parametrize(
    "data",
    [
        {"mode": "unheard of"},
        {"mode": ["expired"]},
        {"mode": "expired", "times": 0},
        {"mode": "expired", "times": True},
        {"mode": "expired", "times": "2"},
        {},
        [],
        "expired",
        None,
    ],
)
def test_the_switch_refuses_nonsense(provider, data):
    address = f"{provider.issuer}/defauts"
    response = requests.post(address, json=data, timeout=10)
    assert response.status_code in (400, 415)
    assert response.headers["Content-Type"] == "application/json"
    assert requests.get(address, timeout=10).json()["mode"] is None


def test_a_form_of_another_site_does_not_reach_the_switch(provider):
    address = f"{provider.issuer}/defauts"
    headers = {"Content-Type": "text/plain"}
    response = requests.post(
        address, data='{"mode": "expired"}', headers=headers, timeout=10
    )
    assert response.status_code == 415
