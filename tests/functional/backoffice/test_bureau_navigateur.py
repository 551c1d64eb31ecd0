"""The other pages of the desk in a browser: for everybody, narrow, by keyboard."""

from bureau import deposer
from carouge.guichet.compte.domain import Canal
from carouge.guichet.compte.domain import Source
from carouge.guichet.demande.content import Piece
from carouge.guichet.demande.queries import get_demande
from carouge.guichet.demande.traitement import ecrire_message
from carouge.guichet.demande.traitement import SERVICE
from carouge.guichet.swisstime import now
from carouge.guichet.travaux.service import executer_travaux
from chromium import check_accessible
from chromium import close
from chromium import new_context
from comptes import make_compte
from playwright.sync_api import expect
from plone.app.testing import login
from plone.app.testing import logout

import pytest
import transaction


@pytest.fixture
def numeros(functional):
    """Demandes to work on; one awaits a document, one has a letter to be printed."""
    guichet = functional["portal"].guichet
    camille = make_compte()
    camille.canal = Canal.LETTRE
    camille.set_facts(
        Source.DECLARE,
        {"rue": "Rue Vautier", "numero": "3", "npa": "1227", "localite": "Carouge"},
        now(),
    )
    logout()
    paper = Piece("plan", "Plan de situation", None, "", moyen="poste")
    found = deposer(guichet, pieces=[paper]) + deposer(guichet, n=2)
    found += deposer(guichet, usager_id=camille.id)
    login(functional["portal"], "agent-dechets")
    ecrire_message(get_demande(guichet, found[-1]), SERVICE, "Merci de passer.")
    transaction.commit()
    logout()
    return found


@pytest.fixture(params=[360, 1280])
def page(functional, chromium, numeros, request):
    context = new_context(chromium, request.param, login="agent-dechets")
    page = context.new_page()
    page.base = f"http://localhost:{functional['port']}/plone/guichet/agents"
    yield page
    close(context)


def look(page, name):
    """With all that can be unfolded."""
    check_accessible(page, name)
    page.locator("main details, article details").evaluate_all(
        "all => all.forEach(one => one.open = true)"
    )
    check_accessible(page, f"{name}, unfolded")
    small = page.locator(
        ".guichet a.btn, .guichet button, .guichet select, .guichet summary"
    ).evaluate_all(
        "all => all.filter(one => one.offsetParent && !one.closest('.visually-hidden')"
        " && one.getBoundingClientRect().height < 43.5).map(one => one.outerHTML)"
    )
    assert small == [], name


def reach(page, target):
    """Come to something with the tabulator key alone, and see where one is."""
    assert target.count() == 1
    for _press in range(150):
        page.keyboard.press("Tab")
        if target.evaluate("one => one === document.activeElement"):
            break
    else:
        raise AssertionError(f"no way to {target}")
    style = target.evaluate(
        "one => { const { outlineStyle, boxShadow } = getComputedStyle(one);"
        " return [outlineStyle, boxShadow]; }"
    )
    assert style != ["none", "none"], "where the focus is cannot be seen"


def test_statistics(page):
    page.goto(f"{page.base}/statistiques")
    look(page, "statistiques")
    reach(page, page.locator("article form button[type=submit]").first)
    page.keyboard.press("Enter")
    page.wait_for_url("**/statistiques?**")
    check_accessible(page, "statistiques, asked")


def test_exports_and_jobs(page, functional, numeros):
    page.goto(f"{page.base}/exporter")
    look(page, "exporter")
    page.goto(f"{page.base}/travaux")
    look(page, "travaux, none")
    page.goto(page.base + "?bannette=toutes")
    for numero in numeros[:2]:
        page.locator(f"input[name=numeros][value='{numero}']").focus()
        page.keyboard.press("Space")
    page.get_by_role("button", name="Traiter les demandes choisies").press("Enter")
    page.wait_for_url("**/agents/lot")
    look(page, "lot")
    page.locator("input[name=action][value=noter]").focus()
    page.keyboard.press("Space")
    page.locator("textarea[name=texte]:visible").first.fill("Une note")
    page.locator("button[value=apercu]").press("Enter")
    expect(page.locator("#lot-confirmer")).to_be_visible()
    look(page, "lot, preview")
    page.locator("#lot-confirmer button").last.press("Enter")
    page.wait_for_url("**/agents/travaux/**")
    look(page, "travail, waiting")
    executer_travaux(functional["portal"].guichet)
    page.reload()
    look(page, "travail, done")
    page.goto(f"{page.base}/travaux")
    look(page, "travaux")


def test_letters(page):
    page.goto(f"{page.base}/lettres")
    look(page, "lettres")
    box = page.locator("main input[type=checkbox]").first
    reach(page, box) if page.locator("main input[type=checkbox]").count() == 1 else (
        box.focus()
    )
    page.keyboard.press("Space")


def test_scanning(page, numeros):
    page.goto(f"{page.base}/piece")
    look(page, "piece")
    page.locator("input[name=numero]").fill(numeros[0].lower())
    page.keyboard.press("Enter")
    page.wait_for_url(f"**numero={numeros[0].lower()}**")
    look(page, "piece, found")
    page.locator("input[name=rang]").first.focus()
    page.keyboard.press("Space")
    page.locator("input[name=moyen]").first.focus()
    page.keyboard.press("Space")
    reach(page, page.locator("form[method=post] button[type=submit]").first)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").first).to_contain_text(numeros[0])
    look(page, "piece, received")


def test_wrong_numbers(page):
    page.goto(f"{page.base}/piece?numero=2026-AAAA-AAAA")
    look(page, "piece, wrong")
