"""The desk of the cashier: who comes in, the search, one invoice, the counter."""

from bureau import Agent
from bureau import PASSWORD
from caissier import Caissier
from caissier import deux_regies
from caissier import facture
from caissier import relire
from carouge.guichet.facture.bulletin import bulletin_de
from carouge.guichet.facture.service import get_facture
from datetime import date

import pytest
import requests
import transaction


STATE = "//*[@id='caisse-etat-facture']"
BALANCE = "//*[@id='caisse-solde']"
MESSAGE = "//div[contains(@class, 'statusmessage')]//text()/.."
LEDGER = "//*[@id='caisse-ecritures']//tbody/tr"


@pytest.fixture
def guichet(functional):
    return deux_regies(functional["portal"].guichet)


@pytest.fixture
def caissier(functional, guichet):
    return Caissier(functional)


def messages(page):
    return page.all_words("//*[contains(@class, 'alert') and not(@id)]")


def log_in(functional, login, came_from=""):
    """The address somebody lands at who logs in at Plone's own form."""
    session = requests.Session()
    site = f"http://localhost:{functional['port']}/plone"
    answer = session.post(
        f"{site}/login",
        data={
            "__ac_name": login,
            "__ac_password": PASSWORD,
            "came_from": came_from and site + came_from,
            "buttons.login": "Log in",
        },
        timeout=30,
    )
    return answer.url.removeprefix(site)


class TestLanding:
    @pytest.mark.parametrize(
        ("login", "came_from", "page"),
        [
            ("caisse", "", "/guichet/agents/caisse"),
            ("caisse", "/", "/guichet/agents/caisse"),
            ("caisse", "/guichet/dechets", "/guichet/dechets"),
            ("caisse", "/guichet/agents/caisse/lots", "/guichet/agents/caisse/lots"),
            ("agent-dechets", "", "/guichet/agents"),
            ("agent-dechets", "/guichet/agents/comptes", "/guichet/agents/comptes"),
            ("editeur", "", ""),
            ("admin-site", "", ""),
        ],
    )
    def test_after_the_login_form(self, functional, guichet, login, came_from, page):
        assert log_in(functional, login, came_from) == page


class TestWho:
    def test_the_cashier(self, caissier):
        page = caissier.get("")
        assert page.status == 200
        assert page.words("//h1") == "Caisse"
        assert page.words("//*[@id='titre-attentes']/following-sibling::p") == (
            "Rien n'attend."
        )

    def test_his_first_page(self, functional, guichet):
        page = Agent(functional, "caisse").get("agents")
        assert (page.status, page.url) == (200, "/agents/caisse")

    def test_an_agent_sees_nothing_of_it(self, functional, guichet):
        agent = Agent(functional, "agent-dechets")
        assert "Caisse" not in agent.get("agents").all_words("//nav//a")
        for path in ("", "/factures/x", "/importer"):
            page = agent.get(f"agents/caisse{path}", allow_redirects=False)
            assert page.status in (302, 404)
            assert "titre-attentes" not in page.response.text

    def test_a_visitor_is_asked_to_log_in(self, functional, guichet):
        page = Agent(functional).get("agents/caisse", allow_redirects=False)
        assert page.status == 302
        assert "login" in page.response.headers["Location"]

    def test_agents_find_their_desk_and_nobody_else(self, functional, guichet):
        page = Agent(functional, "editeur").get("agents", allow_redirects=False)
        assert page.status == 302

    def test_the_link_in_the_navigation(self, caissier):
        page = caissier.get("")
        assert page.html.xpath("//a[@aria-current='page']")[0].text_content() == (
            "Caisse"
        )

    def test_there_is_no_such_page(self, caissier):
        assert caissier.get("nulle-part").status == 404
        assert caissier.get("factures/inconnue").status == 404
        assert caissier.get("factures").status == 404


