"""The fee of a demande: by number and code without account, and with one."""

from bureau import Agent
from carouge.guichet.demande.domain import Actor
from carouge.guichet.demande.domain import Reponse
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.queries import get_demande
from carouge.guichet.demande.service import move_demande
from carouge.guichet.demande.service import submit_demande
from carouge.guichet.espace import service
from carouge.guichet.facture import service as factures
from carouge.guichet.facture.domain import EtatFacture
from carouge.guichet.facture.domain import Source
from carouge.guichet.facture.service import get_facture
from carouge.guichet.limiter import Limiter
from carouge.guichet.paiement.domain import Etat
from carouge.guichet.paiement.domain import Ordre
from carouge.guichet.paiement.domain import Statut
from carouge.guichet.paiement.quittance import document_de
from carouge.guichet.paiement.service import demander_depart
from carouge.guichet.paiement.service import demander_etat
from carouge.guichet.paiement.service import encaisser
from carouge.guichet.paiement.service import get_paiement
from carouge.guichet.paiement.service import lire_paiements
from carouge.guichet.paiement.service import Payeur
from carouge.guichet.paiement.service import preparer
from carouge.guichet.swisstime import format_date
from carouge.guichet.swisstime import today
from comptes import make_compte
from depot_sauvage import CONSTAT
from factures import make_facture
from factures import rattacher
from lecteur_pdf import Document
from lxml import html
from time import monotonic
from visitor import by_id
from visitor import Visitor

import pytest
import transaction


ANSWERS = {**CONSTAT, "courriel": "camille@example.ch"}


@pytest.fixture(autouse=True)
def limiter(monkeypatch):
    """Each test begins without any wrong answers."""
    monkeypatch.setattr(service, "limiter", Limiter(monotonic))


def file(guichet, secret=b"first"):
    """Number and code of a demande without account; one for each ``secret``."""
    made = submit_demande(
        guichet=guichet,
        demarche=guichet.dechets["signaler-un-depot-sauvage"],
        reponses=[Reponse("lieu", "L'endroit", "Adresse ou endroit", "rue Vautier 12")],
        pieces=[],
        form_version="1",
        secret=secret,
        year=2026,
        courriel="citoyenne@example.org",
    )
    transaction.commit()
    return made.demande.numero, made.code


def with_fee(guichet, numero, **values):
    transaction.begin()
    demande = get_demande(guichet, numero)
    demande.regie = "VILLE"
    demande._prix = (("Macaron", 4000),)
    facture = make_facture(
        guichet,
        montant=4000,
        libelle="Macaron",
        debiteur="",
        domaine="emolument",
        demande=numero,
        proprietaires=tuple(demande.owner_ids),
        **values,
    )
    demande.facture = facture.id
    move_demande(demande=demande, transition="attendre_paiement", actor=Actor.GUICHET)
    transaction.commit()
    return facture.id


def form_of(page, action):
    (button,) = html.fromstring(page.text).xpath(f"//button[@value='{action}']")
    fields = dict(button.xpath("ancestor::form")[0].form_values())
    return {**fields, "action": action}


@pytest.fixture
def visitor(base, banque):
    transaction.commit()
    return Visitor(base)


@pytest.fixture
def opened(visitor, guichet):
    """A follow-up that is open, and the id of the invoice of its fee."""
    numero, code = file(guichet)
    facture = with_fee(guichet, numero)
    visitor.post("/suivi", data={"numero": numero, "code": code})
    visitor.numero = numero
    visitor.facture = facture
    return visitor


def pay(visitor):
    page = visitor.get("/suivi/payer")
    assert page.status_code == 200
    answer = visitor.post(
        "/suivi/payer", data=form_of(page, "payer"), allow_redirects=False
    )
    assert answer.status_code == 303
    return answer.headers["Location"].split("/")[-2]


