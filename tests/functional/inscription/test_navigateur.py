"""The proof of being human in a real browser, and the pages for everybody."""

from axe_playwright_python.sync_playwright import Axe
from carouge.guichet.inscription.liens import attentes
from comptes_locaux import PASSWORD
from playwright.sync_api import expect
from playwright.sync_api import sync_playwright

import pytest
import shutil
import transaction


RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    }
}


@pytest.fixture(scope="module")
def chromium():
    executable = shutil.which("chromium")
    assert executable, "scripts/prepare test installs it"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable,
            args=["--no-sandbox", "--disable-background-networking"],
        )
        yield browser
        browser.close()


@pytest.fixture(params=[360, 1280])
def page(request, chromium, functional, guichet):
    context = chromium.new_context(
        viewport={"width": request.param, "height": 900}, locale="fr-CH"
    )
    context.set_default_timeout(20_000)
    page = context.new_page()
    # Plone themes the name, not the number.
    page.base = f"http://localhost:{functional['port']}/plone/guichet"
    yield page
    context.close()


def check(page):
    found = Axe().run(
        page,
        context={"include": [["article.guichet"]]},
        options=RULES,
    )
    assert found.violations_count == 0, found.generate_report()
    assert page.locator("h1").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


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


def test_whoever_is_faster_than_the_sum_presses_once(page, mails):
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
    page.get_by_role("button", name="Ouvrir mon compte").click()
    page.wait_for_url("**/inscription?envoye=1")
    assert len(mails()) == 1


@pytest.mark.parametrize("path", ["connexion", "mot-de-passe-oublie"])
def test_the_other_pages_are_for_everybody(page, path):
    page.goto(f"{page.base}/{path}")
    check(page)
