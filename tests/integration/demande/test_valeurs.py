"""What variables stand for, for one demande."""

from carouge.guichet.demande.domain import Deposant
from carouge.guichet.demande.domain import IdentiteControlee
from carouge.guichet.demande.domain import LigneDePrix
from carouge.guichet.demande.domain import MembreConcerne
from carouge.guichet.demande.domain import Reponse
from carouge.guichet.demande.envois import Envoi
from carouge.guichet.demande.envois import envois
from carouge.guichet.demande.envois import noter_envoi
from carouge.guichet.demande.service import submit_demande
from carouge.guichet.demande.traitement import noter_interne
from carouge.guichet.demande.traitement import revision
from carouge.guichet.demande.valeurs import adresse_agents
from carouge.guichet.demande.valeurs import valeurs_de
from carouge.guichet.demande.valeurs import valeurs_fixes
from carouge.guichet.demarche.textes import DU_DOSSIER
from carouge.guichet.demarche.textes import FIXES
from carouge.guichet.swisstime import format_date
from carouge.guichet.swisstime import now
from carouge.guichet.swisstime import today
from plone import api
from plone.app.testing import setRoles
from plone.app.testing import TEST_USER_ID

import pytest


@pytest.fixture
def guichet(demo_integration):
    portal = demo_integration["portal"]
    setRoles(portal, TEST_USER_ID, ["Manager"])
    return portal.guichet


@pytest.fixture
def submit(guichet):
    def submit(*reponses, **options):
        return submit_demande(
            guichet=guichet,
            demarche=guichet.dechets["signaler-un-depot-sauvage"],
            reponses=[Reponse(nom, "", nom, text, text) for nom, text in reponses],
            pieces=[],
            form_version="1",
            secret=b"secret",
            year=2026,
            **options,
        ).demande

    return submit


def test_the_fixed_ones_say_nothing_of_a_person(guichet, submit):
    demande = submit(("nom", "Zwahlen"), ("telephone", "079"), ("service", "x"))
    assert valeurs_fixes(demande, "fr") == {
        "numero": demande.numero,
        "demarche": "Signaler un dépôt sauvage",
        "etat": "Déposée",
        "date_depot": format_date(today()),
        "date_attendue": format_date(demande.attendu),
        "date": format_date(today()),
        "lien": f"{guichet.absolute_url()}/suivi?numero={demande.numero}",
        "commune": "Ville de Carouge",
        "service": guichet["service-voirie"].title,
        "telephone": guichet["service-voirie"].telephone or "022 307 89 87",
    }
    assert set(valeurs_fixes(demande)) == set(FIXES)


def test_the_link_of_somebody_with_an_account(guichet, submit):
    demande = submit(usager_id="ge-1")
    assert valeurs_fixes(demande)["lien"] == (
        f"{guichet.absolute_url()}/mon-espace/demandes/{demande.numero}"
    )
    api.portal.set_registry_record(
        "carouge.guichet.adresse_publique", "https://guichet.example.ch"
    )
    assert valeurs_fixes(demande)["lien"] == (
        f"https://guichet.example.ch/mon-espace/demandes/{demande.numero}"
    )
    assert adresse_agents(demande) == (
        f"https://guichet.example.ch/agents/{demande.numero}"
    )


def test_answers_by_name_and_fixed_variables_first(submit):
    demande = submit(("nom", "Zwahlen"), ("telephone", "079 000 00 00"), ("agent", "x"))
    values = valeurs_de(demande)
    assert values["nom"] == values["reponse.nom"] == "Zwahlen"
    assert values["telephone"] == valeurs_fixes(demande)["telephone"]
    assert values["reponse.telephone"] == "079 000 00 00"
    assert values["reponse.agent"] == "x"
    assert values["agent"] == TEST_USER_ID
    assert set(FIXES) | set(DU_DOSSIER) <= set(values)


def test_a_group_has_its_rows(submit):
    demande = submit(
        ("enfants.0001.prenom", "Léa"),
        ("enfants.0001.classe", "4P"),
        ("enfants.0002.prenom", "Noé"),
        ("enfants.0002.classe", ""),
    )
    values = valeurs_de(demande)
    assert values["enfants"] == "Léa, 4P\nNoé"
    assert values["prenom"] == "Léa, Noé"
    assert values["classe"] == "4P"


def test_people_and_price(submit):
    demande = submit(
        deposant=Deposant("ge-1", "personne", "verifie", nom="Camille Rochat"),
        membre=MembreConcerne("m1", "Léa Rochat"),
        prix=[LigneDePrix("Émolument", 4000)],
    )
    values = valeurs_de(demande)
    assert (values["usager"], values["membre"], values["total"]) == (
        "Camille Rochat",
        "Léa Rochat",
        "CHF 40.00",
    )


def test_who_stood_at_the_counter(submit):
    demande = submit(
        identite=IdentiteControlee("Zwahlen", "Rosa", "1950-01-01", "connu")
    )
    assert valeurs_de(demande)["usager"] == "Rosa Zwahlen"


def test_without_any(submit):
    values = valeurs_de(submit())
    assert (values["usager"], values["membre"], values["total"]) == ("", "", "")


class TestSent:
    def test_while_it_is_made_and_after(self, submit):
        demande = submit()
        before = revision(demande)
        first = envois(demande)
        moment = now()
        noter_envoi(demande, Envoi(moment, "message", "sms"))
        noter_interne(demande, "ouvre le dossier")
        noter_envoi(demande, Envoi(moment, "valider", "courriel"))
        assert envois(demande) == [
            *first,
            Envoi(moment, "message", "sms"),
            Envoi(moment, "valider", "courriel"),
        ]
        # The note alone: what is sent makes no page out of date.
        assert revision(demande) == before + 1
