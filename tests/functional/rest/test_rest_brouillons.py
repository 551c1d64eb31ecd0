"""``@brouillons`` over HTTP: a mobile program goes the whole way, step by step."""

from base64 import b64encode
from carouge.guichet.brouillon.service import lister
from carouge.guichet.compte.domain import Level
from jsonschema import Draft202012Validator

import json
import pytest
import transaction


PATH = "dechets/signaler-un-depot-sauvage"
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\nstartxref\n9\n%%EOF\n"

MODEL = """
<model xmlns="http://namespaces.plone.org/supermodel/schema"
       xmlns:guichet="http://carouge.guichet/formulaire">
  <schema guichet:procedure='{"groupes":{"vehicules":{"titre":"Véhicule",
      "ajouter":"Encore un","min":1,"max":2,"si":null}},
      "prix":[{"libelle":"Par véhicule","montant":1000,"par":"vehicules","si":null}],
      "etapes":{}}'>
    <fieldset name="qui" label="Vous">
      <field name="nom" type="zope.schema.TextLine">
        <title>Nom</title>
      </field>
      <field name="logement" type="zope.schema.Choice">
        <title>Logement</title>
        <values><element>maison</element><element>appartement</element></values>
      </field>
      <field name="etage" type="zope.schema.Int"
             guichet:si='{"si":"toutes","regles":[{"champ":"logement","op":"est","valeur":"appartement"}]}'>
        <title>Étage</title><min>0</min><max>40</max>
      </field>
      <field name="courriel" type="plone.schema.email.Email">
        <title>Courriel</title>
      </field>
    </fieldset>
    <fieldset name="quoi" label="Véhicules">
      <field name="plaque" type="zope.schema.TextLine" guichet:groupe="vehicules">
        <title>Plaque</title>
      </field>
      <field name="electrique" type="zope.schema.Bool" guichet:groupe="vehicules">
        <title>Électrique</title><required>False</required>
      </field>
    </fieldset>
    <fieldset name="fin" label="Pièces">
      <field name="permis" type="carouge.guichet.formulaire.fields.Justificatif">
        <title>Permis</title><par_poste>True</par_poste>
        <max_fichiers>2</max_fichiers>
      </field>
      <field name="accord" type="carouge.guichet.formulaire.fields.Consentement">
        <title>J'accepte</title>
      </field>
    </fieldset>
  </schema>
</model>
"""


@pytest.fixture
def form(counter):
    counter.change(PATH, fields_model=MODEL)


class Brouillons:
    """What a program does with its drafts."""

    def __init__(self, program):
        self.program = program
        self.url = f"{program.url}/@brouillons"

    def _call(self, method, path="", json=None, **headers):
        return self.program.session.request(
            method, f"{self.url}{path}", json=json, headers=headers
        )

    def begin(self, key="cle-0000-0001", **body):
        return self._call(
            "POST", json={"demarche": PATH, **body}, **{"Idempotency-Key": key}
        )

    def list(self):
        return self._call("GET").json()["items"]

    def get(self, id):
        return self._call("GET", f"/{id}")

    def save(self, id, etape=None, **body):
        body = body if etape is None else {"etape": etape, **body}
        return self._call("PATCH", f"/{id}", json=body)

    def attach(self, id, champ="permis", filename="permis.pdf", data=PDF, **body):
        return self._call(
            "POST",
            f"/{id}/fichiers",
            json={
                "champ": champ,
                "filename": filename,
                "data": b64encode(data).decode(),
                "encoding": "base64",
                **body,
            },
        )

    def detach(self, id, file_id):
        return self._call("DELETE", f"/{id}/fichiers/{file_id}")

    def submit(self, id, demarche=PATH):
        return self._call("POST", f"/{id}/depot", json={"demarche": demarche})

    def delete(self, id):
        return self._call("DELETE", f"/{id}")


@pytest.fixture
def phone(anonymous, form):
    """Somebody without an account; his program keeps cookies."""
    return Brouillons(anonymous)


def error(response):
    return response.json()["error"]


def steps(state):
    return {etape["id"]: etape["faite"] for etape in state["etapes"]}


QUI = {"nom": "Rochat", "logement": "maison", "courriel": "aline@example.org"}


