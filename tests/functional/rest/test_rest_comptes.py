"""The REST services for somebody with a compte: what is known, locked and his own."""

from carouge.guichet.compte.domain import Membre
from carouge.guichet.compte.domain import Role
from carouge.guichet.compte.domain import Source
from carouge.guichet.registre.domain import Status
from comptes import cookies_of
from comptes import make_company
from comptes import make_compte
from datetime import date
from datetime import datetime
from datetime import timezone
from pathlib import Path

import json
import pytest
import re
import requests
import transaction


SINCE = datetime(2026, 3, 2, 9, 0, tzinfo=timezone.utc)
DEPOT = "dechets/signaler-un-depot-sauvage"
GARDE = "enfance-ecoles/attestation-frais-de-garde"
ANSWERS = {
    "lieu": "devant le 12, rue Vautier",
    "terrain": "Trottoir ou chaussée",
    "date_constat": "2026-11-20",
    "nature": ["Meubles ou matelas"],
    "danger": False,
    "description": "Un canapé rouge",
    "courriel": "camille@example.ch",
    "accord": True,
}


class Caller:
    """A program with the session of a compte."""

    def __init__(self, layer, compte) -> None:
        self.url = f"http://{layer['host']}:{layer['port']}/plone/++api++/guichet"
        self.session = requests.Session()
        self.session.cookies.update(cookies_of(layer, compte))

    def get(self, path, **params):
        return self.session.get(f"{self.url}/{path}", params=params)

    def post(self, demarche, reponses, key="cle-0000-0001"):
        return self.session.post(
            f"{self.url}/@demandes",
            json={"demarche": demarche, "reponses": reponses},
            headers={"Idempotency-Key": key},
        )

    def fields(self, demarche):
        fields = self.get(f"@demarches/{demarche}").json()["formulaire"]["fields"]
        return {field["name"]: field for field in fields}


@pytest.fixture
def compte(functional, counter):
    compte = make_compte(
        residency=Status.RESIDENT, residency_source="Registre des habitants"
    )
    compte.set_facts(Source.REGISTRE, {"prenom": "Camille", "nom": "Rochat"}, SINCE)
    compte.put_membre(
        Membre(
            id="lea",
            role=Role.ENFANT,
            prenom="Léa",
            nom="Rochat",
            date_naissance=date(2017, 3, 8),
            ecole="Vigne-Rouge",
            source=Source.REGISTRE,
            at=SINCE,
        )
    )
    return compte


@pytest.fixture
def camille(functional, compte):
    return Caller(functional, compte)


def complaints(response):
    assert response.status_code == 400, response.text
    return sorted(response.json()["error"]["champs"])


def test_the_form_says_what_is_known(camille):
    fields = camille.fields(DEPOT)
    text = (Path(__file__).parents[3] / "docs" / "rest.md").read_text("utf-8")
    example = re.search(r"<!-- example: known -->\n```json\n(.*?)\n```", text, re.S)
    assert fields["nom"]["compte"] == json.loads(example[1])
    assert fields["courriel"]["compte"]["verrouille"] is False
    assert fields["courriel"]["compte"]["valeur"] == "camille@example.ch"
    assert fields["lieu"]["compte"] is None


def test_and_nothing_to_nobody(anonymous):
    body = anonymous.get(f"@demarches/{DEPOT}").json()
    [nom] = [f for f in body["formulaire"]["fields"] if f["name"] == "nom"]
    assert nom["compte"] == {
        "fait": "nom",
        "membre": None,
        "valeur": None,
        "source": None,
        "origine": None,
        "date": None,
        "verrouille": False,
    }
    garde = anonymous.get(f"@demarches/{GARDE}").json()["formulaire"]["fields"]
    assert "membre" not in [field["name"] for field in garde]


def test_what_is_personal_is_kept_by_nobody(camille):
    response = camille.get(f"@demarches/{DEPOT}")
    assert response.headers["Cache-Control"] == "no-store, private"


def test_locked_answers_are_filled_in(camille, counter):
    receipt = camille.post(DEPOT, ANSWERS)
    assert receipt.status_code == 201
    one = camille.get(f"@demandes/{receipt.json()['numero']}").json()
    answers = {answer["nom"]: answer["valeur"] for answer in one["reponses"]}
    assert (answers["nom"], answers["prenom"]) == ("Rochat", "Camille")
    assert one["deposant"] == {
        "type": "personne",
        "niveau": "verifie",
        "nom": "Camille Rochat",
        "organisation": None,
        "ide": None,
    }
    assert one["faits"][0] == {
        "champ": "nom",
        "fait": "nom",
        "valeur": "Rochat",
        "source": "registre",
        "origine": "Registre des habitants",
        "date": "2026-03-02T09:00:00+00:00",
        "verrouille": True,
    }


