"""The proof of being human in a real browser, and the pages for everybody."""

from carouge.guichet.inscription.liens import attentes
from chromium import check_accessible
from chromium import close
from chromium import new_context
from comptes_locaux import PASSWORD
from playwright.sync_api import expect

import pytest
import transaction


@pytest.fixture(params=[360, 1280])
def page(request, chromium, functional, guichet):
    context = new_context(chromium, request.param)
    page = context.new_page()
    # Plone themes the name, not the number.
    page.base = f"http://localhost:{functional['port']}/plone/guichet"
    yield page
    close(context)


def check(page):
    check_accessible(page, include="article.guichet")


def test_the_browser_does_the_sum_by_itself(page, mails):
    page.goto(f"{page.base}/inscription")
    check(page)
    page.get_by_label("Prénom").fill("Amélie")
    page.get_by_label("Nom", exact=True).fill("Lire")
    page.get_by_label("Date de naissance").fill("8.3.1986")
    page.keyboard.press("Enter")
    page.wait_for_url("**/inscription?etape=2")
    check(page)
    page.get_by_label("Adresse électronique").fill("amelie@example.org")
    page.get_by_label("Mot de passe", exact=True).fill("trop court")
    page.get_by_role("button", name="Continuer").click()
    expect(page.locator("#erreurs")).to_be_focused()
    check(page)
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Continuer").click()
    page.wait_for_url("**/inscription?etape=3")
    check(page)
    # Back and forth with the browser's own buttons.
    for _number in range(3):
        page.go_back()
    expect(page.get_by_label("Prénom")).to_have_value("Amélie")
    page.goto(f"{page.base}/inscription?etape=3")
    page.get_by_role("button", name="Continuer").click()
    page.wait_for_url("**/inscription?etape=4")
    status = page.locator("#epreuve [role='status']")
    expect(page.locator("[data-attente]")).to_be_hidden()
    expect(status).to_have_text("Vérification terminée\u00a0: vous pouvez envoyer.")
    check(page)
    page.get_by_role("button", name="Ouvrir mon compte").click()
    page.wait_for_url("**/inscription?envoye=1")
    check(page)
    assert len(mails()) == 1
    transaction.begin()
    assert len([key for key in attentes().used if key.startswith("epreuve:")]) == 1


def fill_in(page):
    page.goto(f"{page.base}/inscription")
    page.get_by_label("Prénom").fill("Zoé")
    page.get_by_label("Nom", exact=True).fill("Muller")
    page.get_by_label("Date de naissance").fill("1.1.1990")
    page.keyboard.press("Enter")
    page.wait_for_url("**/inscription?etape=2")
    page.get_by_label("Adresse électronique").fill("zoe@example.org")
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/inscription?etape=3")
    page.get_by_role("button", name="Continuer").click()


def test_whoever_is_faster_than_the_sum_presses_once(page, mails):
    fill_in(page)
    page.get_by_role("button", name="Ouvrir mon compte").click()
    page.wait_for_url("**/inscription?envoye=1")
    assert len(mails()) == 1


def test_whoever_is_faster_than_the_script_presses_once(page, mails):
    # The first answer's script never arrives; the one of the refusal does.
    page.route("**/humain.js*", lambda route: route.abort(), times=1)
    fill_in(page)
    page.get_by_role("button", name="Ouvrir mon compte").click()
    page.wait_for_url("**/inscription?envoye=1")
    assert len(mails()) == 1


@pytest.mark.parametrize("path", ["connexion", "mot-de-passe-oublie"])
def test_the_other_pages_are_for_everybody(page, path):
    page.goto(f"{page.base}/{path}")
    check(page)
