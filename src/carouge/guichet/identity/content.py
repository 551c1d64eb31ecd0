"""Persistent classes of the logins. Their paths are stored: they never move."""

from __future__ import annotations

from BTrees.OOBTree import OOBTree
from datetime import datetime
from persistent import Persistent


class SessionIndex(Persistent):
    """Which comptes have open sessions, for a provider that ends them by itself.

    Keys are digests of (kind, issuer, identifier); what they lead to is checked against
    the compte's own sessions, so that a stale entry does no harm.
    """

    def __init__(self) -> None:
        self._comptes = OOBTree()
        # Identifiers of the logout tokens that were used, with the end of their time.
        self._used = OOBTree()

    def add(self, key: str, compte_id: str) -> None:
        known = self._comptes.get(key, ())
        if compte_id not in known:
            self._comptes[key] = (*known, compte_id)

    def discard(self, key: str, compte_id: str) -> None:
        rest = tuple(id for id in self._comptes.get(key, ()) if id != compte_id)
        if rest:
            self._comptes[key] = rest
        else:
            self._comptes.pop(key, None)

    def comptes(self, key: str) -> tuple[str, ...]:
        """Ids of the comptes under that key."""
        return self._comptes.get(key, ())

    def use(self, jti: str, until: datetime, now: datetime) -> bool:
        """Remember a logout token; False when it was used before."""
        for old in [key for key, end in self._used.items() if end < now]:
            del self._used[old]
        return bool(self._used.insert(jti, until))
