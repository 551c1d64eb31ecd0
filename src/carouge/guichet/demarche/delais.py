"""How long démarches really take, beside what their services promise.

Counted once a day from the demandes, kept in one small object of the guichet: the page
of a démarche reads a number, nothing is counted for a visitor.
"""

from __future__ import annotations

from carouge.guichet.demarche.service import touch_catalogue
from collections.abc import Mapping
from dataclasses import astuple
from dataclasses import dataclass
from datetime import date
from persistent.mapping import PersistentMapping
from zope.annotation.interfaces import IAnnotations

import math


_KEY = "carouge.guichet.delais"
_JOUR = "jour"
_DELAIS = "delais"

#: Fewer cases say nothing of the next one.
CAS_AU_MOINS = 20


@dataclass(frozen=True)
class DelaiConstate:
    """Nine demandes out of ten took ``jours`` working days at most, of ``cas``."""

    jours: int
    cas: int


def constater(durees: list[int]) -> DelaiConstate | None:
    """What these durations, in working days, say; None when they are too few."""
    if len(durees) < CAS_AU_MOINS:
        return None
    rank = math.ceil(0.9 * len(durees)) - 1
    return DelaiConstate(sorted(durees)[rank], len(durees))


def delai_constate(guichet, demarche_uid: str) -> DelaiConstate | None:
    """How long a démarche took in the last twelve months, if that is known."""
    kept = IAnnotations(guichet).get(_KEY)
    found = None if kept is None else kept[_DELAIS].get(demarche_uid)
    return None if found is None else DelaiConstate(*found)


def constate_le(guichet) -> date | None:
    """The day of the last count."""
    kept = IAnnotations(guichet).get(_KEY)
    return None if kept is None else kept[_JOUR]


def garder_delais(guichet, delais: Mapping[str, DelaiConstate], jour: date) -> bool:
    """Keep what was counted, by UID of the démarche; whether it says anything new.

    The pages of the catalogue that are kept in memory are made anew when it does.
    """
    annotations = IAnnotations(guichet)
    if _KEY not in annotations:
        annotations[_KEY] = PersistentMapping({_DELAIS: {}, _JOUR: jour})
    kept = annotations[_KEY]
    plain = {uid: astuple(delai) for uid, delai in sorted(delais.items())}
    changed = kept[_DELAIS] != plain
    if changed:
        kept[_DELAIS] = plain
        touch_catalogue(guichet)
    if kept[_JOUR] != jour:
        kept[_JOUR] = jour
    return changed
