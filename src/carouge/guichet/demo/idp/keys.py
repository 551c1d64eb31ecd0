"""The provider's signing keys, and signatures a provider should never make."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from joserfc import jws
from joserfc.jwk import ECKey
from joserfc.jwk import KeySet
from joserfc.jwk import RSAKey
from uuid import uuid4

import hashlib
import hmac
import json
import threading


Claims = Mapping[str, object]


class KeyRing:
    """Signs with the newest RSA key; publishes what a client shall see of the keys.

    ``with_spare`` publishes a second RSA key that signs nothing, ``with_ec`` a key for
    ES256. Every method is thread safe.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # Making RSA keys takes a moment; a rotation shall not.
        self._spare = _rsa_key()
        self._foreign = _rsa_key()
        self._ec = ECKey.generate_key(
            "P-256", {"use": "sig", "alg": "ES256", "kid": _kid()}
        )
        self._keys = [_rsa_key()]
        self.with_spare = False
        self.with_ec = False

    @property
    def kid(self) -> str:
        """Id of the key that signs."""
        return self._keys[-1].kid

    def rotate(self) -> str:
        """Sign with a new key from now on and publish only this one; return its id."""
        key = _rsa_key()
        with self._lock:
            self._keys.append(key)
        return key.kid

    def jwks(self) -> dict[str, object]:
        """Return the public keys as clients see them."""
        keys = [self._keys[-1]]
        if self.with_spare:
            keys.append(self._spare)
        if self.with_ec:
            keys.append(self._ec)
        return {"keys": [key.as_dict(private=False) for key in keys]}

    def own(self) -> KeySet:
        """Return all keys that have ever signed, to recognise one's own tokens."""
        return KeySet([*self._keys, self._ec])

    def sign(self, claims: Claims, *, typ: str = "JWT", kid: str | None = "") -> str:
        """Sign as it should be; ``kid`` replaces the id of the key, None leaves it out."""
        key = self._keys[-1]
        header = {"alg": "RS256", "typ": typ}
        if kid is not None:
            header["kid"] = kid or key.kid
        return _serialize(header, claims, key)

    def sign_es256(self, claims: Claims) -> str:
        """Sign with the elliptic curve key, which has to be published."""
        return _serialize({"alg": "ES256", "kid": self._ec.kid}, claims, self._ec)

    def sign_foreign(self, claims: Claims, *, typ: str = "JWT") -> str:
        """Sign with a key of somebody else under the id of ours."""
        header = {"alg": "RS256", "typ": typ, "kid": self.kid}
        return _serialize(header, claims, self._foreign)

    def sign_with_public_key(self, claims: Claims) -> str:
        """Misuse the text of the public key as a shared secret (HS256)."""
        secret = self._keys[-1].as_pem(private=False)
        return sign_hs256(claims, secret, self.kid)


def sign_hs256(claims: Claims, secret: bytes, kid: str = "") -> str:
    """Sign with a shared secret."""
    header = {"alg": "HS256", "typ": "JWT"} | ({"kid": kid} if kid else {})
    signed = f"{_json_part(header)}.{_json_part(claims)}"
    signature = hmac.new(secret, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{_base64(signature)}"


def unsigned(claims: Claims) -> str:
    """Return the claims as a token with the algorithm ``none``."""
    return f"{_json_part({'alg': 'none', 'typ': 'JWT'})}.{_json_part(claims)}."


def _serialize(header: dict[str, str], claims: Claims, key: RSAKey | ECKey) -> str:
    payload = json.dumps(claims)
    return jws.serialize_compact(header, payload, key, algorithms=[header["alg"]])


def _rsa_key() -> RSAKey:
    return RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256", "kid": _kid()})


def _kid() -> str:
    return uuid4().hex[:12]


def _json_part(value: Claims) -> str:
    return _base64(json.dumps(value).encode())


def _base64(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")
