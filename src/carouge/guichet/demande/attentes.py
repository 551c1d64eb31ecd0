"""What is expected of the citizen, said the same on pages, in lists and to programs."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.demande.domain import FINAL_STATES
from carouge.guichet.demande.domain import State
from enum import Enum


class Attente(str, Enum):
    """One thing the citizen has to do.

    ``PAYER``: its fee is not paid; ``REPONDRE``: the service has asked for something; ``ENVOYER``: announced documents
    have not arrived; ``DECISION``: there is a decision he has not opened; ``LIRE``: there is a message he has not read.
    """

    PAYER = "payer"
    REPONDRE = "repondre"
    ENVOYER = "envoyer"
    DECISION = "decision"
    LIRE = "lire"


#: In these states somebody may wait for the citizen.
OUVERTS = tuple(state for state in State if state not in FINAL_STATES)


def attentes_de(
    etat: State, non_lus: int, pieces: int, decisions: int = 0
) -> tuple[Attente, ...]:
    """What is expected of the citizen, most urgent first; empty for nothing.

    ``non_lus`` counts the messages he has not read, ``pieces`` the announced documents
    that have not arrived, ``decisions`` those he has not opened.
    """
    found = []
    if etat is State.A_PAYER:
        found.append(Attente.PAYER)
    if etat is State.A_COMPLETER:
        found.append(Attente.REPONDRE)
    if pieces and not etat.final:
        found.append(Attente.ENVOYER)
    if decisions:
        found.append(Attente.DECISION)
    if non_lus:
        found.append(Attente.LIRE)
    return tuple(found)


def en_mots(attente: Attente, non_lus: int, pieces: int):
    """One thing to do, in words."""
    if attente is Attente.PAYER:
        return _("Pay the fee.")
    if attente is Attente.REPONDRE:
        return _("Answer the question of the service.")
    if attente is Attente.ENVOYER:
        return _counted(
            pieces,
            _("Send the document you have announced, or bring it."),
            _("Send the ${count} documents you have announced, or bring them."),
        )
    if attente is Attente.DECISION:
        return _("Read your decision.")
    return _counted(non_lus, _("Read 1 new message."), _("Read ${count} new messages."))


def attentes_en_mots(
    etat: State, non_lus: int, pieces: int, decisions: int = 0
) -> list:
    """All of them, one message each; that nothing is expected is said too."""
    found = attentes_de(etat, non_lus, pieces, decisions)
    if found:
        return [en_mots(attente, non_lus, pieces) for attente in found]
    if etat.final:
        return [_("Nothing: this demande is finished.")]
    return [_("Nothing: the service is working.")]


def _counted(count: int, one, several):
    if count == 1:
        return one
    return several.__class__(several, mapping={"count": str(count)})
