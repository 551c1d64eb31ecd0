"""``/mon-espace/factures``: what one owes and has paid, and why nothing is shown."""

from carouge.guichet.facture.domain import Ecriture
from carouge.guichet.facture.domain import Ligne
from carouge.guichet.facture.domain import Source
from carouge.guichet.facture.rattachement import rattachements_de
from carouge.guichet.facture.service import annuler
from carouge.guichet.facture.service import ecrire
from carouge.guichet.swisstime import now
from carouge.guichet.swisstime import today
from comptes import make_compte
from datetime import date
from datetime import timedelta
from factures import make_facture
from factures import make_regie
from factures import rattacher
from lxml import html

import pytest
import transaction


def listed(page) -> list[str]:
    return [
        text.strip()
        for text in html.fromstring(page.text).xpath(
            "//ul[@id='factures']/li//span[contains(@class, 'font-monospace')]/text()"
        )
    ]


def text_of(page, id: str) -> str:
    found = html.fromstring(page.text).xpath(f"//*[@id='{id}']")
    return " ".join(found[0].text_content().split()) if found else ""


def pay(guichet, facture):
    ecrire(
        guichet,
        facture,
        Ecriture(Source.VIREMENT, facture.id, facture.solde, now()),
    )


class TestList:
    def test_to_pay_and_paid(self, guichet, compte, as_compte):
        make_facture(guichet, numero="A-1", montant=10000)
        make_facture(guichet, numero="A-2", montant=2550, regie="CCAS")
        pay(guichet, make_facture(guichet, numero="A-3"))
        annuler(guichet, make_facture(guichet, numero="A-4"), "erreur", "caisse")
        visitor = as_compte(compte)
        page = visitor.get("/mon-espace/factures")
        assert sorted(listed(page)) == ["A-1", "A-2"]
        assert text_of(page, "factures-du") == "À payer en tout : CHF 125.50"
        releve = visitor.get("/mon-espace/factures/releve")
        assert sorted(listed(releve)) == ["A-3", "A-4"]
        assert "Action sociale" in page.text
        assert page.headers["Cache-Control"] == "no-store, private"

    def test_older_ones_behind_one_click(self, guichet, compte, as_compte):
        make_facture(guichet, numero="NEW")
        make_facture(guichet, numero="OLD", emise_le=today() - timedelta(days=200))
        visitor = as_compte(compte)
        page = visitor.get("/mon-espace/factures")
        assert listed(page) == ["NEW"]
        (link,) = html.fromstring(page.text).xpath("//a[@id='factures-anciennes']")
        assert listed(visitor.session.get(link.get("href"))) == ["NEW", "OLD"]

    def test_only_old_ones(self, guichet, compte, as_compte):
        make_facture(guichet, numero="OLD", emise_le=today() - timedelta(days=200))
        page = as_compte(compte).get("/mon-espace/factures")
        assert listed(page) == []
        assert text_of(page, "factures-vide") == (
            "Aucune facture n'a été émise ces 3 derniers mois."
        )
        assert text_of(page, "factures-anciennes") != ""

    def test_nothing_to_pay(self, guichet, compte, as_compte):
        pay(guichet, make_facture(guichet))
        page = as_compte(compte).get("/mon-espace/factures")
        assert text_of(page, "factures-vide") == "Vous n'avez aucune facture à payer."

    def test_twenty_on_a_page(self, guichet, compte, as_compte):
        for n in range(25):
            make_facture(guichet, numero=f"N-{n:02}")
        visitor = as_compte(compte)
        first = listed(visitor.get("/mon-espace/factures"))
        second = listed(visitor.get("/mon-espace/factures", params={"page": "2"}))
        assert (len(first), len(second)) == (20, 5)
        assert {*first, *second} == {f"N-{n:02}" for n in range(25)}

    @pytest.mark.parametrize("page", ["0", "-1", "x", "²", "99999999", "3"])
    def test_odd_pages(self, guichet, compte, as_compte, page):
        make_facture(guichet)
        answer = as_compte(compte).get("/mon-espace/factures", params={"page": page})
        assert answer.status_code == 200

    def test_a_regie_without_gateway_has_no_button(self, guichet, compte, as_compte):
        make_regie("PARC", passerelle=None)
        make_facture(guichet, regie="PARC")
        page = as_compte(compte).get("/mon-espace/factures")
        assert "data-guichet-panier" not in page.text

    def test_what_is_typed_elsewhere_is_no_markup(self, guichet, compte, as_compte):
        make_facture(guichet, libelle="<script>alert(1)</script>", numero="<b>")
        page = as_compte(compte).get("/mon-espace/factures")
        assert "<script>alert(1)" not in page.text
        assert "<b>" not in page.text

    def test_nobody(self, base, guichet, banque):
        import requests

        answer = requests.get(f"{base}/mon-espace/factures", allow_redirects=False)
        assert answer.status_code == 302
        assert "/se-connecter?retour=" in answer.headers["Location"]

    @pytest.mark.parametrize("path", ["releve/x", "x/y", "x/pdf", "releve/releve"])
    def test_what_is_not_there(self, guichet, compte, as_compte, path):
        answer = as_compte(compte).get(f"/mon-espace/factures/{path}")
        assert answer.status_code == 404


