"""The expected day of a demande: when its clock runs, and how that is said."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.domain import ATTENDENT_USAGER
from carouge.guichet.demande.domain import is_late
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.horloge import geneva_holidays
from carouge.guichet.demande.horloge import Horloge
from carouge.guichet.demande.horloge import jours_ouvrables
from carouge.guichet.swisstime import format_date
from carouge.guichet.swisstime import local_date
from datetime import date
from datetime import datetime
from typing import Protocol
from zope.i18nmessageid import Message


class Suivi(Protocol):
    """What is asked of a demande, or of its line in a list."""

    etat: State
    attendu: date | None
    suspendu: bool


def expected_date(start: date, working_days: int | None) -> date | None:
    """The day by which the service wants to have answered, or None if it says none."""
    return Horloge(working_days or None).demarrer(start).attendu(geneva_holidays())


def armer(demande: Demande, delai: int | None) -> None:
    """Give a new demande its clock; it runs unless pieces are still to come.

    ``delai`` is what the service promises, in working days. The expected day is set as
    if the submission were complete; it moves when announced pieces arrive later.
    """
    horloge = Horloge(delai or None)
    lancee = horloge.demarrer(local_date(demande.depot))
    demande.horloge = horloge if demande.pieces_annoncees else lancee
    demande.attendu = lancee.attendu(geneva_holidays())


def regler(demande: Demande, moment: datetime) -> bool:
    """Make the clock follow the state and the pieces; whether anything was changed.

    It runs while the service has all it needs, from the complete submission on. A final
    state keeps the net working days in ``demande.duree_jours`` (None when the clock has
    never run) and the moment in ``demande.cloture``. The caller indexes the demande.
    """
    etat, jour, feries = demande.etat, local_date(moment), geneva_holidays()
    avant = demande.horloge
    attend_usager = etat in ATTENDENT_USAGER or bool(demande.pieces_annoncees)
    if etat.final or attend_usager:
        horloge = avant.arreter(jour, feries)
    else:
        horloge = avant.demarrer(jour)
    changed = False
    if horloge != avant:
        if avant.court and (avant.restant(jour, feries) or 0) < 0:
            # What follows moves the day; what was said and not kept stays known.
            demande.annonce = demande.annonce or demande.attendu
        demande.horloge = horloge
        demande.attendu = horloge.attendu(feries) or demande.attendu
        changed = True
    if etat.final and demande.cloture is None:
        jamais = bool(demande.pieces_annoncees) and not avant.court and not avant.jours
        demande.duree_jours = None if jamais else horloge.jours
        demande.cloture = moment
        changed = True
    elif not etat.final and demande.cloture is not None:
        demande.duree_jours = demande.cloture = None
        changed = True
    return changed


def echeance_en_mots(demande: Demande, today: date):
    """When the answer will come, as the citizen reads it; None when nothing is to say.

    Nothing is said of a demande that is over, or whose service promises no day.
    """
    if demande.attendu is None or demande.etat.final:
        return None
    feries = geneva_holidays()
    horloge = demande.horloge
    if demande.etat is State.A_PAYER:
        return _jours(
            horloge.restant(today, feries),
            _("Answer expected 1 working day after the fee has been paid."),
            _(
                "Answer expected within ${days} working days of the day on which the "
                "fee is paid."
            ),
            _("Answer expected as soon as the fee has been paid."),
        )
    if demande.etat is not State.A_COMPLETER and demande.suspendu:
        return _jours(
            horloge.restant(today, feries),
            _("Answer expected 1 working day after your documents have arrived."),
            _(
                "Answer expected within ${days} working days of the day on which "
                "your documents have arrived."
            ),
            _("Answer expected as soon as your documents have arrived."),
        )
    if demande.etat is State.A_COMPLETER:
        return _jours(
            horloge.restant(today, feries),
            _(
                "The service waits for your answer. Once it is here, the decision is "
                "expected within 1 working day."
            ),
            _(
                "The service waits for your answer. Once it is here, the decision is "
                "expected within ${days} working days."
            ),
            _(
                "The service waits for your answer. Once it is here, it goes on "
                "without delay."
            ),
        )
    if is_late(demande.attendu, demande.etat, today):
        annonce = demande.annonce or demande.attendu
        return _(
            "We had announced an answer by ${date}; your demande is still being worked "
            "on. We apologise for the delay.",
            mapping={"date": format_date(annonce)},
        )
    return _(
        "Answer expected by ${date}.", mapping={"date": format_date(demande.attendu)}
    )


def reste_en_mots(suivi: Suivi, today: date):
    """The time left, as the desk reads it in a list; None when there is no deadline."""
    if suivi.attendu is None or suivi.etat.final:
        return None
    if suivi.etat is State.A_PAYER:
        return _("payment awaited")
    if suivi.etat is State.A_COMPLETER:
        return _("paused")
    if suivi.suspendu:
        return _("documents awaited")
    if is_late(suivi.attendu, suivi.etat, today):
        return _jours(
            jours_ouvrables(suivi.attendu, today),
            _("1 working day late"),
            _("${days} working days late"),
            # It was due on Friday, and today is Saturday.
            _("late"),
        )
    return _jours(
        jours_ouvrables(today, suivi.attendu),
        _("1 working day left"),
        _("${days} working days left"),
        _("due today"),
    )


def _jours(days: int | None, one, several, none):
    if days is None or days <= 0:
        return none
    if days == 1:
        return one
    return Message(several, mapping={"days": str(days)})
