"""A demande as other programs of the commune see it."""

from __future__ import annotations

from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.row import Row
from carouge.guichet.demande.traitement import historique
from carouge.guichet.demande.traitement import revision
from carouge.guichet.dossier.demande_json import contenu_json
from carouge.guichet.dossier.demande_json import fichier_json
from carouge.guichet.dossier.demande_json import moment_json
from carouge.guichet.rest import GuichetService
from dataclasses import asdict


def ligne(row: Row, service: GuichetService) -> dict:
    """One line of the list of changes."""
    return {
        "@id": f"{service.address}/{row.numero}",
        "numero": row.numero,
        "etat": row.etat.value,
        "demarche": row.demarche_uid,
        "titre": row.titre,
        "service": row.service_uid,
        "canal": row.canal.value,
        "agent": row.agent or None,
        "depot": moment_json(row.depot),
        "attendu": row.attendu.isoformat() if row.attendu else None,
        "modifie": moment_json(row.modifie),
    }


def breve(demande: Demande, service: GuichetService) -> dict:
    """Where a demande stands; ``revision`` is what the next order has to name."""
    return {
        "@id": f"{service.address}/{demande.numero}",
        "numero": demande.numero,
        "etat": demande.etat.value,
        "revision": revision(demande),
    }


def entiere(demande: Demande, service: GuichetService) -> dict:
    """All of it, with what citizens never see: notes, and who did what."""
    dossier = demande.dossier
    base = f"{service.address}/{demande.numero}"
    return {
        **breve(demande, service),
        "titre": demande.demarche_titre,
        "demarche": demande.demarche_uid,
        "service": demande.service_uid,
        "version_formulaire": demande.form_version,
        "canal": demande.canal,
        "saisi_par": demande.saisi_par or None,
        "depot": moment_json(demande.depot),
        "attendu": demande.attendu.isoformat() if demande.attendu else None,
        "courriel": demande.courriel,
        "deposant": asdict(demande.deposant) if demande.deposant else None,
        "identite": asdict(demande.identite) if demande.identite else None,
        "membre": asdict(demande.membre) if demande.membre else None,
        "agent": dossier.agent or None,
        **contenu_json(demande, base),
        "messages": [
            {
                "id": message.id,
                "auteur": message.auteur,
                "par": message.par or None,
                "texte": message.texte,
                "date": moment_json(message.date),
                "lu": moment_json(message.lu),
                "pieces": [
                    fichier_json(piece, f"{base}/messages/{message.id}/{rang}")
                    for rang, piece in enumerate(message.pieces, start=1)
                ],
            }
            for message in dossier.messages
        ],
        "notes": [
            {"par": note.par, "texte": note.texte, "date": moment_json(note.date)}
            for note in dossier.notes
        ],
        "documents": [
            {
                "@id": f"{base}/documents/{document.id}",
                "id": document.id,
                "genre": document.genre,
                "titre": document.titre,
                "sha256": document.digest,
                "code": document.code or None,
                "date": moment_json(document.date),
                "lu": moment_json(document.lu),
                "retire": moment_json(document.retire),
            }
            for document in dossier.documents
        ],
        "historique": [
            {
                "date": moment_json(evenement.date),
                "par": evenement.par or None,
                "genre": evenement.genre,
                "details": dict(evenement.details),
            }
            for evenement in historique(demande)
        ],
    }
