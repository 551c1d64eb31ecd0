"""One attempt to log in, from our page to the provider and back, in pure Python.

Between the two the browser keeps it: a cookie of its own for each attempt, so that two
tabs do not disturb each other, signed, for ten minutes. Nonce and PKCE verifier are
derived from its random state with the signing key: they are never in the cookie.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import asdict
from dataclasses import dataclass
from urllib.parse import unquote
from urllib.parse import urlsplit

import hashlib
import hmac
import json
import re


#: How long an attempt may take, in seconds.
LIFETIME = 600

COOKIE_PREFIX = "guichet_connexion_"
#: More tabs than anybody has open at once; the oldest give way.
MOST_FLOWS = 8

# No word of ours in the address may be longer; browsers keep 4096 bytes of a cookie.
_LONGEST_RETOUR = 2000
_PURPOSE = b"carouge.guichet.identity.flow"


@dataclass(frozen=True)
class Flow:
    """One attempt: ``started`` is a Unix time, ``anew`` asks for a fresh proof."""

    state: str
    retour: str
    issuer: str
    started: int
    anew: bool = False


def cookie_name(state: str) -> str:
    """The cookie of the attempt with that state."""
    return COOKIE_PREFIX + hashlib.sha256(state.encode()).hexdigest()[:12]


def seal(flow: Flow, key: bytes) -> str:
    """The value of the cookie."""
    body = _encode(json.dumps(asdict(flow)).encode())
    return f"{body}.{_mac(key, body)}"


def unseal(
    value: str, state: str, keys: Sequence[bytes], now: float
) -> tuple[Flow, bytes] | None:
    """The attempt in a cookie, and the key it was signed with.

    None when it is not ours, too old, or of another attempt than ``state``.
    """
    body, _dot, mac = value.partition(".")
    for key in keys:
        if not hmac.compare_digest(_mac(key, body).encode(), mac.encode("utf-8")):
            continue
        try:
            flow = Flow(**json.loads(_decode(body)))
        except (ValueError, TypeError):
            return None
        if not 0 <= now - flow.started <= LIFETIME:
            return None
        if not hmac.compare_digest(flow.state.encode(), state.encode("utf-8")):
            return None
        return flow, key
    return None


def nonce_of(flow: Flow, key: bytes) -> str:
    """What the ID token of this attempt has to repeat."""
    return _derive(key, "nonce", flow.state)


def verifier_of(flow: Flow, key: bytes) -> str:
    """The PKCE verifier of this attempt (RFC 7636: 43 characters)."""
    return _derive(key, "pkce", flow.state)


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a verifier."""
    return _encode(hashlib.sha256(verifier.encode()).digest())


_FORBIDDEN = re.compile(r"[\x00-\x20\x7f\\]")


def safe_retour(retour: object, bases: Sequence[str], default: str) -> str:
    """An address of the site, query string included, or ``default``.

    ``bases`` are the addresses of the site, without slash at the end. What browsers
    read in more than one way is refused.
    """
    if not isinstance(retour, str) or not 0 < len(retour) <= _LONGEST_RETOUR:
        return default
    if _FORBIDDEN.search(retour) or retour.startswith("//"):
        return default
    try:
        target = urlsplit(retour)
    except ValueError:
        return default
    # The path as the most generous reader takes it.
    path = unquote(unquote(target.path))
    if _FORBIDDEN.search(path.replace(" ", "")) or "//" in path:
        return default
    if ".." in path.split("/") or "@" in target.netloc:
        return default
    for base in bases:
        origin = urlsplit(base)
        if (target.scheme, target.netloc) not in (
            (origin.scheme, origin.netloc),
            ("", ""),
        ):
            continue
        if path != origin.path and not path.startswith(f"{origin.path}/"):
            continue
        if _leads_to_login(path):
            return default
        if target.netloc:
            return retour
        return f"{origin.scheme}://{origin.netloc}{retour}"
    return default


def _leads_to_login(path: str) -> bool:
    names = path.split("/")
    return bool({"acl_users", "se-connecter", "se-deconnecter"} & set(names))


def _derive(key: bytes, purpose: str, state: str) -> str:
    text = f"{purpose} {state}".encode()
    return _encode(hmac.new(key, _PURPOSE + b" " + text, hashlib.sha256).digest())


def _mac(key: bytes, body: str) -> str:
    text = _PURPOSE + b" cookie " + body.encode("utf-8")
    return _encode(hmac.new(key, text, hashlib.sha256).digest())


def _encode(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _decode(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
