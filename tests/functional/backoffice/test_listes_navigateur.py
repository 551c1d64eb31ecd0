"""The lists of the desk in a browser: keyboard, choice, narrow screens."""

from bureau import deposer
from chromium import check_accessible
from chromium import close
from chromium import new_context
from playwright.sync_api import expect
from plone.app.testing import logout

import os
import pytest


@pytest.fixture
def numeros(functional):
    logout()
    return sorted(deposer(functional["portal"].guichet, n=3))


@pytest.fixture
def open_list(functional, chromium, numeros):
    contexts = []

    def open_page(width=1280, query="", **options):
        context = new_context(chromium, width, login="agent-dechets", **options)
        contexts.append(context)
        page = context.new_page()
        page.goto(f"http://localhost:{functional['port']}/plone/guichet/agents{query}")
        return page

    yield open_page
    for context in contexts:
        close(context)


def focused(page):
    return page.evaluate("document.activeElement.textContent.trim()")


def test_the_list_by_keyboard(open_list):
    page = open_list()
    shown = page.locator(".guichet-agents-open").all_inner_texts()
    assert len(shown) == 3
    page.keyboard.press("j")
    assert focused(page) == shown[0]
    page.keyboard.press("j")
    page.keyboard.press("ArrowDown")
    assert focused(page) == shown[2]
    page.keyboard.press("j")
    assert focused(page) == shown[2]
    page.keyboard.press("k")
    page.keyboard.press("ArrowUp")
    assert focused(page) == shown[0]
    page.keyboard.press("x")
    expect(page.locator("input[name=numeros]:checked")).to_have_value(shown[0])
    expect(page.locator("#agents-choisies")).to_have_text(
        "1 demande choisie sur cette page"
    )
    page.keyboard.press("x")
    expect(page.locator("input[name=numeros]:checked")).to_have_count(0)
    expect(page.locator("#agents-choisies")).to_have_text("")
    page.keyboard.press("/")
    expect(page.locator("#agents-q")).to_be_focused()
    page.keyboard.type("jx?")
    expect(page.locator("#agents-q")).to_have_value("jx?")
    page.locator("#agents-total").focus()
    page.keyboard.press("?")
    expect(page.locator("#agents-clavier")).to_have_attribute("open", "")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/agents/{shown[2]}**")


def test_single_letters_can_be_switched_off_for_good(open_list):
    page = open_list()
    page.keyboard.press("?")
    page.locator("#agents-touches").uncheck()
    page.locator("#agents-total").focus()
    page.keyboard.press("j")
    expect(page.locator("#agents-total")).to_be_focused()
    page.reload()
    page.locator("#agents-total").focus()
    page.keyboard.press("j")
    expect(page.locator("#agents-total")).to_be_focused()
    # The arrows need no letter.
    page.locator(".guichet-agents-open").first.focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".guichet-agents-open").nth(1)).to_be_focused()


def test_all_on_a_page_are_chosen_at_once(open_list, numeros):
    page = open_list()
    page.get_by_label("Choisir toute la page").check()
    expect(page.locator("#agents-choisies")).to_have_text(
        "3 demandes choisies sur cette page"
    )
    page.locator("input[name=numeros]").first.uncheck()
    expect(page.get_by_label("Choisir toute la page")).not_to_be_checked()
    page.get_by_role("button", name="Traiter les demandes choisies").click()
    page.wait_for_url("**/agents/lot")
    assert "2 demandes" in page.locator("#lot-nombre").inner_text()


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_nothing_overflows_and_everybody_can_use_it(open_list, width):
    page = open_list(width, "?bannette=service&filtrer=1")
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    check_accessible(page)
    small = page.locator(
        ".guichet-agents a.btn, .guichet-agents button, .guichet-agents select,"
        " .guichet-agents-open, tbody label, .guichet-agents-sort"
    ).evaluate_all(
        "all => all.filter(one => one.offsetParent"
        " && one.getBoundingClientRect().height < 44).map(one => one.outerHTML)"
    )
    assert small == []
    if os.environ.get("SCREENSHOTS"):
        page.screenshot(
            path=f"{os.environ['SCREENSHOTS']}/liste-{width}.png", full_page=True
        )


def test_the_first_demande_is_seen_on_a_narrow_screen(open_list):
    page = open_list(360, viewport={"width": 360, "height": 740})
    first = page.locator(".guichet-agents-list tbody tr").first
    assert first.get_by_text("Signaler un dépôt sauvage").is_visible()
    box = first.get_by_text("Signaler un dépôt sauvage").bounding_box()
    assert box["y"] + box["height"] <= 740
    tray = page.get_by_role("link", name="En retard 0")
    expect(tray).to_be_hidden()
    page.locator("#agents-listes > summary").click()
    expect(tray).to_be_visible()
    expect(page.get_by_role("link", name="Statistiques")).to_be_hidden()
    page.locator("#agents-outils > summary").press("Enter")
    expect(page.get_by_role("link", name="Statistiques")).to_be_visible()


def test_cards_of_a_narrow_screen_are_a_table_still(open_list, numeros):
    page = open_list(360, "?bannette=service")
    table = page.get_by_role("table", name="3 demandes")
    expect(table.get_by_role("row")).to_have_count(4)
    row = table.get_by_role("row").nth(1)
    headings = table.get_by_role("columnheader").all_inner_texts()
    assert row.get_by_role("cell").count() + 1 == len(headings)
    assert row.get_by_role("rowheader").inner_text() in numeros
    labels = row.locator("td").evaluate_all(
        "all => all.map(one => getComputedStyle(one, '::before').content)"
        ".filter(text => /[a-z]/.test(text) && text !== 'none')"
    )
    assert labels == ['"Déposée le : "']


@pytest.mark.parametrize("scripts", [True, False])
def test_nothing_is_folded_on_a_wide_screen(open_list, scripts):
    page = open_list(1280, java_script_enabled=scripts)
    tray = page.get_by_role("link", name="En retard 0")
    expect(tray).to_be_visible()
    expect(page.locator("#agents-listes > summary")).to_be_hidden()
    tray.focus()
    expect(tray).to_be_focused()
    tray.press("Enter")
    page.wait_for_url("**/agents?bannette=en_retard")
    current = page.locator("#agents-bannettes [aria-current=page]")
    expect(current).to_have_text("En retard 0")


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("link", ["#agents-garder", "#agents-colonnes"])
def test_the_pages_about_a_list_can_be_used_by_everybody(open_list, width, link):
    page = open_list(width, "?bannette=service")
    page.locator(link).click()
    page.wait_for_url("**?bannette=service")
    check_accessible(page)


def test_without_scripts_the_list_does_the_same(open_list, numeros):
    page = open_list(java_script_enabled=False)
    assert page.locator("#agents-page").is_hidden()
    assert page.locator("#agents-clavier").is_hidden()
    page.locator("input[name=numeros]").first.check()
    page.get_by_role("button", name="Traiter les demandes choisies").click()
    page.wait_for_url("**/agents/lot")
    assert "Une demande" in page.locator("#lot-nombre").inner_text()