class TestByCode:
    def test_whole_way(self, opened, guichet, banque, fresh):
        page = opened.get("/suivi/payer")
        assert by_id(page, "payer-solde") == "CHF 40.00"
        assert "data:image/svg+xml;base64," in page.text
        uid = pay(opened)
        answer = opened.get(f"/suivi/paiement/{uid}/depart", allow_redirects=False)
        assert answer.headers["Location"] == "https://banque.example/start/T1"
        ordre = banque.ordres[uid]
        assert ordre.centimes == 4000
        assert ordre.retour.endswith(f"/guichet/suivi/paiement/{uid}/retour")
        banque.passer(uid, Statut.CAPTUREE)
        receipt = opened.get(f"/suivi/paiement/{uid}/retour")
        assert "<h1>Paiement reçu</h1>" in receipt.text
        fresh()
        assert get_facture(guichet, opened.facture).etat is EtatFacture.PAYEE
        assert get_paiement(guichet, uid).demande == opened.numero
        assert get_demande(guichet, opened.numero).etat is State.DEPOSEE
        pdf = opened.get(f"/suivi/paiement/{uid}/quittance")
        assert pdf.content.startswith(b"%PDF-")
        page = opened.get("/suivi/payer")
        assert by_id(page, "payer-rien") == "Plus rien n’est dû."
        assert "Ma quittance" in page.text

    def test_pdf(self, opened):
        answer = opened.get("/suivi/payer/pdf")
        assert answer.headers["Content-Type"] == "application/pdf"
        assert opened.get("/suivi/payer/x").status_code == 404

    def test_given_up_and_begun_again(self, opened, guichet, banque, fresh):
        uid = pay(opened)
        opened.get(f"/suivi/paiement/{uid}/depart", allow_redirects=False)
        assert "Paiement en cours" in by_id(
            opened.get("/suivi/payer"), "payer-en-cours"
        )
        page = opened.get(f"/suivi/paiement/{uid}")
        answer = opened.post(f"/suivi/paiement/{uid}", data=form_of(page, "abandonner"))
        assert "<h1>Paiement abandonné</h1>" in answer.text
        fresh()
        assert get_paiement(guichet, uid).etat is Etat.ANNULEE
        assert pay(opened) != uid

    def test_double_click(self, opened, guichet, fresh):
        fields = form_of(opened.get("/suivi/payer"), "payer")
        locations = {
            opened.post("/suivi/payer", data=fields, allow_redirects=False).headers[
                "Location"
            ]
            for _n in range(3)
        }
        assert len(locations) == 1
        fresh()
        assert len(lire_paiements(guichet)) == 1

    def test_changed_meanwhile(self, opened, guichet, fresh):
        fields = form_of(opened.get("/suivi/payer"), "payer")
        fresh()
        get_facture(guichet, opened.facture).version += 1
        transaction.commit()
        answer = opened.post("/suivi/payer", data=fields)
        assert answer.status_code == 409
        assert "Quelque chose a changé entre-temps." in answer.text

    @pytest.mark.parametrize("token", ["", "x"])
    def test_without_token(self, opened, guichet, token, fresh):
        fields = form_of(opened.get("/suivi/payer"), "payer")
        answer = opened.post("/suivi/payer", data={**fields, "token": token})
        assert "Le suivi est fermé." in answer.text
        fresh()
        assert len(lire_paiements(guichet)) == 0

    def test_closed_follow_up(self, opened, base):
        uid = pay(opened)
        stranger = Visitor(base)
        for path in ("payer", f"paiement/{uid}", f"paiement/{uid}/retour"):
            page = stranger.get(f"/suivi/{path}")
            assert "CHF 40.00" not in page.text
            assert html.fromstring(page.text).xpath("//input[@name='code']")

    def test_the_code_of_another_demande(self, opened, base, guichet):
        uid = pay(opened)
        other = Visitor(base)
        numero, code = file(guichet, b"second")
        other.post("/suivi", data={"numero": numero, "code": code})
        assert other.get("/suivi/payer").status_code == 404
        for etape in ("", "/depart", "/retour", "/quittance"):
            assert other.get(f"/suivi/paiement/{uid}{etape}").status_code == 404

    def test_the_payment_of_the_code_is_none_of_an_account(self, opened, as_compte):
        uid = pay(opened)
        camille = as_compte(make_compte())
        assert camille.get(f"/mon-espace/paiements/{uid}").status_code == 404


class TestWithAccount:
    def test_to_the_invoice(self, guichet, banque, as_compte):
        camille = as_compte(make_compte())
        numero = by_id(
            camille.open_form("dechets/signaler-un-depot-sauvage")
            .fill(**ANSWERS)
            .submit(),
            "numero",
        )
        path = f"/mon-espace/demandes/{numero}/payer"
        assert camille.get(path).status_code == 404
        facture = with_fee(guichet, numero)
        page = camille.get(path)
        assert page.url.endswith(f"/mon-espace/factures/{facture}")
        assert by_id(page, "facture-solde") == "CHF 40.00"
        assert f"/mon-espace/demandes/{numero}" in page.text
        marc = as_compte(make_compte("G-marc", prenom="Marc", avs=""))
        assert marc.get(path).status_code == 404


