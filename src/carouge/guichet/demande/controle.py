"""The documents of demandes that the antivirus has not seen yet."""

from __future__ import annotations

from Acquisition import aq_parent
from carouge.guichet.antivirus.domain import A_VERIFIER
from carouge.guichet.antivirus.domain import INFECTE
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.content import Piece
from carouge.guichet.demande.queries import demandes_of
from carouge.guichet.journal.service import record
from collections.abc import Iterable
from collections.abc import Iterator


def pieces_a_verifier(guichet) -> Iterator[tuple[Demande, Piece]]:
    """The documents to be examined, with their demandes.

    Nothing may be written on the way.
    """
    store = demandes_of(guichet)
    for numero in store.a_verifier:
        demande = store.get(numero)
        for piece in fichiers_de(demande) if demande is not None else ():
            if piece.controle == A_VERIFIER:
                yield demande, piece


def fichiers_de(demande: Demande) -> list[Piece]:
    """All that came in as a file: the pieces, and what is attached to messages."""
    return [
        *demande.pieces,
        *(piece for message in demande.dossier.messages for piece in message.pieces),
    ]


def surveiller(demande: Demande, pieces: Iterable[Piece]) -> None:
    """See to it that what the antivirus has not seen of these is examined later."""
    if any(piece.controle == A_VERIFIER for piece in pieces):
        aq_parent(demande).attend_controle(demande.numero)


def oublier_controle(demande: Demande) -> None:
    """Nothing of the demande waits for the antivirus, unless something still does."""
    if all(piece.controle != A_VERIFIER for piece in fichiers_de(demande)):
        aq_parent(demande).verifie(demande.numero)


def noter_controle(guichet, demande: Demande, piece: Piece, etat: str) -> None:
    """Keep what the antivirus said of a document.

    An infected one stays where it is, because an antivirus can be wrong, but nobody is
    given it any more.
    """
    piece.controle = etat
    oublier_controle(demande)
    if etat == INFECTE:
        record("demande.piece_infectee", subject=demande.numero, sha256=piece.digest)
