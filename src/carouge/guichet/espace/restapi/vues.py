"""A demande for other programs of its citizen: never a word about who works on it."""

from __future__ import annotations

from carouge.guichet.compte.service import current_compte
from carouge.guichet.demande.attentes import attentes_de
from carouge.guichet.demande.attentes import en_mots
from carouge.guichet.demande.chronologie import chronologie
from carouge.guichet.demande.chronologie import Ligne
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.dossier import Document
from carouge.guichet.demande.dossier import Message
from carouge.guichet.demande.echeance import echeance_en_mots
from carouge.guichet.demande.labels import STATE_LABELS
from carouge.guichet.demande.row import Row
from carouge.guichet.demande.service import history
from carouge.guichet.demande.service import Step
from carouge.guichet.demande.traitement import non_lus
from carouge.guichet.demande.traitement import USAGER
from carouge.guichet.dossier.demande_json import contenu_json
from carouge.guichet.dossier.demande_json import fichier_json
from carouge.guichet.dossier.demande_json import moment_json
from carouge.guichet.dossier.reponse_json import demande_json
from carouge.guichet.espace.dialogue import peut_ecrire
from carouge.guichet.rest import GuichetService
from carouge.guichet.swisstime import today
from dataclasses import asdict
from datetime import date
from datetime import datetime


def ligne(row: Row, service: GuichetService) -> dict:
    """One demande of the list."""
    return {
        **_state(service, row.numero, row.etat, row.depot, row.attendu),
        "titre": row.titre,
        "deposant": row.deposant or None,
        "organisation": row.organisation or None,
        "membre": row.membre or None,
        "demarche": row.demarche_uid,
        "attendu_de_moi": _attentes(
            service,
            row.etat,
            row.a_lire_usager,
            row.attend_pieces,
            row.decisions_a_lire,
        ),
    }


def entiere(demande: Demande, service: GuichetService) -> dict:
    """All of it that concerns the citizen."""
    base = f"{service.address}/{demande.numero}"
    etat = demande.etat
    echeance = echeance_en_mots(demande, today())
    unread = len(non_lus(demande, USAGER))
    return {
        **_state(service, demande.numero, etat, demande.depot, demande.attendu),
        "titre": demande.demarche_titre,
        "courriel": demande.courriel,
        "deposant": _deposant(demande),
        "membre": asdict(demande.membre) if demande.membre else None,
        "attendu_de_moi": _attentes(
            service,
            etat,
            unread,
            len(demande.pieces_annoncees),
            len(demande.dossier.decisions_a_lire),
        ),
        "echeance": service.say(echeance) if echeance else None,
        "complement": demande_json(demande, current_compte(), service.say),
        "faits": [asdict(fait) for fait in demande.faits],
        **contenu_json(demande, base),
        "messages": [
            message_json(one, demande, service) for one in demande.dossier.messages
        ],
        "messages_possibles": peut_ecrire(demande),
        "documents": [_document(one, base) for one in demande.dossier.documents],
        "chronologie": [_event(service, ligne) for ligne in chronologie(demande)],
        "historique": [_step(service, step) for step in history(demande)],
    }


def message_json(message: Message, demande: Demande, service: GuichetService) -> dict:
    """One message; ``lu`` is when the other side has read it."""
    base = f"{service.address}/{demande.numero}/messages/{message.id}"
    return {
        "id": message.id,
        "auteur": message.auteur,
        "texte": message.texte,
        "date": moment_json(message.date),
        "lu": moment_json(message.lu),
        "jointes": [
            fichier_json(piece, f"{base}/{rang}")
            for rang, piece in enumerate(message.pieces, 1)
        ],
    }


def _state(
    service: GuichetService,
    numero: str,
    etat: State,
    depot: datetime,
    attendu: date | None,
) -> dict:
    return {
        "@id": f"{service.address}/{numero}",
        "numero": numero,
        "etat": etat.value,
        "etat_libelle": service.say(STATE_LABELS[etat]),
        "depot": moment_json(depot),
        "attendu": attendu.isoformat() if attendu else None,
    }


def _attentes(
    service: GuichetService, etat: State, unread: int, pieces: int, decisions: int
) -> list[dict]:
    return [
        {
            "attente": attente.value,
            "texte": service.say(en_mots(attente, unread, pieces)),
        }
        for attente in attentes_de(etat, unread, pieces, decisions)
    ]


def _document(document: Document, base: str) -> dict:
    withdrawn = document.retire is not None
    return {
        "@id": None if withdrawn else f"{base}/documents/{document.id}",
        "id": document.id,
        "genre": document.genre,
        "titre": document.titre,
        "sha256": document.digest,
        "code": document.code or None,
        "date": moment_json(document.date),
        "lu": moment_json(document.lu),
        "retire": moment_json(document.retire),
        "raison": document.raison or None,
    }


def _event(service: GuichetService, ligne: Ligne) -> dict:
    return {
        "date": moment_json(ligne.date),
        "genre": ligne.genre,
        "texte": service.say(ligne.label),
        "message": ligne.message or None,
        "objet": ligne.objet or None,
    }


def _step(service: GuichetService, step: Step) -> dict:
    # Who of the service has moved the file is no business of the citizen's.
    return {
        "etat": step.state.value,
        "etat_libelle": service.say(STATE_LABELS[step.state]),
        "transition": step.transition,
        "message": step.message,
        "date": moment_json(step.time),
    }


def _deposant(demande: Demande) -> dict | None:
    """In whose name it was filed; how the account is keyed stays inside."""
    deposant = demande.deposant
    if deposant is None:
        return None
    return {
        "type": deposant.type,
        "niveau": deposant.niveau,
        "nom": deposant.nom,
        "organisation": deposant.organisation or None,
        "ide": deposant.ide or None,
    }
