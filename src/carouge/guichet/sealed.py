"""What we give to a browser to keep: unreadable, unchangeable, and not for ever.

Sealed with the site's keyring; a key that was rotated away opens nothing any more.
"""

from __future__ import annotations

from carouge.guichet import swisstime
from carouge.guichet.keys import signing_keys
from cryptography.fernet import Fernet
from cryptography.fernet import InvalidToken
from cryptography.fernet import MultiFernet
from datetime import datetime
from datetime import timedelta
from plone import api

import base64
import hashlib
import hmac


#: Much more than anything we seal for a cookie.
MAX_LENGTH = 4096


#: What our own clock may have been put back since, or be behind that of another machine.
CLOCK_SKEW = timedelta(hours=2)


class InvalidSeal(ValueError):
    """Not sealed by us for this purpose and this site, or too long ago."""


def seal(purpose: str, content: bytes, *, now: datetime | None = None) -> str:
    """Seal for the time that :func:`unseal` grants; ASCII, fit for a cookie."""
    moment = int((now or swisstime.now()).timestamp())
    return _box(purpose).encrypt_at_time(content, moment).decode("ascii")


def unseal(
    purpose: str,
    text: str,
    lifetime: timedelta,
    *,
    now: datetime | None = None,
    max_length: int = MAX_LENGTH,
) -> bytes:
    """What was sealed; nothing longer than ``max_length`` is looked at.

    :raises InvalidSeal: see there
    """
    if not text or len(text) > max_length:
        raise InvalidSeal
    moment = int((now or swisstime.now()).timestamp())
    ahead = _sealed_at(text) - moment
    if 0 < ahead <= CLOCK_SKEW.total_seconds():
        moment += ahead
    try:
        return _box(purpose).decrypt_at_time(
            text.encode("ascii"), int(lifetime.total_seconds()), moment
        )
    except (InvalidToken, UnicodeEncodeError) as error:
        raise InvalidSeal from error


def keys_for(purpose: str) -> list[bytes]:
    """Keys of our own for one purpose of this site, the current one first."""
    site = "/".join(api.portal.get().getPhysicalPath())
    message = f"carouge.guichet\0{site}\0{purpose}".encode()
    return [hmac.new(key, message, hashlib.sha256).digest() for key in signing_keys()]


def _sealed_at(text: str) -> int:
    """When it says it was sealed (seconds since 1970); nothing proves that yet."""
    try:
        return int.from_bytes(base64.urlsafe_b64decode(text[:12])[1:], "big")
    except ValueError:
        return 0


def _box(purpose: str) -> MultiFernet:
    return MultiFernet(
        [Fernet(base64.urlsafe_b64encode(key)) for key in keys_for(purpose)]
    )
