"""What is to be done next with a demande, in the order of its urgency."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.antivirus.domain import A_VERIFIER
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.controle import fichiers_de
from carouge.guichet.demande.domain import is_late
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.traitement import non_lus
from carouge.guichet.demande.traitement import SERVICE
from carouge.guichet.demande.traitement import USAGER
from carouge.guichet.swisstime import format_date
from carouge.guichet.swisstime import local_date
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from zope.i18nmessageid import Message


@dataclass(frozen=True)
class Indication:
    """One thing to know or to do; ``ancre`` is where on the page it is done.

    ``urgent`` stands out.
    """

    texte: Message
    ancre: str = ""
    urgent: bool = False


def suite(demande: Demande, today: date) -> list[Indication]:
    """What waits for the service or for the citizen; empty when it is over and read."""
    return [*_suite(demande, today)]


def _suite(demande: Demande, today: date) -> Iterator[Indication]:
    etat = demande.etat
    unread = len(non_lus(demande, SERVICE))
    if unread:
        yield Indication(
            _(
                "Messages of the citizen that nobody has read: ${count}",
                mapping={"count": str(unread)},
            ),
            "agents-dialogue",
            urgent=True,
        )
    if is_late(demande.attendu, etat, today, demande.suspendu):
        yield Indication(
            _("The expected day is over: please decide, or write to the citizen."),
            "agents-process",
            urgent=True,
        )
    if etat is State.DEPOSEE and not demande.dossier.agent:
        yield Indication(_("Nobody has taken it in hand yet."), "agents-hands")
    if etat is State.COMPLETEE:
        yield Indication(
            _("The citizen has answered: please look at it and go on."),
            "agents-dialogue",
            urgent=True,
        )
    if etat is State.A_PAYER:
        yield Indication(
            _("The fee is not paid yet: the demande waits, or you waive the fee."),
            "agents-process",
        )
    if etat is State.A_COMPLETER:
        yield Indication(_asked(demande), "agents-dialogue")
    missing = len(demande.pieces_annoncees)
    if missing and not etat.final:
        yield Indication(
            _(
                "Announced documents that have not arrived: ${count}",
                mapping={"count": str(missing)},
            ),
            "agents-pieces",
        )
    if any(piece.controle == A_VERIFIER for piece in fichiers_de(demande)):
        yield Indication(
            _("The antivirus has not examined all files yet."), "agents-pieces"
        )
    if etat is State.EN_COURS and not missing:
        yield Indication(_("Everything is here: please decide."), "agents-process")
    waiting = len(non_lus(demande, USAGER))
    if waiting:
        yield Indication(
            _(
                "Messages the citizen has not read yet: ${count}",
                mapping={"count": str(waiting)},
            ),
            "agents-dialogue",
        )


def _asked(demande: Demande) -> Message:
    complement = demande.dossier.complement
    if complement is None:
        return _("The citizen has to answer first.")
    return _(
        "The citizen has to answer first: he was asked on ${date}.",
        mapping={"date": format_date(local_date(complement.date))},
    )
