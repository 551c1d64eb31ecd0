"""Who has a demande open right now.

A browser tells it about once a minute, and that it leaves. What is kept is a small tree
per demande, apart from it, with a moment per agent: two agents never write the same
thing, and nothing of the demande itself changes.
"""

from __future__ import annotations

from BTrees.OLBTree import OLBTree
from BTrees.OOBTree import OOBTree
from carouge.guichet import swisstime
from datetime import datetime
from zope.annotation.interfaces import IAnnotations


#: The annotation of the guichet; stored.
KEY = "carouge.guichet.presence"

#: A browser that has told nothing for that many seconds has gone.
DUREE = 120
#: So often it tells that it is there.
BATTEMENT = 60


def present(guichet, numero: str, *, sauf: str = "", now: datetime | None = None):
    """The ids of the users who have a demande open, but for one of them; sorted."""
    presents = _presents(guichet, numero)
    since = _seconds(now) - DUREE
    if presents is None:
        return []
    return [
        user for user, moment in presents.items() if moment > since and user != sauf
    ]


def arriver(guichet, numero: str, user: str, now: datetime | None = None) -> None:
    """A user has it open, still or again."""
    seconds = _seconds(now)
    annotations = IAnnotations(guichet)
    store = annotations.get(KEY)
    if store is None:
        store = annotations[KEY] = OOBTree()
    presents = store.get(numero)
    if presents is None:
        presents = store[numero] = OLBTree()
    presents[user] = seconds
    for other in [one for one, at in presents.items() if at <= seconds - DUREE]:
        del presents[other]


def partir(guichet, numero: str, user: str) -> None:
    """A user has closed it."""
    presents = _presents(guichet, numero)
    if presents is not None and user in presents:
        del presents[user]


def oublier(guichet, now: datetime | None = None) -> int:
    """Forget the demandes nobody has open any more; how many."""
    store = IAnnotations(guichet).get(KEY)
    since = _seconds(now) - DUREE
    vides = [
        numero
        for numero, presents in (store.items() if store is not None else ())
        if all(moment <= since for moment in presents.values())
    ]
    for numero in vides:
        del store[numero]
    return len(vides)


def _presents(guichet, numero: str):
    store = IAnnotations(guichet).get(KEY)
    return None if store is None else store.get(numero)


def _seconds(now: datetime | None) -> int:
    return int((now or swisstime.now()).timestamp())