def test_the_known_value_may_be_sent(camille):
    assert camille.post(DEPOT, {**ANSWERS, "nom": "Rochat"}).status_code == 201


@pytest.mark.parametrize("other", ["Autre", "rochat", 3, ["Rochat"], {"a": 1}, True])
def test_another_value_is_refused(camille, counter, other):
    assert complaints(camille.post(DEPOT, {**ANSWERS, "nom": other})) == ["nom"]
    assert counter.numbers() == []


def test_a_retry_after_the_register_has_changed(camille, compte, counter):
    first = camille.post(DEPOT, ANSWERS)
    transaction.begin()
    compte.set_facts(Source.REGISTRE, {"nom": "Rochat-Favre"}, SINCE)
    transaction.commit()
    again = camille.post(DEPOT, ANSWERS)
    assert (again.status_code, again.json()) == (200, first.json())
    sent = camille.post(DEPOT, {**ANSWERS, "nom": "Rochat"})
    assert (sent.status_code, sent.json()) == (200, first.json())
    other = camille.post(DEPOT, {**ANSWERS, "nom": "Autre"})
    assert other.status_code == 409
    assert len(counter.numbers()) == 1


class TestMembre:
    ANSWERS = {"membre": "lea", "enfant_nom": "Rochat"}

    def test_the_own_household_with_what_it_brings(self, camille):
        assert camille.fields(GARDE)["membre"]["type"] == "membre"
        assert camille.fields(GARDE)["membre"]["choices"] == [
            {
                "value": "lea",
                "label": "Léa Rochat (08.03.2017)",
                "donnees": {
                    "prenom": "Léa",
                    "nom": "Rochat",
                    "date_naissance": "2017-03-08",
                    "ecole": "Vigne-Rouge",
                },
                "verrouillees": ["prenom", "nom", "date_naissance"],
            }
        ]
        assert camille.fields(GARDE)["enfant_nom"]["compte"]["membre"] == "membre"

    def test_locked_names_need_not_be_sent(self, camille):
        refused = complaints(camille.post(GARDE, {"membre": "lea"}))
        assert not {"membre", "enfant_nom", "enfant_prenom", "enfant_naissance"} & set(
            refused
        )
        changed = complaints(camille.post(GARDE, {"membre": "lea", "enfant_nom": "X"}))
        assert "enfant_nom" in changed

    @pytest.mark.parametrize("id", ["max", "", "lea ", 7, ["lea"], {"id": "lea"}])
    def test_nobody_elses_child(self, functional, camille, id):
        other = make_compte("G-autre")
        other.put_membre(
            Membre(
                id="max", role=Role.ENFANT, prenom="Max", nom="N", date_naissance=None
            )
        )
        transaction.commit()
        refused = complaints(camille.post(GARDE, {"membre": id}))
        assert ("membre" in refused) is (id != "")
        assert "enfant_nom" in refused


def test_colleagues_see_what_the_company_filed(functional, counter):
    laura = Caller(functional, make_company())
    paul = Caller(functional, make_company("G-paul", prenom="Paul", nom="Blanc"))
    person = Caller(functional, make_compte("G-laura", prenom="Laura", nom="Keller"))
    number = laura.post(DEPOT, ANSWERS).json()["numero"]
    [item] = paul.get("@demandes").json()["items"]
    assert item["numero"] == number
    assert item["deposant"] == "Laura Keller"
    assert item["organisation"] == "Boulangerie du Rondeau Sàrl"
    assert paul.get(f"@demandes/{number}").status_code == 200
    assert person.get("@demandes").json()["items_total"] == 0
    assert person.get(f"@demandes/{number}").status_code == 404


def test_the_list_by_state(camille):
    camille.post(DEPOT, ANSWERS)
    assert camille.get("@demandes", etat="deposee").json()["items_total"] == 1
    assert camille.get("@demandes", etat="refusee").json()["items_total"] == 0
    assert camille.get("@demandes", etat="inconnu").status_code == 400
    both = camille.get("@demandes?etat=deposee&etat=refusee").json()
    assert both["items_total"] == 1
