"""The pages around the login: where they lead, under which host, who may press what."""

from carouge.guichet.controlpanel.interfaces import PREFIX as GUICHET_PREFIX
from carouge.guichet.demo.content import PASSWORD
from carouge.guichet.identity.settings import SECRET as SECRET_VARIABLE
from comptes import cookies_of
from comptes import make_compte
from lxml import html
from plone import api
from Products.SiteAccess.VirtualHostMonster import manage_addVirtualHostMonster
from urllib.parse import parse_qs
from urllib.parse import quote
from urllib.parse import urlsplit

import json
import pytest
import requests
import transaction


def heading(response) -> str:
    [h1] = html.fromstring(response.text).xpath("//h1")
    return " ".join(h1.text_content().split())


def arrival(browser, guichet, retour) -> str:
    """Where a login that begins with ``retour`` ends."""
    url = f"{guichet}/se-connecter?retour={quote(retour, safe='')}"
    return browser.provider.login_and_follow(
        browser.session, url, "resident@demo.example"
    ).url


def test_seven_tricks(browser, guichet):
    origin = guichet.removesuffix("/plone/guichet")
    for trick in (
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        f"{origin}@evil.example/",
        "javascript:alert(document.cookie)",
        f"{origin}.evil.example/",
        f"{guichet}/../../acl_users/manage",
    ):
        assert arrival(browser, guichet, trick) == guichet
        browser.session.cookies.clear()


def test_the_page_one_comes_from_may_be_elsewhere_on_the_site(browser, guichet, site):
    assert arrival(browser, guichet, f"{site}/sitemap?a=b") == f"{site}/sitemap?a=b"


def test_who_is_logged_in_is_sent_on(browser, guichet, provider):
    browser.log_in()
    provider.seen.clear()
    page = browser.get("/se-connecter", params={"retour": f"{guichet}/aide"})
    assert page.url == f"{guichet}/aide"
    assert list(provider.seen) == []


def test_require_login_leads_to_the_same_page(browser, guichet):
    answer = browser.get(
        "/acl_users/edemarches/require_login",
        params={"came_from": f"{guichet}/aide?a=b"},
        allow_redirects=False,
    )
    target = urlsplit(answer.headers["Location"])
    assert target.path == f"{urlsplit(guichet).path}/se-connecter"
    assert parse_qs(target.query) == {"retour": [f"{guichet}/aide?a=b"]}


def test_without_provider(functional, guichet, settings):
    settings(issuer=None)
    page = requests.get(f"{guichet}/se-connecter", timeout=60)
    assert (page.status_code, heading(page)) == (
        503,
        "La connexion n’est pas encore ouverte",
    )
    page = requests.get(f"{guichet}/acl_users/edemarches/login", timeout=60)
    assert page.status_code == 502


def test_without_secret(provider, guichet, monkeypatch, log):
    monkeypatch.delenv(SECRET_VARIABLE)
    page = requests.get(f"{guichet}/se-connecter", timeout=60)
    assert page.status_code == 502
    assert log.login == ["secret: not set"]
    assert provider.requests_to("/authorize") == []


def test_the_secret_may_be_in_a_file(browser, monkeypatch, tmp_path):
    from provider import SECRET

    path = tmp_path / "secret"
    path.write_text(f"{SECRET}\n")
    monkeypatch.delenv(SECRET_VARIABLE)
    monkeypatch.setenv(f"{SECRET_VARIABLE}_FILE", str(path))
    browser.log_in()
    assert browser.ticket


@pytest.mark.parametrize("issuer", ["http://op.example", "http://192.0.2.7:9400"])
def test_plain_http_outside_this_machine(provider, guichet, settings, log, issuer):
    settings(issuer=issuer)
    page = requests.get(f"{guichet}/se-connecter", timeout=60)
    assert page.status_code == 502
    assert log.login == ["discovery: address not allowed"]


