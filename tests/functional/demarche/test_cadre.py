"""The frame of the pages is made less often, and is the same as before."""

from carouge.guichet.demarche import fragments
from itertools import count
from lxml import html
from plone import api
from plone.app.testing import SITE_OWNER_NAME
from plone.app.testing import SITE_OWNER_PASSWORD
from plone.portlet.static.static import Assignment
from plone.portlets.interfaces import IPortletAssignmentMapping
from plone.portlets.interfaces import IPortletManager
from zope.component import getMultiAdapter
from zope.component import getUtility

import pytest
import requests
import transaction


STAFF = (SITE_OWNER_NAME, SITE_OWNER_PASSWORD)
HOURS = count(1_000_000.0, 3600)
FORM = "/dechets/signaler-un-depot-sauvage/formulaire"


@pytest.fixture
def clock(monkeypatch):
    """The seconds that have gone by; to be changed. Each test has minutes of its own."""
    seconds = [next(HOURS)]
    monkeypatch.setattr(fragments, "monotonic", lambda: seconds[0])
    return seconds


@pytest.fixture
def portal(functional, clock):
    return functional["portal"]


@pytest.fixture
def page(functional, portal):
    base = f"http://{functional['host']}:{functional['port']}/plone"

    def page(path="/guichet", auth=None):
        response = requests.get(f"{base}{path}", auth=auth, timeout=30)
        assert response.status_code == 200
        return html.fromstring(response.text)

    return page


def resources(page) -> list[str]:
    return page.xpath("//script[@data-bundle]/@src | //link[@data-bundle]/@href")


def social(page) -> list[str]:
    return page.xpath("//meta[starts-with(@property, 'og:')]/@property")


def write_footer(portal, text: str) -> None:
    transaction.begin()
    manager = getUtility(IPortletManager, name="plone.footerportlets", context=portal)
    mapping = getMultiAdapter((portal, manager), IPortletAssignmentMapping)
    if "mesure" in mapping:
        del mapping["mesure"]
    mapping["mesure"] = Assignment(header="Mesure", text=text)
    transaction.commit()


def test_the_foot_is_a_minute_old_at_most(portal, page, clock):
    write_footer(portal, "<p>Ouvert lundi</p>")
    assert "Ouvert lundi" in page().text_content()
    write_footer(portal, "<p>Ouvert mardi</p>")
    assert "Ouvert lundi" in page().text_content()
    # Whoever works on the site sees what he has just done.
    assert "Ouvert mardi" in page(auth=STAFF).text_content()
    clock[0] += fragments.SECONDS
    assert "Ouvert mardi" in page().text_content()


def test_the_foot_of_another_page_is_another_one(portal, page):
    guichet = portal["guichet"]
    manager = getUtility(IPortletManager, name="plone.footerportlets", context=portal)
    mapping = getMultiAdapter((guichet["dechets"], manager), IPortletAssignmentMapping)
    mapping["ici"] = Assignment(header="Ici", text="<p>Déchetterie fermée</p>")
    transaction.commit()
    assert "Déchetterie fermée" not in page().text_content()
    assert "Déchetterie fermée" in page("/guichet/dechets").text_content()


def test_scripts_and_styles_are_those_of_plone(portal, page):
    first = resources(page())
    assert first == resources(page())
    assert any("guichet" in address for address in first)
    assert {*first} <= {*resources(page(auth=STAFF))}
    # Outside the guichet its bundle is not loaded.
    outside = resources(page(""))
    more = [address for address in first if address not in outside]
    assert [address.rpartition("/++resource++")[2] for address in more] == [
        "carouge.guichet/guichet.css",
        "carouge.guichet/recherche.js",
    ]


def test_a_bundle_may_have_a_condition(portal, page, clock):
    record = "plone.bundles/plone.expression"
    api.portal.set_registry_record(record, "python:object.getId() == 'dechets'")
    transaction.commit()

    def has_it(path):
        return bool(page(path).xpath("//script[@data-bundle='plone']"))

    assert [has_it("/guichet"), has_it("/guichet/dechets")] == [False, True]
    assert [has_it("/guichet/dechets"), has_it("/guichet")] == [True, False]
    api.portal.set_registry_record(record, "")
    transaction.commit()
    clock[0] += fragments.SECONDS
    assert [has_it("/guichet"), has_it("/guichet/dechets")] == [True, True]


def test_only_public_pages_are_introduced_to_social_networks(page):
    assert "og:title" in social(page())
    assert "og:title" in social(page("/guichet/dechets"))
    assert social(page(f"/guichet{FORM}")) == []


def test_the_toolbar_is_for_those_who_work_on_the_site(page):
    assert page().xpath("//*[@id='edit-zone']") == []
    assert len(page(auth=STAFF).xpath("//*[@id='edit-zone']")) == 1
    assert page(auth=STAFF).xpath("//*[@id='contentview-edit']")
