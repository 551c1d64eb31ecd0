"""Persistent classes of the registrations. Their paths are stored: they never move."""

from __future__ import annotations

from BTrees.OOBTree import OOBTree
from collections.abc import Mapping
from datetime import datetime
from itertools import islice
from persistent import Persistent


#: So many expired entries are thrown away whenever a new one comes.
SWEEP = 20


class Lien(Persistent):
    """A link that was sent by mail, good for one use.

    ``purpose`` says what it opens; ``subject`` is the id of a compte or empty;
    ``values`` is what only the link knows (texts by name). ``used_at`` is the moment of
    the use, None before. ``tries`` counts wrong answers. Moments are timezone-aware.
    """

    used_at: datetime | None = None
    tries = 0

    def __init__(
        self,
        purpose: str,
        subject: str,
        expires: datetime,
        values: Mapping[str, str] | None = None,
    ) -> None:
        self.purpose = purpose
        self.subject = subject
        self.expires = expires
        self.values = dict(values or {})


class Attentes(Persistent):
    """Links on their way, and what may be used once only, until they expire."""

    def __init__(self) -> None:
        # Digest of the link's secret: Lien.
        self.liens = OOBTree()
        # Whatever was used up (a challenge, a registration): nothing.
        self.used = OOBTree()
        # (moment of expiry, "lien" or "used", key): nothing.
        self._ends = OOBTree()

    def add(self, digest: str, lien: Lien) -> None:
        self.liens[digest] = lien
        self._ends[(lien.expires, "lien", digest)] = None

    def use(self, key: str, until: datetime) -> bool:
        """Use something up that is worth nothing after ``until``; False: it was."""
        if not self.used.insert(key, None):
            return False
        self._ends[(until, "used", key)] = None
        return True

    def sweep(self, now: datetime) -> None:
        """Throw away some of what has expired."""
        for end in [*islice(self._ends.keys(max=(now,)), SWEEP)]:
            _moment, kind, key = end
            (self.liens if kind == "lien" else self.used).pop(key, None)
            del self._ends[end]
