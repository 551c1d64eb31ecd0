"""Links that are sent by mail: secret, short-lived, good for one use.

Only a digest of the secret is stored. For whoever has no account an entry that leads
nowhere is stored: both answers do the same work.
"""

from __future__ import annotations

from carouge.guichet import swisstime
from carouge.guichet.compte.content import Compte
from carouge.guichet.compte.service import get_compte
from carouge.guichet.controlpanel.service import public_address
from carouge.guichet.inscription.content import Attentes
from carouge.guichet.inscription.content import Lien
from collections.abc import Mapping
from datetime import datetime
from datetime import timedelta
from enum import Enum
from plone import api
from urllib.parse import urlencode
from zope.annotation.interfaces import IAnnotations

import hashlib
import secrets


_KEY = "carouge.guichet.inscription"

#: No secret of ours is longer.
MAX_TOKEN = 100


class Purpose(str, Enum):
    """What a link opens."""

    CONFIRMER = "confirmer"
    OUBLI = "oubli"
    LIBERER = "liberer"
    #: Nothing: it was sent to nobody.
    RIEN = "rien"


LIFETIMES = {
    Purpose.CONFIRMER: timedelta(hours=24),
    Purpose.OUBLI: timedelta(hours=1),
    Purpose.LIBERER: timedelta(hours=1),
    Purpose.RIEN: timedelta(hours=1),
}


def attentes() -> Attentes:
    """What is on its way, to read; empty until the first registration."""
    return IAnnotations(api.portal.get()).get(_KEY) or Attentes()


def writable_attentes(now: datetime) -> Attentes:
    """What is on its way, to write; some of what has expired is thrown away."""
    annotations = IAnnotations(api.portal.get())
    if _KEY not in annotations:
        annotations[_KEY] = Attentes()
    annotations[_KEY].sweep(now)
    return annotations[_KEY]


def new_lien(
    purpose: Purpose,
    compte: Compte | None = None,
    values: Mapping[str, str] | None = None,
    *,
    now: datetime,
) -> str:
    """Make a link; returns its secret, which is stored nowhere.

    A link to an account is worth nothing any more once the password was changed.
    """
    token = secrets.token_urlsafe(24)
    known = dict(values or {})
    if compte is not None:
        known["depuis"] = compte.local.mot_de_passe_at.isoformat()
    lien = Lien(
        purpose.value,
        compte.id if compte is not None else "",
        now + LIFETIMES[purpose],
        known,
    )
    writable_attentes(now).add(_digest(token), lien)
    return token


def find_lien(
    purpose: Purpose, token: str, *, now: datetime | None = None
) -> Lien | None:
    """The link of a secret, used or not; None when it opens nothing (any more)."""
    if not token or len(token) > MAX_TOKEN:
        return None
    lien = attentes().liens.get(_digest(token))
    if (
        lien is None
        or lien.purpose != purpose.value
        or lien.expires <= (now or swisstime.now())
    ):
        return None
    return lien


def open_lien(
    purpose: Purpose, token: str, *, now: datetime | None = None
) -> tuple[Lien, Compte] | None:
    """An unused link with the local account it leads to, or None."""
    lien = find_lien(purpose, token, now=now)
    if lien is None or lien.used_at is not None:
        return None
    compte = get_compte(lien.subject)
    if (
        compte is None
        or compte.local is None
        or compte.local.refuse
        or compte.local.mot_de_passe_at.isoformat() != lien.values.get("depuis")
    ):
        return None
    return lien, compte


def address(guichet, page: str, **query: str) -> str:
    """Address of a page of the guichet for a letter."""
    # Whoever sends the request can choose its host name; a setting cannot be chosen.
    base = public_address() or guichet.absolute_url()
    return f"{base}/{page}?{urlencode(query)}" if query else f"{base}/{page}"


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
