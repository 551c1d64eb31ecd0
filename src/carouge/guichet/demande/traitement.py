"""What the service does with a demande beside its moves. Whoever calls it may do so.

Each change is one line of the demande's history and one of the journal, and makes its
``revision`` grow: a page made before can tell that it is out of date.
"""

from __future__ import annotations

from carouge.guichet import swisstime
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.content import Piece
from carouge.guichet.demande.controle import oublier_controle
from carouge.guichet.demande.controle import surveiller
from carouge.guichet.demande.domain import DomainError
from carouge.guichet.demande.domain import is_blank
from carouge.guichet.demande.dossier import Document
from carouge.guichet.demande.dossier import Evenement
from carouge.guichet.demande.dossier import Message
from carouge.guichet.demande.dossier import Note
from carouge.guichet.demande.echeance import regler
from carouge.guichet.demande.events import DemandeAvis
from carouge.guichet.demande.events import Occasion
from carouge.guichet.demande.service import history
from carouge.guichet.journal.service import record
from collections.abc import Sequence
from datetime import datetime
from plone import api
from zope.event import notify


#: The sides of a dialogue.
USAGER = "usager"
SERVICE = "service"


#: Details somebody has typed: names may be in them, which the journal never holds.
_EN_MOTS = frozenset({"titre"})


class TexteVide(DomainError):
    """There is nothing to be read in it."""


class PasFinie(DomainError):
    """Only what is over is put away."""


class PieceInconnue(DomainError):
    """No such piece, or none that could arrive now."""


def revision(demande: Demande) -> int:
    """Grows with each move and each other change of the demande."""
    return len(history(demande)) + len(demande.dossier.evenements)


def consigner(
    demande: Demande,
    genre: str,
    *,
    par: str | None = None,
    moment: datetime | None = None,
    **details: str,
) -> datetime:
    """Write a line into history and journal, and index the demande anew.

    ``genre`` is a key of :data:`carouge.guichet.demande.labels.EVENEMENT_LABELS`;
    ``par`` is the current user when it is not said. Returns the moment of the line.
    """
    moment = moment or swisstime.now()
    par = _moi() if par is None else par
    demande.ouvrir_dossier().noter(Evenement(moment, par, genre, details))
    demande.modifie = moment
    demande.reindexObject()
    record(
        f"demande.{genre}",
        subject=demande.numero,
        **{name: text for name, text in details.items() if name not in _EN_MOTS},
    )
    return moment


# --- in whose hands ------------------------------------------------------------


def attribuer(demande: Demande, agent: str) -> bool:
    """Give the demande to an agent (user id), or to nobody (empty).

    Returns whether anything was changed.
    """
    if demande.dossier.agent == agent:
        return False
    demande.ouvrir_dossier().agent = agent
    consigner(demande, "attribuer" if agent else "rendre", agent=agent)
    return True


def transmettre(demande: Demande, service: str, raison: str) -> bool:
    """Hand over to another service (UID), which is told; whether it was changed.

    ``raison`` is a note for its agents.

    :raises TexteVide: no reason is given
    """
    if is_blank(raison):
        raise TexteVide("raison")
    avant = demande.service_uid or ""
    if avant == service:
        return False
    dossier = demande.ouvrir_dossier()
    dossier.agent = ""
    demande.service_uid = service
    noter_interne(demande, raison)
    consigner(demande, "transmettre", de=avant, a=service)
    notify(DemandeAvis(demande, Occasion.TRANSMISE, SERVICE))
    return True


def suivre(demande: Demande, agent: str, oui: bool = True) -> bool:
    """An agent wants to be told of this demande, or no more; whether it was changed."""
    dossier = demande.ouvrir_dossier()
    if (agent in dossier.suiveurs) is oui:
        return False
    if oui:
        dossier.suiveurs.insert(agent)
    else:
        dossier.suiveurs.remove(agent)
    demande.reindexObject()
    return True


def archiver(demande: Demande, oui: bool = True) -> bool:
    """Put what is over away, or take it out again; whether it was changed.

    :raises PasFinie: somebody still works on it
    """
    if oui and not demande.etat.final:
        raise PasFinie(demande.numero)
    if (demande.dossier.archivee is not None) is oui:
        return False
    moment = swisstime.now()
    demande.ouvrir_dossier().archivee = moment if oui else None
    consigner(demande, "archiver" if oui else "desarchiver", moment=moment)
    return True


# --- dialogue ------------------------------------------------------------------


def ecrire_message(
    demande: Demande, auteur: str, texte: str, pieces: Sequence[Piece] = ()
) -> Message:
    """One side writes to the other, which is told.

    ``auteur`` is :data:`USAGER` or :data:`SERVICE`.

    :raises TexteVide: neither words nor attachments
    """
    if is_blank(texte) and not pieces:
        raise TexteVide("message")
    moment = swisstime.now()
    message = Message(
        auteur=auteur, par=_moi(), texte=texte.strip(), date=moment, pieces=pieces
    )
    demande.ouvrir_dossier().messages.append(message)
    consigner(demande, f"message_{auteur}", moment=moment, message=message.id)
    surveiller(demande, pieces)
    autre = USAGER if auteur == SERVICE else SERVICE
    notify(DemandeAvis(demande, Occasion.MESSAGE, autre))
    return message


