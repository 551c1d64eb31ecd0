"""``@compte`` over HTTP."""

from carouge.guichet.compte import service
from carouge.guichet.compte.content import Compte
from carouge.guichet.compte.domain import Canal
from carouge.guichet.compte.domain import Membre
from carouge.guichet.compte.domain import Role
from carouge.guichet.compte.domain import Source
from carouge.guichet.compte.service import get_compte
from carouge.guichet.registre.domain import Status
from comptes import cookies_of
from comptes import make_company
from comptes import make_compte
from datetime import date
from datetime import datetime
from datetime import timezone
from pathlib import Path

import os
import pytest
import re
import requests
import transaction


AT = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
LEA = Membre(
    "lea",
    Role.ENFANT,
    "Léa",
    "Rochat",
    date(2017, 3, 8),
    "f",
    source=Source.REGISTRE,
    at=AT,
)
ANA = Membre("ana", Role.ENFANT, "Ana", "Rochat", date(2019, 2, 1), at=AT)


class Program:
    """A program with the session of a compte."""

    def __init__(self, layer, compte: Compte | None) -> None:
        host = f"http://{layer['host']}:{layer['port']}"
        self.url = f"{host}/plone/++api++/guichet/@compte"
        self.session = requests.Session()
        self.id = compte.id if compte else None
        if compte:
            self.session.cookies.update(cookies_of(layer, compte))

    @property
    def compte(self) -> Compte:
        transaction.begin()
        return get_compte(self.id)

    def get(self, path=""):
        return self.session.get(self.url + path)

    def patch(self, **body):
        return self.session.patch(self.url, json=body)

    def add(self, **values):
        return self.session.post(f"{self.url}/foyer", json=values)


@pytest.fixture()
def camille(functional):
    compte = make_compte(residency=Status.RESIDENT, now=AT)
    compte.set_facts(Source.REGISTRE, {"nom": "Rochat"}, AT)
    compte.put_membre(LEA)
    compte.put_membre(ANA)
    return Program(functional, compte)


@pytest.fixture()
def code(functional):
    """The code of the mail that left last."""
    folder = Path(os.environ["GUICHET_COURRIELS"]) / "plone" / "new"

    def files():
        return set(folder.iterdir()) if folder.is_dir() else set()

    earlier = files()

    def read() -> str:
        [path] = files() - earlier
        return re.search(rb"Subject: .*?(\d{6})", path.read_bytes(), re.DOTALL)[
            1
        ].decode()

    return read


def champs(response):
    assert response.status_code == 400, response.text
    # French puts a space that does not break before a colon.
    return {
        name: " ".join(text.split())
        for name, text in response.json()["error"]["champs"].items()
    }


# GET


def test_what_is_known(camille):
    response = camille.get()
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store, private"
    body = response.json()
    assert body["@id"] == camille.url
    assert (body["type"], body["niveau"], body["nom"]) == (
        "personne",
        "verifie",
        "Camille Rochat",
    )
    assert body["organisation"] is None
    assert body["modifiable"] is True
    assert body["donnees"]["nom"] == {
        "libelle": "Nom",
        "valeur": "Rochat",
        "source": "registre",
        "source_libelle": "Registre des habitants",
        "date": "2026-11-22T12:00:00+00:00",
        "verrouille": True,
    }
    assert body["donnees"]["telephone"]["verrouille"] is False
    assert "iban" not in body["donnees"]
    assert body["foyer"][0] == {
        "id": "lea",
        "role": "enfant",
        "prenom": "Léa",
        "nom": "Rochat",
        "date_naissance": "2017-03-08",
        "sexe": "f",
        "ecole": "",
        "classe": "",
        "representant": False,
        "source": "registre",
        "date": "2026-11-22T12:00:00+00:00",
        "verrouille": True,
    }
    assert body["preferences"] == {
        "canal": "courriel",
        "canaux": ["courriel", "telephone", "lettre"],
        "langue": "fr",
        "langues": ["fr"],
        "courriel": None,
        "courriel_en_attente": None,
        "mobile": None,
        "mobile_en_attente": None,
    }


def test_residence(functional):
    program = Program(functional, make_compte(residency=Status.NOT_RESIDENT))
    residence = program.get().json()["residence"]
    assert residence["statut"] == "not_resident"
    assert residence["source"] == "Registre de test"