def test_the_whole_way(phone, counter):
    response = phone.begin(reponses={"nom": "Rochat"})
    assert response.status_code == 201, response.text
    state = response.json()
    id = state["id"]
    assert response.headers["Location"] == state["@id"] == f"{phone.url}/{id}"
    assert response.headers["Cache-Control"] == "no-store, private"
    assert state["reponses"] == {"nom": "Rochat", "vehicules": [{"id": "0001"}]}
    assert steps(state) == {"qui": False, "quoi": False, "fin": False}
    assert state["suite"] == "qui"
    assert state["demarche"] == {
        "@id": f"{phone.program.url}/@demarches/{PATH}",
        "chemin": PATH,
        "titre": "Signaler un dépôt sauvage",
    }

    state = phone.save(id, "qui", reponses=QUI, valider=True).json()
    assert steps(state) == {"qui": True, "quoi": False, "fin": False}
    assert state["etapes"][0]["champs"] == ["nom", "logement", "courriel"]
    assert state["suite"] == "quoi"

    state = phone.save(
        id,
        "quoi",
        reponses={"vehicules": [{"plaque": "GE 1"}, {"plaque": "GE 2"}]},
        valider=True,
    ).json()
    assert state["prix"] == {
        "lignes": [{"libelle": "Par véhicule", "montant": 2000}],
        "total": 2000,
    }
    assert state["etapes"][1]["champs"] == [
        "vehicules.0001.plaque",
        "vehicules.0001.electrique",
        "vehicules.0002.plaque",
        "vehicules.0002.electrique",
    ]

    attached = phone.attach(id)
    assert attached.status_code == 201
    file = attached.json()
    assert (file["nom"], file["type"], file["taille"], file["champ"]) == (
        "permis.pdf",
        "application/pdf",
        len(PDF),
        "permis",
    )
    state = phone.save(id, "fin", reponses={"accord": True}, valider=True).json()
    assert steps(state) == {"qui": True, "quoi": True, "fin": True}
    assert state["suite"] is None
    assert state["reponses"]["permis"]["fichiers"][0]["id"] == file["id"]

    submitted = phone.submit(id)
    assert submitted.status_code == 201
    receipt = submitted.json()
    (number,) = counter.numbers()
    assert receipt["numero"] == number
    demande = counter.demande(number)
    assert {r.name: r.text for r in demande.reponses} == {
        "nom": "Rochat",
        "logement": "maison",
        "courriel": "aline@example.org",
        "vehicules.0001.plaque": "GE 1",
        "vehicules.0001.electrique": "",
        "vehicules.0002.plaque": "GE 2",
        "vehicules.0002.electrique": "",
        "permis": "permis.pdf",
        "accord": "Oui",
    }
    assert [(piece.name, piece.file.data) for piece in demande.pieces] == [
        ("permis", PDF)
    ]
    # Once more, after a lost answer.
    again = phone.submit(id)
    assert (again.status_code, again.json()) == (200, receipt)
    assert phone.list() == []
    assert phone.get(id).status_code == 404


def test_a_piece_can_come_by_post(phone, counter):
    id = phone.begin(
        reponses={
            **QUI,
            "vehicules": [{"plaque": "GE 1"}],
            "permis": {"moyen": "poste"},
            "accord": True,
        }
    ).json()["id"]
    for etape in ("qui", "quoi", "fin"):
        state = phone.save(id, etape, valider=True).json()
    assert state["suite"] is None
    assert phone.submit(id).status_code == 201
    (piece,) = counter.demande(counter.numbers()[0]).pieces
    assert (piece.name, piece.moyen, piece.file) == ("permis", "poste", None)


def test_what_is_wrong_is_kept_and_told(phone, french):
    id = phone.begin().json()["id"]
    state = phone.save(
        id, "qui", reponses={**QUI, "courriel": "aline"}, valider=True
    ).json()
    assert steps(state)["qui"] is False
    assert state["etapes"][0]["erreurs"] == {
        "courriel": french("This is no e-mail address. It looks like name@example.ch.")
    }
    assert state["illisibles"] == {"courriel": "aline"}
    assert "courriel" not in state["reponses"]
    assert phone.get(id).json() == state


