"""Who has proved himself is known for a while: the session of a follow-up.

Pure Python.
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


#: A follow-up nobody touches closes by itself after that time.
LIFETIME = timedelta(minutes=30)
#: Clocks of several servers may differ by that much.
LEEWAY = timedelta(minutes=5)
_ID = 16
_TIME = 5
_SIGNATURE = 32


class InvalidSession(ValueError):
    """Not made by us for this guichet, or too old."""


@dataclass(frozen=True)
class Session:
    """Somebody has shown the code of the demande ``numero``.

    ``id`` are random bytes that stay the same as long as the follow-up is open.
    """

    id: bytes
    numero: str


def seal_session(*, key: bytes, scope: str, session: Session, now: datetime) -> str:
    """The value of the cookie; ``scope`` names the guichet, ``now`` is aware."""
    body = (
        session.id + int(now.timestamp()).to_bytes(5, "big") + session.numero.encode()
    )
    return _encode(_sign(key, "session", scope, body) + body)


def open_session(
    *, text: str, keys: Sequence[bytes], scope: str, now: datetime
) -> Session:
    """Verify the value of a cookie; ``keys`` are the valid keys, newest first.

    :raises InvalidSession: forged, of another guichet, or too old
    """
    try:
        raw = base64.b64decode(
            text.encode("ascii") + b"=" * (-len(text) % 4),
            altchars=b"-_",
            validate=True,
        )
    except ValueError as error:
        raise InvalidSession("not base64") from error
    signature, body = raw[:_SIGNATURE], raw[_SIGNATURE:]
    if not any(
        hmac.compare_digest(signature, _sign(key, "session", scope, body))
        for key in keys
    ):
        raise InvalidSession("wrong signature")
    touched = datetime.fromtimestamp(
        int.from_bytes(body[_ID : _ID + _TIME], "big"), timezone.utc
    )
    if not touched - LEEWAY <= now <= touched + LIFETIME:
        raise InvalidSession("too old")
    return Session(body[:_ID], body[_ID + _TIME :].decode())


def make_token(*, key: bytes, scope: str, session: Session) -> str:
    """What a form of this session sends back to prove that we made it."""
    body = session.id + session.numero.encode()
    return _encode(_sign(key, "token", scope, body))


def token_matches(
    *, text: str, keys: Sequence[bytes], scope: str, session: Session
) -> bool:
    """True for the token of this session, in constant time."""
    given = text.encode("utf-8", "replace")
    return any(
        hmac.compare_digest(
            given, make_token(key=key, scope=scope, session=session).encode("ascii")
        )
        for key in keys
    )


def _sign(key: bytes, purpose: str, scope: str, body: bytes) -> bytes:
    message = f"suivi:{purpose}:{scope}:".encode() + body
    return hmac.digest(key, message, hashlib.sha256)


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