def test_acting_for_a_company(functional):
    body = Program(functional, make_company()).get().json()
    assert body["organisation"] == {
        "nom": "Boulangerie du Rondeau Sàrl",
        "ide": "CHE107482617",
    }
    assert (body["nom"], body["personne"]) == (
        "Boulangerie du Rondeau Sàrl",
        "Laura Keller",
    )


def test_who_has_no_compte(functional):
    anonymous = Program(functional, None)
    for response in (anonymous.get(), anonymous.patch(donnees={}), anonymous.add()):
        assert response.status_code == 401
    staff = Program(functional, None)
    staff.session.auth = ("agent-dechets", "Guichet-2026!")
    for response in (staff.get(), staff.patch(donnees={}), staff.add()):
        assert response.status_code == 403


@pytest.mark.parametrize("path", ["/autre", "/foyer/lea"])
def test_nothing_else_is_there(camille, path):
    assert camille.get(path).status_code == 404
    url = camille.url + path
    assert camille.session.patch(url, json={}).status_code == 404
    assert camille.session.post(url, json={}).status_code == 404


# PATCH


def test_a_change(camille):
    response = camille.patch(
        donnees={"rue": "rue Vautier", "npa": "1227", "telephone": "022 307 91 11"},
        foyer={"lea": {"ecole": "Pinchat", "classe": "4P"}, "ana": None},
        preferences={"canal": "telephone"},
    )
    assert response.status_code == 200
    body = response.json()
    assert body["donnees"]["telephone"]["valeur"] == "+41223079111"
    assert [membre["id"] for membre in body["foyer"]] == ["lea"]
    compte = camille.compte
    assert compte.value("rue") == "rue Vautier"
    assert compte.membre("lea").classe == "4P"
    assert compte.canal is Canal.TELEPHONE


def test_nothing_forgets_a_value(camille):
    camille.patch(donnees={"rue": "rue Vautier", "npa": "1227"})
    camille.patch(donnees={"rue": None, "npa": ""})
    assert (camille.compte.value("rue"), camille.compte.value("npa")) == ("", "")


def test_errors_by_name_and_nothing_written(camille):
    response = camille.patch(
        donnees={"rue": "rue Vautier", "npa": "74100", "iban": 12, "telephone": "x"}
    )
    assert champs(response) == {
        "npa": "Un code postal suisse a 4 chiffres, par exemple 1227.",
        "iban": "Un texte est attendu ici.",
        "telephone": (
            "Ce n’est pas un numéro de téléphone. Exemples : 022 307 91 11, "
            "+33 4 50 12 34 56."
        ),
    }
    assert camille.compte.value("rue") == ""


def test_all_parts_or_none(camille):
    response = camille.patch(
        donnees={"rue": "rue Vautier"},
        foyer={"ana": None},
        preferences={"canal": "pigeon"},
    )
    assert champs(response) == {"canal": "Veuillez choisir une des réponses."}
    assert camille.compte.value("rue") == ""
    assert camille.compte.membre("ana") == ANA


def test_locked_facts(camille):
    locked = "Cela vient d’une source officielle et ne se modifie pas ici."
    response = camille.patch(donnees={"nom": "Pirate", "prenom": ""})
    assert champs(response) == {"nom": locked, "prenom": locked}
    assert camille.compte.value("nom") == "Rochat"
    # Saying the same again changes nothing and is no error.
    assert camille.patch(donnees={"nom": "Rochat"}).status_code == 200
    assert camille.compte.fact("nom").source is Source.REGISTRE


def test_locked_members(camille):
    locked = "Cela vient d’une source officielle et ne se modifie pas ici."
    assert champs(camille.patch(foyer={"lea": {"prenom": "X"}})) == {"prenom": locked}
    assert champs(camille.patch(foyer={"lea": None})) == {"foyer": locked}
    assert camille.compte.membre("lea") == LEA


def test_somebody_elses_child(functional, camille):
    other = make_compte("G-other")
    other.put_membre(Membre("noe", Role.ENFANT, "Noé", "Autre", date(2020, 1, 1)))
    transaction.commit()
    for changes in ({"prenom": "X"}, None):
        assert camille.patch(foyer={"noe": changes}).status_code == 404
    transaction.begin()
    assert get_compte(other.id).membre("noe").prenom == "Noé"