@pytest.mark.parametrize(
    ("reponses", "champs"),
    [
        ({"inconnu": 1}, {"inconnu": "This form has no such question."}),
        (
            {"logement": "maison", "etage": 3},
            {"etage": "This question is not asked with these answers."},
        ),
        ({"nom": 12}, {"nom": "A text is expected here."}),
        ({"plaque": "GE 1"}, {"plaque": "This form has no such question."}),
        (
            {"vehicules": "GE 1"},
            {"vehicules": "A list of objects is expected here, one for each row."},
        ),
        (
            {"vehicules": [{"id": "0001"}, {"id": "0001"}]},
            {
                "vehicules": "The id of a row has 4 to 12 characters, small letters "
                "without accents or digits, and no other row has it."
            },
        ),
        (
            {"vehicules": [{"plaque": 1}]},
            {"vehicules.0001.plaque": "A text is expected here."},
        ),
        (
            {"permis": {"filename": "x", "data": "AAAA", "encoding": "base64"}},
            {"permis": "Upload the document first, then send its id."},
        ),
    ],
)
def test_what_cannot_be_an_answer_is_not_kept(phone, french, reponses, champs):
    id = phone.begin().json()["id"]
    before = phone.get(id).json()
    response = phone.save(id, "qui", reponses=reponses)
    assert response.status_code == 400
    assert error(response)["champs"] == {
        name: french(message) for name, message in champs.items()
    }
    assert phone.get(id).json() == before


def test_a_hidden_answer_is_forgotten(phone):
    id = phone.begin(reponses={**QUI, "logement": "appartement", "etage": 3}).json()[
        "id"
    ]
    assert phone.get(id).json()["reponses"]["etage"] == 3
    state = phone.save(id, "qui", reponses={"logement": "maison"}, valider=True).json()
    assert "etage" not in state["reponses"]
    # It does not come back.
    state = phone.save(id, "qui", reponses={"logement": "appartement"}).json()
    assert "etage" not in state["reponses"]


def test_the_second_tab_is_told(phone, french):
    id = phone.begin().json()["id"]
    state = phone.get(id).json()
    first = phone.save(id, reponses={"nom": "Un"}, revision=state["revision"])
    assert first.status_code == 200
    second = phone.save(id, reponses={"nom": "Deux"}, revision=state["revision"])
    assert second.status_code == 409
    assert error(second) == {
        "type": "Conflict",
        "message": french(
            "This draft was changed elsewhere meanwhile. Nothing was saved; read it "
            "again."
        ),
        "revision": first.json()["revision"],
    }
    assert phone.get(id).json()["reponses"]["nom"] == "Un"


def test_the_same_key_is_the_same_draft(phone):
    first = phone.begin(reponses={"nom": "Un"})
    second = phone.begin(reponses={"nom": "Deux"})
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json()["id"] == first.json()["id"]
    assert second.json()["reponses"]["nom"] == "Un"
    assert len(phone.list()) == 1


def test_five_drafts_of_a_demarche(phone):
    for number in range(5):
        assert phone.begin(key=f"cle-0000-000{number}").status_code == 201
    response = phone.begin(key="cle-0000-0009")
    assert (response.status_code, error(response)["type"]) == (409, "Conflict")
    assert len(phone.list()) == 5


def test_nobody_else_has_them(phone, jeanne, functional, counter):
    id = phone.begin().json()["id"]
    other = Brouillons(jeanne)
    assert other.list() == []
    for response in (
        other.get(id),
        other.save(id, reponses={"nom": "Autre"}),
        other.attach(id),
        other.submit(id),
        other.delete(id),
    ):
        assert response.status_code == 404
        assert error(response)["type"] == "NotFound"
    phone.program.session.cookies.clear()
    assert phone.get(id).status_code == 404


def test_a_compte_has_its_own(jeanne, form, proved, counter):
    proved(level=Level.VERIFIED)
    drafts = Brouillons(jeanne)
    id = drafts.begin().json()["id"]
    jeanne.session.cookies.pop("guichet_navigateur", None)
    (item,) = drafts.list()
    assert item["id"] == id
    assert drafts.get(id).status_code == 200


def test_files_come_and_go(phone, french):
    id = phone.begin().json()["id"]
    refused = phone.attach(id, filename="permis.pdf", data=b"MZ" + b"x" * 100)
    assert refused.status_code == 400
    assert phone.attach(id, champ="nom").status_code == 400
    assert phone.attach(id, champ=None).status_code == 400
    assert phone.attach(id, encoding="hex").status_code == 400
    first = phone.attach(id).json()
    # The same once more, because its answer was lost, is one.
    assert phone.attach(id).json()["id"] == first["id"]
    second = phone.attach(id, filename="verso.pdf").json()
    third = phone.attach(id, filename="autre.pdf")
    assert (third.status_code, error(third)["message"]) == (
        400,
        french("No more files can be attached here."),
    )
    assert phone.detach(id, first["id"]).status_code == 204
    assert phone.detach(id, first["id"]).status_code == 404
    state = phone.get(id).json()
    assert [file["id"] for file in state["fichiers"]] == [second["id"]]
    assert [file["id"] for file in state["reponses"]["permis"]["fichiers"]] == [
        second["id"]
    ]


