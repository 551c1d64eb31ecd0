"""A demande that costs something: invoice, wait, payment, waiver, withdrawal."""

from carouge.guichet.demande.attentes import Attente
from carouge.guichet.demande.attentes import attentes_de
from carouge.guichet.demande.criteres import Bannette
from carouge.guichet.demande.domain import Actor
from carouge.guichet.demande.domain import LigneDePrix
from carouge.guichet.demande.domain import Reponse
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.queries import list_bannette
from carouge.guichet.demande.rattachement import rattacher
from carouge.guichet.demande.service import move_demande
from carouge.guichet.demande.service import submit_demande
from carouge.guichet.demande.service import TransitionRefused
from carouge.guichet.demande.traitement import historique
from carouge.guichet.dossier.emolument import facture_de
from carouge.guichet.dossier.emolument import sans_suite
from carouge.guichet.facture import service as factures
from carouge.guichet.facture.creation import creer_facture
from carouge.guichet.facture.domain import Ecriture
from carouge.guichet.facture.domain import EtatFacture
from carouge.guichet.facture.domain import Ligne
from carouge.guichet.facture.domain import Source
from carouge.guichet.swisstime import now
from comptes import make_compte
from factures import make_regie
from plone.app.testing import logout
from plone.app.testing import SITE_OWNER_NAME
from plone.testing.zope import login

import os
import pytest


PRIX = (LigneDePrix("Émolument", 4000), LigneDePrix("Envoi", 500))


@pytest.fixture
def guichet(demo_integration):
    make_regie("VILLE")
    logout()
    return demo_integration["portal"].guichet


@pytest.fixture
def submit(guichet):
    def make(prix=PRIX, regie="VILLE", **values):
        return submit_demande(
            guichet=guichet,
            demarche=guichet.mobilite["macaron-stationnement"],
            reponses=[Reponse("plaque", "", "Plaque", "GE 1")],
            pieces=(),
            form_version="1",
            secret=os.urandom(32),
            year=2026,
            prix=prix,
            regie=regie,
            **values,
        ).demande

    return make


def pay(guichet, facture, name="1"):
    ecriture = Ecriture(Source.ESPECES, name, facture.solde, now())
    factures.ecrire(guichet, facture, ecriture)


def lists(demande):
    """The trays of its service in which it stands."""
    found = set()
    for bannette in Bannette:
        page = list_bannette(
            bannette, services=[demande.service_uid], agent="agent-dechets"
        )
        if demande.numero in [row.numero for row in page.rows]:
            found.add(bannette)
    return found


def test_it_waits_for_its_payment(guichet, submit):
    demande = submit(usager_id="ge-1")
    assert demande.etat is State.A_PAYER and demande.suspendu
    facture = facture_de(demande)
    assert (facture.regie, facture.demande, facture.domaine) == (
        "VILLE",
        demande.numero,
        "emolument",
    )
    assert facture.lignes == [Ligne("Émolument", 4000), Ligne("Envoi", 500)]
    assert (facture.montant, facture.libelle) == (4500, demande.demarche_titre)
    assert facture.proprietaires == ("ge-1",)
    assert attentes_de(demande.etat, 0, 0) == (Attente.PAYER,)
    assert lists(demande) == {Bannette.SERVICE, Bannette.EN_ATTENTE, Bannette.TOUTES}


def test_paid_it_goes_to_the_service_and_its_clock_runs(guichet, submit):
    demande = submit()
    pay(guichet, facture_de(demande))
    assert demande.etat is State.DEPOSEE and not demande.suspendu
    assert lists(demande) == {Bannette.A_PRENDRE, Bannette.SERVICE, Bannette.TOUTES}
    assert [step.genre for step in historique(demande)] == [
        "deposer",
        "attendre_paiement",
        "payer",
    ]


def test_what_the_counter_does_itself_is_nobodys(demo_integration, guichet, submit):
    """Whoever is logged in when it happens."""
    login(demo_integration["app"].acl_users, SITE_OWNER_NAME)
    demande = submit()
    pay(guichet, facture_de(demande))
    move_demande(demande=demande, transition="prendre_en_charge", actor=Actor.AGENT)
    assert [(step.genre, step.par) for step in historique(demande)] == [
        ("deposer", SITE_OWNER_NAME),
        ("attendre_paiement", ""),
        ("payer", ""),
        ("prendre_en_charge", SITE_OWNER_NAME),
    ]


@pytest.mark.parametrize("moved", ["prendre_en_charge", "valider", "payer"])
def test_nobody_goes_on_without_the_payment(demo_integration, submit, moved):
    demande = submit()
    login(demo_integration["app"].acl_users, SITE_OWNER_NAME)
    with pytest.raises(TransitionRefused):
        move_demande(
            demande=demande, transition=moved, actor=Actor.AGENT, message="Oui."
        )