class TestSearch:
    def test_a_number(self, caissier, guichet):
        id = facture(guichet, numero="2026-000777")
        page = caissier.search(" 2026-000777 ")
        assert page.url == f"/factures/{id}"
        assert page.words("//h1") == "Facture 2026-000777"

    def test_the_same_number_in_two_regies(self, caissier, guichet):
        facture(guichet, numero="2026-000778")
        facture(guichet, numero="2026-000778", regie="CCAS")
        page = caissier.search("2026-000778")
        assert page.words("//*[@id='titre-resultats']") == "2 factures"

    def test_a_reference(self, caissier, guichet):
        id = facture(guichet)
        reference = get_facture(guichet, id).reference_qr
        assert caissier.search(f"{reference[:2]} {reference[2:]}").url == (
            f"/factures/{id}"
        )

    def test_a_scanned_bill_leaves_no_name_in_the_address(self, caissier, guichet):
        id = facture(guichet)
        payload = bulletin_de(get_facture(guichet, id)).contenu
        page = caissier.search(payload)
        assert page.url == f"/factures/{id}"

    def test_a_debtor_has_several(self, caissier, guichet):
        for _n in range(3):
            facture(guichet, debiteur="M-000900")
        page = caissier.search("M-000900")
        assert page.words("//*[@id='titre-resultats']") == "3 factures"

    @pytest.mark.parametrize("text", ["Rochat", "<script>", "0" * 27, "../x", "\x07"])
    def test_nothing(self, caissier, guichet, text):
        page = caissier.search(text)
        assert page.status == 200
        assert page.words("//*[@id='titre-resultats']") == (
            "Rien ne porte ce numéro. On ne cherche pas par nom."
        )

    def test_the_list_of_a_regie(self, caissier, guichet):
        facture(guichet, numero="2026-1", emise_le=date(2026, 9, 1))
        facture(guichet, numero="2026-2", emise_le=date(2026, 10, 1))
        facture(guichet, numero="2026-3", regie="CCAS")
        page = caissier.get("?regie=VILLE&etat=ouverte")
        assert page.all_words("//tbody//a") == ["2026-2", "2026-1"]
        page = caissier.get("?regie=VILLE&etat=payee")
        assert "Cette régie n'a aucune facture dans cet état." in page.response.text


class TestCash:
    def test_rounded(self, caissier, guichet):
        id = facture(guichet, montant=18737)
        page = caissier.open(id)
        assert page.words(BALANCE) == "CHF 187.37"
        page = page.send("caisse-form-especes")
        assert page.words(STATE) == "Payée"
        assert page.words(BALANCE) == "CHF 0.00"
        assert [row.split()[-2:] for row in page.all_words(LEDGER)] == [
            ["CHF", "0.02"],
            ["CHF", "187.35"],
        ]
        assert [one.par for one in relire(guichet, id).ecritures] == ["caisse"] * 2

    def test_a_part(self, caissier, guichet):
        id = facture(guichet, montant=10000)
        page = caissier.open(id).send("caisse-form-especes", especes="40,00")
        assert page.words(STATE) == "Ouverte"
        assert page.words(BALANCE) == "CHF 60.00"

    def test_the_same_order_twice(self, caissier, guichet):
        id = facture(guichet, montant=10000)
        page = caissier.open(id)
        page.send("caisse-form-especes", especes="40")
        again = page.send("caisse-form-especes", especes="40")
        assert again.words(BALANCE) == "CHF 60.00"
        assert len(relire(guichet, id).ecritures) == 1

    def test_an_old_page_with_another_amount(self, caissier, guichet):
        id = facture(guichet, montant=10000)
        page = caissier.open(id)
        page.send("caisse-form-especes", especes="40")
        again = page.send("caisse-form-especes", especes="50")
        assert again.status == 409
        assert again.words(BALANCE) == "CHF 60.00"

    @pytest.mark.parametrize(
        "amount",
        [
            "", "0", "-0.01", "-0.5", "1.999", "1e3", "NaN", "Infinity", "１２", "٢",
            "999999999999", "EUR 10", "abc", "10.50.2", "1'00",
        ],
    )  # fmt: skip
    def test_no_amount(self, caissier, guichet, amount):
        id = facture(guichet)
        page = caissier.open(id).send("caisse-form-especes", especes=amount)
        assert page.status == 400
        assert page.words("//*[@id='caisse-especes-error']") == (
            "Écrivez un montant en francs, par exemple 187.35."
        )
        assert relire(guichet, id).ecritures == []

    def test_not_in_coins(self, caissier, guichet):
        id = facture(guichet, montant=18737)
        page = caissier.open(id).send("caisse-form-especes", especes="187.37")
        assert page.words("//*[@id='caisse-especes-error']") == (
            "En espèces, un montant finit par 0 ou 5 centimes : CHF 187.35, par exemple."
        )

    def test_too_much(self, caissier, guichet):
        id = facture(guichet, montant=18735)
        page = caissier.open(id).send("caisse-form-especes", especes="200")
        assert page.words("//*[@id='caisse-especes-error']") == (
            "Il n'est dû que CHF 187.35."
        )

    def test_without_token(self, caissier, guichet):
        id = facture(guichet)
        page = caissier.post(
            f"factures/{id}", {"geste": "especes", "especes": "187.35"}
        )
        assert page.status == 403
        assert relire(guichet, id).ecritures == []


