"""The data a step goes through, however many they are."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from typing import TypeVar

import transaction


T = TypeVar("T")

#: Objects between two savepoints: what was written leaves the memory then.
PAR_POINT = 500


def pas_a_pas(lieu, objets: Iterable[T]) -> Iterator[T]:
    """Go through many persistent objects in bounded memory; ``lieu`` is any stored one.

    All of it stays one transaction: a step is done as a whole or not at all.
    """
    for rang, objet in enumerate(objets, 1):
        yield objet
        if rang % PAR_POINT == 0:
            transaction.savepoint(optimistic=True)
            lieu._p_jar.cacheGC()