def test_a_part_of_it_is_not_enough(guichet, submit):
    demande = submit()
    facture = facture_de(demande)
    factures.ecrire(guichet, facture, Ecriture(Source.ESPECES, "1", 1000, now()))
    assert demande.etat is State.A_PAYER
    assert (facture.solde, facture.etat) == (3500, EtatFacture.OUVERTE)


@pytest.mark.parametrize(
    ("move", "actor", "state"),
    [
        ("exonerer", Actor.AGENT, State.DEPOSEE),
        ("refuser", Actor.AGENT, State.REFUSEE),
        ("classer", Actor.AGENT, State.CLASSEE),
        ("retirer", Actor.USAGER, State.RETIREE),
    ],
)
def test_nothing_is_due_any_more(demo_integration, submit, move, actor, state):
    demande = submit()
    if actor is Actor.AGENT:
        login(demo_integration["app"].acl_users, SITE_OWNER_NAME)
    move_demande(demande=demande, transition=move, actor=actor, message="Voici.")
    assert demande.etat is state
    facture = facture_de(demande)
    assert (facture.etat, facture.solde) == (EtatFacture.ANNULEE, 0)
    assert sans_suite(facture)


def test_money_that_was_on_its_way_is_kept_and_told(guichet, submit):
    demande = submit()
    facture = facture_de(demande)
    factures.verrouiller(guichet, facture, "p1")
    move_demande(demande=demande, transition="retirer", actor=Actor.USAGER)
    assert facture.etat is EtatFacture.EN_PAIEMENT
    pay(guichet, facture)
    factures.liberer(guichet, facture, "p1")
    assert demande.etat is State.RETIREE
    assert facture.etat is EtatFacture.PAYEE
    assert historique(demande)[-1].genre == "emolument_paye"


def test_paid_once_a_refusal_leaves_the_invoice_paid(demo_integration, guichet, submit):
    demande = submit()
    pay(guichet, facture_de(demande))
    login(demo_integration["app"].acl_users, SITE_OWNER_NAME)
    move_demande(
        demande=demande, transition="refuser", actor=Actor.AGENT, message="Non."
    )
    assert facture_de(demande).etat is EtatFacture.PAYEE
    assert not sans_suite(facture_de(demande))


def test_what_else_is_billed_on_the_demande_holds_nothing_up(guichet, submit):
    demande = submit()
    fee = facture_de(demande)
    more = creer_facture(
        guichet,
        regie="VILLE",
        libelle="Copie",
        lignes=(Ligne("Copie", 100),),
        demande=demande.numero,
    )
    pay(guichet, more, "2")
    assert demande.etat is State.A_PAYER
    assert facture_de(demande) is fee and fee.solde == 4500
    compte = make_compte("G-1")
    rattacher(demande, compte)
    assert more.proprietaires == fee.proprietaires == (compte.id,)
    move_demande(demande=demande, transition="retirer", actor=Actor.USAGER)
    assert fee.etat is EtatFacture.ANNULEE
    assert more.etat is EtatFacture.PAYEE


def test_money_changes_what_a_page_may_pay(guichet, submit):
    facture = facture_de(submit())
    shown = facture.version
    factures.ecrire(guichet, facture, Ecriture(Source.ESPECES, "1", 1000, now()))
    assert facture.version > shown


def test_money_that_goes_back_is_told_to_the_service(guichet, submit):
    demande = submit()
    facture = facture_de(demande)
    pay(guichet, facture)
    factures.ecrire(
        guichet, facture, Ecriture(Source.REMBOURSEMENT, "r1", -4500, now())
    )
    assert demande.etat is State.DEPOSEE
    assert historique(demande)[-1].genre == "emolument_rendu"


def test_whoever_claims_the_demande_gets_its_invoice(guichet, submit):
    demande = submit()
    facture = facture_de(demande)
    assert facture.proprietaires == ()
    compte = make_compte("G-1")
    rattacher(demande, compte)
    assert facture.proprietaires == (compte.id,)
    magasin = factures.factures_de(guichet)
    found = magasin.resumes_de([f"p:{compte.id}"])
    assert [resume.id for resume in found] == [facture.id]


@pytest.mark.parametrize(
    ("prix", "regie"),
    [
        ((), "VILLE"),
        (PRIX, ""),
        ((LigneDePrix("Émolument", 500), LigneDePrix("Réduction", -900)), "VILLE"),
    ],
)
def test_where_nothing_is_collected_nothing_waits(submit, prix, regie):
    demande = submit(prix=prix, regie=regie)
    assert demande.etat is State.DEPOSEE
    assert facture_de(demande) is None
