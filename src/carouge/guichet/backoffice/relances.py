"""What is due at the desk by itself: reminders, expected days, what is to be put away.

Each of these happens once per demande and reason, because it leaves a line in its
history: run twice, at the same time or after a kill, there is nothing left to do. The
lists are gone through once a day.
"""

from __future__ import annotations

from carouge.guichet import swisstime
from carouge.guichet.controlpanel.service import archive_days
from carouge.guichet.controlpanel.service import piece_reminder_days
from carouge.guichet.controlpanel.service import reminder_days
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.criteres import Bannette
from carouge.guichet.demande.criteres import Criteres
from carouge.guichet.demande.domain import FINAL_STATES
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.events import DemandeAvis
from carouge.guichet.demande.events import Occasion
from carouge.guichet.demande.horloge import geneva_holidays
from carouge.guichet.demande.jours import add_working_days
from carouge.guichet.demande.jours import count_working_days
from carouge.guichet.demande.queries import get_demande
from carouge.guichet.demande.queries import parcourir
from carouge.guichet.demande.queries import Row
from carouge.guichet.demande.traitement import archiver
from carouge.guichet.demande.traitement import consigner
from carouge.guichet.demande.traitement import historique
from carouge.guichet.demande.traitement import SERVICE
from carouge.guichet.demande.traitement import USAGER
from carouge.guichet.demarche.service import services_of
from carouge.guichet.swisstime import local_date
from carouge.guichet.swisstime import ZURICH
from collections.abc import Iterator
from datetime import date
from datetime import datetime
from datetime import timedelta
from persistent.mapping import PersistentMapping
from zope.annotation.interfaces import IAnnotations
from zope.event import notify


_KEY = "carouge.guichet.relances"

#: Nobody is written to before that hour by the counter's clock.
HEURE = 7
#: Most demandes in one run, which is one transaction; the next run goes on.
MAX_PAR_RUN = 500
#: Working days before the expected day on which the service is told.
JOURS_AVANT = 2

#: The line a reminder of announced pieces leaves in the history.
RAPPEL_PIECES = "rappel_pieces"
#: After these the citizen has the whole time again.
_ANNONCENT = frozenset({"deposer", "completer", "piece_attendue", "scan_retire"})

PROCHE = "proche"
DEPASSEE = "depassee"


def rappeler(guichet, moment: datetime) -> int:
    """Remind the citizens of what they were asked for; how many were."""
    after = reminder_days()
    if not after or _done_today(guichet, "rappels", moment):
        return 0
    rows = [
        row.numero
        for row in _rows(guichet, Bannette.EN_ATTENTE)
        if moment - row.depot >= timedelta(days=after[0])
    ]
    count = 0
    for numero in rows:
        if count >= MAX_PAR_RUN:
            return count
        demande = get_demande(guichet, numero)
        if demande is not None and _rappel_du(demande, moment, after):
            consigner(demande, "rappel", par="", moment=moment)
            notify(DemandeAvis(demande, Occasion.RAPPEL, USAGER))
            count += 1
    _mark(guichet, "rappels", moment)
    return count


def rappeler_pieces(guichet, moment: datetime) -> int:
    """Remind the citizens of documents they had announced; how many were.

    Whoever has to answer something is reminded of that instead.
    """
    days = piece_reminder_days()
    if not days or _done_today(guichet, "rappels_pieces", moment):
        return 0
    first = moment - timedelta(days=days)
    rows = [
        row.numero
        for row in _rows(guichet, Bannette.SERVICE)
        if row.attend_pieces
        and row.etat is not State.A_COMPLETER
        and row.depot <= first
    ]
    count = 0
    for numero in rows:
        if count >= MAX_PAR_RUN:
            return count
        demande = get_demande(guichet, numero)
        if demande is not None and _pieces_dues(demande, moment, days):
            consigner(demande, RAPPEL_PIECES, par="", moment=moment)
            notify(DemandeAvis(demande, Occasion.RAPPEL_PIECES, USAGER))
            count += 1
    _mark(guichet, "rappels_pieces", moment)
    return count


