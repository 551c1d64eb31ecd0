"""What we hand to a browser and want to recognise: signed, dated, for one purpose.

A sealed value can be read by whoever holds it, but not changed, not used for another
purpose, and not used after its time.
"""

from __future__ import annotations

from carouge.guichet.keys import signing_keys
from carouge.guichet.swisstime import now
from datetime import datetime
from datetime import timedelta
from itsdangerous import BadData
from itsdangerous import URLSafeSerializer

import hashlib


#: Clocks of several servers may differ by that much.
LEEWAY = timedelta(minutes=5)


class InvalidSeal(ValueError):
    """Not sealed by us for this purpose, or too old."""


def seal(purpose: str, value: object, *, moment: datetime | None = None) -> str:
    """The text that stands for ``value`` (JSON), safe in addresses and cookies.

    ``purpose`` says what it is for; whatever the value must be bound to (a guichet, a
    person) belongs into it.
    """
    sealed_at = int((moment or now()).timestamp())
    return _serializer(purpose).dumps([sealed_at, value])


def unseal(
    purpose: str,
    text: str,
    *,
    lifetime: timedelta,
    moment: datetime | None = None,
) -> object:
    """The value somebody brings back.

    :raises InvalidSeal: forged, for another purpose, from the future, or too old
    """
    try:
        sealed_at, value = _serializer(purpose).loads(text)
    except (BadData, ValueError, TypeError) as error:
        raise InvalidSeal(purpose) from error
    age = (moment or now()).timestamp() - sealed_at
    if not -LEEWAY.total_seconds() <= age <= lifetime.total_seconds():
        raise InvalidSeal("too old")
    return value


def _serializer(purpose: str) -> URLSafeSerializer:
    # itsdangerous signs with the last key and accepts all of them.
    return URLSafeSerializer(
        list(reversed(signing_keys())),
        salt=f"carouge.guichet:{purpose}".encode(),
        signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
    )
