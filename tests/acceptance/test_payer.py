"""Invoices, a fee and the cashier's day, from the first click to the closed books."""

from carouge.guichet.demo.banque.cartes import CODE_3DS
from carouge.guichet.demo.factures import reference
from carouge.guichet.demo.settings import MARCHANDS
from carouge.guichet.demo.settings import PASSWORD
from carouge.guichet.money import format_chf
from carouge.guichet.money import to_centimes
from carouge.guichet.swisstime import today
from collections import Counter
from datetime import timedelta
from io import BytesIO
from lecteur_qr import lire_image
from lecteur_qr import lire_pdf
from navigateur import continuer
from navigateur import entrer
from navigateur import entrer_agent
from navigateur import envoyer
from navigateur import question
from navigateur import repondre
from PIL import Image
from playwright.sync_api import expect
from releves import camt
from releves import Credit

import csv
import pytest
import re
import requests


#: Word for word what the issue of a commune's counter says.
REFUSAL = (
    "Impossible d'ajouter cet article, vous devez d'abord payer ceux en attente dans "
    "votre panier"
)
CARD = "4242424242424242"
CARD_3DS = "4000000000003220"
#: What the QR-bill of « Cours de natation » holds, line by line (IG QR-bill 2.3, 4.2.2).
PAYLOAD = [
    *("SPC", "0200", "1", "CH4431999123000889012"),
    *("S", "Ville de Carouge", "Place du Marché", "14", "1227", "Carouge GE", "CH"),
    *[""] * 7,
    *("95.00", "CHF"),
    *("S", "Camille Rochat", "Rue Saint-Joseph", "12", "1227", "Carouge GE", "CH"),
    *("QRR", reference("VILLE", 288)),
]
SECOND_CASHIER = "caisse-remplacante"


def row(page, words):
    """The line of an invoice in a list."""
    return page.locator("#factures > li", has_text=words).first


def pay_at_bank(page, demo, card=CARD):
    """The bank's own pages, from the card to the way back."""
    page.wait_for_url(f"{demo.bank}/**")
    page.locator("#numero").fill(card)
    page.locator("#expiration").fill("12/29")
    page.locator("#cvc").fill("123")
    page.get_by_role("button", name=re.compile("par carte")).click()
    if card == CARD_3DS:
        page.locator("#code").fill(CODE_3DS)
        page.get_by_role("button", name="Confirmer").click()
    page.wait_for_url(f"{demo.guichet}/**")


def tomorrow():
    return (today() + timedelta(days=1)).isoformat()


# --- the citizen ------------------------------------------------------------------


def two_school_invoices_then_another_regie(page, demo, accessible, mails):
    """Two in one cart, with 3-D Secure; the refused one after them."""
    page.goto(f"{demo.guichet}/mon-espace/factures")
    accessible(page, "factures")
    for words in ("Restaurant scolaire", "Accueil du soir"):
        row(page, words).get_by_role("button").click()
        page.wait_for_url("**/mon-espace/factures**fait=ajout**")
        page.goto(f"{demo.guichet}/mon-espace/factures")

    row(page, "Jardin d’enfants").get_by_role("button").click()
    dialog = page.locator("dialog#panier-refus")
    dialog.wait_for()
    assert REFUSAL in dialog.inner_text()
    ok = dialog.get_by_role("button", name="Ok", exact=True)
    link = dialog.get_by_role("link", name="Accéder à votre panier")
    assert link.bounding_box()["x"] < ok.bounding_box()["x"]
    accessible(page, "panier-refus")
    ok.click()
    dialog.wait_for(state="hidden")

    page.goto(f"{demo.guichet}/mon-espace/panier")
    assert page.locator("#panier > li").count() == 2
    assert page.locator("#panier-suite > li").count() == 1
    accessible(page, "panier")
    page.get_by_role("button", name=re.compile("Payer CHF 302.03")).click()
    pay_at_bank(page, demo, CARD_3DS)
    page.locator("#paiement[data-etat=capturee]").wait_for()
    accessible(page, "paiement-recu")
    mails("resident@demo.example", subject="aiement")
    uid = page.url.rpartition("/")[2].partition("?")[0]

    # What was refused is in the cart now.
    page.goto(f"{demo.guichet}/mon-espace/panier")
    assert page.locator("#panier > li").count() == 1
    assert page.locator("#panier-suite > li").count() == 0
    page.get_by_role("button", name=re.compile("Payer CHF 312.00")).click()
    pay_at_bank(page, demo)
    page.locator("#paiement[data-etat=capturee]").wait_for()
    page.goto(f"{demo.guichet}/mon-espace/factures/releve")
    for words in ("Restaurant scolaire", "Accueil du soir", "Jardin d’enfants"):
        assert row(page, words).is_visible()
    accessible(page, "releve")
    return uid