def test_an_incomplete_draft_is_not_submitted(phone, counter):
    id = phone.begin(reponses=QUI).json()["id"]
    response = phone.submit(id)
    assert response.status_code == 400
    assert error(response)["etapes"] == ["qui", "quoi", "fin"]
    assert set(error(response)["champs"]) == {
        "vehicules.0001.plaque",
        "permis",
        "accord",
    }
    assert counter.numbers() == []
    assert phone.get(id).status_code == 200


def test_deleted_is_deleted(phone, counter):
    id = phone.begin().json()["id"]
    assert phone.delete(id).status_code == 204
    assert phone.get(id).status_code == 404
    transaction.begin()
    assert lister(counter.guichet, ("nav-",)) == []


def test_a_closed_demarche_is_told(phone, counter):
    counter.change(PATH, transition="suspendre")
    response = phone.begin()
    assert (response.status_code, error(response)["motif"]) == (403, "suspended")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/x/autre"),
        ("POST", "/x"),
        ("PATCH", ""),
        ("PATCH", "/x/y"),
        ("DELETE", ""),
        ("DELETE", "/x/y/z"),
        ("GET", "/x/fichiers"),
    ],
)
def test_other_addresses_are_nothing(phone, method, path):
    response = phone._call(method, path, json={})
    assert response.status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"reponses": []},
        {"autre": 1},
        {"etape": "inconnue"},
        {"etape": 3},
        {"valider": True},
        {"etape": "qui", "valider": "oui"},
        {"revision": "1"},
        {"revision": True},
    ],
)
def test_malformed_saves_are_refused(phone, body):
    id = phone.begin().json()["id"]
    response = phone.save(id, **body)
    assert (response.status_code, error(response)["type"]) == (400, "BadRequest")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"demarche": 3},
        {"demarche": "dechets/rien"},
        {"demarche": PATH, "reponses": "x"},
        {"demarche": PATH, "x": 1},
    ],
)
def test_malformed_beginnings_are_refused(phone, body):
    response = phone._call("POST", json=body, **{"Idempotency-Key": "cle-0000-0001"})
    assert response.status_code in (400, 404)
    assert phone.list() == []


def test_a_form_of_another_site_cannot_write(phone):
    response = phone.program.session.post(
        phone.url,
        data=json.dumps({"demarche": PATH}),
        headers={"Content-Type": "text/plain", "Idempotency-Key": "cle-0000-0001"},
    )
    assert response.status_code == 400
    assert phone.list() == []


def test_the_form_describes_itself(anonymous, form):
    formulaire = anonymous.get(f"@demarches/{PATH}").json()["formulaire"]
    assert [(etape["id"], etape["elements"]) for etape in formulaire["etapes"]] == [
        ("qui", ["nom", "logement", "etage", "courriel"]),
        ("quoi", ["vehicules"]),
        ("fin", ["permis", "accord"]),
    ]
    (groupe,) = formulaire["groupes"]
    assert groupe == {
        "nom": "vehicules",
        "titre": "Véhicule",
        "ajouter": "Encore un",
        "min": 1,
        "max": 2,
        "si": None,
    }
    schema = formulaire["schema"]
    Draft202012Validator.check_schema(schema)
    assert schema["required"] == [
        "nom",
        "logement",
        "courriel",
        "vehicules",
        "permis",
        "accord",
    ]
    assert schema["properties"]["etage"] == {
        "title": "Étage",
        "type": "integer",
        "minimum": 0,
        "maximum": 40,
        "x-genre": "integer",
        "x-si": {
            "si": "toutes",
            "regles": [{"champ": "logement", "op": "est", "valeur": "appartement"}],
        },
        "x-requis": True,
    }
    validator = Draft202012Validator(schema)
    whole = {
        **QUI,
        "vehicules": [{"plaque": "GE 1", "electrique": True}],
        "permis": {"moyen": "poste"},
        "accord": True,
    }
    assert list(validator.iter_errors(whole)) == []
    assert not validator.is_valid({**whole, "logement": "tente"})
    assert not validator.is_valid({**whole, "vehicules": []})
    assert not validator.is_valid({**whole, "accord": False})
    assert [pas["nom"] for pas in formulaire["plan"]["suite"] if pas.get("si")] == [
        "etage"
    ]
