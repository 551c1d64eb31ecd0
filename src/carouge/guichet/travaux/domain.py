"""States and terms of a background job, in pure Python."""

from __future__ import annotations

from carouge.guichet.bail import Bail
from dataclasses import dataclass
from datetime import datetime
from datetime import timedelta
from enum import Enum


class EtatTravail(str, Enum):
    """Where a job stands."""

    EN_ATTENTE = "en_attente"
    EN_COURS = "en_cours"
    FINI = "fini"
    ECHEC = "echec"
    ANNULE = "annule"

    @property
    def final(self) -> bool:
        """Nobody works on it any more."""
        return self in (EtatTravail.FINI, EtatTravail.ECHEC, EtatTravail.ANNULE)


class Issue(str, Enum):
    """What became of one subject of a job."""

    FAIT = "fait"
    #: It was so already.
    SANS_EFFET = "sans_effet"
    #: A rule forbids it; ``raison`` says which.
    REFUS = "refus"
    #: Something broke; the log knows what.
    ECHEC = "echec"


@dataclass(frozen=True)
class Ligne:
    """What became of one subject (the number of a demande).

    ``raison`` is a word the pages have a sentence for; ``details`` are plain values,
    for what takes it back.
    """

    sujet: str
    issue: Issue
    raison: str = ""
    details: dict | None = None


#: Failures of one batch before the job is given up.
ESSAIS = 3
#: Days a job and its result are kept.
JOURS_GARDES = 7


def pause(essais: int) -> timedelta:
    """How long to wait after so many failures: 5 s, 25 s, 125 s."""
    return timedelta(seconds=5**essais)


def a_faire(
    etat: EtatTravail, bail: Bail | None, pas_avant: datetime | None, moment: datetime
) -> bool:
    """Whether a worker may take the job now."""
    if etat is EtatTravail.EN_ATTENTE:
        return pas_avant is None or pas_avant <= moment
    return etat is EtatTravail.EN_COURS and (bail is None or not bail.vaut(moment))


def part_faite(fait: int, total: int) -> int:
    """The progress in percent; 100 only when all is done."""
    if total <= 0:
        return 0
    return min(99 if fait < total else 100, fait * 100 // total)


def perime(fin: datetime | None, moment: datetime, jours: int = JOURS_GARDES) -> bool:
    """Whether a job that ended then is to be deleted."""
    return fin is not None and moment - fin > timedelta(days=jours)