@pytest.mark.parametrize(
    "body,names",
    [
        ({"level": 2}, ["level"]),
        ({"donnees": {"level": "2"}}, ["level"]),
        ({"donnees": {"raison_sociale": "X"}}, ["raison_sociale"]),
        ({"donnees": []}, ["donnees"]),
        ({"foyer": {"ana": {"source": "registre"}}}, ["source"]),
        ({"foyer": {"ana": {"id": "x"}}}, ["id"]),
        ({"foyer": {"ana": 1}}, ["foyer"]),
        ({"foyer": {"ana": {"representant": "oui"}}}, ["representant"]),
        ({"preferences": {"courriel_verifie": "a@example.ch"}}, ["courriel_verifie"]),
        ({"preferences": {"canal": 1}}, ["canal"]),
        ({"preferences": {"langue": "xx"}}, ["langue"]),
        ({"preferences": {"mobile": "079 123 45 67"}}, ["mobile"]),
    ],
)
def test_what_is_not_understood(camille, body, names):
    assert list(champs(camille.patch(**body))) == names


@pytest.mark.parametrize(
    "arguments",
    [
        {"data": b"{}"},
        {"data": b"{", "headers": {"Content-Type": "application/json"}},
        {"json": []},
    ],
)
def test_only_json(camille, arguments):
    assert camille.session.patch(camille.url, **arguments).status_code == 400


def test_an_address_for_mails_takes_a_code(camille, code):
    refused = champs(camille.patch(donnees={"courriel": "neuve@example.ch"}))
    assert list(refused) == ["courriel"]
    sent = camille.patch(preferences={"courriel": "neuve@example.ch"})
    assert sent.json()["preferences"]["courriel_en_attente"] == "neuve@example.ch"
    assert camille.compte.value("courriel") == "camille@example.ch"
    again = camille.patch(preferences={"courriel": "neuve@example.ch"})
    assert again.status_code == 429
    assert int(again.headers["Retry-After"]) in range(1, 61)
    right = code()
    wrong = f"{(int(right) + 1) % 1_000_000:06}"
    refused = camille.patch(
        donnees={"rue": "rue Vautier"}, preferences={"code_courriel": wrong}
    )
    assert champs(refused) == {
        "code_courriel": "Ce n’est pas le code que nous avons envoyé."
    }
    assert camille.compte.attentes["courriel"].tries == 1
    assert camille.compte.value("rue") == ""
    done = camille.patch(preferences={"code_courriel": right}).json()
    assert done["preferences"]["courriel"] == "neuve@example.ch"
    assert camille.compte.value("courriel") == "neuve@example.ch"


def test_no_code_leaves_when_the_rest_is_refused(camille, code):
    refused = camille.patch(
        preferences={"courriel": "neuve@example.ch", "code_mobile": "123456"}
    )
    assert list(champs(refused)) == ["code_mobile"]
    with pytest.raises(ValueError):
        code()
    assert "courriel" not in camille.compte.attentes


def test_before_validation(camille, monkeypatch):
    monkeypatch.setattr(service, "may_edit", lambda compte: False)
    for module in ("modification", "restapi"):
        monkeypatch.setattr(
            f"carouge.guichet.compte.{module}.may_edit", lambda compte: False
        )
    assert camille.get().json()["modifiable"] is False
    assert camille.patch(donnees={"rue": "X"}).status_code == 403
    assert camille.patch(preferences={"courriel": "a@example.ch"}).status_code == 403
    assert camille.add(role="adulte", prenom="A", nom="B").status_code == 403


# POST foyer


def test_somebody_is_added_once(camille):
    values = {
        "role": "enfant",
        "prenom": "Zoé",
        "nom": "Rochat",
        "date_naissance": "2021-05-06",
        "representant": True,
    }
    added = camille.add(**values)
    assert added.status_code == 201
    membre = added.json()
    assert (membre["prenom"], membre["source"], membre["verrouille"]) == (
        "Zoé",
        "declare",
        False,
    )
    again = camille.add(**values)
    assert (again.status_code, again.json()["id"]) == (200, membre["id"])
    twin = camille.add(**{**values, "prenom": "ZOE"})
    assert list(champs(twin)) == ["prenom"]
    assert len(camille.compte.foyer) == 3


def test_what_is_missing(camille):
    assert champs(camille.add(prenom="Zoé", role="enfant")) == {
        "nom": "Veuillez remplir ce champ.",
        "date_naissance": "Veuillez remplir ce champ.",
    }
    assert list(champs(camille.add(role="enfant", id="x"))) == ["id"]


def test_an_organisation_has_no_household(functional):
    laura = Program(functional, make_company())
    assert laura.add(role="adulte", prenom="A", nom="B").status_code == 400