def test_both_kinds_of_account(provider, guichet, site):
    api.portal.set_registry_record(f"{GUICHET_PREFIX}.comptes_locaux", True)
    transaction.commit()
    page = requests.get(
        f"{guichet}/se-connecter", params={"retour": f"{guichet}/aide"}, timeout=60
    )
    assert (page.status_code, heading(page)) == (200, "Se connecter")
    links = html.fromstring(page.text).xpath("//article//a/@href")
    back = quote(f"{guichet}/aide", safe="")
    assert links == [
        f"{guichet}/acl_users/edemarches/login?came_from={back}",
        f"{guichet}/connexion?retour={back}",
        f"{guichet}/inscription",
    ]


# --- under another host name ----------------------------------------------------


OWN_HOST = "VirtualHostBase/http/guichet.example:80/plone/guichet/VirtualHostRoot"


@pytest.fixture
def base(functional):
    manage_addVirtualHostMonster(functional["app"], "virtual_hosting")
    transaction.commit()
    return f"http://{functional['host']}:{functional['port']}"


def test_on_a_host_of_its_own(provider, base):
    """The provider is told one address, and leads back under the same host."""
    page = requests.get(
        f"{base}/{OWN_HOST}/se-connecter?retour=http://guichet.example/aide?a=b",
        allow_redirects=False,
        timeout=60,
    )
    here = urlsplit(page.headers["Location"])
    assert (here.netloc, here.path) == (
        "guichet.example",
        "/acl_users/edemarches/login",
    )
    page = requests.get(
        f"{base}/{OWN_HOST}{here.path}?{here.query}", allow_redirects=False, timeout=60
    )
    asked = parse_qs(urlsplit(page.headers["Location"]).query)
    assert asked["redirect_uri"] == [
        "http://guichet.example/acl_users/edemarches/callback"
    ]
    assert "Path=/acl_users/edemarches;" in page.headers["Set-Cookie"]
    page = requests.get(
        f"{base}/{OWN_HOST}/acl_users/edemarches/callback?state=x", timeout=60
    )
    assert page.status_code == 403
    assert "http://guichet.example/suivi" in page.text


def test_the_host_header_changes_nothing_where_an_address_is_set(
    provider, guichet, base
):
    api.portal.set_registry_record(
        f"{GUICHET_PREFIX}.adresse_publique", "https://guichet.example.ch"
    )
    transaction.commit()
    for url in (guichet, f"{base}/{OWN_HOST}"):
        page = requests.get(
            f"{url}/acl_users/edemarches/login",
            headers={"Host": "evil.example"},
            allow_redirects=False,
            timeout=60,
        )
        asked = parse_qs(urlsplit(page.headers["Location"]).query)
        assert asked["redirect_uri"] == [
            "https://guichet.example.ch/acl_users/edemarches/callback"
        ]
        assert "Secure" in page.headers["Set-Cookie"]


def test_one_begins_under_the_public_host_name(provider, guichet):
    api.portal.set_registry_record(
        f"{GUICHET_PREFIX}.adresse_publique", "https://guichet.example.ch"
    )
    transaction.commit()
    page = requests.get(
        f"{guichet}/se-connecter",
        params={"retour": f"{guichet}/aide?a=b"},
        allow_redirects=False,
        timeout=60,
    )
    there = urlsplit(page.headers["Location"])
    assert (there.netloc, there.path) == ("guichet.example.ch", "/se-connecter")
    query = parse_qs(there.query)
    assert query == {"retour": ["https://guichet.example.ch/aide?a=b"], "hote": ["1"]}
    # Behind a proxy that hides it, once is enough.
    page = requests.get(
        f"{guichet}/se-connecter",
        params={name: values[0] for name, values in query.items()},
        allow_redirects=False,
        timeout=60,
    )
    assert "/acl_users/edemarches/login" in page.headers["Location"]


# --- the control panel ----------------------------------------------------------


@pytest.fixture
def panel(provider, site):
    url = f"{site}/@@guichet-connexion"
    session = requests.Session()
    session.auth = ("admin-site", PASSWORD)

    def send(button=None, **values):
        page = session.get(url, timeout=60)
        if button is None:
            return page
        [form] = [
            form
            for form in html.fromstring(page.text).forms
            if "form.buttons.essayer" in form.fields or form.get("id") == "form"
        ]
        fields = dict(form.form_values())
        fields |= {f"form.widgets.{name}": value for name, value in values.items()}
        fields[f"form.buttons.{button}"] = "1"
        return session.post(url, data=fields, timeout=60)

    return send


