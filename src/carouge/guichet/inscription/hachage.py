"""Argon2id for passwords and answers. Whoever does not exist costs as much time."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError
from argon2.exceptions import VerificationError
from functools import cache

import secrets


#: Parameters of RFC 9106 for little memory; a change takes effect at the next login.
hasher = PasswordHasher()


def hash_secret(secret: str) -> str:
    """The hash of a password or an answer, with its parameters and salt."""
    return hasher.hash(secret.encode("utf-8", "replace"))


def verify(stored: str, secret: str) -> bool:
    """Whether it is the secret. An empty ``stored`` takes as long, and never is."""
    try:
        right = hasher.verify(stored or _decoy(), secret.encode("utf-8", "replace"))
    except (VerificationError, InvalidHashError):
        return False
    return right and bool(stored)


def outdated(stored: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return hasher.check_needs_rehash(stored)


@cache
def _decoy() -> str:
    return hash_secret(secrets.token_urlsafe(16))
