"""Online payments at the desk, bank files, what waits for a person."""

from bureau import Agent
from caissier import Caissier
from caissier import collegue as caissier_de_plus
from caissier import deux_regies
from caissier import facture
from caissier import relire
from carouge.guichet.caisse.labels import suite_ratee
from carouge.guichet.facture.service import get_facture
from carouge.guichet.interfaces import IFacturePayee
from carouge.guichet.paiement.domain import Etat
from carouge.guichet.paiement.domain import Ordre
from carouge.guichet.paiement.domain import PasserelleIndisponible
from carouge.guichet.paiement.domain import Statut
from carouge.guichet.paiement.service import demander_depart
from carouge.guichet.paiement.service import demander_etat
from carouge.guichet.paiement.service import get_paiement
from carouge.guichet.paiement.service import Payeur
from carouge.guichet.paiement.service import preparer
from carouge.guichet.swisstime import now
from datetime import timedelta
from ecoute import a_l_ecoute
from factures import QR_IBANS
from passerelle import passerelle
from releves import camt
from releves import Credit
from zope.i18n import translate

import io
import pytest
import transaction


STATE = "//*[@id='caisse-etat-paiement']"
ALERT = "//*[@id='caisse-alert']"
RENVOIS = "//*[@id='caisse-renvois']/li"


@pytest.fixture
def banque():
    with passerelle("test") as found:
        yield found


@pytest.fixture
def guichet(functional, banque):
    return deux_regies(functional["portal"].guichet, passerelle="test")


@pytest.fixture
def caissier(functional, guichet):
    return Caissier(functional)


@pytest.fixture
def collegue(functional, guichet):
    return caissier_de_plus(functional)


def ordre_de(paiement):
    return Ordre(paiement.uid, paiement.total, "CHF", "Factures", "x", "y")


def payer(guichet, banque, *ids, statut=Statut.CAPTUREE, **values) -> str:
    """A payment that was begun, and what the provider says of it; its uid."""
    transaction.begin()
    attendues = [(id, get_facture(guichet, id).version) for id in ids]
    paiement = preparer(guichet, Payeur(compte="ge-1"), attendues)
    demander_depart(guichet, paiement, ordre_de)
    if statut is not Statut.EN_ATTENTE:
        banque.passer(paiement.uid, statut, **values)
        demander_etat(guichet, paiement, "rapprochement")
    transaction.commit()
    return paiement.uid


def etat(guichet, uid: str) -> Etat:
    transaction.begin()
    return get_paiement(guichet, uid).etat


