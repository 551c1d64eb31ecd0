"""From the invoice to the receipt: cart, refusals, the way to the bank and back."""

from carouge.guichet.facture.domain import Ecriture
from carouge.guichet.facture.domain import EtatFacture
from carouge.guichet.facture.domain import Source
from carouge.guichet.facture.service import ecrire
from carouge.guichet.facture.service import get_facture
from carouge.guichet.paiement.domain import Etat
from carouge.guichet.paiement.domain import PasserelleIndisponible
from carouge.guichet.paiement.domain import PasserelleRefuse
from carouge.guichet.paiement.domain import Statut
from carouge.guichet.paiement.service import get_paiement
from carouge.guichet.paiement.service import lire_paiements
from carouge.guichet.panier.service import contenu_de
from carouge.guichet.swisstime import now
from comptes import make_compte
from factures import make_facture
from factures import rattacher
from lxml import html

import pytest
import transaction


EXACT = (
    "Impossible d'ajouter cet article, vous devez d'abord payer ceux en attente dans "
    "votre panier"
)


def text_of(page, id: str) -> str:
    found = html.fromstring(page.text).xpath(f"//*[@id='{id}']")
    return " ".join(found[0].text_content().split()) if found else ""


def ids(page, list_id: str) -> list[str]:
    return html.fromstring(page.text).xpath(
        f"//ul[@id='{list_id}']//input[@name='facture']/@value"
    )


def fields_of(page, action: str, **values) -> dict:
    """What a button of the page sends."""
    for button in html.fromstring(page.text).xpath(f"//button[@value='{action}']"):
        form = button.xpath("ancestor::form")[0]
        fields: dict = {}
        for name, value in form.form_values():
            fields.setdefault(name, []).append(value)
        if all(fields.get(name) == [value] for name, value in values.items()):
            return {**fields, "action": action}
    raise AssertionError(f"no button {action} for {values}")


class Citizen:
    """Presses the buttons of the pages."""

    def __init__(self, visitor) -> None:
        self.visitor = visitor

    def press(self, path: str, action: str, target: str = "", **values):
        # What the test has made since it has logged in.
        transaction.commit()
        page = self.visitor.get(path)
        fields = fields_of(page, action, **values)
        return self.visitor.post(
            target or "/mon-espace/panier", data=fields, allow_redirects=False
        )

    def add(self, facture):
        return self.press("/mon-espace/factures", "ajouter", facture=facture.id)

    def cart(self):
        return self.visitor.get("/mon-espace/panier")

    def pay(self):
        """Press « Pay »; the uid of the payment."""
        answer = self.press("/mon-espace/panier", "payer")
        assert answer.status_code == 303, text_of(answer, "content")
        location = answer.headers["Location"]
        assert location.endswith("/depart")
        return location.split("/")[-2]

    def leave(self, uid):
        return self.visitor.get(
            f"/mon-espace/paiements/{uid}/depart", allow_redirects=False
        )

    def back(self, uid, **query):
        return self.visitor.get(f"/mon-espace/paiements/{uid}/retour", params=query)


@pytest.fixture
def camille(compte, as_compte):
    return lambda: Citizen(as_compte(compte))


