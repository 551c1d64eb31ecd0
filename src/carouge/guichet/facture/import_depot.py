"""Where the files of the imports lie. Its classes' paths are stored: they never move."""

from __future__ import annotations

from BTrees.OOBTree import OOBTree
from persistent import Persistent
from ZODB.blob import Blob
from zope.annotation.interfaces import IAnnotations

import secrets


_KEY = "carouge.guichet.imports"


class Depot(Persistent):
    """A file that waits for its import; ``total`` invoices once it was read.

    ``centimes`` is what those come to that were created so far.
    """

    total: int | None = None
    centimes = 0

    def __init__(self, blob: Blob, format: str) -> None:
        self.blob = blob
        self.format = format


class Depots(Persistent):
    """The files of a guichet whose jobs are kept."""

    def __init__(self) -> None:
        self._par_id = OOBTree()
        #: Key of an order -> (digest of what was ordered, day).
        self._cles = OOBTree()

    def reserver(self, cle: str, empreinte: str, jour: str, perime: str) -> bool:
        """Whether that key is for this order; keys from before ``perime`` are let go."""
        for vieille in [one for one, (_e, le) in self._cles.items() if le < perime]:
            del self._cles[vieille]
        return self._cles.setdefault(cle, (empreinte, jour))[0] == empreinte

    def ajouter(self, depot: Depot) -> str:
        id = secrets.token_hex(10)
        self._par_id[id] = depot
        return id

    def get(self, id: str) -> Depot:
        """
        :raises KeyError: it was forgotten
        """
        return self._par_id[id]

    def oublier(self, id: str) -> None:
        self._par_id.pop(id, None)

    def __len__(self) -> int:
        return len(self._par_id)


def depots_de(guichet) -> Depots:
    """The files of a guichet, to write in."""
    annotations = IAnnotations(guichet)
    if _KEY not in annotations:
        annotations[_KEY] = Depots()
    return annotations[_KEY]


def vider(guichet) -> None:
    """Forget all files of a guichet: a copy begins anew."""
    IAnnotations(guichet).pop(_KEY, None)
