"""What a citizen does with one of his demandes by REST."""

from carouge.guichet.demande.domain import Actor
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.dossier import Document
from carouge.guichet.demande.service import move_demande
from carouge.guichet.demande.traitement import ecrire_message
from carouge.guichet.demande.traitement import noter_interne
from carouge.guichet.demande.traitement import remettre_document
from carouge.guichet.demande.traitement import transmettre
from carouge.guichet.demarche.service import services_of
from carouge.guichet.espace import dialogue
from carouge.guichet.formulaire.domain import MAX_TEXT
from carouge.guichet.swisstime import now
from datetime import timedelta
from plone import api
from plone.namedfile.file import NamedBlobFile

import base64
import hashlib
import pytest
import transaction


OPEN = "dechets/signaler-un-depot-sauvage"
ANSWERS = {
    "lieu": "devant le 12, rue Vautier",
    "terrain": "Trottoir ou chaussée",
    "date_constat": "2026-11-20",
    "nature": ["Meubles ou matelas"],
    "danger": False,
    "description": "Un canapé rouge",
    "nom": "Rochat",
    "prenom": "Aline",
    "courriel": "aline.rochat@example.org",
    "telephone": "079 123 45 67",
    "accord": True,
}
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\nstartxref\n0\n%%EOF\n"
SECRET = "xyzzy-secret-des-agents"


def jointe(data=PDF, filename="preuve.pdf"):
    return {
        "filename": filename,
        "content-type": "application/pdf",
        "data": base64.b64encode(data).decode("ascii"),
        "encoding": "base64",
    }


@pytest.fixture
def number(jeanne):
    return jeanne.post(OPEN, ANSWERS).json()["numero"]


@pytest.fixture
def order(jeanne, number):
    """Post below the demande of jeanne, as her or as somebody else."""

    def post(what, body=None, program=jeanne, numero=number, **arguments):
        return program.session.post(
            f"{program.url}/@demandes/{numero}/{what}",
            json={} if body is None else body,
            **arguments,
        )

    return post


@pytest.fixture
def at_the_desk(counter, number):
    """Do something with the demande as the agent of the service."""

    def do(action, *args, **options):
        demande = counter.demande(number)
        with api.env.adopt_user(username="agent-dechets"):
            done = action(demande, *args, **options)
        transaction.commit()
        return done

    return do


def ask(demande, message):
    move_demande(
        demande=demande,
        transition="demander_complement",
        actor=Actor.AGENT,
        message=message,
    )


# --- messages ------------------------------------------------------------------


def test_a_message_with_a_file(jeanne, order, counter, number):
    response = order("messages", {"texte": "Voici\r\nla suite", "jointes": [jointe()]})
    assert response.status_code == 201
    assert response.headers["Cache-Control"] == "no-store, private"
    (message,) = counter.demande(number).dossier.messages
    address = f"{jeanne.url}/@demandes/{number}/messages/{message.id}/1"
    assert response.json() == {
        "id": message.id,
        "auteur": "usager",
        "texte": "Voici\nla suite",
        "date": message.date.isoformat(timespec="seconds"),
        "lu": None,
        "jointes": [
            {
                "@id": address,
                "fichier": "preuve.pdf",
                "taille": len(PDF),
                "sha256": hashlib.sha256(PDF).hexdigest(),
            }
        ],
    }
    body = jeanne.get(f"@demandes/{number}").json()
    assert body["messages"] == [response.json()]
    found = jeanne.session.get(address)
    assert found.content == PDF
    assert found.headers["Content-Type"] == "application/octet-stream"
    assert found.headers["Content-Disposition"] == (
        "attachment; filename*=UTF-8''preuve.pdf"
    )
    assert found.headers["X-Content-Type-Options"] == "nosniff"
    assert found.headers["Cache-Control"] == "no-store, private"


