"""What the two sides of a demande have said to each other, and the notes between."""

from __future__ import annotations

from carouge.guichet.backoffice import labels
from carouge.guichet.backoffice.historique import name_of
from carouge.guichet.backoffice.historique import person_of
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.content import Piece
from carouge.guichet.demande.domain import Actor
from carouge.guichet.demande.domain import TRANSITIONS
from carouge.guichet.demande.dossier import Message
from carouge.guichet.demande.dossier import Note
from carouge.guichet.demande.labels import CONTROLE_LABELS
from carouge.guichet.demande.traitement import historique
from carouge.guichet.demande.traitement import USAGER
from carouge.guichet.demarche.service import get_catalogue
from carouge.guichet.demarche.service import guichet_of
from carouge.guichet.demarche.textes import modeles_de_message
from carouge.guichet.demarche.textes import remplir
from carouge.guichet.dossier.valeurs import valeurs_du_modele
from datetime import datetime


#: Who speaks: the citizen, the service, or an agent to his colleagues.
FROM_CITIZEN = "usager"
FROM_SERVICE = "service"
NOTE = "note"


def conversation(demande: Demande, request, url: str) -> list[dict]:
    """Messages, the words of moves, and internal notes, oldest first.

    ``url`` is the address of the demande; attachments are below it.
    """
    dossier = demande.dossier
    said = [
        *(_message(demande, message, request, url) for message in dossier.messages),
        *(_note(note, request) for note in dossier.notes),
        *_moves(demande, request),
    ]
    return sorted(said, key=lambda one: one["date"])


def models_of(demande: Demande, move: str | None = None) -> list[dict]:
    """The models of messages for this demande; ``move`` as for modeles_de_message."""
    return models_for(guichet_of(demande), demande.demarche_uid, move)


def models_for(guichet, demarche_uid: str, move: str | None = None) -> list[dict]:
    """The models of messages of a published démarche."""
    fiche = get_catalogue(guichet).by_uid.get(demarche_uid)
    if fiche is None:
        return []
    categorie, id = fiche.path.split("/")
    return [
        {"id": modele.id, "title": modele.titre, "text": modele.texte}
        for modele in modeles_de_message(guichet[categorie][id], move)
    ]


def filled(demande: Demande, text: str) -> str:
    """The text of a model with the values of the demande."""
    return remplir(text, valeurs_du_modele(demande)).texte


def _message(demande: Demande, message: Message, request, url: str) -> dict:
    mine = message.auteur == USAGER
    return _entry(
        FROM_CITIZEN if mine else FROM_SERVICE,
        message.date,
        labels.CITIZEN if mine else name_of(message.par, request),
        message.texte,
        id=message.id,
        read=labels.moment_of(message.lu) if message.lu is not None else "",
        unread=message.lu is None,
        files=[
            _file(piece, index, f"{url}/jointe/{message.id}/{index}")
            for index, piece in enumerate(message.pieces, start=1)
        ],
    )


def _note(note: Note, request) -> dict:
    return _entry(NOTE, note.date, name_of(note.par, request), note.texte, id=note.id)


def _moves(demande: Demande, request):
    """What was said with a move: one side's words to the other."""
    for evenement in historique(demande):
        text = evenement.details.get("message", "")
        if evenement.genre not in TRANSITIONS or not text:
            continue
        who = person_of(demande, evenement, request)
        actors = TRANSITIONS[evenement.genre].actors
        citizen = Actor.USAGER in actors and who is labels.CITIZEN
        yield _entry(
            FROM_CITIZEN if citizen else FROM_SERVICE,
            evenement.date,
            who,
            text,
            move=labels.MOVE_DONE_LABELS.get(evenement.genre, evenement.genre),
        )


def _entry(kind: str, date: datetime, person, text: str, **more) -> dict:
    return {
        "kind": kind,
        "date": date,
        "time": labels.moment_of(date),
        "machine_time": date.isoformat(timespec="seconds"),
        "person": person,
        "text": text,
        "id": "",
        "read": "",
        "unread": False,
        "files": [],
        "move": None,
        **more,
    }


def _file(piece: Piece, index: int, url: str) -> dict:
    return {
        "name": labels.filename_of(piece, index),
        "size": labels.size_of(piece.file.getSize()),
        "remark": CONTROLE_LABELS.get(piece.controle),
        "url": url if piece.lisible else "",
    }