class TestPayment:
    def test_all_that_is_known(self, caissier, guichet, banque):
        one, two = facture(guichet, montant=10000), facture(guichet, montant=5000)
        uid = payer(guichet, banque, one, two, brut="settled", moyen="VIS")
        page = caissier.search(uid)
        assert page.url == f"/paiements/{uid}"
        assert page.words(STATE) == "payé"
        assert page.all_words("//*[@id='caisse-preuves']//tbody/tr/td[3]") == [
            "concorde",
            "concorde",
            "concorde",
        ]
        assert len(page.html.xpath("//*[@id='caisse-articles']//tbody/tr")) == 2
        assert page.words("//dt[.='Moyen de paiement']/following-sibling::dd") == "Visa"

    def test_its_receipt(self, caissier, guichet, banque):
        uid = payer(guichet, banque, facture(guichet))
        answer = caissier.get(f"paiements/{uid}/quittance").response
        assert answer.headers["Content-Type"] == "application/pdf"
        uid = payer(guichet, banque, facture(guichet), statut=Statut.ECHOUEE)
        assert caissier.get(f"paiements/{uid}/quittance").status == 404

    def test_there_is_none(self, caissier):
        assert caissier.get("paiements/inconnu").status == 404
        assert caissier.get("paiements/inconnu/quittance").status == 404

    def test_ask_the_provider(self, caissier, guichet, banque):
        id = facture(guichet)
        uid = payer(guichet, banque, id, statut=Statut.EN_ATTENTE)
        page = caissier.open(id)
        assert not page.html.xpath("//*[@id='caisse-form-especes']")
        banque.passer(uid, Statut.CAPTUREE)
        page = page.follow("Voir le paiement").send("caisse-interroger")
        assert page.words(STATE) == "payé"
        assert relire(guichet, id).solde == 0

    def test_the_provider_is_down(self, caissier, guichet, banque):
        uid = payer(guichet, banque, facture(guichet), statut=Statut.EN_ATTENTE)
        page = caissier.get(f"paiements/{uid}")
        banque.erreur = PasserelleIndisponible("down")
        again = page.send("caisse-abandonner")
        assert (again.status, again.words(ALERT)) == (
            503,
            "Le prestataire ne répond pas. Réessayez plus tard.",
        )
        assert page.send("caisse-interroger").status == 200
        assert etat(guichet, uid) is Etat.EN_ATTENTE

    def test_give_up(self, caissier, guichet, banque):
        id = facture(guichet)
        uid = payer(guichet, banque, id, statut=Statut.EN_ATTENTE)
        caissier.get(f"paiements/{uid}").send("caisse-abandonner")
        assert etat(guichet, uid) is Etat.ANNULEE
        assert relire(guichet, id).payable

    def test_open_the_invoices_by_force(self, caissier, guichet, banque):
        id = facture(guichet)
        uid = payer(guichet, banque, id, statut=Statut.EN_ATTENTE)
        page = caissier.get(f"paiements/{uid}")
        assert not page.html.xpath("//*[@id='caisse-liberer']")
        get_paiement(guichet, uid).cree = now() - timedelta(hours=25)
        transaction.commit()
        assert "bloques" in caissier.get("paiements").response.text
        page = caissier.get(f"paiements/{uid}")
        refused = page.send("caisse-liberer", raison="")
        assert refused.status == 400
        assert etat(guichet, uid) is Etat.EN_ATTENTE
        page.send("caisse-liberer", raison="La banque a confirmé par téléphone")
        assert etat(guichet, uid) is Etat.ANNULEE
        assert relire(guichet, id).payable

    def test_unknown_orders(self, caissier, guichet, banque):
        uid = payer(guichet, banque, facture(guichet))
        page = caissier.get(f"paiements/{uid}")
        for geste in ("", "rien", "liberer", "encaisse", "x"):
            answer = page.send(
                "caisse-interroger", button=f"geste={geste}", geste=[], raison="Vu"
            )
            assert answer.status in (400, 409), geste
        assert etat(guichet, uid) is Etat.CAPTUREE


class TestReview:
    def test_the_amount_differs(self, caissier, guichet, banque):
        id = facture(guichet, montant=10000)
        uid = payer(guichet, banque, id, centimes=9000)
        page = caissier.get("paiements")
        assert page.all_words("//*[@id='caisse-a-verifier']//tbody//a") == [
            relire(guichet, id).numero
        ]
        page = caissier.get(f"paiements/{uid}")
        assert "diffère" in page.words("//*[@id='caisse-preuves']//tbody/tr[1]")
        assert caissier.open(id).words("//*[@id='caisse-etat-facture']") == (
            "Paiement à vérifier"
        )
        refused = page.send("caisse-resoudre", "geste=encaisse", raison="")
        assert refused.words("//*[@id='caisse-raison-error']") == "Dites pourquoi."
        page.send("caisse-resoudre", "geste=encaisse", raison="Vu chez Datatrans")
        assert etat(guichet, uid) is Etat.CAPTUREE
        assert relire(guichet, id).solde == 1000
        page = caissier.get(f"paiements/{uid}")
        assert page.words("//*[@id='caisse-motif']") == "Décision : Vu chez Datatrans"

    def test_money_there_is_cannot_be_denied(self, caissier, guichet, banque):
        uid = payer(guichet, banque, facture(guichet), centimes=9000)
        page = caissier.get(f"paiements/{uid}")
        answer = page.send("caisse-resoudre", "geste=rien", raison="Rien vu")
        assert (answer.status, answer.words(ALERT)) == (
            409,
            "Le prestataire dit qu'il a l'argent. Comptabilisez-le comme encaissé, puis "
            "remboursez-le.",
        )
        assert etat(guichet, uid) is Etat.A_VERIFIER

    def test_somebody_was_faster(self, caissier, guichet, banque):
        uid = payer(guichet, banque, facture(guichet), centimes=9000)
        page = caissier.get(f"paiements/{uid}")
        page.send("caisse-resoudre", "geste=encaisse", raison="Vu")
        assert page.send("caisse-resoudre", "geste=encaisse", raison="Vu").status == 409

    def test_resolved_on_what_was_shown(self, caissier, guichet, banque):
        uid = payer(guichet, banque, facture(guichet), centimes=9000)
        page = caissier.get(f"paiements/{uid}")
        answer = page.send("caisse-resoudre", "geste=rien", raison="x", version="0")
        assert (answer.status, etat(guichet, uid)) == (409, Etat.A_VERIFIER)
        assert "a changé" in answer.words(ALERT)

    def test_it_stands_on_the_first_page(self, caissier, guichet, banque):
        payer(guichet, banque, facture(guichet), centimes=9000)
        page = caissier.get("")
        assert page.all_words("//*[@id='caisse-attentes']/li") == [
            "1 Paiements à vérifier"
        ]