def test_the_same_message_again_is_one(order, counter, number):
    first = order("messages", {"texte": "Bonjour", "jointes": [jointe()]})
    again = order("messages", {"texte": "Bonjour", "jointes": [jointe()]})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert len(counter.demande(number).dossier.messages) == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"texte": ""},
        {"texte": " \u200b\n"},
        {"texte": "x" * (MAX_TEXT + 1)},
        {"texte": "x" * 1_000_000},
        {"texte": "a\x1bb"},
        {"texte": 12},
        {"texte": None},
        {"texte": "x", "jointes": "y"},
        {"texte": "x", "jointes": ["y"]},
        {"texte": "x", "jointes": [{"filename": "a.pdf", "data": "?"}]},
        {"texte": "x", "jointes": [jointe(b"MZ\x90\x00", "virus.exe")]},
        {"texte": "x", "jointes": [jointe()] * 6},
        {"texte": "x", "autre": "y"},
        {"texte": "x", "par": "agent-dechets"},
    ],
)
def test_an_unusable_message_is_refused(order, counter, number, body):
    response = order("messages", body)
    assert response.status_code == 400
    assert response.json()["error"]["type"] == "BadRequest"
    assert [*counter.demande(number).dossier.messages] == []


def test_only_json_is_taken(jeanne, number, counter):
    url = f"{jeanne.url}/@demandes/{number}/messages"
    for arguments in (
        {"data": {"texte": "x"}},
        {"data": '{"texte": "x"}', "headers": {"Content-Type": "text/plain"}},
    ):
        assert jeanne.session.post(url, **arguments).status_code == 400
    assert [*counter.demande(number).dossier.messages] == []


def test_enough_messages_for_a_day(order, counter, number, monkeypatch):
    monkeypatch.setattr(dialogue, "MAX_PAR_JOUR", 2)
    assert order("messages", {"texte": "un"}).status_code == 201
    assert order("messages", {"texte": "deux"}).status_code == 201
    assert order("messages", {"texte": "trois"}).status_code == 429
    assert len(counter.demande(number).dossier.messages) == 2


def test_a_demande_finished_long_ago_takes_no_message(
    order, counter, number, at_the_desk, jeanne
):
    at_the_desk(
        lambda demande: move_demande(
            demande=demande, transition="valider", actor=Actor.AGENT
        )
    )
    assert order("messages", {"texte": "Merci"}).status_code == 201
    demande = counter.demande(number)
    demande.cloture = now() - timedelta(days=32)
    transaction.commit()
    assert order("messages", {"texte": "Encore"}).status_code == 409
    assert jeanne.get(f"@demandes/{number}").json()["messages_possibles"] is False
    assert len(counter.demande(number).dossier.messages) == 1


def test_reading_is_said_on_purpose(jeanne, order, number, at_the_desk, french):
    at_the_desk(ecrire_message, "service", "Une question ?")
    body = jeanne.get(f"@demandes/{number}").json()
    assert body["attendu_de_moi"] == [
        {"attente": "lire", "texte": french("Read 1 new message.")}
    ]
    assert body["messages"][0]["lu"] is None
    assert order("lu").json() == {"lus": 1}
    assert order("lu").json() == {"lus": 0}
    body = jeanne.get(f"@demandes/{number}").json()
    assert body["attendu_de_moi"] == []
    assert body["messages"][0]["lu"] is not None


# --- the rest ------------------------------------------------------------------


def test_withdrawing(order, counter, number):
    response = order("retirer", {"raison": "Ramassé entre-temps"})
    assert (response.status_code, response.json()["etat"]) == (200, "retiree")
    assert counter.demande(number).etat is State.RETIREE
    assert response.json()["chronologie"][-1]["message"] == "Ramassé entre-temps"
    # Once more is no error, and is not done twice.
    assert order("retirer").status_code == 200
    assert len(counter.demande(number).workflow_history["demande_workflow"]) == 2


def test_withdrawing_too_late(order, counter, number, at_the_desk):
    at_the_desk(
        lambda demande: move_demande(
            demande=demande, transition="valider", actor=Actor.AGENT
        )
    )
    assert order("retirer").status_code == 409
    assert counter.demande(number).etat is State.VALIDEE


@pytest.mark.parametrize("body", [{"raison": 1}, {"motif": "x"}, {"raison": "\x07"}])
def test_withdrawing_with_odd_words(order, counter, number, body):
    assert order("retirer", body).status_code == 400
    assert counter.demande(number).etat is State.DEPOSEE


