"""A walk as the page carries it from step to step: sealed, and stored nowhere."""

from __future__ import annotations

from carouge.guichet.atelier.domain import Marche
from carouge.guichet.sealed import InvalidSeal
from carouge.guichet.sealed import seal
from carouge.guichet.sealed import unseal
from datetime import timedelta
from plone import api

import json
import zlib


#: A page left open longer than that begins anew.
LIFETIME = timedelta(hours=24)

#: Length of a sealed walk, and of what may come out of it.
MAX_SEALED = 200_000
MAX_JSON = 1_000_000


class MarchePerdue(ValueError):
    """Not sealed by us for this démarche and this editor, or too long ago."""


def sceller(demarche, marche: Marche) -> str:
    """The walk as a hidden input takes it."""
    raw = json.dumps(marche.to_json(), separators=(",", ":")).encode()
    return seal(_purpose(demarche), zlib.compress(raw))


def ouvrir(demarche, text: str) -> Marche:
    """The walk of a hidden input.

    :raises MarchePerdue: see there
    """
    try:
        packed = unseal(_purpose(demarche), text, LIFETIME, max_length=MAX_SEALED)
        unpacker = zlib.decompressobj()
        raw = unpacker.decompress(packed, MAX_JSON)
        marche = Marche.from_json(json.loads(raw))
    except (InvalidSeal, zlib.error, ValueError, KeyError, TypeError) as error:
        raise MarchePerdue from error
    return marche


def _purpose(demarche) -> str:
    user = api.user.get_current().getId() or ""
    return f"voir-comme:{demarche.UID()}:{user}"