def avertir(guichet, moment: datetime) -> dict[str, int]:
    """Tell the services of expected days that are near or over; how many of each."""
    counts = {PROCHE: 0, DEPASSEE: 0}
    if _done_today(guichet, "echeances", moment):
        return counts
    jour = local_date(moment)
    limit = add_working_days(jour, JOURS_AVANT, geneva_holidays())
    # Written to while it is gone through, the list would change under our hands.
    rows = [row for row in _rows(guichet, Bannette.SERVICE) if _near(row, limit)]
    for row in rows:
        if sum(counts.values()) >= MAX_PAR_RUN:
            return counts
        quand = DEPASSEE if row.late(jour) else PROCHE
        demande = get_demande(guichet, row.numero)
        if demande is None or _averti(demande, quand, row.attendu):
            continue
        consigner(
            demande,
            "echeance",
            par="",
            moment=moment,
            quand=quand,
            attendu=row.attendu.isoformat(),
        )
        notify(DemandeAvis(demande, Occasion.ECHEANCE, SERVICE, {"quand": quand}))
        counts[quand] += 1
    _mark(guichet, "echeances", moment)
    return counts


def ranger(guichet, moment: datetime) -> int:
    """Put away what has been over for long; how many were.

    What an agent has taken out again since stays where it is.
    """
    days = archive_days()
    if not days or _done_today(guichet, "archives", moment, heure=0):
        return 0
    limit = moment - timedelta(days=days)
    after = tuple(_memoire(guichet).get("archives_apres", (0.0, "")))
    rows = sorted(
        (row.cloture.timestamp(), row.numero)
        for row in _rows(guichet, Bannette.TOUTES, etats=tuple(FINAL_STATES))
        if row.cloture is not None and row.cloture <= limit
    )
    due = [key for key in rows if key > after]
    for _time, numero in due[:MAX_PAR_RUN]:
        demande = get_demande(guichet, numero)
        if demande is not None and demande.etat.final:
            archiver(demande)
    if due[:MAX_PAR_RUN]:
        _memoire(guichet, write=True)["archives_apres"] = due[:MAX_PAR_RUN][-1]
    if len(due) <= MAX_PAR_RUN:
        _mark(guichet, "archives", moment)
    return len(due[:MAX_PAR_RUN])


def _rappel_du(demande: Demande, moment: datetime, after: tuple[int, ...]) -> bool:
    """Whether it is time for a reminder that was not sent yet."""
    if demande.etat is not State.A_COMPLETER:
        return False
    asked, sent = None, 0
    for evenement in historique(demande):
        if evenement.genre == "demander_complement":
            asked, sent = evenement.date, 0
        elif evenement.genre == "rappel":
            sent += 1
    if asked is None or sent >= len(after):
        return False
    return moment - asked >= timedelta(days=after[sent])


def _pieces_dues(demande: Demande, moment: datetime, days: int) -> bool:
    """Whether announced pieces are overdue and nobody was told since.

    The days count from the last time something was announced: at the submission, in an
    answer, or when a piece turned out not to have arrived.
    """
    if not demande.pieces_annoncees or demande.etat is State.A_COMPLETER:
        return False
    announced, told = None, False
    for evenement in historique(demande):
        if evenement.genre in _ANNONCENT:
            announced, told = evenement.date, False
        elif evenement.genre == RAPPEL_PIECES:
            told = True
    if announced is None or told:
        return False
    elapsed = count_working_days(
        local_date(announced), local_date(moment), geneva_holidays()
    )
    return elapsed >= days


def _near(row: Row, limit: date) -> bool:
    return row.attendu is not None and not row.suspendu and row.attendu <= limit


def _averti(demande: Demande, quand: str, attendu: date) -> bool:
    """Whether the service was told of that already, for this expected day."""
    told = {"quand": quand, "attendu": attendu.isoformat()}
    return any(
        evenement.genre == "echeance" and dict(evenement.details) == told
        for evenement in demande.dossier.evenements
    )


def _rows(guichet, bannette: Bannette, etats=()) -> Iterator[Row]:
    return parcourir(
        bannette,
        services=[service.UID() for service in services_of(guichet)],
        criteres=Criteres(etats=etats),
        jour=swisstime.today(),
    )


def _done_today(guichet, nom: str, moment: datetime, heure: int = HEURE) -> bool:
    """Whether there is nothing to do any more today, or not yet."""
    local = moment.astimezone(ZURICH)
    return local.hour < heure or _memoire(guichet).get(nom) == local.date().isoformat()


def _mark(guichet, nom: str, moment: datetime) -> None:
    _memoire(guichet, write=True)[nom] = local_date(moment).isoformat()


def _memoire(guichet, write: bool = False):
    annotations = IAnnotations(guichet)
    memory = annotations.get(_KEY)
    if memory is None:
        memory = PersistentMapping()
        if write:
            annotations[_KEY] = memory
    return memory