class TestRefund:
    def test_a_part(self, caissier, guichet, banque):
        id = facture(guichet, montant=10000)
        uid = payer(guichet, banque, id)
        page = caissier.get(f"paiements/{uid}")
        page = page.send(
            "caisse-rembourser",
            montant="30",
            **{"raison-remboursement": "Un repas en trop"},
        )
        assert page.html.get_element_by_id("caisse-interroger").get("data-envoyer")
        assert [call for call in banque.appels if call[0] == "rembourser"] == []
        page = page.send("caisse-interroger")
        assert page.words(STATE) == "remboursé en partie"
        assert ("rembourser", f"{uid}:remboursement:1") in banque.appels
        assert relire(guichet, id).solde == 3000
        assert "Le prestataire a rendu CHF 30.00." in page.html.text_content()
        # The state is the same after a second one; that it has gone is said.
        page = page.send(
            "caisse-rembourser", montant="20", **{"raison-remboursement": "Un autre"}
        ).send("caisse-interroger")
        assert "Le prestataire a rendu CHF 20.00." in page.html.text_content()
        assert relire(guichet, id).solde == 5000
        page = page.send("caisse-interroger")
        assert "L'état du paiement est le même." in page.html.text_content()

    def test_a_double_click_is_one_refund(self, caissier, guichet, banque):
        uid = payer(guichet, banque, facture(guichet, montant=10000))
        page = caissier.get(f"paiements/{uid}")
        for _click in range(2):
            page.send(
                "caisse-rembourser", montant="30", **{"raison-remboursement": "Double"}
            )
        transaction.begin()
        assert len(get_paiement(guichet, uid).remboursements) == 1

    def test_two_cashiers_order_the_same(self, caissier, collegue, guichet, banque):
        uid = payer(guichet, banque, facture(guichet, montant=10000))
        pages = [un.get(f"paiements/{uid}") for un in (caissier, collegue)]
        answers = [
            page.send(
                "caisse-rembourser", montant="30", **{"raison-remboursement": "Repas"}
            )
            for page in pages
        ]
        assert [answer.status for answer in answers] == [200, 409]
        assert "a changé" in answers[1].words(ALERT)
        transaction.begin()
        assert len(get_paiement(guichet, uid).remboursements) == 1
        # Who has looked again may order another one.
        again = answers[1].send(
            "caisse-rembourser", montant="30", **{"raison-remboursement": "Repas"}
        )
        assert again.status == 200
        transaction.begin()
        assert len(get_paiement(guichet, uid).remboursements) == 2

    def test_no_more_than_was_taken(self, caissier, guichet, banque):
        uid = payer(guichet, banque, facture(guichet, montant=10000))
        page = caissier.get(f"paiements/{uid}").send(
            "caisse-rembourser", montant="100.05", **{"raison-remboursement": "Trop"}
        )
        assert (page.status, page.words(ALERT)) == (
            409,
            "On ne peut pas rendre plus que ce qui a été encaissé.",
        )
        # What was typed is there to be changed.
        [form] = page.html.xpath("//details[@open]//form/@id")
        assert form == "caisse-rembourser"
        [amount] = page.html.xpath("//input[@id='caisse-montant']/@value")
        assert amount == "100.05"
        assert page.words("//textarea[@name='raison-remboursement']") == "Trop"

    @pytest.mark.parametrize("montant", ["", "0", "-1", "1.999", "1e3", "NaN"])
    def test_no_amount(self, caissier, guichet, banque, montant):
        uid = payer(guichet, banque, facture(guichet))
        page = caissier.get(f"paiements/{uid}").send(
            "caisse-rembourser", montant=montant, **{"raison-remboursement": "x"}
        )
        assert page.status == 400
        assert page.words("//*[@id='caisse-montant-error']")

    def test_four_eyes(self, caissier, collegue, guichet, banque):
        deux_regies(guichet, passerelle="test", quatre_yeux_des="50")
        id = facture(guichet, montant=10000)
        uid = payer(guichet, banque, id)
        page = caissier.get(f"paiements/{uid}").send(
            "caisse-rembourser", montant="80", **{"raison-remboursement": "Annulé"}
        )
        assert "Quelqu'un d'autre doit l'approuver" in page.words(RENVOIS)
        own = page.send("remboursement-1", "geste=approuver")
        assert (own.status, own.words(ALERT)) == (
            409,
            "Une seconde personne doit approuver, pas celle qui l'a ordonné.",
        )
        assert collegue.get("").all_words("//*[@id='caisse-attentes']/li") == [
            "1 Remboursements qui attendent une seconde personne"
        ]
        page = collegue.get("remboursements").follow(relire(guichet, id).numero)
        page = page.send("remboursement-1", "geste=approuver").send("caisse-interroger")
        assert page.words(STATE) == "remboursé en partie"
        assert relire(guichet, id).solde == 8000

    @pytest.mark.parametrize("geste", ["approuver", "refuser"])
    def test_decided_on_what_was_shown(
        self, caissier, collegue, guichet, banque, geste
    ):
        deux_regies(guichet, passerelle="test", quatre_yeux_des="50")
        uid = payer(guichet, banque, facture(guichet, montant=10000))
        page = caissier.get(f"paiements/{uid}").send(
            "caisse-rembourser", montant="60", **{"raison-remboursement": "Annulé"}
        )
        shown = collegue.get(f"paiements/{uid}")
        page.send(
            "caisse-rembourser", montant="40", **{"raison-remboursement": "Autre"}
        )
        assert shown.send("remboursement-1", f"geste={geste}").status == 409
        transaction.begin()
        assert [r.statut for r in get_paiement(guichet, uid).remboursements] == [
            "a_approuver"
        ] * 2

    def test_the_second_person_says_no(self, caissier, collegue, guichet, banque):
        deux_regies(guichet, passerelle="test", quatre_yeux_des="50")
        uid = payer(guichet, banque, facture(guichet, montant=10000))
        caissier.get(f"paiements/{uid}").send(
            "caisse-rembourser", montant="80", **{"raison-remboursement": "Annulé"}
        )
        page = collegue.get(f"paiements/{uid}")
        page = page.send("remboursement-1", "geste=refuser")
        assert etat(guichet, uid) is Etat.CAPTUREE
        assert page.send("caisse-interroger").words(STATE) == "payé"
        assert ("rembourser", f"{uid}:remboursement:1") not in banque.appels


