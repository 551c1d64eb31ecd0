"""What the provider remembers while it runs: logins, codes, tokens, sessions."""

from __future__ import annotations

from authlib.oauth2.rfc6749 import ClientMixin
from carouge.guichet.demo.personas import Organisation
from carouge.guichet.demo.personas import Persona
from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field
from typing import Generic
from typing import TypeVar

import secrets
import threading
import time


T = TypeVar("T")

SESSION_SECONDS = 3_600
INTERACTION_SECONDS = 900
CODE_SECONDS = 60
TOKEN_SECONDS = 600
MAX_ENTRIES = 5_000


class Shelf(Generic[T]):
    """Values under random keys, each for ``seconds``; every method is thread safe."""

    def __init__(self, seconds: float) -> None:
        self._lock = threading.Lock()
        self._seconds = seconds
        self._entries: dict[str, tuple[float, T]] = {}

    def put(self, value: T, key: str = "") -> str:
        """Keep a value, under a new random key unless one is given; return the key."""
        key = key or secrets.token_urlsafe(24)
        now = time.monotonic()
        with self._lock:
            for old in [k for k, (end, _) in self._entries.items() if end <= now]:
                del self._entries[old]
            while len(self._entries) >= MAX_ENTRIES:
                del self._entries[next(iter(self._entries))]
            self._entries[key] = (now + self._seconds, value)
        return key

    def get(self, key: str | None) -> T | None:
        """Return the value, None when there is none any more."""
        with self._lock:
            end, value = self._entries.get(key or "", (0.0, None))
        return value if end > time.monotonic() else None

    def pop(self, key: str | None) -> T | None:
        """Return the value and forget it: only one caller ever gets it."""
        with self._lock:
            end, value = self._entries.pop(key or "", (0.0, None))
        return value if end > time.monotonic() else None

    def drop(self, unwanted: Callable[[T], bool]) -> None:
        """Forget every value for which ``unwanted`` is true."""
        with self._lock:
            for key in [k for k, (_, v) in self._entries.items() if unwanted(v)]:
                del self._entries[key]


@dataclass(frozen=True)
class Session:
    """Somebody who is logged in at the provider.

    ``sid`` goes into the tokens, the key of the shelf into the cookie. ``auth_time`` is
    in seconds since 1970.
    """

    persona: Persona
    organisation: Organisation | None
    sid: str
    auth_time: int


@dataclass
class Interaction:
    """One way through the login pages.

    ``query`` is the authorization request it started with, ``browser`` the value of the
    cookie of the browser it belongs to, ``back`` where « annuler » leads. ``session`` is
    that of somebody who only chooses again in whose name to act. ``proved_at``, in
    seconds since 1970, is 0 before the code was right.
    """

    query: str
    browser: str
    back: str
    login_hint: str = ""
    session: Session | None = None
    persona: Persona | None = None
    tries_left: int = 3
    proved_at: int = 0


@dataclass(frozen=True)
class Code:
    """An authorization code (protocol of Authlib); ``key`` is its text."""

    key: str
    redirect_uri: str
    scope: str
    nonce: str
    code_challenge: str
    session: Session
    code_challenge_method: str = "S256"

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str:
        return self.nonce

    def get_auth_time(self) -> int:
        return self.session.auth_time

    def get_acr(self) -> str:
        return self.session.persona.acr

    def get_amr(self) -> list[str]:
        return ["pwd", "sms", "mfa"]


@dataclass(frozen=True)
class Token:
    """An access token (protocol of Authlib); the shelf forgets it when it expires.

    ``code`` is the text of the authorization code it was given for.
    """

    session: Session
    scope: str
    code: str
    client: ClientMixin

    def get_user(self) -> Session:
        return self.session

    def get_client(self) -> ClientMixin:
        return self.client

    def get_scope(self) -> str:
        return self.scope

    def is_expired(self) -> bool:
        return False

    def is_revoked(self) -> bool:
        return False


@dataclass
class Store:
    """All of it."""

    sessions: Shelf[Session] = field(default_factory=lambda: Shelf(SESSION_SECONDS))
    interactions: Shelf[Interaction] = field(
        default_factory=lambda: Shelf(INTERACTION_SECONDS)
    )
    codes: Shelf[Code] = field(default_factory=lambda: Shelf(CODE_SECONDS))
    tokens: Shelf[Token] = field(default_factory=lambda: Shelf(TOKEN_SECONDS))
    #: Sessions for which the browser shall go on where the login began.
    resumed: Shelf[tuple[str, Session]] = field(default_factory=lambda: Shelf(60))

    def end_session(self, sid: str) -> Session | None:
        """End a session and what was issued in it; return it, None if unknown."""
        ended: list[Session] = []

        def belongs(session: Session) -> bool:
            if session.sid == sid:
                ended.append(session)
            return session.sid == sid

        self.sessions.drop(belongs)
        self.codes.drop(lambda code: code.session.sid == sid)
        self.tokens.drop(lambda token: token.session.sid == sid)
        return ended[0] if ended else None
