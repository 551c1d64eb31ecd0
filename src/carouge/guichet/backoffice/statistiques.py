"""The arithmetic of the desk's statistics, in pure Python.

Rows of the index come one by one; what is kept of them are numbers.
"""

from __future__ import annotations

from carouge.guichet.demande.domain import State
from carouge.guichet.swisstime import local_date
from collections import Counter
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from datetime import date
from typing import Any


#: Months in one look, at most.
MAX_MOIS = 36
#: Months shown when nothing is asked for, the present one included.
MOIS = 12


@dataclass(frozen=True)
class Periode:
    """From the first day of a month to the last day of another."""

    du: date
    au: date

    @property
    def mois(self) -> list[str]:
        """The months in it, as ``2026-11``."""
        return [f"{day:%Y-%m}" for day in _months(self.du, self.au)]

    def __contains__(self, day: date) -> bool:
        return self.du <= day <= self.au


def lire_periode(du: str, au: str, jour: date) -> Periode:
    """The period of two months as typed (``2026-11``); the last ones for what is none.

    It ends with the present month at the latest and has :data:`MAX_MOIS` months at most.
    """
    last = min(_mois(au) or jour.replace(day=1), jour.replace(day=1))
    first = _mois(du) or _minus(last, MOIS - 1)
    first = max(min(first, last), _minus(last, MAX_MOIS - 1))
    return Periode(first, _end(last))


@dataclass
class Resume:
    """What was counted.

    ``deposees`` and ``terminees`` by month; ``etats``, ``canaux`` and ``demarches`` of
    what was submitted in the period; ``durees`` (net working days: how many demandes
    took so many) of what ended in it, ``durees_demarches`` the same by démarche;
    ``ouvertes`` and ``en_retard`` are as things stand today.
    """

    deposees: Counter = field(default_factory=Counter)
    terminees: Counter = field(default_factory=Counter)
    etats: Counter = field(default_factory=Counter)
    canaux: Counter = field(default_factory=Counter)
    services: Counter = field(default_factory=Counter)
    demarches: Counter = field(default_factory=Counter)
    titres: dict[str, str] = field(default_factory=dict)
    durees: Counter = field(default_factory=Counter)
    durees_demarches: dict[str, Counter] = field(default_factory=dict)
    a_temps: int = 0
    hors_delai: int = 0
    ouvertes: int = 0
    en_retard: int = 0

    @property
    def total(self) -> int:
        return sum(self.etats.values())

    def to_json(self) -> dict[str, Any]:
        """Plain values, from which :func:`resume_de` makes it again."""
        return {
            name: {
                key: dict(value) if isinstance(value, Counter) else value
                for key, value in values.items()
            }
            if isinstance(values, dict)
            else values
            for name, values in vars(self).items()
        }


def resume_de(values: dict[str, Any]) -> Resume:
    """See :meth:`Resume.to_json`."""
    resume = Resume()
    for name, value in values.items():
        if name == "durees_demarches":
            found: Any = {uid: _durations(counts) for uid, counts in value.items()}
        elif name == "durees":
            found = _durations(value)
        elif name == "titres":
            found = dict(value)
        else:
            found = Counter(value) if isinstance(value, dict) else value
        setattr(resume, name, found)
    return resume


def compter(rows: Iterable, periode: Periode, jour: date) -> Iterator[Resume]:
    """Count rows (:class:`carouge.guichet.demande.row.Row`); yields the same result,
    which has grown, after each of them."""
    resume = Resume()
    for row in rows:
        depot = local_date(row.depot)
        if depot in periode:
            resume.deposees[f"{depot:%Y-%m}"] += 1
            resume.etats[row.etat.value] += 1
            resume.canaux[row.canal.value] += 1
            resume.services[row.service_uid] += 1
            resume.demarches[row.demarche_uid] += 1
        cloture = local_date(row.cloture) if row.cloture is not None else None
        if cloture is not None and cloture in periode:
            _count_end(resume, row, cloture)
        if depot in periode or (cloture is not None and cloture in periode):
            resume.titres[row.demarche_uid] = row.titre
        if not row.etat.final:
            resume.ouvertes += 1
            resume.en_retard += row.late(jour)
        yield resume


def quantile(durees: Counter, part: float) -> int | None:
    """The smallest number of days in which that part of the demandes was done; None
    when there are none."""
    total = sum(durees.values())
    if not total:
        return None
    seen = 0
    for days in sorted(durees):
        seen += durees[days]
        if seen >= part * total:
            return days
    return max(durees)


def pourcent(part: int, total: int) -> int | None:
    """A share in whole percent; None of nothing."""
    return round(100 * part / total) if total else None


def _count_end(resume: Resume, row, cloture: date) -> None:
    resume.terminees[f"{cloture:%Y-%m}"] += 1
    if row.etat is State.RETIREE or row.duree is None:
        # The citizen has ended it, or the service never had all it needs.
        return
    resume.durees[row.duree] += 1
    resume.durees_demarches.setdefault(row.demarche_uid, Counter())[row.duree] += 1
    if row.attendu is not None:
        if cloture <= row.attendu:
            resume.a_temps += 1
        else:
            resume.hors_delai += 1


def _durations(counts: dict) -> Counter:
    return Counter({int(days): count for days, count in counts.items()})


def _mois(text: str) -> date | None:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None


def _minus(first: date, months: int) -> date:
    rank = first.year * 12 + first.month - 1 - months
    return date(max(rank // 12, 1), rank % 12 + 1, 1)


def _end(first: date) -> date:
    return date.fromordinal(_minus(first, -1).toordinal() - 1)


def _months(first: date, last: date) -> Iterator[date]:
    day = first.replace(day=1)
    while day <= last:
        yield day
        day = _minus(day, -1)
