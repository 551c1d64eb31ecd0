"""Payments in a real site: the task, the journal, the cart, an erased compte."""

from carouge.guichet.facture.domain import EtatFacture
from carouge.guichet.facture.service import get_facture
from carouge.guichet.identity.events import CompteForgotten
from carouge.guichet.paiement import cloture
from carouge.guichet.paiement import lots
from carouge.guichet.paiement import service
from carouge.guichet.paiement.domain import Etat
from carouge.guichet.paiement.domain import LigneDuPrestataire
from carouge.guichet.paiement.domain import Ordre
from carouge.guichet.paiement.domain import PasserelleIndisponible
from carouge.guichet.paiement.domain import Statut
from carouge.guichet.panier import service as panier
from carouge.guichet.taches import executer
from datetime import timedelta
from factures import make_facture
from plone import api
from zope.annotation.interfaces import IAnnotations
from zope.event import notify

import json
import logging
import pytest
import transaction


def ordre(paiement):
    return Ordre(paiement.uid, 0, "", "Factures", "http://r", "http://n")


@pytest.fixture
def paiement(guichet, banque, compte):
    """A payment of two invoices of a cart, whose payer is at the bank."""
    ids = [make_facture(guichet).id, make_facture(guichet, montant=4_000).id]
    for id in ids:
        panier.ajouter(guichet, compte, id)
    transaction.commit()
    paiement = service.preparer(
        guichet, service.Payeur(compte=compte.id), [(id, 1) for id in ids]
    )
    transaction.commit()
    adresse = service.demander_depart(guichet, paiement, ordre)
    assert adresse == f"https://banque.example/start/{paiement.reference}"
    transaction.commit()
    return paiement


def rapprochement(guichet):
    return next(
        line for line in executer([guichet]) if line["subject"] == "rapprochement"
    )


def etats(guichet, paiement):
    transaction.begin()
    return [get_facture(guichet, a.facture).etat for a in paiement.articles]


def plus_tard(paiement):
    paiement.prochaine -= timedelta(minutes=5)
    transaction.commit()


def test_the_task_finds_what_nobody_has_told(guichet, banque, compte, paiement, caplog):
    caplog.set_level(logging.INFO, "carouge.guichet.journal")
    banque.passer(paiement.uid, Statut.CAPTUREE, moyen="TWI")
    assert rapprochement(guichet)["comptes"]["demandes"] == 0
    plus_tard(paiement)
    line = rapprochement(guichet)
    assert (line["etat"], line["comptes"]) == (
        "fait",
        {
            "demandes": 1,
            "changes": 1,
            "indisponibles": 0,
            "conflits": 0,
            "a_verifier": 0,
            "bloques": 0,
        },
    )
    assert etats(guichet, paiement) == [EtatFacture.PAYEE] * 2
    assert (paiement.etat, paiement.moyen) == (Etat.CAPTUREE, "TWI")
    # What was paid has left the cart.
    assert panier.contenu_de(guichet, compte).lignes == ()
    actions = [
        (line["action"], line.get("centimes"))
        for name, _level, text in caplog.record_tuples
        if name == "carouge.guichet.journal"
        for line in [json.loads(text)]
        if line["subject"] in (paiement.uid, *(a.facture for a in paiement.articles))
    ]
    assert sorted(actions, key=str) == sorted(
        [
            ("facture.ecrire", "18735"),
            ("facture.ecrire", "4000"),
            ("paiement.changer", None),
        ],
        key=str,
    )


def test_a_bank_that_is_down_is_no_failure_of_the_task(guichet, banque, paiement):
    banque.erreur = PasserelleIndisponible("down")
    plus_tard(paiement)
    line = rapprochement(guichet)
    assert (line["etat"], line["comptes"]["indisponibles"]) == ("fait", 1)
    assert etats(guichet, paiement) == [EtatFacture.EN_PAIEMENT] * 2


def test_a_refund_is_ordered_by_the_task(guichet, banque, paiement):
    banque.passer(paiement.uid, Statut.CAPTUREE)
    service.demander_etat(guichet, paiement, "retour")
    transaction.commit()
    service.rembourser(guichet, paiement, 4_000, "Repas décommandés", "caisse")
    transaction.commit()
    rapprochement(guichet)
    transaction.begin()
    assert [r.statut for r in paiement.remboursements] == ["fait"]
    assert paiement.etat is Etat.REMBOURSEE_EN_PARTIE
    assert banque.appels[-1] == ("rembourser", f"{paiement.uid}:remboursement:1")


def test_settled_and_exported(guichet, banque, paiement):
    banque.passer(paiement.uid, Statut.CAPTUREE)
    service.demander_etat(guichet, paiement, "retour")
    transaction.commit()
    assert cloture.cloturer(guichet, "VILLE", "caisse").total == 22735
    lot = lots.creer_lot(guichet, "VILLE", "caisse")
    transaction.commit()
    assert (len(lot), lot.total, lot.budget) == (2, 22735, "Budget VILLE")


def test_the_books_stay_when_a_compte_goes(guichet, banque, compte, paiement):
    banque.passer(paiement.uid, Statut.CAPTUREE)
    service.demander_etat(guichet, paiement, "retour")
    notify(CompteForgotten(compte))
    transaction.commit()
    assert paiement.payeur == ""
    assert service.lire_paiements(guichet).de(compte.id) == []
    assert service.get_paiement(guichet, paiement.uid) is not None
    assert etats(guichet, paiement) == [EtatFacture.PAYEE] * 2


def test_a_copied_guichet_has_no_payments(functional, guichet, paiement):
    with api.env.adopt_roles(["Manager"]):
        copie = api.content.copy(guichet, functional["portal"], id="copie")
    assert "carouge.guichet.paiements" in IAnnotations(guichet)
    assert "carouge.guichet.paiements" not in IAnnotations(copie)
    transaction.abort()


def test_money_of_another_guichet_of_the_site_is_not_unknown(
    functional, guichet, banque, paiement
):
    banque.passer(paiement.uid, Statut.CAPTUREE)
    with api.env.adopt_roles(["Manager"]):
        copie = api.content.copy(guichet, functional["portal"], id="copie")
    ligne = LigneDuPrestataire(
        paiement.reference, paiement.uid, paiement.total, "CHF", Statut.CAPTUREE
    )
    [(_ligne, verdict)] = service.demander_comparaison(copie, "VILLE", [ligne])
    assert verdict is service.Verdict.AILLEURS
    assert service.a_traiter(copie) == []
    transaction.abort()


def test_looking_makes_nothing(guichet, banque):
    assert service.a_verifier(guichet) == service.bloques(guichet) == []
    assert lots.lots_de(guichet, "VILLE") == []
    assert cloture.en_cours(guichet, "VILLE").lignes == ()
    assert "carouge.guichet.paiements" not in IAnnotations(guichet)