def test_answering_what_was_asked(jeanne, order, counter, number, at_the_desk):
    assert order("completer", {"message": "Rouge"}).status_code == 409
    at_the_desk(ask, "Quelle couleur ?")
    body = jeanne.get(f"@demandes/{number}").json()
    assert body["complement"]["message"] == "Quelle couleur ?"
    assert [one["attente"] for one in body["attendu_de_moi"]] == ["repondre"]
    assert order("completer", {}).status_code == 400
    response = order("completer", {"message": "Rouge"})
    assert (response.status_code, response.json()["etat"]) == (200, "completee")
    assert counter.demande(number).etat is State.COMPLETEE


def test_documents_of_the_service(jeanne, number, at_the_desk, counter):
    document = at_the_desk(
        remettre_document,
        Document(
            genre="decision",
            titre="Décision",
            file=NamedBlobFile(data=PDF, filename="décision.pdf"),
            digest=hashlib.sha256(PDF).hexdigest(),
            date=now(),
            par="agent-dechets",
        ),
    )
    (told,) = jeanne.get(f"@demandes/{number}").json()["documents"]
    assert told["@id"] == f"{jeanne.url}/@demandes/{number}/documents/{document.id}"
    assert told["sha256"] == hashlib.sha256(PDF).hexdigest()
    assert jeanne.session.get(told["@id"]).content == PDF
    counter.demande(number).dossier.document(document.id).retire = now()
    transaction.commit()
    assert jeanne.session.get(told["@id"]).status_code == 404
    (told,) = jeanne.get(f"@demandes/{number}").json()["documents"]
    assert told["@id"] is None


def test_the_list_by_what_is_expected(jeanne, number, at_the_desk):
    other = jeanne.post(OPEN, ANSWERS, key="cle-0000-0002").json()["numero"]

    def found(**params):
        items = jeanne.get("@demandes", **params).json()["items"]
        return {item["numero"] for item in items}

    assert found(etat="attendu") == set()
    at_the_desk(ask, "Où ?")
    assert found(etat="attendu") == {number}
    assert found(etat="ouvertes") == {number, other}
    assert found(etat="terminees") == set()
    assert found(q=other) == {other}
    assert found(q="depot sauvage") == {number, other}
    assert found(q="terrasse") == set()
    for params in ({"etat": "x"}, {"tri": "x"}, {"q": ["a", "b"]}):
        assert jeanne.get("@demandes", **params).status_code == 400


FILES = ("pieces/1", "pieces/0", "pieces/x", "documents/x", "messages/x/1", "notes")
ORDERS = ("messages", "lu", "retirer", "completer", "notes", "mouvements", "x")


def test_a_foreign_demande_is_not_there(karim, order, number, counter):
    for what in ("", *FILES):
        response = karim.get(f"@demandes/{number}/{what}")
        assert response.status_code == 404, what
    for what in ORDERS:
        assert order(what, {"texte": "x"}, program=karim).status_code == 404, what
    assert counter.demande(number).etat is State.DEPOSEE
    assert [*counter.demande(number).dossier.messages] == []


def test_anonymous_has_to_log_in(anonymous, order, number, counter):
    for what in ("", *FILES):
        assert anonymous.get(f"@demandes/{number}/{what}").status_code == 401, what
    for what in ORDERS:
        assert order(what, {"texte": "x"}, program=anonymous).status_code == 401, what
    assert counter.demande(number).etat is State.DEPOSEE


def test_unknown_parts_of_ones_own_are_not_there(jeanne, order, number):
    for what in FILES:
        assert jeanne.get(f"@demandes/{number}/{what}").status_code == 404, what
    for what in ("notes", "mouvements", "x", "messages/x"):
        assert order(what).status_code == 404, what


def test_what_is_for_agents_only_is_never_told(
    jeanne, order, number, at_the_desk, counter
):
    at_the_desk(noter_interne, f"Attention : {SECRET}")
    uid = counter.demande(number).service_uid
    other = next(one for one in services_of(counter.guichet) if one.UID() != uid)
    at_the_desk(transmettre, other.UID(), SECRET)
    order("messages", {"texte": "Bonjour"})
    for path in ("@demandes", f"@demandes/{number}"):
        text = jeanne.get(path).text
        assert SECRET not in text
        assert "agent-dechets" not in text
        assert "note" not in [
            event["genre"] for event in jeanne.get(path).json().get("chronologie", [])
        ]
