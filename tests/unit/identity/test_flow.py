"""One attempt to log in, and where it may lead back to."""

from carouge.guichet.identity.flow import challenge_of
from carouge.guichet.identity.flow import cookie_name
from carouge.guichet.identity.flow import Flow
from carouge.guichet.identity.flow import new_flow
from carouge.guichet.identity.flow import safe_retour
from hypothesis import given
from hypothesis import strategies as st
from urllib.parse import urlsplit

import pytest


GUICHET = "https://www.carouge.example/guichet"


def test_an_attempt_comes_back_as_it_was():
    flow = new_flow(
        retour="https://g.example/a?b=é",
        issuer="https://op.example",
        started=1_795_000_000,
        anew=True,
    )
    assert Flow.load(flow.dump()) == flow


def test_nobody_guesses_its_words():
    flows = [
        new_flow(retour="", issuer="", started=0, anew=False) for _flow in range(20)
    ]
    words = [word for flow in flows for word in (flow.state, flow.nonce, flow.verifier)]
    assert len(set(words)) == 60
    assert {len(word) for word in words} == {43}


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
