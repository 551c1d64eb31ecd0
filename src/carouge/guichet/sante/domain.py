"""How a part of the counter is, and what follows for those who use it; pure Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import replace
from datetime import datetime
from datetime import timedelta
from enum import Enum


class Etat(str, Enum):
    """How a part is, in the words of ``@@sante``."""

    OK = "ok"
    PANNE = "panne"
    #: It works, but has not done for long what it should.
    RETARD = "retard"
    #: There is no such part here.
    ABSENT = "absent"
    #: Nobody has looked yet, or for a while.
    INCONNU = "inconnu"
    #: Of the whole: it can be used, something outside cannot.
    DEGRADE = "degrade"


# The parts outside, in the order in which one reads of them.
IDENTITE = "identite"
REGISTRE = "registre"
BANQUE = "banque"
ANTIVIRUS = "antivirus"
COURRIEL = "courriel"
SMS = "sms"
TACHES = "taches"

PARTIES = (IDENTITE, REGISTRE, BANQUE, ANTIVIRUS, COURRIEL, SMS, TACHES)

#: One answer that does not come may be an accident of the line.
ECHECS = 2

#: A look that is older says nothing any more.
PERIME = timedelta(minutes=5)

#: The tasks come round every minute or so, and are noted every few minutes.
RETARD_TACHES = timedelta(minutes=20)


@dataclass(frozen=True)
class Releve:
    """What was seen of a part: since when it is so, why, and when one looked last.

    ``cause`` is the kind of an error, never its words. ``echecs`` are those in a row.
    """

    etat: Etat
    depuis: datetime
    vu: datetime
    cause: str = ""
    echecs: int = 0


def suite(
    avant: Releve | None, cause: str, moment: datetime, *, sur: bool = False
) -> Releve:
    """What one knows after another look; ``cause`` is empty when the part has answered.

    ``sur``: visitors have found out, so that this is no accident of the line.
    """
    if not cause:
        if avant is not None and avant.etat is Etat.OK:
            return replace(avant, vu=moment, echecs=0)
        return Releve(Etat.OK, moment, moment)
    echecs = (avant.echecs if avant is not None else 0) + 1
    if avant is not None and avant.etat is Etat.PANNE:
        return replace(avant, vu=moment, cause=cause, echecs=echecs)
    # Of a part nobody has ever seen working, the first look counts.
    if sur or echecs >= ECHECS or avant is None or avant.etat is not Etat.OK:
        return Releve(Etat.PANNE, moment, moment, cause, echecs)
    return replace(avant, vu=moment, echecs=echecs)


def constat(etat: Etat, avant: Releve | None, moment: datetime) -> Releve:
    """The same for a part that says itself how it is."""
    if avant is not None and avant.etat is etat:
        return replace(avant, vu=moment)
    return Releve(etat, moment, moment)


def etat_des_taches(
    fin: datetime | None, echecs: bool, debut: datetime, moment: datetime
) -> Etat:
    """How the tasks are: ``fin`` their last run, ``debut`` when one began to watch."""
    if echecs:
        return Etat.PANNE
    # Where they never ran, they get as long as between two runs.
    return Etat.RETARD if moment - (fin or debut) > RETARD_TACHES else Etat.OK


def etat_lu(releve: Releve | None, moment: datetime) -> Etat:
    """How a part is, as far as one knows."""
    if releve is None or moment - releve.vu > PERIME:
        return Etat.INCONNU
    return releve.etat


def ensemble(internes: Mapping[str, Etat], externes: Mapping[str, Etat]) -> Etat:
    """How the whole is: a part inside stops it, a part outside does not."""
    if any(etat is not Etat.OK for etat in internes.values()):
        return Etat.PANNE
    if any(etat in (Etat.PANNE, Etat.RETARD) for etat in externes.values()):
        return Etat.DEGRADE
    return Etat.OK