def marquer_lus(demande: Demande, lecteur: str) -> int:
    """One side has seen what the other has written; how many were new to it."""
    nouveaux = non_lus(demande, lecteur)
    moment = swisstime.now()
    for message in nouveaux:
        message.lu = moment
    if nouveaux:
        demande.reindexObject()
    return len(nouveaux)


def non_lus(demande: Demande, lecteur: str) -> list[Message]:
    """The messages to one side that it has not seen yet."""
    return [
        message
        for message in demande.dossier.messages
        if message.auteur != lecteur and message.lu is None
    ]


def noter_interne(demande: Demande, texte: str) -> Note:
    """Keep a note for the agents.

    :raises TexteVide: there is nothing in it
    """
    if is_blank(texte):
        raise TexteVide("note")
    moment = swisstime.now()
    note = Note(par=_moi(), texte=texte.strip(), date=moment)
    demande.ouvrir_dossier().notes.append(note)
    consigner(demande, "note", moment=moment)
    return note


# --- pieces and documents ------------------------------------------------------


def recevoir_piece(
    demande: Demande, rang: int, moyen: str, contenu: Piece | None = None
) -> Piece:
    """One announced piece has arrived; see :func:`recevoir_pieces`."""
    return recevoir_pieces(demande, [rang], moyen, contenu)[0]


def recevoir_pieces(
    demande: Demande, rangs: Sequence[int], moyen: str, contenu: Piece | None = None
) -> list[Piece]:
    """Announced pieces have arrived, by ``poste`` or at the ``guichet``.

    ``rangs`` are their indexes in ``demande.pieces``; ``contenu`` is the scanned file,
    if somebody made one. The citizen is told once for all of them.

    :raises PieceInconnue: no such piece, or it is there already
    """
    pieces = [_piece(demande, rang) for rang in dict.fromkeys(rangs)]
    if not pieces or not all(piece.annoncee for piece in pieces):
        raise PieceInconnue(*rangs)
    moment = swisstime.now()
    for piece in pieces:
        piece.moyen = moyen
        piece.recue = moment
        piece.recue_par = _moi()
        if contenu is not None:
            piece.file = contenu.file
            piece.digest = contenu.digest
            piece.controle = contenu.controle
    regler(demande, moment)
    for piece in pieces:
        consigner(demande, "piece_recue", moment=moment, piece=piece.label, moyen=moyen)
    surveiller(demande, pieces)
    titres = ", ".join(dict.fromkeys(piece.label for piece in pieces))
    notify(DemandeAvis(demande, Occasion.PIECE_RECUE, USAGER, {"piece": titres}))
    return pieces


def annuler_reception(demande: Demande, rang: int) -> Piece:
    """The piece was ticked by mistake: it is still to come.

    :raises PieceInconnue: it has not arrived in this way, or a scan of it is there
    """
    piece = _piece(demande, rang)
    if piece.recue is None or piece.file is not None:
        raise PieceInconnue(rang)
    piece.recue = None
    piece.recue_par = ""
    moment = swisstime.now()
    regler(demande, moment)
    consigner(demande, "piece_attendue", moment=moment, piece=piece.label)
    return piece


def retirer_scan(demande: Demande, rang: int) -> Piece:
    """The scan belongs to another piece, or to somebody else: the piece is still to come.

    The file is not kept. Its digest stays in the history, to tell which one it was.

    :raises PieceInconnue: no scan of an announced piece, or the demande is over
    """
    piece = _piece(demande, rang)
    if piece.recue is None or piece.file is None or piece.remplacee is not None:
        raise PieceInconnue(rang)
    if demande.etat.final:
        raise PieceInconnue(rang)
    digest = piece.digest
    piece.file = None
    piece.digest = ""
    piece.controle = "non_controle"
    piece.recue = None
    piece.recue_par = ""
    moment = swisstime.now()
    regler(demande, moment)
    oublier_controle(demande)
    consigner(demande, "scan_retire", moment=moment, piece=piece.label, sha256=digest)
    return piece


def remettre_document(demande: Demande, document: Document) -> Document:
    """Give the citizen a document; he is told."""
    demande.ouvrir_dossier().documents.append(document)
    consigner(
        demande,
        "document",
        moment=document.date,
        document=document.id,
        titre=document.titre,
        sha256=document.digest,
    )
    notify(DemandeAvis(demande, Occasion.DOCUMENT, USAGER))
    return document


def historique(demande: Demande) -> list[Evenement]:
    """Moves and all the rest, oldest first.

    A move is an event whose ``genre`` is its id, ``deposer`` for the submission; its
    ``details`` have ``etat`` and ``message``.
    """
    moves = [
        Evenement(
            step.time,
            step.actor,
            step.transition or "deposer",
            {"etat": step.state.value, "message": step.message},
        )
        for step in history(demande)
    ]
    return sorted(
        moves + demande.dossier.evenements, key=lambda evenement: evenement.date
    )


def _piece(demande: Demande, rang: int) -> Piece:
    if not 0 <= rang < len(demande.pieces):
        raise PieceInconnue(rang)
    return demande.pieces[rang]


def _moi() -> str:
    return "" if api.user.is_anonymous() else api.user.get_current().getId()