class TestCart:
    def test_two_invoices_of_one_regie(self, guichet, camille, compte, fresh):
        first = make_facture(guichet, montant=10000)
        second = make_facture(guichet, montant=8735)
        me = camille()
        answer = me.add(first)
        assert answer.status_code == 303
        assert answer.headers["Location"].endswith("/mon-espace/factures?fait=ajout")
        me.add(second)
        page = me.cart()
        assert sorted(ids(page, "panier")) == sorted([first.id, second.id])
        assert text_of(page, "panier-total") == "CHF 187.35"
        assert "Mon panier (2)" in page.text

    def test_empty(self, camille):
        assert text_of(camille().cart(), "panier-vide").startswith(
            "Votre panier est vide."
        )

    def test_the_same_twice(self, guichet, camille):
        facture = make_facture(guichet)
        me = camille()
        me.add(facture)
        answer = me.add(facture)
        assert answer.status_code == 409
        assert text_of(answer, "panier-refus") == EXACT

    def test_another_regie(self, guichet, camille):
        ville, ccas = make_facture(guichet), make_facture(guichet, regie="CCAS")
        me = camille()
        me.add(ville)
        answer = me.add(ccas)
        assert answer.status_code == 409
        assert text_of(answer, "panier-refus") == EXACT
        page = html.fromstring(answer.text)
        (ok,) = page.xpath("//article//button")
        assert ok.text_content().strip() == "Ok"
        (link,) = page.xpath("//article//a[contains(@href, '/panier')]")
        assert link.text_content().strip() == "Accéder à votre panier"
        # On the left: first in the page, in a row.
        row = link.getparent()
        assert row.index(link) < row.index(ok.xpath("ancestor::form")[0])
        cart = me.cart()
        assert ids(cart, "panier") == [ville.id]
        assert ids(cart, "panier-suite") == [ccas.id]

    def test_the_same_words_for_the_script(self, guichet, camille):
        ville, ccas = make_facture(guichet), make_facture(guichet, regie="CCAS")
        me = camille()
        me.add(ville)
        fields = fields_of(
            me.visitor.get("/mon-espace/factures"), "ajouter", facture=ccas.id
        )
        answer = me.visitor.post("/mon-espace/panier", data={**fields, "par": "script"})
        assert answer.headers["Content-Type"].startswith("application/json")
        found = answer.json()
        assert (found["refus"], found["texte"], found["panier"]) == (
            "regie",
            EXACT,
            True,
        )
        assert found["suite"] == (
            "Cette facture relève d'un autre budget de la commune : elle se paie à part. "
            "Nous la gardons sous « À payer ensuite ». Allez à votre panier, puis payez "
            "ce qu'il contient ou retirez-le : cette facture y entrera alors d'elle-même."
        )

    def test_pay_now_while_another_regie_waits(self, guichet, camille, compte):
        ccas = make_facture(guichet, regie="CCAS")
        emolument = make_facture(
            guichet,
            montant=4000,
            debiteur="",
            domaine="emolument",
            demande="2026-K7QM-4TXC",
            proprietaires=(compte.id,),
        )
        me = camille()
        me.add(ccas)
        path = f"/mon-espace/factures/{emolument.id}"
        for _click in range(2):
            answer = me.press(path, "payer-maintenant")
            assert answer.status_code == 409
            assert text_of(answer, "panier-refus") == EXACT
        assert "Allez à votre panier, puis payez ce qu'il contient" in answer.text
        assert "À payer ensuite" in me.visitor.get(path).text
        cart = me.cart()
        assert ids(cart, "panier") == [ccas.id]
        assert ids(cart, "panier-suite") == [emolument.id]
        # Once the cart is empty, by a payment or like this, the fee is what is paid.
        me.press("/mon-espace/panier", "retirer", facture=ccas.id)
        cart = me.cart()
        assert ids(cart, "panier") == [emolument.id]
        assert ids(cart, "panier-suite") == []

    def test_pay_now_adds_and_shows_the_cart(self, guichet, camille):
        facture = make_facture(guichet)
        me = camille()
        path = f"/mon-espace/factures/{facture.id}"
        answer = me.press(path, "payer-maintenant")
        assert answer.headers["Location"].endswith("/mon-espace/panier")
        again = me.press(path, "payer-maintenant")
        assert again.headers["Location"].endswith("/mon-espace/panier")

    def test_take_out(self, guichet, camille):
        facture = make_facture(guichet)
        me = camille()
        me.add(facture)
        answer = me.press("/mon-espace/panier", "retirer", facture=facture.id)
        assert answer.status_code == 303
        assert text_of(me.cart(), "panier-vide") != ""

    @pytest.mark.parametrize("action", ["ajouter", "retirer", "payer", ""])
    def test_without_token(self, guichet, camille, compte, action, fresh):
        facture = make_facture(guichet)
        me = camille()
        answer = me.visitor.post(
            "/mon-espace/panier",
            data={
                "action": action,
                "facture": facture.id,
                "attendues:list": f"{facture.id}:1",
            },
        )
        assert answer.status_code == 403
        fresh()
        assert contenu_de(guichet, compte).lignes == ()
        assert get_facture(guichet, facture.id).verrou == ""

    def test_foreign_invoice(self, guichet, camille):
        facture = make_facture(guichet)
        foreign = make_facture(guichet, debiteur="M-999999")
        me = camille()
        page = me.visitor.get("/mon-espace/factures")
        fields = fields_of(page, "ajouter", facture=facture.id)
        for id in (foreign.id, "x", "", "a" * 400):
            answer = me.visitor.post(
                "/mon-espace/panier", data={**fields, "facture": id}
            )
            assert answer.status_code == 404

    def test_two_tabs_two_regies(self, guichet, camille, fresh, compte):
        ville, ccas = make_facture(guichet), make_facture(guichet, regie="CCAS")
        me = camille()
        first = me.visitor.get("/mon-espace/factures")
        second = me.visitor.get("/mon-espace/factures")
        me.visitor.post(
            "/mon-espace/panier", data=fields_of(first, "ajouter", facture=ville.id)
        )
        answer = me.visitor.post(
            "/mon-espace/panier", data=fields_of(second, "ajouter", facture=ccas.id)
        )
        assert answer.status_code == 409
        fresh()
        contenu = contenu_de(guichet, compte)
        assert [one.id for one in contenu.lignes] == [ville.id]
        assert [one.id for one in contenu.ensuite] == [ccas.id]


