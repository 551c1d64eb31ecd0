"""The protocol: OpenID Connect, authorization code with PKCE, as a strict client.

Nothing here knows Plone; what comes out is what a provider has proved about a person.
"""

from __future__ import annotations

from carouge.guichet.identity.domain import identity_of
from carouge.guichet.identity.domain import merged
from carouge.guichet.identity.domain import Reading
from carouge.guichet.identity.domain import UnusableIdentity
from carouge.guichet.identity.errors import LoginRefused
from carouge.guichet.identity.errors import ProviderUnavailable
from carouge.guichet.identity.flow import challenge_of
from carouge.guichet.identity.flow import Flow
from carouge.guichet.identity.http import bearer
from carouge.guichet.identity.http import fetch_json
from carouge.guichet.identity.provider import Metadata
from carouge.guichet.identity.settings import LoginSettings
from carouge.guichet.identity.tokens import check_proof
from carouge.guichet.identity.tokens import verify_id_token
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import parse_qsl
from urllib.parse import quote
from urllib.parse import urlencode
from urllib.parse import urlsplit
from urllib.parse import urlunsplit

import hmac


_LONGEST_ANSWER = 8 * 1024
#: Errors of the provider that say no more than « not now » (RFC 6749, 4.1.2.1).
_TROUBLES = frozenset({"server_error", "temporarily_unavailable"})


@dataclass(frozen=True)
class Proof:
    """What one login has proved; ``id_token`` is for the logout at the provider."""

    reading: Reading
    id_token: str


def authorization_address(
    settings: LoginSettings, flow: Flow, redirect_uri: str
) -> str:
    """Where the browser is sent to log in.

    :raises ProviderUnavailable: the provider gives no usable description of itself
    """
    # Whoever forgot the secret shall see it before the citizen has typed a code.
    assert settings.secret
    query = {
        "response_type": "code",
        "client_id": settings.client_id,
        "redirect_uri": redirect_uri,
        "scope": " ".join(settings.scopes),
        "state": flow.state,
        "nonce": flow.nonce,
        "code_challenge": challenge_of(flow.verifier),
        "code_challenge_method": "S256",
        "ui_locales": "fr-CH fr",
    }
    if settings.acr_values:
        query["acr_values"] = " ".join(settings.acr_values)
    if flow.anew:
        query |= {"prompt": "login", "max_age": "0"}
    return with_query(settings.provider.destination().authorization_endpoint, query)


def logout_address(
    settings: LoginSettings, id_token: str, back: str, state: str
) -> str | None:
    """Where the browser is sent to log out; None when the provider has no such page.

    :raises ProviderUnavailable: the provider gives no usable description of itself
    """
    endpoint = settings.provider.destination().end_session_endpoint
    if not endpoint:
        return None
    return with_query(
        endpoint,
        {
            "id_token_hint": id_token,
            "client_id": settings.client_id,
            "post_logout_redirect_uri": back,
            "state": state,
        },
    )


def parse_answer(query: str) -> dict[str, str]:
    """The parameters the provider sends the browser back with.

    :raises LoginRefused: too long, or a parameter stands twice
    """
    if len(query) > _LONGEST_ANSWER:
        raise LoginRefused("answer", "too long")
    pairs = parse_qsl(query, keep_blank_values=True, errors="replace")
    answer = dict(pairs)
    if len(answer) != len(pairs):
        raise LoginRefused("answer", "parameter twice")
    return answer


def prove(
    settings: LoginSettings,
    flow: Flow,
    answer: dict[str, str],
    redirect_uri: str,
    today: date,
) -> Proof:
    """Exchange the provider's answer for what it proves. It works once for an answer.

    :raises LoginRefused: the answer does not hold
    :raises ProviderUnavailable: the provider does not answer, or nonsense
    """
    metadata = settings.provider.metadata()
    _check_answer(metadata, flow, answer)
    tokens = _tokens(settings, metadata, flow, answer["code"], redirect_uri)
    access_token, id_token = tokens["access_token"], tokens.get("id_token")
    claims = verify_id_token(
        settings.provider,
        settings.client_id,
        id_token,
        nonce=flow.nonce,
        access_token=access_token,
    )
    check_proof(
        claims, since=flow.started if flow.anew else None, levels=settings.levels
    )
    userinfo = _userinfo(settings, metadata, access_token, claims["sub"])
    try:
        reading = identity_of(
            settings.mapping,
            settings.provider.issuer,
            merged(claims, userinfo),
            today,
        )
    except UnusableIdentity as error:
        raise LoginRefused(error.reason) from None
    return Proof(reading, str(id_token))


def with_query(url: str, query: dict[str, str]) -> str:
    """An address with further parameters."""
    parts = urlsplit(url)
    joined = "&".join(part for part in (parts.query, urlencode(query)) if part)
    return urlunsplit(parts._replace(query=joined))


def _check_answer(metadata: Metadata, flow: Flow, answer: dict[str, str]) -> None:
    # Mix-up of two providers (RFC 9207), before anything else of it is believed.
    issuer = answer.get("iss")
    if flow.issuer != metadata.issuer:
        raise LoginRefused("flow", "another provider")
    if issuer is None and metadata.names_itself:
        raise LoginRefused("answer", "no iss")
    if issuer is not None and not hmac.compare_digest(
        issuer.encode("utf-8"), metadata.issuer.encode("utf-8")
    ):
        raise LoginRefused("answer", "iss")
    error = answer.get("error")
    if error == "access_denied":
        raise LoginRefused("cancelled")
    if error in _TROUBLES:
        raise ProviderUnavailable(f"answer: {error}")
    if error is not None:
        raise LoginRefused("answer", "error")
    if not answer.get("code"):
        raise LoginRefused("answer", "no code")


def _tokens(
    settings: LoginSettings,
    metadata: Metadata,
    flow: Flow,
    code: str,
    redirect_uri: str,
) -> dict[str, Any]:
    status, tokens = fetch_json(
        "POST",
        metadata.token_endpoint,
        what="token",
        hosts=settings.provider.hosts,
        # client_secret_basic; both parts are form-encoded first (RFC 6749, 2.3.1).
        auth=(quote(settings.client_id, safe=""), quote(settings.secret, safe="")),
        data={
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": flow.verifier,
        },
    )
    if status != 200:
        # A code that was used, or is too old; or the provider does not know us.
        if status == 400:
            raise LoginRefused("answer", "code")
        raise ProviderUnavailable(f"token: status {status}")
    kind = tokens.get("token_type")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise LoginRefused("answer", "token type")
    access_token = tokens.get("access_token")
    if not isinstance(access_token, str) or not access_token.isascii():
        raise LoginRefused("answer", "access token")
    return tokens


def _userinfo(
    settings: LoginSettings, metadata: Metadata, access_token: str, subject: str
) -> dict[str, Any]:
    if not metadata.userinfo_endpoint:
        return {}
    status, userinfo = fetch_json(
        "GET",
        metadata.userinfo_endpoint,
        what="userinfo",
        hosts=settings.provider.hosts,
        auth=bearer(access_token),
    )
    if status != 200:
        raise ProviderUnavailable(f"userinfo: status {status}")
    if userinfo.get("sub") != subject:
        raise LoginRefused("answer", "userinfo sub")
    return userinfo