class TestStatement:
    def send(self, caissier, corps, name="camt.xml"):
        token = caissier.get("releves").html.xpath("//*[@name='_authenticator']/@value")
        return caissier.post(
            "releves",
            {"_authenticator": token[-1]},
            files={"fichier": (name, io.BytesIO(corps))},
        )

    def counts(self, page):
        return page.all_words("//*[@id='caisse-rapport']//li/strong")

    def test_it_pays_a_bill(self, caissier, guichet):
        id = facture(guichet, montant=18735)
        reference = get_facture(guichet, id).reference_qr
        corps = camt([Credit(reference, 18735, "A-1")])
        assert self.counts(self.send(caissier, corps)) == [
            "1", "0", "0", "0", "0", "CHF 187.35",
        ]  # fmt: skip
        assert relire(guichet, id).solde == 0
        assert self.counts(self.send(caissier, corps))[:2] == ["0", "1"]
        assert len(relire(guichet, id).ecritures) == 1
        answer = caissier.open(id).follow("Quittance (PDF)").response
        assert answer.content.startswith(b"%PDF-")

    def test_a_wrong_amount_waits_and_is_booked_by_hand(self, caissier, guichet):
        id = facture(guichet, montant=18735)
        found = get_facture(guichet, id)
        self.send(caissier, camt([Credit(found.reference_qr, 10000, "A-2")]))
        page = caissier.get("a-traiter")
        assert "CHF 100.00" in page.words("//*[@id='caisse-mouvements']/li/h2")
        shown = page.words("//dt[.='Référence QR']/following-sibling::dd")
        assert shown == caissier.open(id).words(
            "//dt[.='Référence QR']/following-sibling::dd"
        )
        assert shown.replace(" ", "") == found.reference_qr
        assert [len(group) for group in shown.split()] == [2, 5, 5, 5, 5, 5]
        form = page.html.xpath("//form[starts-with(@id, 'affecter-')]/@id")[0]
        page = page.send(form)
        assert relire(guichet, id).solde == 8735
        assert not page.html.xpath("//*[@id='caisse-mouvements']/li")

    def test_closed_with_a_remark(self, caissier, guichet):
        self.send(caissier, camt([Credit("0" * 26 + "0", 10000, "A-3")]))
        page = caissier.get("a-traiter")
        form = page.html.xpath("//form[starts-with(@id, 'classer-')]/@id")[0]
        assert page.send(form).status == 400
        field = form.replace("classer-", "remarque-")
        page.send(form, **{field: "Don, transmis à la comptabilité"})
        again = page.send(form, **{field: "Don, transmis à la comptabilité"})
        assert again.status == 409

    def test_no_such_invoice(self, caissier, guichet):
        other = facture(guichet, regie="CCAS", numero="2026-CCAS")
        self.send(caissier, camt([Credit("0" * 26 + "0", 10000, "A-4")]))
        page = caissier.get("a-traiter")
        form = page.html.xpath("//form[starts-with(@id, 'affecter-')]/@id")[0]
        field = form.replace("affecter-", "facture-")
        for number in ("", "2026-CCAS", get_facture(guichet, other).reference_qr):
            answer = page.send(form, **{field: number})
            assert answer.status == 400
            assert answer.words(f"//*[@id='caisse-{field}-error']") == (
                "Aucune facture de cette régie ne porte ce numéro."
            )

    @pytest.mark.parametrize(
        "corps",
        [
            b"",
            b"<html/>",
            b"not xml",
            b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
            "é".encode("latin-1"),
        ],
    )
    def test_no_statement(self, caissier, guichet, corps):
        page = self.send(caissier, corps)
        assert page.status == 400
        assert page.words("//*[@id='caisse-fichier-error']")

    def test_without_a_file(self, caissier, guichet):
        page = caissier.get("releves").send("caisse-releve")
        assert (
            page.words("//*[@id='caisse-fichier-error']")
            == "Veuillez choisir un fichier."
        )

    def test_an_account_of_no_regie(self, caissier, guichet):
        page = self.send(
            caissier, camt([Credit("1" * 27, 100, "A")], compte=QR_IBANS["CCAS"][::1])
        )
        assert page.status == 200


