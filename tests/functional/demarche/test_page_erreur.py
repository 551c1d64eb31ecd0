"""An address nobody has: the page says so in the frame of the guichet."""

from bs4 import BeautifulSoup
from personnel import Browser

import pytest


@pytest.fixture
def browser(functional):
    return lambda login=None: Browser(functional, login)


HTML = {"Accept": "text/html"}


@pytest.mark.parametrize(
    ("login", "path"),
    [
        (None, "/nulle-part"),
        (None, "/suivi/nulle-part"),
        ("caisse", "/agents/caisse/nulle-part"),
        ("caisse", "/agents/caisse/factures/0123456789"),
        ("caisse", "/agents/caisse/paiements/0123456789"),
        ("agent-dechets", "/agents/2026-AAAA-AAAA"),
    ],
)
def test_it_has_the_frame_of_the_guichet(browser, login, path):
    someone = browser(login)
    response = someone.get(f"/guichet{path}", headers=HTML)
    assert response.status_code == 404
    soup = BeautifulSoup(response.text, "html.parser")
    assert [one.get_text() for one in soup.select("h1")] == [
        "Cette page semble ne pas exister…"
    ]
    links = [one["href"] for one in soup.select("nav a[href]")]
    assert f"{someone.base}/guichet/suivi" in links


def test_programs_get_no_page(browser):
    response = browser("caisse").get(
        "/guichet/agents/caisse/nulle-part", headers={"Accept": "application/json"}
    )
    assert response.status_code == 404
    assert response.json()["type"] == "NotFound"


def test_the_rest_api_answers_as_everywhere(browser):
    someone = browser()
    response = someone.session.get(
        f"{someone.base}/++api++/guichet/nulle-part",
        headers={"Accept": "application/json"},
        timeout=60,
    )
    assert response.status_code == 404
    assert response.json()["type"] == "NotFound"
    answer = someone.session.get(
        f"{someone.base}/++api++/guichet/@paiements-a-comptabiliser?regie=VILLE",
        headers={"Accept": "application/json"},
        timeout=60,
    )
    assert (answer.status_code, answer.json()["type"]) == (401, "Unauthorized")
