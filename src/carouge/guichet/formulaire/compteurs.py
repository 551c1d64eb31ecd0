"""How a form is used: counts per step and per question, and the time it takes.

Numbers only. Nothing is kept of who, when or what was answered, and no cookie is set.
Each number is a counter of its own whose concurrent increments add up
(:class:`BTrees.Length.Length`), so that two people who fill in the same form never meet.
Nothing is written while a page is only looked at: a step counts as shown when the one
before it was validated, or when the brouillon was made.
"""

from __future__ import annotations

from BTrees.Length import Length
from BTrees.OOBTree import OOBTree
from carouge.guichet.demarche.service import guichet_of
from carouge.guichet.demarche.versions import hash_of
from carouge.guichet.demarche.versions import modele_publie
from collections.abc import Collection
from dataclasses import dataclass
from dataclasses import field
from itertools import pairwise
from zope.annotation.interfaces import IAnnotations


#: Name of the annotation of a guichet; stored.
_STORE = "carouge.guichet.compteurs"

#: Ends of the intervals of the histogram, in seconds; the last one has no end.
BORNES = (30, 60, 90, 120, 180, 240, 300, 420, 600, 900, 1200, 1800, 2700, 3600)

#: With fewer submissions a median says nothing.
ASSEZ = 20

#: Most errors one validation counts: a form has not more questions than that.
_MAX_ERREURS = 500


@dataclass(frozen=True)
class Etape:
    """How often a step was shown, and how often it was validated without an error."""

    montree: int = 0
    validee: int = 0


@dataclass(frozen=True)
class Statistiques:
    """The numbers of one version of a form.

    ``erreurs`` by name of field: how often an answer was refused. ``durees`` are the
    submissions by interval of :data:`BORNES`, ``mediane`` in seconds; None as long as
    nothing was measured.
    """

    version: str
    etapes: dict[str, Etape] = field(default_factory=dict)
    erreurs: dict[str, int] = field(default_factory=dict)
    depots: int = 0
    durees: tuple[int, ...] = ()
    mediane: int | None = None

    @property
    def assez(self) -> bool:
        """Whether the time is measured often enough to be told."""
        return sum(self.durees) >= ASSEZ


def compter_etape(demarche, version: str, etape: str) -> None:
    """Somebody has arrived at a step (its id)."""
    _add(demarche, version, ("montree", etape))


def compter_validation(demarche, version: str, etape: str) -> None:
    """Somebody has completed a step without an error."""
    _add(demarche, version, ("validee", etape))


def compter_erreurs(demarche, version: str, noms: Collection[str]) -> None:
    """The answers to these questions were refused.

    ``noms`` are names of fields of the form, never what a browser sent as one.
    """
    for nom in sorted(set(noms))[:_MAX_ERREURS]:
        _add(demarche, version, ("erreur", nom))


def compter_depot(demarche, version: str, secondes: float | None) -> None:
    """A demande was submitted; ``secondes`` since its brouillon was made.

    None when that is not known, as for a program's.
    """
    _add(demarche, version, ("depot", ""))
    if secondes is not None and secondes >= 0:
        _add(demarche, version, ("duree", f"{_interval(secondes):02d}"))


def statistiques(demarche, version: str = "") -> Statistiques:
    """What was counted of a version; of the one citizens get when none is named."""
    version = version or hash_of(modele_publie(demarche))
    numbers = _numbers(demarche, version)
    shown = numbers.get("montree", {})
    valid = numbers.get("validee", {})
    intervals = numbers.get("duree", {})
    durees = tuple(intervals.get(f"{n:02d}", 0) for n in range(len(BORNES) + 1))
    return Statistiques(
        version=version,
        etapes={
            id: Etape(shown.get(id, 0), valid.get(id, 0))
            for id in sorted({*shown, *valid})
        },
        erreurs=dict(sorted(numbers.get("erreur", {}).items())),
        depots=numbers.get("depot", {}).get("", 0),
        durees=durees,
        mediane=mediane(durees),
    )


def commences_et_deposes(guichet, demarche_uid: str) -> tuple[int, int]:
    """How often a form was begun and sent, in all its versions."""
    forms = (IAnnotations(guichet).get(_STORE) or {}).get(demarche_uid) or {}
    begun = sent = 0
    for counters in forms.values():
        shown = [
            counter() for (kind, _n), counter in counters.items() if kind == "montree"
        ]
        # Everybody comes by the first step, which is the one that is shown most.
        begun += max(shown, default=0)
        sent += sum(
            counter() for (kind, _n), counter in counters.items() if kind == "depot"
        )
    return begun, sent


def compteurs_de_champ(demarche) -> dict[str, int]:
    """How often each question was refused, by name, in the form citizens get."""
    return statistiques(demarche).erreurs


def versions_comptees(demarche) -> list[str]:
    """The versions of a form with any count."""
    forms = _forms(demarche)
    return sorted(forms) if forms is not None else []


def oublier_compteurs(demarche) -> None:
    """Forget what was counted of a démarche that is removed."""
    guichet = guichet_of(demarche)
    store = IAnnotations(guichet).get(_STORE) if guichet is not None else None
    if store is not None and demarche.UID() in store:
        del store[demarche.UID()]


def mediane(durees: Collection[int]) -> int | None:
    """The middle of a histogram over :data:`BORNES`, in seconds; None when it is empty.

    Inside its interval the times are taken to be evenly spread; what took longer than
    the last bound counts as twice the bound.
    """
    total = sum(durees)
    if not total:
        return None
    bounds = (0, *BORNES, BORNES[-1] * 2)
    before = 0
    for count, (start, end) in zip(durees, pairwise(bounds), strict=True):
        if before + count >= total / 2:
            return round(start + (end - start) * (total / 2 - before) / count)
        before += count
    raise AssertionError("the counts of a histogram are not negative")


def _interval(secondes: float) -> int:
    return next(
        (index for index, bound in enumerate(BORNES) if secondes < bound), len(BORNES)
    )


def _forms(demarche):
    guichet = guichet_of(demarche)
    store = IAnnotations(guichet).get(_STORE) if guichet is not None else None
    return store.get(demarche.UID()) if store is not None else None


def _numbers(demarche, version: str) -> dict[str, dict[str, int]]:
    forms = _forms(demarche)
    counters = forms.get(version) if forms is not None else None
    numbers: dict[str, dict[str, int]] = {}
    for (kind, name), counter in (counters or {}).items():
        numbers.setdefault(kind, {})[name] = counter()
    return numbers


def _add(demarche, version: str, key: tuple[str, str]) -> None:
    annotations = IAnnotations(guichet_of(demarche))
    store = annotations.get(_STORE)
    if store is None:
        store = annotations[_STORE] = OOBTree()
    for name in (demarche.UID(), version):
        if name not in store:
            store[name] = OOBTree()
        store = store[name]
    counter = store.get(key)
    if counter is None:
        counter = store[key] = Length()
    counter.change(1)
