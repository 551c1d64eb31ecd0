"""How one finds out whether a part outside answers, without asking it for anything."""

from __future__ import annotations

from carouge.guichet.breaker import CircuitBreaker
from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import http.client
import socket


#: Seconds until a connection; whoever needs longer is no use to a visitor either.
CONNEXION = 3.0


@dataclass(frozen=True)
class Sonde:
    """One look at a part outside.

    ``essayer`` raises whatever says that it does not answer. It knows all settings it
    needs: it is called in a thread without database, and ends within some seconds.
    ``disjoncteurs`` keep visitors from waiting for the part.
    """

    essayer: Callable[[], None]
    disjoncteurs: Sequence[CircuitBreaker] = ()


def toquer(adresse: str, delai: float = CONNEXION) -> None:
    """Open a connection to the host of a web address, and close it.

    :raises OSError: nobody listens
    :raises ValueError: no address
    """
    host, port = _host_of(adresse)
    socket.create_connection((host, port), delai).close()


def saluer(adresse: str, delai: float = CONNEXION) -> None:
    """Ask the host of a web address for its first page, without any secret.

    Whatever it answers, a refusal as well, it is awake.

    :raises OSError: nobody listens, or answers
    :raises http.client.HTTPException: what listens is no web server
    :raises ValueError: no address
    """
    host, port = _host_of(adresse)
    secure = urlsplit(adresse).scheme == "https"
    factory = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = factory(host, port, timeout=delai)
    try:
        connection.request("HEAD", "/", headers={"User-Agent": "carouge.guichet"})
        connection.getresponse()
    finally:
        connection.close()


def _host_of(adresse: str) -> tuple[str, int]:
    parts = urlsplit(adresse)
    if not parts.hostname:
        raise ValueError("no host")
    return parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)
