"""Who did it, in the history as the desk reads it."""

from carouge.guichet.backoffice import labels
from carouge.guichet.backoffice.historique import person_of
from carouge.guichet.demande.domain import Reponse
from carouge.guichet.demande.dossier import Evenement
from carouge.guichet.demande.service import submit_demande
from carouge.guichet.swisstime import now
from comptes import make_company

import pytest


@pytest.fixture
def demande(demo_integration):
    laura = make_company()
    guichet = demo_integration["portal"].guichet
    return submit_demande(
        guichet=guichet,
        demarche=guichet.dechets["commander-un-conteneur"],
        reponses=[Reponse("rue", "Où", "Rue", "Rue Ancienne 3")],
        pieces=[],
        form_version="1",
        secret=b"secret",
        year=2026,
        usager_id=laura.id,
        organisation_id=laura.organisation_principal,
    ).demande


@pytest.mark.parametrize("genre", ["completer", "retirer"])
def test_a_colleague_is_no_agent(demo_integration, demande, genre):
    colleague = make_company("G-paul", prenom="Paul", nom="Morel")
    request = demo_integration["request"]

    def who(par):
        details = {"etat": "retiree", "message": "Merci"}
        return person_of(demande, Evenement(now(), par, genre, details), request)

    assert who(colleague.id) is labels.CITIZEN
    assert who(demande.usager_id) is labels.CITIZEN
    assert who("agent-dechets") is not labels.CITIZEN


@pytest.mark.parametrize("genre", ["attendre_paiement", "payer"])
def test_what_the_counter_did_is_nobodys(demo_integration, demande, genre):
    step = Evenement(now(), "", genre, {"etat": "a_payer", "message": ""})
    assert person_of(demande, step, demo_integration["request"]) is labels.COUNTER
