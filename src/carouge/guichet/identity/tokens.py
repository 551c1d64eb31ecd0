"""Checks of what the provider has signed: ID tokens and logout tokens."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from carouge.guichet.identity.errors import LoginRefused
from carouge.guichet.identity.provider import Provider
from dataclasses import dataclass
from datetime import datetime
from datetime import timedelta
from datetime import timezone
from typing import Any

import hashlib
import hmac
import jwt


#: How far the provider's clock and ours may differ, in seconds.
LEEWAY = 60
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
#: A logout token tells of something that has just happened.
_OLDEST_LOGOUT = 120
_LONGEST_TOKEN = 16 * 1024


def verify_id_token(
    provider: Provider, client_id: str, token: object, *, nonce: str, access_token: str
) -> dict[str, Any]:
    """The claims of an ID token that holds (OpenID Connect Core 3.1.3.7).

    :raises LoginRefused: it does not hold
    :raises ProviderUnavailable: the provider does not tell its keys
    """
    claims = _decode(provider, client_id, token, ("exp", "iat", "iss", "aud", "sub"))
    if not _text(claims.get("sub")):
        raise LoginRefused("answer", "sub")
    if not _same(claims.get("nonce"), nonce):
        raise LoginRefused("answer", "nonce")
    at_hash = claims.get("at_hash")
    if at_hash is not None and not _same(at_hash, _half_hash(access_token)):
        raise LoginRefused("answer", "at_hash")
    return claims


def check_proof(
    claims: dict[str, Any], *, since: int | None, levels: tuple[str, ...]
) -> None:
    """Check what was asked of the proof itself, not only that it was asked.

    ``since`` is the Unix time the proof must not be older than, ``levels`` the values
    of ``acr`` that do; empty: all.

    :raises LoginRefused: another proof than the one asked for
    """
    if since is not None:
        auth_time = claims.get("auth_time")
        if type(auth_time) is not int or auth_time < since - LEEWAY:
            raise LoginRefused("level", "auth_time")
    if levels and claims.get("acr") not in levels:
        raise LoginRefused("level", "acr")


@dataclass(frozen=True)
class LogoutToken:
    """A session, or a person, that is logged out at the provider."""

    subject: str
    sid: str
    jti: str
    until: datetime


def verify_logout_token(
    provider: Provider, client_id: str, token: object, now: datetime
) -> LogoutToken:
    """What a logout token says (OpenID Connect Back-Channel Logout 1.0, section 2.6).

    Whether it was used before is for the caller to know.

    :raises LoginRefused: it does not hold
    :raises ProviderUnavailable: the provider does not tell its keys
    """
    claims = _decode(provider, client_id, token, ("exp", "iat", "iss", "aud", "jti"))
    if "nonce" in claims:
        raise LoginRefused("answer", "nonce")
    if claims["iat"] < now.timestamp() - _OLDEST_LOGOUT - LEEWAY:
        raise LoginRefused("answer", "old")
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(LOGOUT_EVENT), dict):
        raise LoginRefused("answer", "events")
    for name in ("sub", "sid"):
        if name in claims and not _text(claims[name]):
            raise LoginRefused("answer", name)
    subject, sid, jti = (_text(claims.get(name)) for name in ("sub", "sid", "jti"))
    if not (subject or sid):
        raise LoginRefused("answer", "sub and sid")
    if not jti:
        raise LoginRefused("answer", "jti")
    end = datetime.fromtimestamp(claims["iat"], timezone.utc)
    until = end + timedelta(seconds=_OLDEST_LOGOUT + 2 * LEEWAY)
    return LogoutToken(subject, sid, jti, until)


def _decode(
    provider: Provider, client_id: str, token: object, required: tuple[str, ...]
) -> dict[str, Any]:
    if not isinstance(token, str) or not 0 < len(token) <= _LONGEST_TOKEN:
        raise LoginRefused("answer", "no token")
    algorithm, key = provider.key(token)
    try:
        claims = jwt.decode(
            token,
            key,
            algorithms=[algorithm],
            audience=client_id,
            issuer=provider.issuer,
            leeway=LEEWAY,
            options={"require": list(required)},
        )
    except jwt.PyJWTError as error:
        raise LoginRefused("answer", type(error).__name__) from None
    for name in ("exp", "iat"):
        if type(claims[name]) not in (int, float):
            raise LoginRefused("answer", name)
    audience, azp = claims["aud"], claims.get("azp")
    if isinstance(audience, list) and len(audience) > 1 and azp is None:
        raise LoginRefused("answer", "azp")
    if azp is not None and azp != client_id:
        raise LoginRefused("answer", "azp")
    return claims


def _half_hash(access_token: str) -> str:
    digest = hashlib.sha256(access_token.encode()).digest()
    return urlsafe_b64encode(digest[:16]).rstrip(b"=").decode("ascii")


def _same(value: object, expected: str) -> bool:
    return isinstance(value, str) and hmac.compare_digest(
        value.encode("utf-8"), expected.encode("utf-8")
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) and 0 < len(value) <= 255 else ""