class TestTerminal:
    def test_exact(self, caissier, guichet):
        id = facture(guichet, montant=18737)
        page = caissier.open(id).send("caisse-form-terminal", recu="4711")
        assert page.words(STATE) == "Payée"
        assert "CHF 187.37" in page.all_words(LEDGER)[0]

    def test_one_receipt_for_one_invoice(self, caissier, guichet):
        first = facture(guichet, numero="2026-A")
        second = facture(guichet)
        caissier.open(first).send("caisse-form-terminal", recu="4711")
        page = caissier.open(second).send("caisse-form-terminal", recu="4711")
        assert page.status == 400
        assert page.words("//*[@id='caisse-recu-error']") == (
            "Ce ticket est déjà comptabilisé sur la facture 2026-A."
        )

    @pytest.mark.parametrize("recu", ["", "a b", "<b>", "x" * 60])
    def test_no_receipt(self, caissier, guichet, recu):
        id = facture(guichet)
        page = caissier.open(id).send("caisse-form-terminal", recu=recu)
        assert page.status == 400
        assert relire(guichet, id).ecritures == []


class TestCancel:
    def test_with_a_reason(self, caissier, guichet):
        id = facture(guichet)
        page = caissier.open(id).send("caisse-form-annuler", raison="Double envoi")
        assert page.words(STATE) == "Annulée"
        assert page.words("//*[@id='caisse-histoire']/li").startswith(
            "Facture annulée Double envoi"
        )
        assert not page.html.xpath("//*[@id='caisse-form-especes']")

    def test_without(self, caissier, guichet):
        id = facture(guichet)
        page = caissier.open(id).send("caisse-form-annuler", raison="  ")
        assert page.words("//*[@id='caisse-raison-error']") == "Dites pourquoi."
        assert relire(guichet, id).annulee is None

    def test_not_under_a_payment(self, caissier, guichet):
        id = facture(guichet)
        page = caissier.open(id)
        get_facture(guichet, id).verrou = "x" * 32
        transaction.commit()
        page = page.send("caisse-form-annuler", raison="Erreur")
        assert page.status == 409
        assert relire(guichet, id).annulee is None


def test_the_bill(caissier, guichet):
    id = facture(guichet)
    answer = caissier.open(id).follow("Télécharger la facture (PDF)").response
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")


def test_nobody_keeps_a_copy(caissier, guichet):
    id = facture(guichet)
    for page in (caissier.get(""), caissier.open(id)):
        assert page.response.headers["Cache-Control"] == "no-store, private"


def test_without_script_and_without_login_a_post_does_nothing(functional, guichet):
    id = facture(guichet)
    url = f"{Caissier(functional).base}/factures/{id}"
    answer = requests.post(url, data={"geste": "annuler"}, allow_redirects=False)
    assert answer.status_code == 302
    assert relire(guichet, id).annulee is None
