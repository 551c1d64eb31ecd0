"""Our relying party, unchanged, against a certified provider that is not ours."""

from carouge.guichet.compte.domain import AccountType
from carouge.guichet.compte.domain import Level
from carouge.guichet.compte.service import comptes
from carouge.guichet.demo.personas import find
from carouge.guichet.demo.personas import SMS_CODE
from carouge.guichet.demo.settings import PASSWORD
from lxml import html
from urllib.parse import urlencode
from urllib.parse import urljoin

import pytest
import requests
import time
import transaction


def log_in(guichet, provider, email, retour):
    """Log in by browser as far as it goes; returns the session and the last answer."""
    browser = requests.Session()
    query = urlencode({"retour": retour})
    response = browser.get(f"{guichet}/se-connecter?{query}", timeout=30)
    assert response.url.startswith(f"{provider.issuer}/interaction/"), response.text
    for values in ({"email": email, "password": PASSWORD}, {"code": SMS_CODE}):
        response = browser.post(response.url, data=values, timeout=30)
    return browser, response


def stored():
    """The comptes as the server has committed them."""
    transaction.begin()
    return list(comptes())


def facts(compte):
    names = ("prenom", "nom", "date_naissance", "sexe", "courriel")
    return {name: fact.value for name in names if (fact := compte.fact(name))}


def private_page(browser, guichet):
    return browser.get(f"{guichet}/mon-espace", allow_redirects=False, timeout=30)


def test_login_leads_back_to_the_page_with_its_query(node_provider, guichet):
    retour = f"{guichet}/recherche?q=bois&b_start=0"
    browser, response = log_in(guichet, node_provider, "resident@demo.example", retour)
    assert (response.status_code, response.url) == (200, retour)
    [compte] = stored()
    assert (compte.issuer, compte.subject) == (
        node_provider.issuer,
        find("resident@demo.example").sub,
    )
    assert (compte.account_type, compte.level) == (
        AccountType.PERSONNE,
        Level.VERIFIED,
    )
    # Claims that this provider tells at its userinfo endpoint only.
    assert facts(compte) == {
        "prenom": "Camille",
        "nom": "Rochat",
        "date_naissance": "1986-04-12",
        "sexe": "f",
        "courriel": "resident@demo.example",
    }
    assert private_page(browser, guichet).status_code == 200


@pytest.mark.parametrize(
    ("email", "account_type", "level", "organisation"),
    [
        ("nonverifie@demo.example", AccountType.PERSONNE, Level.DECLARED, None),
        (
            "entreprise@demo.example",
            AccountType.ENTREPRISE,
            Level.VERIFIED,
            ("Boulangerie du Rondeau Sàrl", "CHE107482617"),
        ),
        (
            "association@demo.example",
            AccountType.ASSOCIATION,
            Level.VERIFIED,
            ("Chœur du Vieux-Carouge", ""),
        ),
    ],
)
def test_kinds_of_accounts(
    node_provider, guichet, email, account_type, level, organisation
):
    _browser, response = log_in(guichet, node_provider, email, guichet)
    assert response.url == guichet
    [compte] = stored()
    found = compte.organisation and (compte.organisation.name, compte.organisation.uid)
    assert (compte.account_type, compte.level, found) == (
        account_type,
        level,
        organisation,
    )


def test_single_sign_on_for_a_second_login(node_provider, guichet):
    browser, _response = log_in(
        guichet, node_provider, "resident@demo.example", guichet
    )
    query = urlencode({"retour": f"{guichet}/aide"})
    response = browser.get(f"{guichet}/se-connecter?{query}", timeout=30)
    assert response.url == f"{guichet}/aide"
    assert len(stored()) == 1


def log_out(browser, guichet, node_provider):
    """Log out as the menu does; returns the page after the provider's question."""
    page = browser.get(guichet, timeout=30)
    forms = [
        form
        for form in html.fromstring(page.text).forms
        if (form.get("action") or "").endswith("/se-deconnecter")
    ]
    values = dict(forms[0].fields) if forms else {}
    response = browser.post(f"{guichet}/se-deconnecter", data=values, timeout=30)
    assert response.url.startswith(f"{node_provider.issuer}/session/end"), response.text
    [form] = html.fromstring(response.text).forms
    action = urljoin(response.url, form.get("action"))
    data = {**dict(form.fields), "logout": "yes"}
    return browser.post(action, data=data, timeout=30)


def test_logout_ends_the_session_here_and_there(node_provider, guichet):
    browser, _response = log_in(
        guichet, node_provider, "resident@demo.example", guichet
    )
    copy = requests.Session()
    copy.cookies.update(browser.cookies)
    assert private_page(copy, guichet).status_code == 200
    response = log_out(browser, guichet, node_provider)
    assert response.status_code == 200
    assert response.url.startswith(f"{guichet}/se-deconnecter?state=")
    # A copy of the cookie is worth nothing, and the provider asks for a password again.
    assert private_page(copy, guichet).status_code in (302, 303)
    query = urlencode({"retour": guichet})
    response = browser.get(f"{guichet}/se-connecter?{query}", timeout=30)
    assert response.url.startswith(f"{node_provider.issuer}/interaction/")


def test_logout_at_the_provider_reaches_the_other_browsers(node_provider, guichet):
    """Back-channel: the provider tells us, and no browser of ours is involved."""
    browser, _response = log_in(
        guichet, node_provider, "resident@demo.example", guichet
    )
    assert private_page(browser, guichet).status_code == 200
    at_provider = requests.Session()
    at_provider.cookies.update(browser.cookies)
    page = at_provider.get(f"{node_provider.issuer}/session/end", timeout=30)
    [form] = html.fromstring(page.text).forms
    data = {**dict(form.fields), "logout": "yes"}
    at_provider.post(urljoin(page.url, form.get("action")), data=data, timeout=30)
    deadline = time.monotonic() + 10
    while "backchannel" not in node_provider.log and time.monotonic() < deadline:
        time.sleep(0.1)
    assert "backchannel.success" in node_provider.log
    assert private_page(browser, guichet).status_code in (302, 303)
