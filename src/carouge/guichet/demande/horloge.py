"""The clock of a demande: working days the service has had it in its hands.

It starts when the submission is complete, stands while the citizen has to answer and
stops with the decision. Pure Python.
"""

from __future__ import annotations

from carouge.guichet.demande.jours import add_working_days
from carouge.guichet.demande.jours import count_working_days
from carouge.guichet.demande.jours import working_days_before
from collections.abc import Container
from dataclasses import dataclass
from dataclasses import replace
from datetime import date
from functools import cache
from functools import lru_cache

import holidays


@cache
def geneva_holidays() -> Container[date]:
    """The legal holidays of the canton of Geneva (LTr art. 20a, RIRT J 1 05.03)."""
    return holidays.country_holidays("CH", subdiv="GE")


@lru_cache(maxsize=4096)
def jours_ouvrables(start: date, end: date) -> int:
    """The working days in Geneva after ``start``, up to ``end``; the same all day long.

    They are counted one by one, and a list shows the same days in many lines.
    """
    return count_working_days(start, end, geneva_holidays())


@dataclass(frozen=True)
class Horloge:
    """Where the clock stands.

    ``delai`` is what the service has promised, in working days, None when it promises
    nothing. ``jours`` are the working days of the spans that are over, ``depuis`` is
    the first day of the present one, None while the clock stands. A day counts when it
    is over: a demande answered on the day it came has taken 0 days.
    """

    delai: int | None = None
    jours: int = 0
    depuis: date | None = None

    @property
    def court(self) -> bool:
        """The clock is running."""
        return self.depuis is not None

    def demarrer(self, jour: date) -> Horloge:
        """Start it, or let it go on; a running one stays as it is."""
        return self if self.court else replace(self, depuis=jour)

    def arreter(self, jour: date, feries: Container[date]) -> Horloge:
        """Stop it; a standing one stays as it is."""
        return replace(self, jours=self.ecoules(jour, feries), depuis=None)

    def ecoules(self, jour: date, feries: Container[date]) -> int:
        """The working days that have counted up to that day."""
        if self.depuis is None:
            return self.jours
        return self.jours + count_working_days(self.depuis, jour, feries)

    def restant(self, jour: date, feries: Container[date]) -> int | None:
        """The working days left; negative when it is late, None without a promise."""
        if self.delai is None:
            return None
        return self.delai - self.ecoules(jour, feries)

    def attendu(self, feries: Container[date]) -> date | None:
        """The day by which the answer is due; None without a promise or while it stands.

        A promise that was broken before a pause is due as many working days before its
        end as it was late: the pause adds nothing to the delay.
        """
        if self.delai is None or self.depuis is None:
            return None
        reste = self.delai - self.jours
        if reste < 0:
            return working_days_before(self.depuis, -reste, feries)
        return add_working_days(self.depuis, reste, feries)
