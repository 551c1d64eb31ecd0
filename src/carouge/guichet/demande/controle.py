"""The documents of demandes that the antivirus has not seen yet."""

from __future__ import annotations

from carouge.guichet.antivirus.domain import A_VERIFIER
from carouge.guichet.antivirus.domain import INFECTE
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.content import Piece
from carouge.guichet.demande.queries import demandes_of
from carouge.guichet.journal.service import record
from collections.abc import Iterator


def pieces_a_verifier(guichet) -> Iterator[tuple[Demande, Piece]]:
    """The documents to be examined, with their demandes.

    Nothing may be written on the way.
    """
    store = demandes_of(guichet)
    for numero in store.a_verifier:
        demande = store.get(numero)
        for piece in demande.pieces if demande is not None else ():
            if piece.controle == A_VERIFIER:
                yield demande, piece


def noter_controle(guichet, demande: Demande, piece: Piece, etat: str) -> None:
    """Keep what the antivirus said of a document.

    An infected one stays where it is, because an antivirus can be wrong, but nobody is
    given it any more.
    """
    piece.controle = etat
    if all(other.controle != A_VERIFIER for other in demande.pieces):
        demandes_of(guichet).verifie(demande.numero)
    if etat == INFECTE:
        record("demande.piece_infectee", subject=demande.numero, sha256=piece.digest)