def saved(page, name) -> str:
    """What a field of the panel holds."""
    element = html.fromstring(page.text).xpath(f"//*[@name='form.widgets.{name}']")
    return element[0].value


def rows(page) -> dict[str, str]:
    section = html.fromstring(page.text).xpath(
        "//*[@aria-labelledby='guichet-exemple']"
    )
    terms = section[0].xpath(".//dt")
    return {
        term.text_content().strip(): term.getnext().text_content().strip()
        for term in terms
    }


def test_the_panel_tells_what_the_provider_has_to_know(panel, guichet, monkeypatch):
    page = panel()
    codes = html.fromstring(page.text).xpath("//code/text()")
    assert codes == [
        f"{guichet}/acl_users/edemarches/callback",
        f"{guichet}/se-deconnecter",
        f"{guichet}/acl_users/edemarches/backchannel-logout",
    ]
    assert "GUICHET_OIDC_SECRET" not in page.text
    monkeypatch.delenv(SECRET_VARIABLE)
    assert "GUICHET_OIDC_SECRET" in panel().text


def test_the_example_is_tried_and_nothing_saved(panel):
    before = saved(panel(), "exemple")
    claims = {
        "sub": "G-1",
        "given_name": "Jean",
        "family_name": "<b>Martin</b>",
        "verified": "oui",
        "birthdate": "05.05.1975",
    }
    page = panel("essayer", exemple=json.dumps(claims))
    assert page.status_code == 200
    found = rows(page)
    assert found["Prénom"] == "Jean"
    assert found["Nom"] == "<b>Martin</b>"
    assert found["Date de naissance"] == "05.05.1975"
    assert found["Niveau"] == "déclaré, non vérifié"
    assert found["Compte"] == "personne physique"
    assert "sa valeur n’est dans aucune table" in page.text
    assert saved(panel(), "exemple") == before


def test_an_example_nobody_could_log_in_with(panel):
    page = panel("essayer", exemple='{"sub": "1", "account_type": "PM"}')
    assert "Avec cet exemple, personne ne pourrait se connecter." in page.text


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("correspondance", "{", "Ce n’est pas du JSON valable."),
        ("correspondance", "{}", "Ce champ manque : level."),
        (
            "correspondance",
            '{"groups": {}}',
            "Il n’y a pas de champ de ce nom : groups.",
        ),
        ("exemple", "[]", "Il faut un objet JSON, avec des accolades."),
        ("issuer", "http://op.example", "L’adresse doit commencer par https://"),
        ("issuer", "https://u:p@op.example", "L’adresse doit commencer par https://"),
        ("hotes", "https://op.example/x", "Veuillez donner des noms d’hôtes"),
    ],
)
def test_what_the_panel_refuses(panel, name, value, message):
    before = saved(panel(), name)
    page = panel("save", **{name: value})
    assert message in page.text
    assert saved(panel(), name) == before


def test_the_panel_saves(panel, guichet, provider):
    panel("save", client_id="autre", scopes="openid\nprofile")
    page = html.fromstring(panel().text)
    assert page.xpath("//input[@name='form.widgets.client_id']/@value") == ["autre"]
    # The next login is already another one.
    answer = requests.get(
        f"{guichet}/acl_users/edemarches/login", allow_redirects=False, timeout=60
    )
    asked = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert (asked["client_id"], asked["scope"]) == (["autre"], ["openid profile"])


def test_the_panel_is_for_administrators(functional, provider, site):
    url = f"{site}/@@guichet-connexion"
    for options in (
        {},
        {"auth": ("editeur", PASSWORD)},
        {"cookies": cookies_of(functional, make_compte())},
    ):
        answer = requests.get(url, timeout=60, **options)
        assert "form.widgets.issuer" not in answer.text
