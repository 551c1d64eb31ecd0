"""What is told to other systems, how it is signed, and when it is tried again.

Messages follow the Standard Webhooks specification 1.0.0
(https://www.standardwebhooks.com): headers ``webhook-id``, ``webhook-timestamp`` and
``webhook-signature``, a body with ``type``, ``timestamp`` and ``data``. Pure Python.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from collections.abc import Mapping
from datetime import datetime
from datetime import timedelta
from urllib.parse import urlsplit

import hashlib
import hmac
import ipaddress
import json


#: What can be subscribed to; the values stand in the field ``type`` of a message.
DEPOSEE = "demande.deposee"
ETAT = "demande.etat"
MESSAGE = "demande.message"
DOCUMENT = "demande.document"
PIECE = "demande.piece_recue"
TRANSMISE = "demande.transmise"
EVENEMENTS = (DEPOSEE, ETAT, MESSAGE, DOCUMENT, PIECE, TRANSMISE)
#: Sent by a button, to see whether everything works.
ESSAI = "essai"

#: Pauses after the first failure, the second one, and so on; then it is given up.
PAUSES = tuple(
    timedelta(seconds=seconds)
    for seconds in (10, 60, 300, 1800, 7200, 21600, 43200, 86400, 86400)
)

#: A system that has not answered is asked again after that long at the latest.
MAX_REPOS = timedelta(minutes=30)

#: A master secret shorter than this is none (characters).
MIN_SECRET = 32
MAX_URL = 500

Reseau = ipaddress.IPv4Network | ipaddress.IPv6Network

#: Global by their numbers, but they lead to whatever IPv4 address they hold (::/8 has
#: all of them but two), or nowhere but inside (site-local addresses of old).
_DETOURS = tuple(
    ipaddress.ip_network(network)
    for network in ("::/8", "2002::/16", "2001::/32", "fec0::/10")
)


class CibleRefusee(ValueError):
    """Nothing is sent to this address; the text says why, for the log."""


# --- where to ------------------------------------------------------------------


def lire_reseaux(texte: str) -> tuple[Reseau, ...]:
    """Networks by comma, as ``10.2.0.0/16, 192.168.1.7``.

    :raises ValueError: one of them is no network
    """
    return tuple(
        ipaddress.ip_network(part.strip()) for part in texte.split(",") if part.strip()
    )


def adresse_permise(adresse: str, reseaux: Iterable[Reseau] = ()) -> bool:
    """Whether something may be sent to an IP address.

    Only public ones, unless ``reseaux`` names the network: whoever can set the target
    of a webhook must not reach the machines behind the commune's firewall (OWASP,
    server-side request forgery).
    """
    if dans(adresse, reseaux):
        return True
    ip = _ip(adresse)
    return ip.is_global and not ip.is_multicast and not dans(adresse, _DETOURS)


def dans(adresse: str, reseaux: Iterable[Reseau]) -> bool:
    """Whether an IP address lies in one of these networks."""
    ip = _ip(adresse)
    return any(ip in reseau for reseau in reseaux if reseau.version == ip.version)


def _ip(adresse: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    ip = ipaddress.ip_address(adresse.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    return ip


def verifier_url(url: str) -> str:
    """The address of a target, as it can be used.

    :raises CibleRefusee: no web address, or one that holds a password
    """
    url = url.strip()
    if len(url) > MAX_URL or not url.isascii() or not url.isprintable() or " " in url:
        raise CibleRefusee("not an address")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise CibleRefusee("not an address") from error
    if parts.scheme not in ("https", "http") or not parts.hostname or port == 0:
        raise CibleRefusee("not a web address")
    if parts.username is not None or parts.password is not None:
        raise CibleRefusee("a password in the address")
    return url


# --- what, signed --------------------------------------------------------------


def corps_de(type: str, moment: datetime, data: Mapping[str, object]) -> str:
    """The body of a message: JSON, the same at each attempt."""
    return json.dumps(
        {
            "type": type,
            "timestamp": moment.isoformat(timespec="seconds"),
            "data": dict(data),
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def cle_de(secret: str, abonnement: str) -> bytes:
    """The key of one subscription, made of the master secret of the installation."""
    message = f"carouge.guichet webhook {abonnement}".encode()
    return hmac.digest(secret.encode(), message, hashlib.sha256)


def cle_en_texte(cle: bytes) -> str:
    """A key as the receiver's library wants it."""
    return "whsec_" + b64encode(cle).decode("ascii")


def entetes(cle: bytes, id: str, moment: datetime, corps: bytes) -> dict[str, str]:
    """The headers that prove that a message is ours, and from when."""
    stamp = str(int(moment.timestamp()))
    signed = b".".join((id.encode(), stamp.encode(), corps))
    digest = hmac.digest(cle, signed, hashlib.sha256)
    return {
        "webhook-id": id,
        "webhook-timestamp": stamp,
        "webhook-signature": "v1," + b64encode(digest).decode("ascii"),
    }


# --- when ----------------------------------------------------------------------


def repos_apres(echecs: int, maintenant: datetime) -> datetime:
    """Until when a system is left alone after so many failures in a row (from 1)."""
    pause = PAUSES[min(echecs, len(PAUSES)) - 1]
    return maintenant + min(pause, MAX_REPOS)


def prochain_essai(essais: int, maintenant: datetime) -> datetime | None:
    """When to try again after so many failures; None to give up."""
    if essais > len(PAUSES):
        return None
    return maintenant + PAUSES[essais - 1]