class TestWhyNothing:
    def raison(self, visitor):
        return text_of(visitor.get("/mon-espace/factures"), "factures-raison")

    def test_no_debtor_number(self, guichet, banque, as_compte):
        make_facture(guichet)
        said = self.raison(as_compte(make_compte()))
        assert said.startswith(
            "Pour voir ici les factures des services de la commune, indiquez-nous votre "
            "numéro de débiteur"
        )

    def test_too_young(self, guichet, banque, as_compte):
        make_facture(guichet)
        young = make_compte()
        rattacher(guichet, young, jours=0)
        visitor = as_compte(young)
        assert self.raison(visitor).startswith("Votre compte est récent.")
        assert "Elles s'affichent dès le" in self.raison(visitor)
        assert listed(visitor.get("/mon-espace/factures")) == []

    def test_no_service_billed(self, guichet, compte, as_compte):
        make_facture(guichet, domaine="macaron")
        said = self.raison(as_compte(compte))
        assert said.startswith("Aucune prestation scolaire, parascolaire")

    def test_own_fees_are_shown_all_the_same(self, guichet, banque, as_compte):
        camille = make_compte()
        make_facture(
            guichet, numero="FEE", debiteur="", proprietaires=(camille.id,), domaine=""
        )
        visitor = as_compte(camille)
        assert listed(visitor.get("/mon-espace/factures")) == ["FEE"]
        assert self.raison(visitor) != ""


class TestOne:
    def test_details(self, guichet, compte, as_compte):
        facture = make_facture(
            guichet,
            numero="2026-000123",
            lignes=(Ligne("Repas × 15", 20000), Ligne("Réduction", -1265)),
            echeance=date(2099, 11, 30),
        )
        page = as_compte(compte).get(f"/mon-espace/factures/{facture.id}")
        assert page.status_code == 200
        assert text_of(page, "facture-solde") == "CHF 187.35"
        assert "30.11.2099" in page.text
        lines = text_of(page, "facture-lignes")
        assert "Repas × 15 CHF 200.00 Réduction -CHF 12.65 Total CHF 187.35" in lines
        assert "data:image/svg+xml;base64," in page.text
        assert ">21 0000" in page.text

    def test_pdf(self, guichet, compte, as_compte):
        facture = make_facture(guichet, numero="2026-000123")
        answer = as_compte(compte).get(f"/mon-espace/factures/{facture.id}/pdf")
        assert answer.headers["Content-Type"] == "application/pdf"
        assert answer.content.startswith(b"%PDF-")
        assert answer.headers["Cache-Control"] == "no-store, private"

    def test_foreign_and_unknown(self, guichet, compte, as_compte):
        foreign = make_facture(guichet, debiteur="M-999999")
        visitor = as_compte(compte)
        for id in (foreign.id, "x", "0" * 20, "%00", "a" * 300):
            for part in ("", "/pdf"):
                answer = visitor.get(f"/mon-espace/factures/{id}{part}")
                assert answer.status_code == 404, (id, part)

    def test_the_same_debtor_number_of_another_application(
        self, guichet, compte, as_compte
    ):
        make_regie("BAINS", titre="Bains", espace_debiteurs="bains")
        make_facture(guichet, numero="A-1")
        foreign = make_facture(guichet, regie="BAINS", numero="B-1")
        visitor = as_compte(compte)
        text = visitor.get("/mon-espace/factures").text
        assert "A-1" in text
        assert "B-1" not in text
        for part in ("", "/pdf"):
            answer = visitor.get(f"/mon-espace/factures/{foreign.id}{part}")
            assert answer.status_code == 404

    def test_no_qr_and_no_button_once_paid(self, guichet, compte, as_compte):
        facture = make_facture(guichet)
        pay(guichet, facture)
        page = as_compte(compte).get(f"/mon-espace/factures/{facture.id}")
        assert text_of(page, "facture-etat") == "Payée"
        assert "data:image/svg+xml" not in page.text
        assert "data-guichet-panier" not in page.text


class TestDebtor:
    def ask(self, visitor, **fields):
        page = html.fromstring(visitor.get("/mon-espace/factures/debiteur").text)
        (token,) = page.xpath(
            "//main//form//input[@name='_authenticator']/@value"
            "|//article//form//input[@name='_authenticator']/@value"
        )[:1]
        return visitor.post(
            "/mon-espace/factures/debiteur", data={"_authenticator": token, **fields}
        )

    def test_asked_and_waiting(self, guichet, banque, as_compte, fresh):
        facture = make_facture(guichet, numero="2026-000123")
        camille = make_compte()
        visitor = as_compte(camille)
        page = self.ask(visitor, debiteur=facture.debiteur, numero="2026-000123")
        assert page.status_code == 200
        assert "Merci. La caisse compare vos numéros" in page.text
        assert text_of(page, "factures-raison").startswith(
            "Nous vérifions votre numéro de débiteur."
        )
        fresh()
        (lien,) = rattachements_de(guichet).a_valider
        assert (lien.compte, lien.debiteur, lien.facture) == (
            camille.id,
            facture.debiteur,
            "2026-000123",
        )
        self.ask(visitor, debiteur=facture.debiteur, numero="2026-000123")
        fresh()
        assert len(rattachements_de(guichet).a_valider) == 1

    @pytest.mark.parametrize(
        "fields,wrong",
        [
            ({"debiteur": "", "numero": "1"}, "debiteur-erreur"),
            ({"debiteur": "<script>", "numero": "1"}, "debiteur-erreur"),
            ({"debiteur": "M-1", "numero": ""}, "numero-erreur"),
            ({"debiteur": "M-1", "numero": "x" * 200}, "numero-erreur"),
        ],
    )
    def test_odd_numbers(self, guichet, banque, as_compte, fields, wrong):
        page = self.ask(as_compte(make_compte()), **fields)
        assert page.status_code == 400
        assert text_of(page, wrong) != ""

    def test_without_token(self, guichet, banque, as_compte, fresh):
        visitor = as_compte(make_compte())
        page = visitor.post(
            "/mon-espace/factures/debiteur", data={"debiteur": "M-1", "numero": "1"}
        )
        assert page.status_code == 403
        transaction.begin()
        assert rattachements_de(guichet).a_valider == []
