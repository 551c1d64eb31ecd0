"""Who is logged in, on every page of the guichet, and nothing of Plone's own menus."""

from bs4 import BeautifulSoup
from carouge.guichet.compte.domain import Level
from carouge.guichet.identity.interfaces import PREFIX
from plone.app.testing import TEST_USER_NAME
from plone.app.testing import TEST_USER_PASSWORD
from plone.registry.interfaces import IRegistry
from zope.component import getUtility

import comptes
import pytest
import requests
import transaction


@pytest.fixture
def site(functional):
    transaction.commit()
    return f"http://{functional['host']}:{functional['port']}/plone"


def soup(url, **options):
    return BeautifulSoup(requests.get(url, **options).text, "html.parser")


def account(page):
    return page.select_one("#portal-anontools")


def words(element):
    return " ".join(element.get_text(" ").split())


@pytest.mark.parametrize(
    "page",
    ["", "/dechets/commander-un-conteneur", "/recherche?q=sac+%26+%C3%A9t%C3%A9"],
)
def test_log_in_leads_back_to_this_very_page(site, page):
    link = account(soup(f"{site}/guichet{page}")).a
    assert words(link) == "Se connecter"
    sent = requests.Request("GET", f"{site}/guichet{page}").prepare().url
    expected = requests.Request(
        "GET", f"{site}/guichet/se-connecter", params={"retour": sent}
    )
    assert link["href"] == expected.prepare().url


def test_no_login_is_offered_where_there_is_none(site):
    getUtility(IRegistry)[f"{PREFIX}.issuer"] = None
    transaction.commit()
    assert account(soup(f"{site}/guichet")) is None


def test_staff_have_plones_own_menu(site):
    page = soup(f"{site}/guichet", auth=(TEST_USER_NAME, TEST_USER_PASSWORD))
    assert account(page) is None
    assert page.select_one("#edit-zone")


@pytest.fixture
def company(functional):
    compte = comptes.make_company()
    return comptes.cookies_of(functional, compte)


def test_the_menu_of_a_person(functional, site):
    compte = comptes.make_compte(level=Level.DECLARED)
    menu = account(
        soup(f"{site}/guichet", cookies=comptes.cookies_of(functional, compte))
    )
    assert words(menu.summary) == "Compte : Camille Rochat"
    assert words(menu.select_one("p")) == (
        "Vous êtes Camille Rochat et agissez en votre nom."
    )
    assert [(words(link), link["href"]) for link in menu.select("li a")][:3] == [
        ("Mon espace", f"{site}/guichet/mon-espace"),
        ("Mes demandes", f"{site}/guichet/mon-espace/demandes"),
        ("Mon compte", f"{site}/guichet/mon-espace/compte"),
    ]
    form = menu.form
    assert (form["method"], form["action"]) == (
        "post",
        f"{site}/guichet/se-deconnecter",
    )


def test_the_menu_says_for_whom_one_acts(functional, site, company):
    menu = account(soup(f"{site}/guichet", cookies=company))
    assert words(menu.summary) == "Compte : Boulangerie du Rondeau Sàrl"
    assert words(menu.select_one("p")) == (
        "Vous êtes Laura Keller et agissez pour Boulangerie du Rondeau Sàrl."
    )


@pytest.mark.parametrize("path", ["", "/guichet", "/guichet/aide"])
def test_a_citizen_meets_nothing_of_plones_tools(functional, site, company, path):
    page = soup(f"{site}{path}", cookies=company)
    assert page.select("#edit-zone, #portal-toolbar, .plone-toolbar-main") == []
    assert "plone-toolbar-left" not in page.body["class"]
    if path:
        assert page.select("#portal-membertools, #portal-membertools-wrapper") == []


def test_a_name_is_text(functional, site):
    compte = comptes.make_compte(prenom="<b>Zoé</b>", nom='"&')
    menu = account(
        soup(f"{site}/guichet", cookies=comptes.cookies_of(functional, compte))
    )
    assert words(menu.summary) == 'Compte : <b>Zoé</b> "&'
    assert menu.select("b") == []