class TestCheckout:
    def test_whole_way(self, guichet, camille, banque, fresh):
        first = make_facture(guichet, montant=10000, numero="V-1")
        second = make_facture(guichet, montant=8735, numero="V-2")
        me = camille()
        me.add(first)
        me.add(second)
        uid = me.pay()
        fresh()
        assert get_facture(guichet, first.id).etat is EtatFacture.EN_PAIEMENT
        assert banque.ordres == {}
        answer = me.leave(uid)
        assert answer.status_code == 303
        assert answer.headers["Location"] == "https://banque.example/start/T1"
        ordre = banque.ordres[uid]
        assert (ordre.centimes, ordre.devise, ordre.langue) == (18735, "CHF", "fr")
        assert ordre.libelle.startswith("Ville de Carouge: V-")
        assert ordre.retour.endswith(f"/mon-espace/paiements/{uid}/retour")
        assert ordre.notification.endswith("/guichet/paiement/VILLE/notification")
        banque.passer(uid, Statut.CAPTUREE, moyen="VIS")
        page = me.back(uid, status="whatever")
        assert page.url.endswith(f"/mon-espace/paiements/{uid}")
        assert "<h1>Paiement reçu</h1>" in page.text
        assert text_of(page, "paiement-total") == "CHF 187.35"
        fresh()
        for facture in (first, second):
            assert get_facture(guichet, facture.id).etat is EtatFacture.PAYEE
        assert text_of(me.cart(), "panier-vide") != ""
        receipt = me.visitor.get(f"/mon-espace/paiements/{uid}/quittance")
        assert receipt.headers["Content-Type"] == "application/pdf"
        assert receipt.content.startswith(b"%PDF-")
        listed = me.visitor.get("/mon-espace/paiements")
        assert "Paiement reçu" in text_of(listed, "paiements")
        releve = me.visitor.get("/mon-espace/factures/releve")
        assert "V-1" in releve.text

    def test_the_next_regie_opens_after_the_receipt(self, guichet, camille, banque):
        ville, ccas = make_facture(guichet), make_facture(guichet, regie="CCAS")
        me = camille()
        me.add(ville)
        me.add(ccas)
        uid = me.pay()
        me.leave(uid)
        banque.passer(uid, Statut.CAPTUREE)
        receipt = me.back(uid)
        assert text_of(receipt, "paiement-suite") != ""
        cart = me.cart()
        assert ids(cart, "panier") == [ccas.id]
        assert "Action sociale" in cart.text
        second = me.pay()
        me.leave(second)
        banque.passer(second, Statut.CAPTUREE)
        assert "Paiement reçu" in me.back(second).text

    def test_double_click(self, guichet, camille, banque, fresh):
        me = camille()
        me.add(make_facture(guichet))
        fields = fields_of(me.cart(), "payer")
        first, second = (
            me.visitor.post("/mon-espace/panier", data=fields, allow_redirects=False)
            for _n in range(2)
        )
        assert first.headers["Location"] == second.headers["Location"]
        fresh()
        assert len(lire_paiements(guichet)) == 1
        uid = first.headers["Location"].split("/")[-2]
        addresses = {me.leave(uid).headers["Location"] for _n in range(3)}
        assert addresses == {"https://banque.example/start/T1"}
        assert [call for call in banque.appels if call[0] == "ouvrir"] == [
            ("ouvrir", uid)
        ]

    def test_window_closed_then_gone_on(self, guichet, camille, banque):
        me = camille()
        me.add(make_facture(guichet))
        uid = me.pay()
        me.leave(uid)
        cart = me.cart()
        assert "Paiement en cours" in text_of(cart, "panier-en-cours")
        hrefs = html.fromstring(cart.text).xpath(
            "//section[@id='panier-en-cours']//a/@href"
        )
        assert [href.rsplit("/", 1)[-1] for href in hrefs] == ["depart", "retour"]
        assert not html.fromstring(cart.text).xpath("//button[@value='payer']")
        banque.passer(uid, Statut.CAPTUREE)
        assert "Paiement reçu" in me.visitor.session.get(hrefs[1]).text

    def test_refused_at_the_bank(self, guichet, camille, banque, fresh):
        facture = make_facture(guichet)
        me = camille()
        me.add(facture)
        uid = me.pay()
        me.leave(uid)
        banque.passer(uid, Statut.ECHOUEE)
        page = me.back(uid)
        assert "<h1>Paiement refusé</h1>" in page.text
        fresh()
        assert get_facture(guichet, facture.id).etat is EtatFacture.OUVERTE
        assert ids(me.cart(), "panier") == [facture.id]
        assert me.pay() != uid

    def test_given_up(self, guichet, camille, banque, fresh):
        facture = make_facture(guichet)
        me = camille()
        me.add(facture)
        uid = me.pay()
        me.leave(uid)
        path = f"/mon-espace/paiements/{uid}"
        answer = me.press(path, "abandonner", path)
        assert answer.status_code == 303
        fresh()
        assert get_paiement(guichet, uid).etat is Etat.ANNULEE
        assert get_facture(guichet, facture.id).etat is EtatFacture.OUVERTE

    def test_the_address_decides_nothing(self, guichet, camille, banque, fresh):
        facture = make_facture(guichet)
        me = camille()
        me.add(facture)
        uid = me.pay()
        me.leave(uid)
        page = me.back(uid, status="success", etat="capturee", datatransTrxId="T9")
        assert "<h1>Paiement en cours</h1>" in page.text
        fresh()
        assert get_facture(guichet, facture.id).etat is EtatFacture.EN_PAIEMENT

    def test_bank_does_not_answer(self, guichet, camille, banque, fresh):
        facture = make_facture(guichet)
        me = camille()
        me.add(facture)
        uid = me.pay()
        banque.erreur = PasserelleIndisponible("down")
        answer = me.leave(uid)
        assert answer.status_code == 503
        assert "La page de paiement ne répond pas en ce moment." in answer.text
        fresh()
        assert get_paiement(guichet, uid).etat is Etat.CREEE
        banque.erreur = None
        assert me.leave(uid).status_code == 303

    def test_bank_refuses_to_begin(self, guichet, camille, banque, fresh):
        facture = make_facture(guichet)
        me = camille()
        me.add(facture)
        uid = me.pay()
        banque.erreur = PasserelleRefuse("no contract")
        answer = me.leave(uid)
        assert answer.status_code == 409
        assert "a refusé ce paiement" in answer.text
        assert "no contract" not in answer.text
        fresh()
        assert get_paiement(guichet, uid).etat is Etat.ECHOUEE
        assert get_facture(guichet, facture.id).etat is EtatFacture.OUVERTE

    def test_bank_away_when_one_comes_back(self, guichet, camille, banque):
        me = camille()
        me.add(make_facture(guichet))
        uid = me.pay()
        me.leave(uid)
        banque.erreur = PasserelleIndisponible("down")
        page = me.back(uid)
        assert page.status_code == 200
        assert "<h1>Paiement en cours</h1>" in page.text

    def test_wrong_amount_is_looked_into(self, guichet, camille, banque, fresh):
        facture = make_facture(guichet)
        me = camille()
        me.add(facture)
        uid = me.pay()
        me.leave(uid)
        banque.passer(uid, Statut.CAPTUREE, centimes=1)
        assert "<h1>Paiement en cours de vérification</h1>" in me.back(uid).text
        fresh()
        assert get_facture(guichet, facture.id).etat is EtatFacture.A_VERIFIER
        page = me.visitor.get(f"/mon-espace/factures/{facture.id}")
        assert "data-guichet-panier" not in page.text

    def test_after_the_end_one_stays_at_the_receipt(self, guichet, camille, banque):
        me = camille()
        me.add(make_facture(guichet))
        uid = me.pay()
        me.leave(uid)
        banque.passer(uid, Statut.CAPTUREE)
        me.back(uid)
        calls = len(banque.appels)
        again = me.leave(uid)
        assert again.headers["Location"].endswith(f"/mon-espace/paiements/{uid}")
        assert "Paiement reçu" in me.back(uid).text
        assert len(banque.appels) == calls


