"""The files of a demande by the last parts of an address."""

from __future__ import annotations

from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.content import Piece
from carouge.guichet.entiers import lire_entier
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class FichierNomme:
    """A file (a NamedBlobFile) and the name it is saved under."""

    file: object
    nom: str


def fichier_nomme(
    demande: Demande, parties: Sequence[str], *, retires: bool = False
) -> FichierNomme | None:
    """``pieces/<rang>``, ``messages/<id>/<rang>`` (both from 1) or ``documents/<id>``.

    None when there is no such file, or nobody may be given it; documents that were
    withdrawn only with ``retires``.
    """
    match tuple(parties):
        case ("pieces", rang):
            return _piece(demande.pieces, rang)
        case ("messages", id, rang):
            message = demande.dossier.message(id)
            return _piece(message.pieces, rang) if message is not None else None
        case ("documents", id):
            document = demande.dossier.document(id)
            if document is None or (document.retire is not None and not retires):
                return None
            nom = document.file.filename or f"{document.id}.pdf"
            return FichierNomme(document.file, nom)
    return None


def _piece(pieces: Sequence[Piece], rang: str) -> FichierNomme | None:
    number = lire_entier(rang, moins=1, plus=len(pieces))
    if number is None or not pieces[number - 1].lisible:
        return None
    piece = pieces[number - 1]
    return FichierNomme(piece.file, piece.file.filename or piece.label)