def test_no_payment_for_agents(functional, guichet, banque):
    uid = payer(guichet, banque, facture(guichet))
    page = Agent(functional, "agent-dechets").get(
        f"agents/caisse/paiements/{uid}", allow_redirects=False
    )
    assert page.status == 302


class TestSteps:
    """What should have followed from a payment, and has failed."""

    @pytest.fixture
    def echec(self, guichet):
        """A listener that fails as long as the list holds an error."""
        erreurs = [OSError("no paper for the letters")]

        def ecouteur(event):
            if erreurs:
                raise erreurs[0]

        with a_l_ecoute(ecouteur, IFacturePayee):
            yield erreurs

    def test_the_money_is_booked_and_the_step_is_tried_again(
        self, caissier, guichet, banque, echec
    ):
        id = facture(guichet, numero="2026-000777")
        uid = payer(guichet, banque, id)
        assert (etat(guichet, uid), relire(guichet, id).solde) == (Etat.CAPTUREE, 0)
        assert caissier.get("").words("//*[@id='caisse-attentes']/li") == (
            "1 Suites d’un paiement qui n’ont pas abouti"
        )
        page = caissier.get("suites")
        assert page.words("//*[@id='caisse-suites']/li/h2") == "2026-000777"
        (form,) = page.html.xpath("//form[starts-with(@id, 'reprendre-')]/@id")
        again = page.send(form)
        assert again.status == 400
        assert again.words(ALERT) == (
            "Cela a échoué de nouveau. Le journal du site dit pourquoi."
        )
        echec.clear()
        assert page.send(form).words("//*[@id='caisse-suites']") == ""
        assert page.send(form).status == 409
        assert caissier.get("").html.xpath("//*[@id='caisse-attentes']") == []

    def test_in_plain_words(self):
        words = {
            "carouge.guichet.notification.subscribers.facture_payee": (
                "La lettre à ce sujet n’a pas pu être écrite."
            ),
            "carouge.guichet.dossier.subscribers.facture_payee": (
                "La demande qu’il paie n’a pas pu continuer."
            ),
            "carouge.guichet.paiement.subscribers.paiement_change": (
                "Le panier de l’usager n’a pas pu être mis à jour."
            ),
            "ch.example.erp.paid": (
                "Une étape d’une extension a échoué : ch.example.erp.paid"
            ),
        }
        assert words == {
            name: translate(suite_ratee(name), target_language="fr") for name in words
        }
