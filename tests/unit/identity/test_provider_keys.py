"""The provider's description and keys: what is believed, for how long."""

from carouge.guichet.identity import provider as module
from carouge.guichet.identity.errors import LoginRefused
from carouge.guichet.identity.errors import ProviderUnavailable
from carouge.guichet.identity.provider import Provider
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric import rsa

import json
import jwt
import pytest


ISSUER = "https://op.example/realms/ge"
HOSTS = frozenset({"keys.op.example"})


def make_rsa(size=2048):
    return rsa.generate_private_key(public_exponent=65537, key_size=size)


def jwk(key, **fields):
    algorithm = (
        jwt.algorithms.RSAAlgorithm
        if isinstance(key, rsa.RSAPrivateKey)
        else jwt.algorithms.ECAlgorithm
    )
    return json.loads(algorithm.to_jwk(key.public_key())) | fields


FIRST, SECOND, SMALL = make_rsa(), make_rsa(), make_rsa(1024)
CURVE = ec.generate_private_key(ec.SECP256R1())


@pytest.fixture
def world(monkeypatch):
    """A provider without network, and a clock."""

    class World:
        def __init__(self):
            self.description = {
                "issuer": ISSUER,
                "authorization_endpoint": f"{ISSUER}/auth",
                "token_endpoint": f"{ISSUER}/token",
                "userinfo_endpoint": f"{ISSUER}/userinfo",
                "jwks_uri": "https://keys.op.example/jwks",
            }
            self.keys = [jwk(FIRST, kid="1")]
            self.now = 0.0
            self.asked = []
            self.down = False
            self.provider = Provider(ISSUER, HOSTS, clock=lambda: self.now)

        def fetch(self, method, url, *, what, hosts):
            self.asked.append(what)
            if self.down:
                raise ProviderUnavailable("down")
            if what == "discovery":
                return 200, self.description
            return 200, {"keys": self.keys}

        def key(self, signer=FIRST, algorithm="RS256", **headers):
            token = jwt.encode({}, signer, algorithm=algorithm, headers=headers)
            return self.provider.key(token)

    world = World()
    monkeypatch.setattr(module, "fetch_json", world.fetch)
    return world


def test_description_and_keys_are_believed_for_ten_minutes(world):
    for world.now in (0, 300, 599):
        assert world.key(kid="1")[0] == "RS256"
    assert world.asked == ["discovery", "keys"]
    world.now = 601
    world.key(kid="1")
    assert world.asked == ["discovery", "keys"] * 2


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("issuer", f"{ISSUER}/"),
        ("issuer", None),
        ("authorization_endpoint", "https://evil.example/auth"),
        ("authorization_endpoint", "http://op.example/auth"),
        ("authorization_endpoint", None),
        ("token_endpoint", "https://op.example:x/"),
        ("token_endpoint", "https://op.example@evil.example/"),
        ("token_endpoint", 7),
        ("userinfo_endpoint", "https://169.254.169.254/"),
        ("userinfo_endpoint", ""),
        ("jwks_uri", "file:///etc/passwd"),
        ("jwks_uri", "https://user:pass@keys.op.example/jwks"),
        ("end_session_endpoint", "javascript:alert(1)"),
    ],
)
def test_descriptions_that_are_not_believed(world, name, value):
    world.description[name] = value
    with pytest.raises(ProviderUnavailable):
        world.provider.metadata()


def test_what_may_be_missing(world):
    del world.description["userinfo_endpoint"]
    metadata = world.provider.metadata()
    assert metadata.userinfo_endpoint == metadata.end_session_endpoint == ""
    assert metadata.names_itself is False


def test_after_a_failure_nobody_waits_for_some_seconds(world):
    world.down = True
    for world.now in (0, 1, 4.9):
        with pytest.raises(ProviderUnavailable):
            world.provider.metadata()
    assert world.asked == ["discovery"]
    world.down = False
    world.now = 5
    assert world.provider.metadata().issuer == ISSUER


