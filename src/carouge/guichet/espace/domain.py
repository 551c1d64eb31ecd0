"""Who guesses is slowed down, and who has proved himself is known for a while.

Pure Python: the limiter of wrong answers, and the session of a follow-up.
"""

from __future__ import annotations

from collections import deque
from collections import OrderedDict
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from datetime import datetime
from datetime import timedelta
from datetime import timezone
from threading import Lock

import base64
import hashlib
import hmac
import ipaddress
import math


# --- wrong answers ------------------------------------------------------------

#: So many wrong answers within so many seconds are followed by a pause.
MAX_FAILURES = 5
WINDOW = 600.0
#: The first pause, in seconds; each wrong answer after it doubles it.
FIRST_PAUSE = 60.0
LONGEST_PAUSE = 3600.0
#: How many clients and numbers are remembered; the least recent is forgotten first.
CAPACITY = 20_000


@dataclass
class _Guesser:
    failures: deque[float] = field(default_factory=lambda: deque(maxlen=MAX_FAILURES))
    pauses: int = 0
    until: float = 0.0


class Limiter:
    """Counts wrong answers per key (a client, a number) and says how long to wait.

    It lives in the memory of one process, never holds more than ``capacity`` keys, and
    may be used by several threads. ``clock`` gives seconds that never run backwards.
    """

    def __init__(self, clock: Callable[[], float], capacity: int = CAPACITY) -> None:
        self._clock = clock
        self._capacity = capacity
        self._guessers: OrderedDict[str, _Guesser] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._guessers)

    def wait(self, keys: Iterable[str]) -> int:
        """Whole seconds until an answer under all these keys is looked at; 0 is now."""
        now = self._clock()
        with self._lock:
            left = [
                self._guessers[key].until - now for key in keys if key in self._guessers
            ]
        return max(0, math.ceil(max(left, default=0.0)))

    def failed(self, keys: Iterable[str]) -> None:
        """Note a wrong answer under each of these keys."""
        now = self._clock()
        with self._lock:
            for key in keys:
                self._note(key, now)
            while len(self._guessers) > self._capacity:
                self._guessers.popitem(last=False)

    def _note(self, key: str, now: float) -> None:
        guesser = self._guessers.setdefault(key, _Guesser())
        self._guessers.move_to_end(key)
        if guesser.pauses and now - guesser.until > WINDOW:
            guesser.pauses = 0
            guesser.failures.clear()
        guesser.failures.append(now)
        many = (
            len(guesser.failures) == MAX_FAILURES
            and now - guesser.failures[0] <= WINDOW
        )
        if guesser.pauses or many:
            pause = min(FIRST_PAUSE * 2**guesser.pauses, LONGEST_PAUSE)
            guesser.pauses += 1
            guesser.until = now + pause


def client_key(address: str) -> str:
    """What stands for one client: his address, of IPv6 the network he got (/64)."""
    try:
        parsed = ipaddress.ip_address(address[:64])
    except ValueError:
        return address[:64]
    if parsed.version == 6:
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


# --- sessions -----------------------------------------------------------------

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
