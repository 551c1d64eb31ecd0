"""@demandes for a business system: a user who is named as agent of a service."""

from base64 import b64encode
from carouge.guichet.backoffice.restapi import demandes as desk
from carouge.guichet.demande.content import Piece
from carouge.guichet.demande.domain import Reponse
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.queries import get_demande
from carouge.guichet.demande.service import submit_demande
from carouge.guichet.demande.traitement import revision
from carouge.guichet.swisstime import now
from datetime import timedelta
from fichiers import pdf
from plone.app.testing import logout
from plone.namedfile.file import NamedBlobFile

import json
import logging
import os
import pytest
import requests
import transaction


PASSWORD = "Guichet-2026!"


class System:
    def __init__(self, layer, login="agent-dechets"):
        self.url = (
            f"http://{layer['host']}:{layer['port']}/plone/++api++/guichet/@demandes"
        )
        self.session = requests.Session()
        self.session.headers["Accept"] = "application/json"
        if login:
            self.session.auth = (login, PASSWORD)

    def get(self, path="", **params):
        return self.session.get(f"{self.url}{path}", params=params)

    def post(self, path, **body):
        return self.session.post(f"{self.url}{path}", json=body)


@pytest.fixture
def guichet(functional):
    logout()
    return functional["portal"].guichet


@pytest.fixture
def erp(functional, guichet):
    return System(functional)


@pytest.fixture
def submit(guichet):
    def make(path="dechets/signaler-un-depot-sauvage", pieces=(), age=600):
        demande = submit_demande(
            guichet=guichet,
            demarche=guichet.unrestrictedTraverse(path),
            reponses=[Reponse("lieu", "Où ?", "Lieu", "Rue Vautier 3", "Vautier 3")],
            pieces=pieces,
            form_version="1",
            secret=os.urandom(32),
            year=2026,
            courriel="jeanne@example.org",
            now=now() - timedelta(seconds=age),
        ).demande
        transaction.commit()
        return demande.numero

    return make


@pytest.fixture
def read(guichet):
    def stored(numero):
        transaction.begin()
        return get_demande(guichet, numero)

    return stored


def test_changes_since_a_cursor(erp, submit):
    one, two = submit(age=90), submit(age=80)
    submit("enfance-ecoles/creer-une-ligne-pedibus")
    first = erp.get().json()
    assert {item["numero"] for item in first["items"]} == {one, two}
    assert first["suite"] is False
    item = next(item for item in first["items"] if item["numero"] == one)
    assert item["@id"] == f"{erp.url}/{one}"
    assert (item["etat"], item["canal"], item["agent"]) == ("deposee", "en_ligne", None)
    again = erp.get(depuis=first["curseur"]).json()
    assert (again["items"], again["curseur"]) == ([], first["curseur"])
    three = submit(age=70)
    later = erp.get(depuis=first["curseur"]).json()
    assert [item["numero"] for item in later["items"]] == [three]


def test_changes_page_by_page(erp, submit):
    numbers = {submit() for _index in range(3)}
    found, cursor, more = set(), "", True
    while more:
        page = erp.get(depuis=cursor, b_size=2).json()
        found |= {item["numero"] for item in page["items"]}
        cursor, more = page["curseur"], page["suite"]
    assert found == numbers


def test_what_is_too_young_is_told_later(erp, submit):
    old = submit(age=desk.RECUL.total_seconds() + 5)
    submit(age=0)
    assert [item["numero"] for item in erp.get().json()["items"]] == [old]


def test_no_cursor(erp):
    assert erp.get(depuis="x'; DROP").status_code == 400


def test_one_demande_with_all_that_is_known(erp, submit, read, caplog):
    numero = submit(
        pieces=[
            Piece("plan", "Plan", NamedBlobFile(b"abc", filename="plan.txt"), "d1"),
            Piece("bail", "Bail", None, "", moyen="poste"),
        ]
    )
    erp.post(f"/{numero}/notes", texte="Appeler la gérance")
    with caplog.at_level(logging.INFO, logger="carouge.guichet.journal"):
        caplog.clear()
        told = erp.get(f"/{numero}").json()
    assert told["numero"] == numero
    assert told["revision"] == revision(read(numero))
    assert told["reponses"] == [
        {
            "nom": "lieu",
            "etape": "Où ?",
            "question": "Lieu",
            "texte": "Rue Vautier 3",
            "valeur": "Vautier 3",
        }
    ]
    assert [piece["question"] for piece in told["pieces"]] == ["Plan", "Bail"]
    assert told["pieces"][1]["@id"] is None
    assert [note["texte"] for note in told["notes"]] == ["Appeler la gérance"]
    lines = [
        json.loads(record.getMessage())
        for record in caplog.records
        if record.name == "carouge.guichet.journal"
    ]
    assert [(line["action"], line["subject"]) for line in lines] == [
        ("demande.consulter", numero)
    ]
    file = erp.session.get(told["pieces"][0]["@id"])
    assert file.content == b"abc"
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert erp.get(f"/{numero}/pieces/2").status_code == 404
    assert erp.get(f"/{numero}/pieces/0").status_code == 404