class TestChanged:
    def pay_with(self, me, fields):
        return me.visitor.post("/mon-espace/panier", data=fields, allow_redirects=False)

    def test_amended_since_it_was_shown(self, guichet, camille, banque, fresh):
        facture = make_facture(guichet)
        me = camille()
        me.add(facture)
        fields = fields_of(me.cart(), "payer")
        fresh()
        get_facture(guichet, facture.id).version += 1
        transaction.commit()
        answer = self.pay_with(me, fields)
        assert answer.status_code == 409
        assert "Quelque chose a changé entre-temps." in answer.text
        assert "Cette facture a changé depuis" in answer.text
        fresh()
        assert len(lire_paiements(guichet)) == 0
        assert self.pay_with(me, fields_of(answer, "payer")).status_code == 303

    def test_paid_meanwhile(self, guichet, camille, banque, fresh):
        first, second = make_facture(guichet), make_facture(guichet)
        me = camille()
        me.add(first)
        me.add(second)
        fields = fields_of(me.cart(), "payer")
        fresh()
        facture = get_facture(guichet, first.id)
        ecrire(guichet, facture, Ecriture(Source.VIREMENT, "X", facture.solde, now()))
        transaction.commit()
        answer = self.pay_with(me, fields)
        assert answer.status_code == 409
        assert "Cette facture a été payée entre-temps" in answer.text
        assert not html.fromstring(answer.text).xpath("//button[@value='payer']")

    def test_cart_changed_in_another_tab(self, guichet, camille, banque):
        first, second = make_facture(guichet), make_facture(guichet)
        me = camille()
        me.add(first)
        fields = fields_of(me.cart(), "payer")
        me.add(second)
        assert self.pay_with(me, fields).status_code == 409

    @pytest.mark.parametrize(
        "attendues", [[], ["x"], [":1"], ["x:y"], ["x:1", "x:1"], ["x:²"]]
    )
    def test_odd_forms(self, guichet, camille, banque, attendues, fresh):
        me = camille()
        me.add(make_facture(guichet))
        fields = fields_of(me.cart(), "payer")
        answer = self.pay_with(me, {**fields, "attendues:list": attendues})
        assert answer.status_code == 409
        fresh()
        assert len(lire_paiements(guichet)) == 0

    def test_the_partner_pays_it(self, guichet, camille, banque, as_compte):
        facture = make_facture(guichet)
        me = camille()
        me.add(facture)
        partner = make_compte("G-dominique", prenom="Dominique", avs="")
        rattacher(guichet, partner)
        other = Citizen(as_compte(partner))
        other.add(facture)
        uid = other.pay()
        page = me.cart()
        assert "Quelqu'un de votre foyer paie" in page.text
        assert uid not in page.text
        assert not html.fromstring(page.text).xpath("//button[@value='payer']")


