"""Misbehaviour on demand: one fault at a time, for some or all of the next occasions."""

from __future__ import annotations

from carouge.guichet.demo.idp.keys import KeyRing
from carouge.guichet.demo.idp.keys import sign_hs256
from carouge.guichet.demo.idp.keys import unsigned
from carouge.guichet.demo.personas import ACR_DECLARED
from collections.abc import Callable

import threading


Claims = dict[str, object]

#: Faults of the ID token's claims: each changes a good set of claims in one respect.
CLAIM_FAULTS: dict[str, Callable[[Claims], object]] = {
    "nonce_wrong": lambda claims: claims.update(nonce="somebody-else"),
    "nonce_absent": lambda claims: claims.pop("nonce"),
    "bad_iss": lambda claims: claims.update(iss="https://evil.example"),
    "bad_aud": lambda claims: claims.update(aud="somebody-else"),
    "two_aud": lambda claims: claims.update(aud=[claims["aud"], "somebody-else"]),
    "two_aud_azp": lambda claims: claims.update(
        aud=[claims["aud"], "somebody-else"], azp=claims["aud"]
    ),
    "expired": lambda claims: claims.update(
        iat=claims["iat"] - 1_200, exp=claims["iat"] - 600
    ),
    "iat_ahead_30s": lambda claims: claims.update(iat=claims["iat"] + 30),
    "iat_ahead_10m": lambda claims: claims.update(iat=claims["iat"] + 600),
    "no_iat": lambda claims: claims.pop("iat"),
    "no_sub": lambda claims: claims.pop("sub"),
    "auth_time_old": lambda claims: claims.update(auth_time=claims["iat"] - 3_600),
    "auth_time_absent": lambda claims: claims.pop("auth_time"),
    "acr_lower": lambda claims: claims.update(acr=ACR_DECLARED),
}

#: Faults of the ID token's signature.
SIGNATURE_FAULTS = (
    "alg_none",
    "hs256_secret",
    "hs256_pubkey",
    "es256",
    "bad_sig",
    "unknown_kid",
    "no_kid_one_key",
    "no_kid_two_keys",
    "rotate_before_signing",
)

#: Faults of the answers in the browser and of those between the machines.
ANSWER_FAULTS = (
    "no_idtoken",
    "discovery_iss",
    "discovery_down",
    "jwks_down",
    "response_iss_wrong",
    "cancel",
    "slow",
    "token_500",
    "token_garbage",
    "token_huge",
    "sub_mismatch",
    "userinfo_500",
    "userinfo_garbage",
    "userinfo_huge",
    "userinfo_body_only",
    "userinfo_redirect",
)

MODES = frozenset({*CLAIM_FAULTS, *SIGNATURE_FAULTS, *ANSWER_FAULTS})


class Faults:
    """Which fault is on; every method is thread safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._mode = ""
        self._times: int | None = None

    @property
    def mode(self) -> str:
        """The fault that is on, "" for none."""
        return self._mode

    @property
    def times(self) -> int | None:
        """How often it still happens, None for without end."""
        return self._times

    def set(self, mode: str, times: int | None = None) -> None:
        """Turn one fault on, "" none; ValueError for a mode nobody knows."""
        if mode and mode not in MODES:
            raise ValueError(mode)
        if times is not None and times < 1:
            raise ValueError(times)
        with self._changed:
            self._mode = mode
            self._times = times if mode else None
            self._changed.notify_all()

    def happens(self, *modes: str) -> str:
        """Return the fault that is on if it is one of ``modes``; that uses it once."""
        with self._lock:
            mode = self._mode
            if mode not in modes:
                return ""
            if self._times is not None:
                self._times -= 1
                if not self._times:
                    self._mode, self._times = "", None
            return mode

    def dawdle(self, seconds: float) -> None:
        """Take that long if told to be slow; another setting ends it at once."""
        if self.happens("slow"):
            with self._changed:
                self._changed.wait(seconds)


def forge(claims: Claims, keys: KeyRing, faults: Faults, client_secret: str) -> str:
    """Return a signed ID token with these claims and the fault that is on."""
    change = faults.happens(*CLAIM_FAULTS)
    if change:
        CLAIM_FAULTS[change](claims)
    match faults.happens(*SIGNATURE_FAULTS):
        case "alg_none":
            return unsigned(claims)
        case "hs256_secret":
            return sign_hs256(claims, client_secret.encode())
        case "hs256_pubkey":
            return keys.sign_with_public_key(claims)
        case "es256":
            return keys.sign_es256(claims)
        case "bad_sig":
            return keys.sign_foreign(claims)
        case "unknown_kid":
            return keys.sign(claims, kid="unknown")
        case "no_kid_one_key" | "no_kid_two_keys":
            return keys.sign(claims, kid=None)
        case "rotate_before_signing":
            keys.rotate()
    return keys.sign(claims)
