"""One attempt to log in, from our page to the provider and back, in pure Python.

Between the two the browser keeps it: a cookie of its own for each attempt, so that two
tabs do not disturb each other, sealed (nobody reads nonce and verifier), for ten minutes.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import asdict
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import unquote
from urllib.parse import urlsplit

import hashlib
import json
import re
import secrets


#: How long an attempt may take.
LIFETIME = timedelta(minutes=10)

COOKIE_PREFIX = "guichet_connexion_"
#: More tabs than anybody has open at once; the oldest give way.
MOST_FLOWS = 8

# In bytes: browsers keep 4096 of a cookie.
_LONGEST_RETOUR = 2000


@dataclass(frozen=True)
class Flow:
    """One attempt: ``started`` is a Unix time, ``anew`` asks for a fresh proof.

    ``state`` comes back with the answer, ``nonce`` in the ID token; ``verifier`` is
    that of PKCE (RFC 7636). All three are random, 43 characters.
    """

    state: str
    nonce: str
    verifier: str
    retour: str
    issuer: str
    started: int
    anew: bool = False

    def dump(self) -> bytes:
        """What is sealed into the cookie."""
        return json.dumps(asdict(self), ensure_ascii=False).encode()

    @classmethod
    def load(cls, content: bytes) -> Flow:
        """The attempt that was sealed."""
        return cls(**json.loads(content))


def new_flow(*, retour: str, issuer: str, started: int, anew: bool) -> Flow:
    """A new attempt with words nobody can guess."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _word in range(3))
    return Flow(state, nonce, verifier, retour, issuer, started, anew)


def cookie_name(state: str) -> str:
    """The cookie of the attempt with that state."""
    digest = hashlib.sha256(state.encode("utf-8", "replace")).hexdigest()
    return COOKIE_PREFIX + digest[:12]


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a verifier."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


_FORBIDDEN = re.compile(r"[\x00-\x20\x7f\\]")


def safe_retour(retour: object, bases: Sequence[str], default: str) -> str:
    """An address of the site, query string included, or ``default``.

    ``bases`` are the addresses of the site, without slash at the end. What browsers
    read in more than one way is refused.
    """
    if not isinstance(retour, str) or not retour:
        return default
    if len(retour.encode("utf-8", "replace")) > _LONGEST_RETOUR:
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