def test_change_the_state(erp, submit, read):
    numero = submit()
    version = erp.get(f"/{numero}").json()["revision"]
    order = {"mouvement": "prendre_en_charge", "revision": version}
    answer = erp.post(f"/{numero}/mouvements", **order)
    assert answer.status_code == 200
    assert answer.json()["etat"] == "en_cours"
    assert answer.json()["revision"] == revision(read(numero))
    # The same order once more is the same order.
    assert erp.post(f"/{numero}/mouvements", **order).status_code == 200
    # Another one from the same reading is out of date.
    order = {"mouvement": "classer", "message": "Doublon", "revision": version}
    assert erp.post(f"/{numero}/mouvements", **order).status_code == 409
    assert read(numero).etat is State.EN_COURS


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"mouvement": "refuser", "message": ""}, 400),
        ({"mouvement": "refuser", "message": "\x00"}, 400),
        ({"mouvement": "rouvrir", "message": "x"}, 409),
        ({"mouvement": "inconnu"}, 409),
        ({"mouvement": 3}, 400),
        ({}, 400),
        ({"mouvement": "valider", "autre": 1}, 400),
        ({"mouvement": "valider", "revision": "1"}, 400),
        ({"mouvement": "valider", "revision": None}, 400),
        ({"mouvement": "valider", "revision": True}, 400),
    ],
)
def test_orders_that_are_refused(erp, submit, read, body, status):
    numero = submit()
    body = {"revision": revision(read(numero)), **body}
    assert erp.post(f"/{numero}/mouvements", **body).status_code == status
    assert read(numero).etat is State.DEPOSEE


def test_a_message_for_the_citizen(erp, submit, read):
    numero = submit()
    assert erp.post(f"/{numero}/messages", texte="Bonjour").status_code == 200
    (message,) = read(numero).dossier.messages
    assert (message.auteur, message.par, message.texte) == (
        "service",
        "agent-dechets",
        "Bonjour",
    )
    assert erp.post(f"/{numero}/messages", texte=" ").status_code == 400


def test_attach_a_document(erp, submit, read):
    numero = submit()
    content = pdf()
    body = {
        "titre": "Autorisation",
        "genre": "decision",
        "nom": "autorisation.pdf",
        "contenu": b64encode(content).decode(),
    }
    assert erp.post(f"/{numero}/documents", **body).status_code == 200
    (document,) = read(numero).dossier.documents
    assert (document.genre, document.titre) == ("decision", "Autorisation")
    assert document.file.data == content
    told = erp.get(f"/{numero}").json()["documents"]
    assert erp.session.get(told[0]["@id"]).content == content


@pytest.mark.parametrize(
    "changes",
    [
        {"contenu": "pas du base64 !"},
        {"contenu": b64encode(b"<html><script>").decode()},
        {"contenu": ""},
        {"titre": ""},
        {"titre": "x" * 1000},
        {"genre": "recepisse"},
        {"contenu": None},
    ],
)
def test_documents_that_are_refused(erp, submit, read, changes):
    numero = submit()
    body = {"titre": "T", "contenu": b64encode(pdf()).decode()}
    assert erp.post(f"/{numero}/documents", **{**body, **changes}).status_code == 400
    assert [*read(numero).dossier.documents] == []


@pytest.mark.parametrize("login", ["agent-ecoles", "editeur", "caisse"])
def test_the_demandes_of_others_are_not_there(functional, submit, read, login):
    numero = submit()
    other = System(functional, login)
    assert numero not in other.get().text
    assert other.get(f"/{numero}").status_code == 404
    assert other.get(f"/{numero}/pieces/1").status_code == 404
    version = revision(read(numero))
    for part, body in (
        ("mouvements", {"mouvement": "valider", "revision": version}),
        ("messages", {"texte": "x"}),
        ("notes", {"texte": "x"}),
        ("documents", {"titre": "x", "contenu": ""}),
    ):
        assert other.post(f"/{numero}/{part}", **body).status_code == 404
    assert revision(read(numero)) == version


def test_nobody_is_asked_to_log_in(functional, submit):
    numero = submit()
    nobody = System(functional, None)
    for answer in (
        nobody.get(),
        nobody.get(f"/{numero}"),
        nobody.post(f"/{numero}/mouvements", mouvement="valider"),
    ):
        assert answer.status_code == 401


def test_no_form_of_another_site(erp, submit, read):
    numero = submit()
    answer = erp.session.post(f"{erp.url}/{numero}/notes", data={"texte": "x"})
    assert answer.status_code == 400
    assert [*read(numero).dossier.notes] == []


def test_unknown_orders_and_numbers(erp, submit):
    numero = submit()
    assert erp.post(f"/{numero}/effacer", texte="x").status_code == 404
    assert erp.post(f"/{numero}/notes/1", texte="x").status_code == 404
    assert erp.get("/2026-AAAA-AAAA").status_code == 404
    assert erp.get(f"/{numero}/documents/x").status_code == 404