class TestWhose:
    @pytest.mark.parametrize("etape", ["", "/depart", "/retour", "/quittance"])
    def test_foreign_and_unknown(
        self, guichet, camille, banque, as_compte, etape, fresh
    ):
        me = camille()
        me.add(make_facture(guichet))
        uid = me.pay()
        stranger = as_compte(make_compte("G-marc", prenom="Marc", avs=""))
        for one in (uid, "x", "0" * 32, "%00"):
            answer = stranger.get(
                f"/mon-espace/paiements/{one}{etape}", allow_redirects=False
            )
            assert answer.status_code == 404
        fresh()
        assert get_paiement(guichet, uid).etat is Etat.CREEE

    def test_nobody_is_asked_to_log_in_and_comes_back(
        self, guichet, camille, banque, base
    ):
        import requests

        me = camille()
        me.add(make_facture(guichet))
        uid = me.pay()
        answer = requests.get(
            f"{base}/mon-espace/paiements/{uid}/retour", allow_redirects=False
        )
        assert answer.status_code == 302
        assert f"paiements%2F{uid}%2Fretour" in answer.headers["Location"].replace(
            "/paiements/", "%2Fpaiements%2F"
        ).replace("/retour", "%2Fretour")

    def test_no_receipt_before_the_money(self, guichet, camille, banque):
        me = camille()
        me.add(make_facture(guichet))
        uid = me.pay()
        answer = me.visitor.get(f"/mon-espace/paiements/{uid}/quittance")
        assert answer.status_code == 404

    def test_no_other_pages(self, guichet, camille, banque):
        me = camille()
        me.add(make_facture(guichet))
        uid = me.pay()
        for path in (f"{uid}/x", f"{uid}/retour/x"):
            answer = me.visitor.get(f"/mon-espace/paiements/{path}")
            assert answer.status_code == 404
