"""What somebody began before the login is his after it."""

from carouge.guichet.brouillon import service
from carouge.guichet.brouillon.navigateur import COOKIE
from datetime import date

import pytest
import transaction


FOREVER = date(2100, 1, 1)
ID = "1234567890abcdef1234567890abcdef"


@pytest.fixture
def root(functional):
    return functional["portal"].guichet


@pytest.fixture
def begun(functional, root, browser):
    """The browser has begun a démarche; returns its owner principal."""
    request = functional["request"].clone()
    request["PARENTS"] = [root, functional["portal"]]
    principal = service.marquer_navigateur(request)
    service.creer(
        root,
        root.animaux["annoncer-un-chien"],
        id=ID,
        proprietaire=principal,
        version="aaaaaaaaaaaa",
    )
    transaction.commit()
    browser.session.cookies.set(
        COOKIE, request.cookies[COOKIE], domain="localhost.local", path="/plone/guichet"
    )
    return principal


def owners(root):
    transaction.begin()
    return [b.proprietaire for b in service.magasin_de(root).crees_jusqu_au(FOREVER)]


def test_the_account_has_it(browser, begun, stored, root):
    browser.log_in()
    [compte] = stored()
    assert owners(root) == [compte.id]
    assert COOKIE not in browser.session.cookies
    assert ID in browser.get("/mon-espace/brouillons").text


def test_after_the_logout_the_browser_has_nothing(browser, begun, stored, root):
    browser.log_in()
    browser.log_out()
    browser.log_in("nonverifie@demo.example")
    assert ID not in browser.get("/mon-espace/brouillons").text
    assert begun not in owners(root)


def test_another_browser_takes_nothing(new_browser, begun, root):
    other = new_browser()
    other.log_in()
    assert owners(root) == [begun]
    assert ID not in other.get("/mon-espace/brouillons").text


def test_a_login_that_is_not_finished_changes_nothing(browser, begun, root):
    browser.get("/se-connecter", allow_redirects=False)
    assert owners(root) == [begun]
