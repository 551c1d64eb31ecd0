"""What a citizen reads of the history of his demande.

A line is shown because it stands in a list here: notes, who has the demande in hand and
whatever is added to the history later stay with the service.
"""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.domain import Canal
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.dossier import Evenement
from carouge.guichet.demande.traitement import historique
from carouge.guichet.demarche.service import guichet_of
from carouge.guichet.demarche.service import service_by_uid
from dataclasses import dataclass
from datetime import datetime
from zope.i18nmessageid import Message


#: Each move as the citizen reads it.
MOVES = {
    "deposer": _("The demande has arrived."),
    "attendre_paiement": _("The fee of the demande is to be paid."),
    "payer": _("The fee has been paid. The demande goes to the service."),
    "exonerer": _("The service has waived the fee."),
    "prendre_en_charge": _("The service has taken the demande in hand."),
    "demander_complement": _("The service asks for something more."),
    "completer": _("The answer has arrived."),
    "valider": _("The demande has been accepted."),
    "refuser": _("The demande has been refused."),
    "classer": _("The demande has been closed without action."),
    "retirer": _("The demande has been withdrawn."),
    "rouvrir": _("The service has reopened the demande."),
}

#: How it came, where that was not online.
_ARRIVED = {
    Canal.GUICHET: _("The demande was entered at the counter."),
    Canal.TELEPHONE: _("The demande was entered by telephone."),
    Canal.COURRIER: _("The demande has arrived by letter."),
}

#: What has happened beside the moves, as far as it concerns the citizen.
EVENTS = {
    "message_service": _("The service has written to you."),
    "message_usager": _("You have written to the service."),
    "document_retire": _("A document has been withdrawn: ${titre}."),
    "piece_attendue": _("A document is still to come: ${piece}."),
    "scan_retire": _("A document is still to come: ${piece}."),
    "document": _("There is a document for you: ${titre}."),
    "rattacher": _("The demande has been put into your account."),
}

_RECUES = {
    "poste": _("A document has arrived by post: ${piece}."),
    "guichet": _("A document has arrived at the counter: ${piece}."),
}


@dataclass(frozen=True)
class Ligne:
    """One line of the timeline.

    ``date`` is aware; ``message`` is what one side told the other with a move, plain
    text; ``objet`` is the id of the message or document the line is about.
    """

    date: datetime
    genre: str
    label: Message
    message: str = ""
    etat: State | None = None
    objet: str = ""


def chronologie(demande: Demande) -> list[Ligne]:
    """What has happened, oldest first, for whom the demande belongs to."""
    lignes = (_ligne(demande, evenement) for evenement in historique(demande))
    return [ligne for ligne in lignes if ligne is not None]


def _ligne(demande: Demande, evenement: Evenement) -> Ligne | None:
    genre, details = evenement.genre, evenement.details
    if genre in MOVES:
        label = MOVES[genre]
        if genre == "deposer":
            label = _ARRIVED.get(Canal(demande.canal), label)
        return Ligne(
            evenement.date,
            genre,
            label,
            details.get("message", ""),
            State(details["etat"]),
        )
    label = _label(demande, genre, details)
    if label is None:
        return None
    objet = details.get("message") or details.get("document") or ""
    return Ligne(evenement.date, genre, label, objet=objet)


def _label(demande: Demande, genre: str, details) -> Message | None:
    if genre == "piece_recue":
        return _filled(_RECUES.get(details.get("moyen"), _RECUES["guichet"]), details)
    if genre == "transmettre":
        service = service_by_uid(guichet_of(demande), details.get("a"))
        if service is None:
            return _("Another service goes on with the demande.")
        return _(
            "From now on, this service goes on with the demande: ${service}.",
            mapping={"service": service.title},
        )
    label = EVENTS.get(genre)
    return None if label is None else _filled(label, details)


def _filled(label: Message, details) -> Message:
    mapping = {name: details.get(name, "") for name in ("titre", "piece")}
    return Message(label, mapping=mapping)
