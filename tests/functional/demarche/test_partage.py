"""Which pages a cache before the site may keep, and for whom."""

from carouge.guichet.demo.settings import PASSWORD
from plone import api

import pytest
import requests
import transaction


SHARED = "s-maxage=60"


@pytest.fixture
def ask(functional):
    base = f"http://{functional['host']}:{functional['port']}/plone/guichet"

    def ask(path="", **options):
        response = requests.get(f"{base}{path}", timeout=30, **options)
        assert response.status_code == 200
        return response.headers.get("Cache-Control")

    return ask


@pytest.mark.parametrize(
    "path",
    ["", "/dechets", "/dechets/signaler-un-depot-sauvage", "/service-voirie", "/aide"],
)
def test_pages_of_the_catalogue_are_shared(ask, path):
    assert ask(path) == SHARED


def test_what_somebody_looked_for_is_not(ask):
    assert ask("/recherche?q=conteneur") == "no-cache, private"


def test_a_visitor_with_a_cookie_gets_a_page_of_his_own(ask):
    assert ask("/dechets", cookies={"any": "thing"}) is None


def test_a_colleague_gets_a_page_of_his_own(ask):
    assert ask("/dechets", auth=("agent-dechets", PASSWORD)) is None


def test_whoever_fails_to_log_in_brings_something_along(ask):
    assert ask("/dechets", auth=("agent-dechets", "wrong")) is None


def test_where_the_browser_chooses_the_language_nothing_is_shared(ask, functional):
    record = "plone.use_request_negotiation"
    api.portal.set_registry_record(record, True)
    transaction.commit()
    assert ask("/dechets") is None
