"""The desk of the cashier in a browser: narrow and wide, scanner, scripts."""

from caissier import deux_regies
from caissier import facture
from carouge.guichet.facture.bulletin import bulletin_de
from carouge.guichet.facture.domain import Source
from carouge.guichet.facture.rattachement import demander
from carouge.guichet.facture.service import get_facture
from carouge.guichet.interfaces import IFacturePayee
from carouge.guichet.paiement.camt import lire
from carouge.guichet.paiement.domain import Ordre
from carouge.guichet.paiement.domain import Statut
from carouge.guichet.paiement.lots import creer_lot
from carouge.guichet.paiement.service import demander_depart
from carouge.guichet.paiement.service import demander_etat
from carouge.guichet.paiement.service import encaisser
from carouge.guichet.paiement.service import encaisser_mouvements
from carouge.guichet.paiement.service import Payeur
from carouge.guichet.paiement.service import preparer
from carouge.guichet.regie.domain import Adresse
from chromium import check_accessible
from chromium import close
from chromium import new_context
from comptes import make_compte
from ecoute import a_l_ecoute
from factures import DEBITEUR
from passerelle import passerelle
from playwright.sync_api import expect
from plone.app.testing import logout
from releves import camt
from releves import Credit

import os
import pytest
import transaction


@pytest.fixture
def monde(functional):
    """Something of everything; the ids of an invoice and of two payments."""
    guichet = functional["portal"].guichet
    logout()
    with passerelle("test") as banque:
        deux_regies(guichet, passerelle="test", quatre_yeux_des="50")
        ids = [
            facture(
                guichet,
                numero=f"2026-00012{rang}",
                montant=18737,
                adresse=Adresse(
                    "Camille Rochat", "Rue Saint-Joseph", "12", "1227", "Carouge"
                ),
            )
            for rang in range(6)
        ]

        def payer(id, **values):
            found = preparer(
                guichet, Payeur(compte="ge-1"), [(id, get_facture(guichet, id).version)]
            )
            demander_depart(
                guichet, found, lambda one: Ordre(one.uid, 1, "CHF", "", "", "")
            )
            banque.passer(found.uid, Statut.CAPTUREE, brut="settled", **values)
            demander_etat(guichet, found, "rapprochement")
            return found.uid

        revue, payee = payer(ids[1], centimes=9000), payer(ids[2])
        encaisser(
            guichet,
            get_facture(guichet, ids[3]),
            18735,
            Source.ESPECES,
            "1",
            par="caisse",
        )
        creer_lot(guichet, "VILLE", "caisse")
        demander(guichet, make_compte(), DEBITEUR, "2026-000120")
        encaisser_mouvements(
            guichet,
            lire(camt([Credit(get_facture(guichet, ids[4]).reference_qr, 100, "A")])),
        )

        def echouer(event):
            raise OSError("no paper")

        with a_l_ecoute(echouer, IFacturePayee):
            payer(ids[5])
        transaction.commit()
        yield {"facture": ids[0], "revue": revue, "payee": payee, "guichet": guichet}


@pytest.fixture
def open_page(functional, chromium, monde):
    contexts = []

    def open_page(path="", width=1280):
        context = new_context(chromium, width, login="caisse")
        contexts.append(context)
        page = context.new_page()
        host = f"http://localhost:{functional['port']}"
        page.goto(f"{host}/plone/guichet/agents/caisse{path}")
        return page

    yield open_page
    for context in contexts:
        close(context)


PATHS = {
    "accueil": "",
    "facture": "/factures/{facture}",
    "nouvelle": "/nouvelle",
    "importer": "/importer",
    "rattachements": "/rattachements",
    "releves": "/releves",
    "suites": "/suites",
    "a-traiter": "/a-traiter",
    "paiements": "/paiements",
    "revue": "/paiements/{revue}",
    "paiement": "/paiements/{payee}",
    "remboursements": "/remboursements",
    "cloture": "/cloture?regie=VILLE",
    "lots": "/lots?regie=VILLE",
    "journal": "/journal?regie=VILLE",
}


def test_every_page_for_everybody(open_page, monde):
    folder = os.environ.get("GUICHET_SCREENSHOTS")
    for width in (360, 1280):
        page = open_page(width=width)
        base = page.url
        for name, path in PATHS.items():
            page.goto(base + path.format(**monde))
            for summary in page.locator("#content details > summary:visible").all():
                summary.click()
            if folder:
                page.screenshot(
                    path=f"{folder}/caisse-{name}-{width}.png", full_page=True
                )
            check_accessible(page, f"{name} {width}", axe=True)


def test_a_hand_scanner(open_page, monde):
    page = open_page()
    scan = bulletin_de(get_facture(monde["guichet"], monde["facture"])).contenu
    page.locator("#caisse-q").focus()
    for line in scan.splitlines():
        page.keyboard.insert_text(line)
        page.keyboard.press("Enter")
    page.wait_for_url(f"**/factures/{monde['facture']}")
    assert "Rochat" not in page.url


def test_enter_sends_a_number(open_page, monde):
    page = open_page()
    page.locator("#caisse-q").fill("2026-000120")
    page.locator("#caisse-q").press("Enter")
    page.wait_for_url(f"**/factures/{monde['facture']}")


def test_a_refund_goes_to_the_bank_at_once(open_page, monde):
    page = open_page(f"/paiements/{monde['payee']}")
    page.get_by_text("Rembourser de l'argent").click()
    page.locator("#caisse-montant").fill("20")
    page.locator("[name=raison-remboursement]").fill("Un repas en trop")
    page.locator("button[value=rembourser]").click()
    expect(page.locator("#caisse-etat-paiement")).to_have_text("remboursé en partie")