def test_no_browser_is_sent_to_a_provider_that_is_known_to_be_down(world):
    """Not even with a description that is still believed."""
    assert world.provider.destination().issuer == ISSUER
    world.provider.disjoncteur.trip(15)
    with pytest.raises(ProviderUnavailable):
        world.provider.destination()
    assert world.provider.metadata().issuer == ISSUER
    world.now = 15
    assert world.provider.destination().issuer == ISSUER


def test_to_knock_keeps_nothing(world):
    world.provider.toquer()
    world.down = True
    with pytest.raises(ProviderUnavailable):
        world.provider.toquer()
    world.down = False
    # Visitors have found out nothing.
    assert world.provider.metadata().issuer == ISSUER
    assert world.asked == ["discovery"] * 3


def test_a_new_key_is_looked_for_at_once_but_not_for_ever(world):
    world.key(kid="1")
    world.keys = [jwk(FIRST, kid="1"), jwk(SECOND, kid="2")]
    assert world.key(SECOND, kid="2")[0] == "RS256"
    for _ in range(20):
        with pytest.raises(LoginRefused):
            world.key(SECOND, kid="unknown")
    assert world.asked.count("keys") == 1 + module.MOST_REFETCHES


@pytest.mark.parametrize(
    "keys",
    [
        pytest.param([jwk(FIRST)], id="the key has no kid either"),
        pytest.param([jwk(FIRST, kid="1")], id="oidcc-client-test-kid-absent-single"),
        pytest.param(
            [jwk(FIRST, kid="1"), jwk(SECOND, kid="2", use="enc")],
            id="the other one does not sign",
        ),
        pytest.param(
            [jwk(FIRST, kid="1"), jwk(CURVE, kid="2")], id="the other one is no RSA key"
        ),
    ],
)
def test_without_kid_there_must_be_no_choice(world, keys):
    world.keys = keys
    assert world.key()[1].public_numbers() == FIRST.public_key().public_numbers()


@pytest.mark.parametrize(
    "keys",
    [
        pytest.param([], id="no key"),
        pytest.param(
            [jwk(FIRST, kid="1"), jwk(SECOND, kid="2")],
            id="oidcc-client-test-kid-absent-multiple-jwks",
        ),
        pytest.param([jwk(FIRST, kid="1", use="enc")], id="for encryption"),
        pytest.param([jwk(FIRST, kid="1", alg="PS256")], id="for another algorithm"),
        pytest.param([jwk(CURVE, kid="1")], id="another type"),
        pytest.param([jwk(SMALL, kid="1")], id="too small"),
        pytest.param([{"kty": "RSA", "kid": "1", "n": "AQAB"}], id="broken"),
        pytest.param([{"kty": "oct", "kid": "1", "k": "c2VjcmV0"}], id="symmetric"),
    ],
)
def test_keys_that_do_not_count(world, keys):
    world.keys = keys
    with pytest.raises(LoginRefused) as caught:
        world.key()
    assert str(caught.value) == "answer key"


@pytest.mark.parametrize(
    ("signer", "algorithm"),
    [("x" * 64, "HS256"), (None, "none"), (FIRST, "RS384"), (FIRST, "RS512")],
)
def test_algorithms_that_do_not_count(world, signer, algorithm):
    with pytest.raises(LoginRefused) as caught:
        world.key(signer, algorithm, kid="1")
    assert str(caught.value) == "answer algorithm"
    assert world.asked == []


def test_a_critical_header_we_do_not_know(world):
    with pytest.raises(LoginRefused):
        world.key(kid="1", crit=["b64"], b64=False)


@pytest.mark.parametrize("token", ["", "x", "a.b", "a.b.c", "...", "é.é.é"])
def test_no_token_at_all(world, token):
    with pytest.raises(LoginRefused) as caught:
        world.provider.key(token)
    assert str(caught.value) == "answer token"
