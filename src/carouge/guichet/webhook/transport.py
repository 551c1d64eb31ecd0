"""The way of a message over the network.

The name of the target is resolved once, all its addresses are checked, and the
connection goes to the address that was checked: a name that changes its mind in
between (DNS rebinding) leads nowhere. Nothing is followed, no proxy comes in by the
environment, and the whole attempt ends within :data:`TOTAL` seconds.
"""

from __future__ import annotations

from carouge.guichet.webhook.domain import adresse_permise
from carouge.guichet.webhook.domain import CibleRefusee
from carouge.guichet.webhook.domain import dans
from carouge.guichet.webhook.domain import Reseau
from carouge.guichet.webhook.domain import verifier_url
from collections.abc import Mapping
from collections.abc import Sequence
from threading import Event
from threading import Timer
from urllib.parse import urlsplit

import contextlib
import http.client
import os
import socket
import ssl


#: Seconds for one step on the network, and for the whole attempt.
STEP = 5.0
TOTAL = 15.0

#: Names a file of authorities to trust beside those of the system.
AUTHORITIES = "GUICHET_WEBHOOK_CA"


class Echec(Exception):
    """The message was not taken; the text says why, without address and content."""


def remettre(
    url: str,
    corps: bytes,
    entetes: Mapping[str, str],
    reseaux: Sequence[Reseau] = (),
    total: float = TOTAL,
) -> int:
    """Post a message; the status (2xx) with which it was taken.

    ``reseaux`` are networks that may be reached although they are not public.

    :raises CibleRefusee: nothing may be sent there
    :raises Echec: no answer, or another one
    """
    parts = urlsplit(verifier_url(url))
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    address = _resolved(host, port, reseaux)
    if parts.scheme != "https" and not dans(address, reseaux):
        raise CibleRefusee("http outside of the networks that were named")
    target = parts.path or "/"
    if parts.query:
        target = f"{target}?{parts.query}"
    try:
        status = _post(parts.scheme, host, port, address, target, corps, entetes, total)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Echec(type(error).__name__) from None
    if not 200 <= status <= 299:
        raise Echec(f"HTTP {status}")
    return status


def _post(scheme, host, port, address, target, corps, entetes, total) -> int:
    connection = http.client.HTTPConnection(host, port, timeout=STEP)
    connection.sock = socket.create_connection((address, port), timeout=STEP)
    # A server may answer one byte at a time, each of them in time.
    late = Event()
    end = Timer(total, _cut, (connection, late))
    end.daemon = True
    end.start()
    try:
        if scheme == "https":
            connection.default_port = 443
            connection.sock = _tls().wrap_socket(
                connection.sock, server_hostname=host, do_handshake_on_connect=False
            )
            connection.sock.do_handshake()
        connection.request(
            "POST",
            target,
            corps,
            {
                "Content-Type": "application/json",
                "User-Agent": "carouge.guichet",
                "Connection": "close",
                **entetes,
            },
        )
        status = connection.getresponse().status
        # A head that was cut off looks like one that is complete.
        if late.is_set():
            raise TimeoutError
        return status
    finally:
        end.cancel()
        connection.close()


def _resolved(host: str, port: int, reseaux: Sequence[Reseau]) -> str:
    """
    :raises CibleRefusee: one of the addresses of the name is not permitted
    :raises Echec: the name is not known
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Echec(type(error).__name__) from None
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or not all(
        adresse_permise(address, reseaux) for address in addresses
    ):
        raise CibleRefusee("an address that is not public")
    return addresses[0]


def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    if os.environ.get(AUTHORITIES):
        context.load_verify_locations(os.environ[AUTHORITIES])
    return context


def _cut(connection: http.client.HTTPConnection, late: Event) -> None:
    late.set()
    with contextlib.suppress(AttributeError, OSError):
        connection.sock.shutdown(socket.SHUT_RDWR)
