"""The one-shot jeton of a form, in pure Python.

Each form that is shown carries a jeton: the moment it was made, random bytes, and a
signature over both and its purpose (the démarche and the person it was shown to). What
is submitted with the same jeton is the same submission, however often it arrives.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from datetime import timedelta
from datetime import timezone

import base64
import hashlib
import hmac


#: A form left open longer than this is shown again with its answers before it counts.
LIFETIME = timedelta(hours=24)
#: Clocks of several servers may differ by that much, and one may be put back.
LEEWAY = timedelta(hours=2)
_RANDOM = 16
_TIME = 5
_SIGNATURE = 16


class InvalidJeton(ValueError):
    """The jeton was not made by us for this purpose, or is too old."""


@dataclass(frozen=True)
class Jeton:
    """A verified jeton.

    ``secret`` is known to the server and to this one form only; numbers and codes are
    derived from it.
    """

    text: str
    issued: datetime
    secret: bytes


def make_jeton(*, key: bytes, purpose: str, random: bytes, now: datetime) -> str:
    """A new jeton; ``random`` are 16 random bytes, ``now`` is timezone-aware."""
    body = int(now.timestamp()).to_bytes(_TIME, "big") + random[:_RANDOM]
    return (
        base64.urlsafe_b64encode(body + _sign(key, purpose, body))
        .rstrip(b"=")
        .decode("ascii")
    )


def read_jeton(
    *, text: str, keys: Sequence[bytes], purpose: str, now: datetime
) -> Jeton:
    """Verify what a browser sent back; ``keys`` are the valid keys, newest first.

    :raises InvalidJeton: forged, for another purpose, from the future, or too old
    """
    try:
        raw = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (ValueError, UnicodeEncodeError) as error:
        raise InvalidJeton("not base64") from error
    body, signature = raw[: _TIME + _RANDOM], raw[_TIME + _RANDOM :]
    # Only the canonical spelling: two spellings would be two submissions for a cache.
    canonical = base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
    if len(signature) != _SIGNATURE or canonical != text:
        raise InvalidJeton("wrong form")
    key = next(
        (
            key
            for key in keys
            if hmac.compare_digest(signature, _sign(key, purpose, body))
        ),
        None,
    )
    if key is None:
        raise InvalidJeton("wrong signature")
    issued = datetime.fromtimestamp(int.from_bytes(body[:_TIME], "big"), timezone.utc)
    if not issued - LEEWAY <= now <= issued + LIFETIME:
        raise InvalidJeton("too old")
    secret = hmac.digest(key, b"secret:" + raw, hashlib.sha256)
    return Jeton(text, issued, secret)


def idempotent_jeton(
    *, key: bytes, purpose: str, idempotency_key: str, issued: datetime
) -> Jeton:
    """The jeton of a program's own key, always the same for the same purpose.

    ``idempotency_key`` holds no colon, so that purpose and key cannot be read as
    another pair.

    :raises ValueError: for a key with a colon
    """
    if ":" in idempotency_key:
        raise ValueError(idempotency_key)
    message = f"{purpose}:{idempotency_key}".encode()
    secret = hmac.digest(key, b"idempotency:" + message, hashlib.sha256)
    return Jeton("", issued, secret)


def _sign(key: bytes, purpose: str, body: bytes) -> bytes:
    message = b"jeton:" + purpose.encode() + b":" + body
    return hmac.digest(key, message, hashlib.sha256)[:_SIGNATURE]


# --- documents ---

#: Largest document, in bytes.
MAX_DOCUMENT = 10 * 1024 * 1024

# --- text ---------------------------------------------------------------------

#: Longest answer of a one-line field and of a text field that say nothing themselves.
MAX_LINE = 300
MAX_TEXT = 10_000

_ALLOWED_CONTROLS = frozenset("\t\n\r")
_DIRECTIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def has_control_characters(text: str) -> bool:
    """True when a text holds characters no keyboard makes and no export survives.

    C0 and C1 controls but for tab and line ends, lone surrogates, non-characters, and
    what turns the direction of writing (UAX #9), with which a text lies about itself.
    """
    return any(
        (ord(char) < 32 and char not in _ALLOWED_CONTROLS)
        or 127 <= ord(char) < 160
        or 0xD800 <= ord(char) < 0xE000
        or (ord(char) & 0xFFFE) == 0xFFFE
        or char in _DIRECTIONS
        for char in text
    )
