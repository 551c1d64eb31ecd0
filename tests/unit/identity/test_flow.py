"""One attempt to log in, and where it may lead back to."""

from carouge.guichet.identity.flow import challenge_of
from carouge.guichet.identity.flow import cookie_name
from carouge.guichet.identity.flow import Flow
from carouge.guichet.identity.flow import nonce_of
from carouge.guichet.identity.flow import safe_retour
from carouge.guichet.identity.flow import seal
from carouge.guichet.identity.flow import unseal
from carouge.guichet.identity.flow import verifier_of
from hypothesis import given
from hypothesis import strategies as st
from urllib.parse import urlsplit

import pytest


KEYS = [b"current", b"former"]
NOW = 1_795_000_000
FLOW = Flow("s" * 43, "https://g.example/a?b=c", "https://op.example", NOW, True)
GUICHET = "https://www.carouge.example/guichet"


def test_an_attempt_comes_back_as_it_was():
    assert unseal(seal(FLOW, KEYS[0]), FLOW.state, KEYS, NOW) == (FLOW, KEYS[0])


def test_a_rotated_key_still_opens():
    assert unseal(seal(FLOW, KEYS[1]), FLOW.state, KEYS, NOW + 600) == (FLOW, KEYS[1])


@pytest.mark.parametrize(
    ("value", "state", "now"),
    [
        (seal(FLOW, b"foreign"), FLOW.state, NOW),
        (seal(FLOW, KEYS[0]), "t" * 43, NOW),
        (seal(FLOW, KEYS[0]), FLOW.state, NOW + 601),
        (seal(FLOW, KEYS[0]), FLOW.state, NOW - 1),
        (seal(FLOW, KEYS[0])[:-1], FLOW.state, NOW),
        ("x" + seal(FLOW, KEYS[0]), FLOW.state, NOW),
        ("", "", NOW),
    ],
)
def test_what_is_no_attempt_of_ours(value, state, now):
    assert unseal(value, state, KEYS, now) is None


@given(st.text(), st.text())
def test_nothing_that_is_sent_breaks_it(value, state):
    assert unseal(value, state, KEYS, NOW) is None


def test_what_is_derived_differs_with_state_key_and_purpose():
    other = Flow("t" * 43, FLOW.retour, FLOW.issuer, NOW)
    derived = {
        derive(flow, key)
        for derive in (nonce_of, verifier_of)
        for flow in (FLOW, other)
        for key in KEYS
    }
    assert len(derived) == 8
    assert {len(value) for value in derived} == {43}


def test_the_challenge_of_rfc_7636():
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert challenge_of(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_two_attempts_have_two_cookies():
    assert cookie_name("a") != cookie_name("b")
    assert cookie_name("é\n").isascii()


@pytest.mark.parametrize(
    ("retour", "found"),
    [
        (f"{GUICHET}/recherche?q=chien&b=1", f"{GUICHET}/recherche?q=chien&b=1"),
        (GUICHET, GUICHET),
        ("/guichet/aide", f"{GUICHET}/aide"),
        (f"{GUICHET}/a%20b?c=%2F%2Fd#e", f"{GUICHET}/a%20b?c=%2F%2Fd#e"),
        (f"{GUICHET}/recherche?q=a//b", f"{GUICHET}/recherche?q=a//b"),
    ],
)
def test_pages_of_the_site(retour, found):
    assert safe_retour(retour, [GUICHET], GUICHET) == found


@pytest.mark.parametrize(
    "retour",
    [
        "https://evil.example/",
        "//evil.example/guichet",
        "/\\evil.example/guichet",
        "\\\\evil.example/guichet",
        "https://www.carouge.example@evil.example/guichet",
        "https://user@www.carouge.example/guichet/x",
        "https://www.carouge.example.evil.example/guichet",
        "https://www.carouge.example:444/guichet",
        "http://www.carouge.example/guichet",
        "https:/evil.example/guichet",
        "https:evil.example/guichet",
        "javascript:alert(1)//guichet",
        "data:text/html,guichet",
        "/guichet/../autre",
        "/guichet/%2e%2e/autre",
        "/guichet/%252e%252e/autre",
        "/guichet//evil.example",
        "/guichet/%2f%2fevil.example",
        "/guichet/%5cevil",
        "/guichetx",
        "/autre",
        "\t/guichet",
        " https://www.carouge.example/guichet",
        "/guichet/a\r\nSet-Cookie: x=y",
        "/guichet/%0d%0aSet-Cookie:x=y",
        "/guichet/se-deconnecter",
        "/guichet/se-connecter?retour=/guichet",
        "/guichet/acl_users/edemarches/callback",
        "https://[::1/guichet",
        "/guichet/" + "a" * 2000,
        "",
        None,
        ["/guichet"],
    ],
)
def test_everything_else_leads_to_the_guichet(retour):
    assert safe_retour(retour, [GUICHET], GUICHET) == GUICHET


@given(st.text())
def test_one_never_leaves_the_site(retour):
    found = urlsplit(safe_retour(retour, [GUICHET], GUICHET))
    assert (found.scheme, found.netloc) == ("https", "www.carouge.example")
    assert found.path == "/guichet" or found.path.startswith("/guichet/")
