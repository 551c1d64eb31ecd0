"""Requests to the provider: few hosts, little time, small answers, no detours."""

from __future__ import annotations

from carouge.guichet.identity.errors import ProviderUnavailable
from collections.abc import Callable
from collections.abc import Set
from typing import Any
from urllib.parse import urlsplit

import json
import requests
import time


#: Seconds to connect, between two bytes, and in all.
CONNECT, READ, TOTAL = 3.0, 4.0, 6.0
MOST_BYTES = 256 * 1024

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

Authorize = Callable[[requests.PreparedRequest], requests.PreparedRequest]


def host_of(url: str) -> str:
    """The host of an address, empty when it has none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def usable(url: object, hosts: Set[str]) -> bool:
    """Whether an address is one of the provider's: https (or this machine), its host."""
    if not isinstance(url, str):
        return False
    host = host_of(url)
    try:
        parts = urlsplit(url)
        # An impossible one is noticed here only.
        parts.port  # noqa: B018
    except ValueError:
        return False
    if parts.username or parts.password or parts.fragment:
        return False
    if parts.scheme != "https" and not (parts.scheme == "http" and host in LOOPBACK):
        return False
    return host in hosts


def bearer(token: str) -> Authorize:
    """Authorization with an access token, in the header."""

    def authorize(request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {token}"
        return request

    return authorize


def anonymous(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """No authorization, whatever the account of the process has in a file."""
    return request


def fetch_json(
    method: str,
    url: str,
    *,
    what: str,
    hosts: Set[str],
    auth: Authorize | tuple[str, str] = anonymous,
    data: dict[str, str] | None = None,
) -> tuple[int, dict[str, Any]]:
    """Status and JSON object of an answer with status 200 or 4xx.

    ``what`` names the answer in the log. A redirection is never followed.

    :raises ProviderUnavailable: no such answer came in time
    """
    if not usable(url, hosts):
        raise ProviderUnavailable(f"{what}: address not allowed")
    end = time.monotonic() + TOTAL
    try:
        with requests.request(
            method,
            url,
            data=data,
            auth=auth,
            headers={"Accept": "application/json", "Accept-Encoding": "identity"},
            timeout=(CONNECT, READ),
            allow_redirects=False,
            stream=True,
        ) as response:
            status = response.status_code
            if status != 200 and not 400 <= status < 500:
                raise ProviderUnavailable(f"{what}: status {status}")
            body = b""
            for chunk in response.iter_content(16 * 1024):
                body += chunk
                if len(body) > MOST_BYTES:
                    raise ProviderUnavailable(f"{what}: too long")
                if time.monotonic() > end:
                    raise ProviderUnavailable(f"{what}: too slow")
    except requests.RequestException as error:
        # Its text may hold the address with all its parameters.
        raise ProviderUnavailable(f"{what}: {type(error).__name__}") from None
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        if status != 200:
            return status, {}
        raise ProviderUnavailable(f"{what}: no JSON") from None
    if not isinstance(found, dict):
        raise ProviderUnavailable(f"{what}: no JSON object")
    return status, found