def the_qr_bill(page, demo, accessible):
    """What a telephone reads off the screen and off the paper; its QR reference."""
    page.goto(f"{demo.guichet}/mon-espace/factures?anciennes=1")
    row(page, "Cours de natation").get_by_role("link").first.click()
    page.locator("#facture-qr").wait_for()
    accessible(page, "facture-qr")
    shot = page.locator("[aria-labelledby=facture-qr] img").screenshot()
    screen = lire_image(Image.open(BytesIO(shot)).convert("L")).texte
    pdf = page.locator("[aria-labelledby=facture-qr] a[href$='/pdf']")
    answer = page.context.request.get(pdf.get_attribute("href"))
    assert lire_pdf(answer.body()).texte == screen
    lines = screen.splitlines()
    assert lines[: len(PAYLOAD)] == PAYLOAD
    assert lines[-1] == "EPD"
    return lines[len(PAYLOAD) - 1]


def a_fee_and_its_demande(page, demo, accessible):
    """Due at submission; the demande goes on when it is paid."""
    path = "/mobilite/macaron-stationnement"
    page.goto(f"{demo.guichet}{path}/formulaire")
    repondre(
        page,
        demande="Premier macaron",
        plaque="GE 123456",
        genre_vehicule="Voiture",
        marque="Fiat Panda",
        detenteur="Moi",
    )
    piece = question(page, "permis_circulation")
    piece.get_by_label(re.compile("guichet")).check()
    continuer(page, "Le stationnement")
    repondre(page, place_privee="Non")
    question(page, "debut").locator("input").fill(tomorrow())
    continuer(page, "Confirmation")
    repondre(page, accord=True)
    continuer(page, "Vérifi")
    numero, _code = envoyer(page)
    accessible(page, "confirmation-emolument")
    page.locator("#paiement").get_by_role("link", name="Payer maintenant").click()
    page.wait_for_url("**/mon-espace/factures/**")
    accessible(page, "facture")
    page.get_by_role("button", name="Payer maintenant").click()
    page.get_by_role("button", name=re.compile("Payer CHF 40.00")).click()
    # Closing the window loses nothing: the cart knows the payment.
    page.wait_for_url(f"{demo.bank}/**")
    page.goto(f"{demo.guichet}/mon-espace/panier")
    accessible(page, "panier-en-cours")
    page.get_by_role("link", name="Continuer le paiement").click()
    pay_at_bank(page, demo)
    page.locator("#paiement[data-etat=capturee]").wait_for()
    page.goto(f"{demo.guichet}/mon-espace/demandes/{numero}")
    assert "L’émolument est payé." in page.locator("main").inner_text()
    accessible(page, "demande-payee")
    return numero


# --- the cashiers -----------------------------------------------------------------


def at_the_desk(demo, path=""):
    return f"{demo.guichet}/agents/caisse{path}"


def books_are_closed(page, demo):
    """The days before this one: settled, and with the accounting."""
    page.goto(at_the_desk(demo, "/cloture?regie=VILLE"))
    if page.locator("#caisse-clore").count():
        page.locator("#caisse-clore [type=submit]").click()
        page.wait_for_url("**/cloture/VILLE/*")
    page.goto(at_the_desk(demo, "/lots?regie=VILLE"))
    if page.locator("#caisse-creer-lot [value=creer]").count():
        page.locator("#caisse-creer-lot [value=creer]").click()
    acknowledge_all(page)


