"""Invoices, cart and payment in a real browser, on a phone and on a desk."""

from carouge.guichet.paiement.domain import Statut
from carouge.guichet.swisstime import today
from chromium import check_accessible
from chromium import close
from chromium import new_context
from comptes import cookies_of
from comptes import make_compte
from datetime import timedelta
from factures import make_facture

import os
import pytest


EXACT = (
    "Impossible d'ajouter cet article, vous devez d'abord payer ceux en attente dans "
    "votre panier"
)


@pytest.fixture
def open_as(chromium, functional, base):
    """A page of a browser in which a compte is logged in."""
    contexts = []

    def open_as(compte, width, **options):
        context = new_context(chromium, width, **options)
        contexts.append(context)
        context.add_cookies(
            [
                {"name": name, "value": value, "url": base}
                for name, value in cookies_of(functional, compte).items()
            ]
        )
        return context.new_page()

    yield open_as
    for context in contexts:
        close(context)


@pytest.fixture
def invoices(guichet, compte):
    return {
        "ville": make_facture(
            guichet, numero="2026-000123", libelle="Restaurant scolaire, octobre 2026"
        ),
        "late": make_facture(
            guichet,
            numero="2026-000124",
            libelle="Parascolaire, septembre 2026",
            emise_le=today() - timedelta(days=60),
            montant=23450,
        ),
        "ccas": make_facture(
            guichet, numero="AS-000007", regie="CCAS", libelle="Repas à domicile"
        ),
    }


def check(page, name):
    folder = os.environ.get("GUICHET_IMAGES")
    if folder:
        width = page.viewport_size["width"]
        page.screenshot(path=f"{folder}/{name}-{width}.png", full_page=True)
    check_accessible(page, name=name, include=".guichet")


def add(page, facture, name="ajouter"):
    form = page.locator(f"form:has(input[name=facture][value='{facture.id}'])")
    button = form.locator(f"button[value={name}]")
    button.click()
    return button


@pytest.mark.parametrize("width", [360, 1280])
def test_whole_way(open_as, base, compte, invoices, banque, width):
    page = open_as(compte, width)
    page.route(
        "https://banque.example/**",
        lambda route: route.fulfill(
            body="<h1>Banque</h1>", content_type="text/html; charset=utf-8"
        ),
    )
    page.goto(f"{base}/mon-espace/factures")
    check(page, "factures")
    add(page, invoices["ville"])
    page.get_by_text("La facture est dans votre panier.").wait_for()

    # Another régie: a dialog, no other page.
    before = page.url
    button = add(page, invoices["ccas"])
    dialog = page.locator("dialog#panier-refus")
    dialog.wait_for()
    assert dialog.locator("#panier-refus-texte").inner_text() == EXACT
    check(page, "refus")
    link = dialog.get_by_role("link", name="Accéder à votre panier")
    ok = dialog.get_by_role("button", name="Ok", exact=True)
    assert ok.evaluate("element => element === document.activeElement")
    assert link.bounding_box()["x"] < ok.bounding_box()["x"]
    ok.press("Enter")
    dialog.wait_for(state="hidden")
    assert page.url == before
    assert button.evaluate("element => element === document.activeElement")

    # The same twice; Escape closes as well.
    add(page, invoices["ville"])
    dialog.wait_for()
    assert dialog.locator("#panier-refus-texte").inner_text() == EXACT
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    add(page, invoices["ville"])
    dialog.wait_for()
    link.click()
    page.wait_for_url("**/mon-espace/panier")
    check(page, "panier")
    page.get_by_role("button", name="Payer CHF 187.35").click()
    page.wait_for_url("https://banque.example/**")

    # The window was closed: the cart knows.
    page.goto(f"{base}/mon-espace/panier")
    page.locator("#panier-en-cours").wait_for()
    check(page, "panier-en-cours")
    page.get_by_role("link", name="Où en est-il ?").click()
    page.wait_for_url("**/mon-espace/paiements/*")
    check(page, "paiement-en-cours")
    (uid,) = banque.ordres
    banque.passer(uid, Statut.CAPTUREE, moyen="VIS")
    page.goto(banque.ordres[uid].retour)
    page.get_by_role("heading", name="Paiement reçu").wait_for()
    check(page, "quittance")

    # What had waited is in the cart now.
    page.get_by_role("link", name="Passer au paiement suivant").click()
    page.get_by_text("Repas à domicile").wait_for()
    page.goto(f"{base}/mon-espace/factures/{invoices['late'].id}")
    check(page, "facture")
    page.goto(f"{base}/mon-espace/factures/releve")
    check(page, "releve")
    page.goto(f"{base}/mon-espace/paiements")
    check(page, "paiements")
    page.goto(f"{base}/mon-espace")
    check(page, "apercu")


def test_the_receipt_appears_by_itself(open_as, base, compte, invoices, banque):
    page = open_as(compte, 1280)
    page.route(
        "https://banque.example/**",
        lambda route: route.fulfill(body="Banque", content_type="text/plain"),
    )
    page.goto(f"{base}/mon-espace/factures/{invoices['ville'].id}")
    add(page, invoices["ville"], "payer-maintenant")
    page.wait_for_url("**/mon-espace/panier")
    page.get_by_role("button", name="Payer CHF 187.35").click()
    page.wait_for_url("https://banque.example/**")
    page.goto(f"{base}/mon-espace/panier")
    page.get_by_role("link", name="Où en est-il ?").click()
    page.get_by_role("heading", name="Paiement en cours").wait_for()
    # In another tab, or by the bank's notification, it is found out.
    (uid,) = banque.ordres
    banque.passer(uid, Statut.CAPTUREE)
    other = page.context.new_page()
    other.goto(banque.ordres[uid].retour)
    page.get_by_role("heading", name="Paiement reçu").wait_for()


def test_debtor_number(open_as, base, banque):
    page = open_as(make_compte(), 360)
    page.goto(f"{base}/mon-espace/factures")
    check(page, "factures-raison")
    page.get_by_role("link", name="Indiquer mon numéro de débiteur").click()
    check(page, "debiteur")
    page.get_by_role("button", name="Envoyer à la caisse").click()
    page.locator("#debiteur-erreur").wait_for()
    check(page, "debiteur-erreur")


def test_without_script(open_as, base, compte, invoices, banque):
    page = open_as(compte, 360, java_script_enabled=False)
    page.goto(f"{base}/mon-espace/factures")
    add(page, invoices["ville"])
    add(page, invoices["ccas"])
    assert page.locator("#panier-refus").inner_text() == EXACT
    page.get_by_role("button", name="Ok", exact=True).click()
    assert page.url.partition("?")[0].endswith("/mon-espace/factures")
    add(page, invoices["ccas"])
    page.get_by_role("link", name="Accéder à votre panier").click()
    assert page.url.endswith("/mon-espace/panier")
    assert page.locator("#panier-suite li").count() == 1
