"""What a demande holds, as JSON: the same for its citizen and for the commune's programs."""

from __future__ import annotations

from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.content import Piece
from dataclasses import asdict
from datetime import datetime


def contenu_json(demande: Demande, address: str) -> dict:
    """Answers, documents and price, as they were filed; ``address`` is the demande's."""
    return {
        "reponses": [
            {
                "nom": reponse.name,
                "etape": reponse.step,
                "question": reponse.label,
                "texte": reponse.text,
                "valeur": reponse.value,
            }
            for reponse in demande.reponses
        ],
        "pieces": [
            {
                **fichier_json(piece, f"{address}/pieces/{rang}"),
                "nom": piece.name,
                "question": piece.label,
                "moyen": piece.moyen or None,
                "recue": moment_json(piece.recue),
            }
            for rang, piece in enumerate(demande.pieces, start=1)
        ],
        "prix": {
            "lignes": [asdict(line) for line in demande.prix],
            "total": demande.total,
        },
    }


def fichier_json(piece: Piece, address: str) -> dict:
    """The file of a document; nothing of it when there is none, no address of one that
    may not be read. The size is in bytes."""
    if piece.file is None:
        return {"@id": None, "fichier": None, "taille": None, "sha256": None}
    return {
        "@id": address if piece.lisible else None,
        "fichier": piece.file.filename,
        "taille": piece.file.getSize(),
        "sha256": piece.digest or None,
    }


def moment_json(moment: datetime | None) -> str | None:
    """A moment in ISO 8601, to the second."""
    return moment.isoformat(timespec="seconds") if moment else None
