"""The line to a payment provider: one address, little time, small answers, no detours."""

from __future__ import annotations

from carouge.guichet.breaker import CircuitBreaker
from carouge.guichet.paiement.domain import PasserelleIndisponible
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from requests.adapters import HTTPAdapter
from typing import Any
from urllib.parse import urlsplit
from urllib3.connection import HTTPConnection
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.connectionpool import HTTPSConnectionPool

import io
import json
import math
import os
import requests
import socket
import time


#: Seconds to connect.
CONNECT = 3.05
#: Names how many seconds an answer may take in all.
DELAI = "GUICHET_PAIEMENT_DELAI"
DEFAULT_DELAI = 10.0
MAX_DELAI = 30.0

MOST_BYTES = 256 * 1024

#: Names the hosts besides those of a provider its password may go to: ``host:port``, by
#: comma.
PASSERELLES = "GUICHET_PASSERELLES"

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


#: After that many silences in a row nobody waits for a provider, for that many seconds.
SILENCES = 5
REPOS = 30.0


@dataclass(frozen=True)
class Reponse:
    """An answer: its status, its JSON object ({} without one), and when it was given."""

    statut: int
    contenu: dict[str, Any]
    moment: datetime | None


_DISJONCTEURS: dict[str, CircuitBreaker] = {}


def disjoncteur(adresse: str) -> CircuitBreaker:
    """What this process remembers of the silences of a provider's host."""
    hote = urlsplit(adresse).netloc.lower()
    return _DISJONCTEURS.setdefault(
        hote, CircuitBreaker(failures=SILENCES, pause=REPOS)
    )


def adresse_sure(adresse: str) -> bool:
    """Whether secrets may go there: https, or this machine; no password, no query."""
    try:
        parts = urlsplit(adresse)
        # An impossible one is noticed here only.
        parts.port  # noqa: B018
    except ValueError:
        return False
    if not parts.hostname or parts.username or parts.password:
        return False
    if parts.query or parts.fragment:
        return False
    return parts.scheme == "https" or (
        parts.scheme == "http" and parts.hostname in LOOPBACK
    )


def adresse_permise(adresse: str, domaine: str) -> bool:
    """Whether secrets may go there: an :func:`adresse_sure` of the provider's ``domaine``.

    Whoever writes the settings of a régie does not know its password, and must not be
    able to have it sent anywhere. The operator allows others: :data:`PASSERELLES`.
    """
    if not adresse_sure(adresse):
        return False
    parts = urlsplit(adresse)
    hote = (parts.hostname or "").lower()
    port = parts.port or (443 if parts.scheme == "https" else 80)
    if f"{hote}:{port}" in _permises():
        return True
    return (parts.scheme, port) == ("https", 443) and (
        hote == domaine or hote.endswith(f".{domaine}")
    )


def _permises() -> set[str]:
    values = os.environ.get(PASSERELLES, "").split(",")
    return {value.strip().lower() for value in values if value.strip()}


def delai() -> float:
    """How many seconds an answer may take."""
    try:
        seconds = float(os.environ.get(DELAI, DEFAULT_DELAI))
    except ValueError:
        return DEFAULT_DELAI
    if math.isnan(seconds):
        return DEFAULT_DELAI
    return min(max(seconds, 0.1), MAX_DELAI)


def demander(
    methode: str,
    adresse: str,
    *,
    auth: tuple[str, str],
    corps: Mapping[str, object] | None = None,
    cle: str = "",
) -> Reponse:
    """Ask for something, once; an answer with status 2xx or 4xx.

    ``corps`` is sent as JSON, ``cle`` as ``Idempotency-Key``. A redirection is never
    followed: what is ordered is for this address and no other.

    :raises PasserelleIndisponible: no such answer came in time; what was ordered may
        have happened
    """
    if not adresse_sure(adresse):
        raise PasserelleIndisponible("address not allowed")
    garde = disjoncteur(adresse)
    if not garde.allows():
        raise PasserelleIndisponible("it has not answered a moment ago")
    headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
    if cle:
        headers["Idempotency-Key"] = cle
    limit = delai()
    end = time.monotonic() + limit
    try:
        with (
            _session(end) as session,
            session.request(
                methode,
                adresse,
                json=corps,
                auth=auth,
                headers=headers,
                timeout=(min(CONNECT, limit), limit),
                allow_redirects=False,
                stream=True,
            ) as response,
        ):
            body = _body(response, end)
    except requests.RequestException as error:
        garde.failed()
        # Its text may hold the whole address.
        raise PasserelleIndisponible(type(error).__name__) from None
    except PasserelleIndisponible:
        garde.failed()
        raise
    # What it says may be an error, but nobody waits for that.
    garde.succeeded()
    status = response.status_code
    if not (200 <= status < 300 or 400 <= status < 500):
        raise PasserelleIndisponible(f"HTTP {status}")
    return Reponse(status, _contenu(status, body), _moment(response.headers))


class _Lecture(io.RawIOBase):
    """What comes in over a socket, until a moment.

    The timeout of a socket is one for each byte: whoever sends them one by one would
    keep the line for ever, in the head of an answer as in its body.
    """

    def __init__(self, sock: socket.socket, end: float) -> None:
        self._sock = sock
        self._end = end
        self._raw = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int | None:
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("answer too slow")
        self._sock.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Prise:
    """A socket whose answers are read by :class:`_Lecture`."""

    def __init__(self, sock: socket.socket, end: float) -> None:
        self._sock = sock
        self._end = end

    def __getattr__(self, name: str):
        return getattr(self._sock, name)

    def makefile(self, *_args, **_values) -> io.BufferedReader:
        return io.BufferedReader(_Lecture(self._sock, self._end))


class _Ligne(HTTPAdapter):
    """Answers have come by ``end``, or do not count."""

    def __init__(self, end: float) -> None:
        class Connexion(HTTPConnection):
            def connect(self) -> None:
                super().connect()
                self.sock = _Prise(self.sock, end)

        class ConnexionSure(HTTPSConnection):
            def connect(self) -> None:
                super().connect()
                self.sock = _Prise(self.sock, end)

        class Lignes(HTTPConnectionPool):
            ConnectionCls = Connexion

        class LignesSures(HTTPSConnectionPool):
            ConnectionCls = ConnexionSure

        self._lignes = {"http": Lignes, "https": LignesSures}
        super().__init__()

    def init_poolmanager(self, *args, **values) -> None:
        super().init_poolmanager(*args, **values)
        self.poolmanager.pool_classes_by_scheme = self._lignes

    def proxy_manager_for(self, *args, **values):
        found = super().proxy_manager_for(*args, **values)
        found.pool_classes_by_scheme = self._lignes
        return found


def _session(end: float) -> requests.Session:
    session = requests.Session()
    for scheme in ("https://", "http://"):
        session.mount(scheme, _Ligne(end))
    return session


def _body(response: requests.Response, end: float) -> bytes:
    body = b""
    for chunk in response.iter_content(16 * 1024):
        body += chunk
        if len(body) > MOST_BYTES:
            raise PasserelleIndisponible("answer too long")
        if time.monotonic() > end:
            raise PasserelleIndisponible("answer too slow")
    return body


def _contenu(status: int, body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, dict):
        return found
    # A refusal needs no words, and « done » may have none.
    if status == 204 or status >= 400:
        return {}
    raise PasserelleIndisponible("no JSON object")


def _moment(headers: Mapping[str, str]) -> datetime | None:
    try:
        moment = parsedate_to_datetime(headers.get("Date", ""))
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None