def acknowledge_all(page):
    buttons = page.locator("#caisse-lots button[value=acquitter]")
    for left in range(buttons.count() - 1, -1, -1):
        buttons.first.click()
        expect(buttons).to_have_count(left)


def the_bank_statement(page, demo, accessible, qr_reference):
    """One credit pays its invoice, the other one is assigned by hand."""
    statement = camt(
        [
            Credit(qr_reference, 9500),
            Credit(reference("VILLE", 999), 15200, payeur="Anne-Sophie Martin"),
        ],
        jour=today(),
    )
    page.goto(at_the_desk(demo, "/releves"))
    page.locator("#caisse-fichier").set_input_files(
        {"name": "camt054.xml", "mimeType": "text/xml", "buffer": statement}
    )
    page.locator("#caisse-releve [type=submit]").click()
    counts = page.locator("#caisse-rapport li > strong")
    expect(counts).to_have_text(["1", "0", "1", "0", "0", "CHF 95.00"])
    accessible(page, "caisse-releve-lu")
    page.goto(at_the_desk(demo, "/a-traiter"))
    waiting = page.locator("#caisse-mouvements > li", has_text="Anne-Sophie Martin")
    expect(waiting.locator("h2")).to_contain_text("CHF 152.00")
    accessible(page, "caisse-a-traiter")
    waiting.locator("[name^=facture-]").fill(reference("VILLE", 418))
    waiting.locator("button[value=affecter]").click()
    expect(waiting).to_have_count(0)
    for found in (qr_reference, reference("VILLE", 418)):
        search(page, demo, found)
        expect(page.locator("#caisse-solde")).to_have_text("CHF 0.00")


def search(page, demo, text):
    page.goto(at_the_desk(demo))
    page.locator("#caisse-q").fill(text)
    page.locator("#caisse-q").press("Enter")
    page.wait_for_url("**/agents/caisse/*/*")


def cash(page, demo):
    """CHF 207.29 in coins: 207.30, and a centime of rounding."""
    search(page, demo, reference("VILLE", 367))
    expect(page.locator("#caisse-solde")).to_have_text("CHF 207.29")
    page.locator("#caisse-form-especes button[value=especes]").click()
    expect(page.locator("#caisse-solde")).to_have_text("CHF 0.00")


def refund_by_two(page, second, demo, accessible, uid):
    """A part of the payment by card goes back, once somebody else has agreed."""
    page.goto(at_the_desk(demo, f"/paiements/{uid}"))
    page.locator("details:has(#caisse-rembourser) > summary").click()
    page.locator("#caisse-montant").fill("200.03")
    page.locator("[name=raison-remboursement]").fill("Inscription annulée")
    page.locator("button[value=rembourser]").click()
    expect(page.locator("#caisse-renvois > li")).to_have_count(1)
    # Who has ordered it cannot approve it.
    assert page.locator("button[value=approuver]").count() == 0
    expect(page.locator("#caisse-etat-paiement")).to_have_text("payé")

    entrer_agent(second, demo, SECOND_CASHIER)
    second.goto(at_the_desk(demo, "/remboursements"))
    accessible(second, "caisse-remboursements")
    second.locator("#caisse-remboursements tbody a").click()
    second.locator("button[value=approuver]").click()
    expect(second.locator("#caisse-etat-paiement")).to_have_text("remboursé en partie")
    accessible(second, "caisse-paiement-rembourse")


def the_day_is_closed(page, demo, accessible):
    """What came in, what went back, what is in the till: to the centime."""
    page.goto(at_the_desk(demo, "/cloture?regie=VILLE"))
    assert page.locator("#caisse-ecarts").count() == 0
    expect(page.locator("#caisse-bilan li > strong")).to_have_text(
        # 302.03 + 40.00 by card, 95.00 + 152.00 by bank, 207.30 in coins
        ["CHF 796.33", "-CHF 200.03", "-CHF 0.01", "CHF 596.29", "CHF 207.30"]
    )
    accessible(page, "caisse-cloture")
    page.locator("#caisse-compte").fill("207.30")
    page.locator("#caisse-clore [type=submit]").click()
    page.wait_for_url("**/cloture/VILLE/*")
    amounts = page.locator("#caisse-mouvements tbody td:last-child").all_inner_texts()
    assert len(amounts) == 9
    assert sum(centimes(text) for text in amounts) == 59629
    accessible(page, "caisse-une-cloture")