class TestPapers:
    """The invoice of the fee and its receipt, from the page of the demande."""

    def cash(self, guichet, facture):
        transaction.begin()
        found = get_facture(guichet, facture)
        encaisser(guichet, found, 4000, Source.ESPECES, "caisse:1", par="caisse")
        transaction.commit()

    def test_paid_at_the_counter_by_code(self, opened, guichet):
        page = opened.get("/suivi")
        assert by_id(page, "suivi-facture").startswith("Facture ")
        assert opened.get("/suivi/payer/quittance").status_code == 404
        self.cash(guichet, opened.facture)
        link = by_id(opened.get("/suivi"), "suivi-facture")
        assert link.startswith(f"Payée le {format_date(today())} Facture et quittance")
        assert by_id(opened.get("/suivi/payer"), "payer-quittance") == (
            "Quittance (PDF)"
        )
        answer = opened.get("/suivi/payer/quittance")
        assert answer.headers["Content-Type"] == "application/pdf"
        text = Document(answer.content).text
        assert "Espèces" in text and "CHF 40.00" in text

    def test_paid_at_the_counter_with_an_account(self, guichet, banque, as_compte):
        compte = make_compte()
        camille = as_compte(compte)
        facture = make_facture(
            guichet, montant=4000, debiteur="", proprietaires=(compte.id,)
        ).id
        transaction.commit()
        path = f"/mon-espace/factures/{facture}"
        assert camille.get(f"{path}/quittance").status_code == 404
        assert 'id="facture-quittance"' not in camille.get(path).text
        self.cash(guichet, facture)
        assert by_id(camille.get(path), "facture-quittance") == ("Quittance (PDF)")
        answer = camille.get(f"{path}/quittance")
        assert "CHF 40.00" in Document(answer.content).text
        marc = as_compte(make_compte("G-marc", prenom="Marc", avs=""))
        assert marc.get(f"{path}/quittance").status_code == 404

    def test_the_agent_sees_the_fee_and_nothing_else(
        self, functional, opened, guichet, banque
    ):
        agent = Agent(functional, "agent-dechets")
        path = f"agents/{opened.numero}"
        page = agent.get(path)
        assert page.words("//*[@id='agents-paye']") is None
        assert page.html.xpath("//*[@id='agents-quittance']") == []
        bill = agent.get(f"{path}/emolument").response
        assert bill.headers["Content-Type"] == "application/pdf"
        assert agent.get(f"{path}/emolument/quittance").status == 404
        self.cash(guichet, opened.facture)
        page = agent.get(path)
        assert page.words("//*[@id='agents-paye']") == (
            f"Payée le {format_date(today())}"
        )
        receipt = agent.get(f"{path}/emolument/quittance").response
        assert "CHF 40.00" in Document(receipt.content).text
        stranger = Agent(functional, "agent-ecoles")
        for name in ("emolument", "emolument/quittance"):
            assert stranger.get(f"{path}/{name}").status == 404
        assert agent.get(f"{path}/emolument/x").status == 404

    def test_waived_nothing_is_to_be_paid(self, functional, opened, guichet, fresh):
        agent = Agent(functional, "agent-dechets")
        nothing = "//*[@id='agents-rien-a-payer']"
        path = f"agents/{opened.numero}"
        assert agent.get(path).words(nothing) is None
        assert 'id="suivi-rien-a-payer"' not in opened.get("/suivi").text
        fresh()
        factures.annuler(
            guichet, get_facture(guichet, opened.facture), "deposee", "agent-dechets"
        )
        transaction.commit()
        words = "Il n’y a plus rien à payer : la facture est annulée."
        assert agent.get(path).words(nothing) == words
        assert by_id(opened.get("/suivi"), "suivi-rien-a-payer") == words
        assert by_id(opened.get("/suivi/payer"), "payer-rien") == "Plus rien n’est dû."

    def test_a_receipt_for_one_of_several(self, guichet, banque, fresh):
        compte = make_compte()
        rattacher(guichet, compte)
        two = [
            make_facture(guichet, montant=4000, libelle="Macaron"),
            make_facture(guichet, montant=9000, libelle="Restaurant scolaire"),
        ]
        paiement = preparer(
            guichet, Payeur(compte=compte.id), [(one.id, one.version) for one in two]
        )
        demander_depart(
            guichet, paiement, lambda one: Ordre(one.uid, 1, "CHF", "", "", "")
        )
        banque.passer(paiement.uid, Statut.CAPTUREE, moyen="VIS")
        demander_etat(guichet, paiement, "retour")
        data, name = document_de(guichet, two[0], "quittance")
        assert name == f"quittance-VILLE-{two[0].numero}.pdf"
        text = Document(data).text
        assert "Macaron" in text and "CHF 40.00" in text
        assert "Restaurant" not in text and "130.00" not in text
