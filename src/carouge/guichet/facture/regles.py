"""Since when somebody sees invoices, and which are recent; pure Python."""

from __future__ import annotations

from carouge.guichet.demande.jours import add_working_days
from carouge.guichet.swisstime import local_date
from collections.abc import Container
from collections.abc import Sequence
from datetime import date
from datetime import datetime
from datetime import timedelta
from enum import Enum

import calendar


class Raison(str, Enum):
    """Why somebody is shown no invoice of the business applications."""

    #: He is shown them.
    AUCUNE = ""
    #: An account of the commune's own that the counter has not validated.
    COMPTE_A_VALIDER = "compte_a_valider"
    #: He has not said which debtor he is.
    SANS_RATTACHEMENT = "sans_rattachement"
    #: He has; the cashier has not looked yet.
    A_VALIDER = "a_valider"
    #: The cashier has found that he is not.
    REFUSE = "refuse"
    #: The account is not old enough.
    TROP_RECENT = "trop_recent"
    #: The household was billed for none of the services this is for.
    SANS_PRESTATION = "sans_prestation"


def visible_des(cree: datetime, jours: int, feries: Container[date]) -> date:
    """The first day on which an account sees invoices.

    ``cree`` is aware. That is the day after the last of ``jours`` working days that
    follow the day of the opening in Geneva; with none of them that day itself.
    """
    ouvert = local_date(cree)
    if jours <= 0:
        return ouvert
    return add_working_days(ouvert, jours, feries) + timedelta(days=1)


#: Days after its last reminder in which an invoice is still reminded of: what is older is
#: no matter of a letter any more.
DERNIERS_JOURS = 60


def rappels_dus(echeance: date, jour: date, rappels: Sequence[int]) -> int:
    """How many reminders should have gone out up to ``jour``; 0 when it is too late.

    ``rappels`` are days after the due day, growing.
    """
    retard = (jour - echeance).days
    if not rappels or retard > rappels[-1] + DERNIERS_JOURS:
        return 0
    return sum(1 for jours in rappels if retard >= jours)


def debut_fenetre(jour: date, mois: int) -> date:
    """The first day of the last ``mois`` months up to ``jour``: the same day of the
    month, or the last one of a shorter month.
    """
    annee, rang = divmod(jour.year * 12 + jour.month - 1 - mois, 12)
    dernier = calendar.monthrange(annee, rang + 1)[1]
    return date(annee, rang + 1, min(jour.day, dernier))