def centimes(text):
    """``-CHF 200.03`` as a page shows it, or ``-200.03`` as a file has it."""
    text = re.sub(r"[^0-9.-]", "", text)
    return -to_centimes(text[1:]) if text.startswith("-") else to_centimes(text)


def the_batch(page, demo, accessible):
    """The same movements go to the accounting, which says that it has them."""
    page.goto(at_the_desk(demo, "/lots?regie=VILLE"))
    page.locator("#caisse-creer-lot [value=creer]").click()
    batch = page.locator("#caisse-lots > li").first
    expect(batch.locator("strong")).to_have_text("CHF 596.29")
    answer = page.context.request.get(
        batch.locator("a[href*='/lots/']").get_attribute("href")
    )
    text = answer.body().decode("utf-8-sig").splitlines()
    lines = list(csv.DictReader(text, delimiter=";"))
    assert Counter(line["source"] for line in lines) == {
        "carte": 3,
        "camt": 2,
        "especes": 1,
        "arrondi": 1,
        "remboursement": 2,
    }
    assert sum(centimes(line["montant"]) for line in lines) == 59629
    batch.locator("[name^=reference-]").fill("C-2026-117")
    acknowledge_all(page)
    expect(page.locator("#caisse-lots > li").first).to_contain_text("C-2026-117")
    accessible(page, "caisse-lots")


def bank_totals(demo):
    """Centimes each régie has at the bank, by its code."""
    totals = requests.get(f"{demo.bank}/livre.json", timeout=10).json()["totaux"]
    return {code: totals.get(number, 0) for code, (number, _n) in MARCHANDS.items()}


def make_second_cashier(demo):
    """As the site's administrator does it."""
    answer = requests.post(
        f"{demo.site}/@users",
        json={
            "username": SECOND_CASHIER,
            "email": f"{SECOND_CASHIER}@carouge.example",
            "fullname": "Paul Favre",
            "password": PASSWORD,
            "roles": ["Member", "Caissier de guichet"],
        },
        headers={"Accept": "application/json"},
        auth=("admin", PASSWORD),
        timeout=30,
    )
    assert answer.status_code == 201, answer.text


def test_seen_at_the_end(new_page, demo, accessible, mails):
    before = bank_totals(demo)
    cashier, second, citizen = new_page(1280), new_page(1280), new_page(360)
    entrer_agent(cashier, demo, "caisse")
    accessible(cashier, "caisse")
    books_are_closed(cashier, demo)
    make_second_cashier(demo)

    entrer(citizen, demo, "resident@demo.example")
    uid = two_school_invoices_then_another_regie(citizen, demo, accessible, mails)
    qr_reference = the_qr_bill(citizen, demo, accessible)
    numero = a_fee_and_its_demande(citizen, demo, accessible)

    the_bank_statement(cashier, demo, accessible, qr_reference)
    cash(cashier, demo)
    refund_by_two(cashier, second, demo, accessible, uid)
    the_day_is_closed(cashier, demo, accessible)
    the_batch(cashier, demo, accessible)
    assert cashier.goto(f"{demo.guichet}/agents/{numero}").status in (403, 404)

    mails("resident@demo.example", subject="remboursé")
    after = bank_totals(demo)
    assert {code: format_chf(after[code] - before[code]) for code in before} == {
        "VILLE": format_chf(30203 + 4000 - 20003),
        "CCAS": format_chf(31200),
    }


@pytest.mark.parametrize("login", ["agent-dechets", "editeur"])
def test_the_cash_desk_is_for_the_cashier(new_page, demo, login):
    page = new_page()
    entrer_agent(page, demo, login)
    page.goto(f"{demo.guichet}/agents/caisse")
    assert page.locator("#caisse-chercher").count() == 0
