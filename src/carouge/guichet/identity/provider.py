"""The provider as it describes itself: its addresses and its keys, kept for a while."""

from __future__ import annotations

from carouge.guichet.breaker import CircuitBreaker
from carouge.guichet.identity.errors import LoginRefused
from carouge.guichet.identity.errors import ProviderUnavailable
from carouge.guichet.identity.http import fetch_json
from carouge.guichet.identity.http import host_of
from carouge.guichet.identity.http import usable
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jwt
import threading
import time


#: How long a description and its keys are believed, in seconds.
LIFETIME = 600
#: How long a failure is remembered: a crowd of visitors shall not wait one by one.
FAILURE = 5
#: Tokens with an unknown key may make us look for new ones so often a minute.
MOST_REFETCHES = 5

#: What may sign: nothing symmetric, never « none ». Type of key by algorithm.
ALGORITHMS = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC"}
_SMALLEST_RSA = 2048


@dataclass(frozen=True)
class Metadata:
    """What the login needs of a provider's description; empty: it has no such thing."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    end_session_endpoint: str = ""
    # RFC 9207: it always says in its answer who it is.
    names_itself: bool = False


class Provider:
    """One provider: ``issuer`` exactly as it spells itself, ``hosts`` besides its own."""

    def __init__(
        self,
        issuer: str,
        hosts: frozenset[str] = frozenset(),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.issuer = issuer
        self.hosts = hosts | {host_of(issuer)}
        self._clock = clock
        self.disjoncteur = CircuitBreaker(clock, failures=1, pause=FAILURE)
        self._lock = threading.Lock()
        self._metadata: tuple[float, Metadata] | None = None
        self._keys: tuple[float, list[dict[str, Any]]] | None = None
        self._refetches: list[float] = []

    def metadata(self) -> Metadata:
        """
        :raises ProviderUnavailable: it gives no usable description of itself
        """
        with self._lock:
            if not _fresh(self._metadata, self._clock()):
                self._metadata = (self._clock(), self._guarded(self._discover))
            assert self._metadata is not None
            return self._metadata[1]

    def key(self, token: str) -> tuple[str, Any]:
        """Algorithm and public key a token claims to be signed with.

        :raises LoginRefused: it names no algorithm or key that may sign
        :raises ProviderUnavailable: the provider does not tell its keys
        """
        try:
            header = jwt.get_unverified_header(token)
        except jwt.PyJWTError:
            raise LoginRefused("answer", "token") from None
        algorithm, kid = header.get("alg"), header.get("kid")
        if algorithm not in ALGORITHMS:
            raise LoginRefused("answer", "algorithm")
        if "crit" in header:
            raise LoginRefused("answer", "crit")
        uri = self.metadata().jwks_uri
        with self._lock:
            known = _fresh(self._keys, self._clock())
            key = _pick(self._load_keys(uri), algorithm, kid)
            if key is None and known and self._may_refetch():
                self._keys = None
                key = _pick(self._load_keys(uri), algorithm, kid)
        if key is None:
            raise LoginRefused("answer", "key")
        return algorithm, key

    def _load_keys(self, uri: str) -> list[dict[str, Any]]:
        if not _fresh(self._keys, self._clock()):
            self._keys = (self._clock(), self._guarded(lambda: self._fetch_keys(uri)))
        assert self._keys is not None
        return self._keys[1]

    def _fetch_keys(self, uri: str) -> list[dict[str, Any]]:
        status, answer = fetch_json("GET", uri, what="keys", hosts=self.hosts)
        keys = answer.get("keys")
        if status != 200 or not isinstance(keys, list):
            raise ProviderUnavailable(f"keys: status {status}")
        return [key for key in keys if isinstance(key, dict)]

    def _may_refetch(self) -> bool:
        now = self._clock()
        self._refetches = [at for at in self._refetches if now - at < 60]
        if len(self._refetches) >= MOST_REFETCHES:
            return False
        self._refetches.append(now)
        return True

    def _guarded(self, ask):
        """Ask, unless the last question has just failed."""
        if not self.disjoncteur.allows():
            raise ProviderUnavailable("it has not answered a moment ago")
        try:
            answer = ask()
        except ProviderUnavailable:
            self.disjoncteur.failed()
            raise
        self.disjoncteur.succeeded()
        return answer

    def destination(self) -> Metadata:
        """The same for a browser that is to be sent there: not to a dead provider.

        :raises ProviderUnavailable: it gives no usable description, or is known to be
            down
        """
        if self.disjoncteur.resting:
            raise ProviderUnavailable("it has not answered a moment ago")
        return self.metadata()

    def toquer(self) -> None:
        """Ask it for its description and forget the answer.

        :raises ProviderUnavailable: it gives no usable one
        """
        self._discover()

    def _discover(self) -> Metadata:
        status, answer = fetch_json(
            "GET",
            f"{self.issuer.rstrip('/')}/.well-known/openid-configuration",
            what="discovery",
            hosts=self.hosts,
        )
        if status != 200:
            raise ProviderUnavailable(f"discovery: status {status}")
        if answer.get("issuer") != self.issuer:
            raise ProviderUnavailable("discovery: another issuer")
        return Metadata(
            issuer=self.issuer,
            authorization_endpoint=self._address(answer, "authorization_endpoint"),
            token_endpoint=self._address(answer, "token_endpoint"),
            jwks_uri=self._address(answer, "jwks_uri"),
            userinfo_endpoint=self._address(answer, "userinfo_endpoint", True),
            end_session_endpoint=self._address(answer, "end_session_endpoint", True),
            names_itself=(
                answer.get("authorization_response_iss_parameter_supported") is True
            ),
        )

    def _address(self, answer: dict, name: str, optional: bool = False) -> str:
        value = answer.get(name)
        if value is None and optional:
            return ""
        if not usable(value, self.hosts):
            raise ProviderUnavailable(f"discovery: {name} not allowed")
        return value


_providers: dict[tuple[str, frozenset[str]], Provider] = {}


def get_provider(issuer: str, hosts: frozenset[str]) -> Provider:
    """The provider of that address, with what this process knows of it."""
    return _providers.setdefault((issuer, hosts), Provider(issuer, hosts))


def forget_providers() -> None:
    """Ask everything anew at the next login."""
    _providers.clear()


def _fresh(kept: tuple[float, Any] | None, now: float) -> bool:
    return kept is not None and now - kept[0] < LIFETIME


def _pick(keys: list[dict[str, Any]], algorithm: str, kid: object) -> Any:
    """The one public key that may have signed; None when it is not clear which."""
    fitting = [
        key
        for key in keys
        if key.get("kty") == ALGORITHMS[algorithm]
        and key.get("use", "sig") == "sig"
        and key.get("alg", algorithm) == algorithm
        and (kid is None or key.get("kid") == kid)
    ]
    # Without a name there must be no choice at all.
    if len(fitting) != 1:
        return None
    try:
        key = jwt.PyJWK(fitting[0], algorithm).key
    except (jwt.PyJWTError, ValueError, TypeError):
        return None
    if hasattr(key, "private_numbers") or getattr(key, "key_size", 0) < (
        _SMALLEST_RSA if ALGORITHMS[algorithm] == "RSA" else 256
    ):
        return None
    return key
