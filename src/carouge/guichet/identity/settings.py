"""What the webmaster has set about the login; the secret is not in the database."""

from __future__ import annotations

from carouge.guichet.controlpanel.service import public_address
from carouge.guichet.identity.errors import ProviderUnavailable
from carouge.guichet.identity.interfaces import IIdentitySettings
from carouge.guichet.identity.interfaces import PREFIX
from carouge.guichet.identity.mapping import Mapping
from carouge.guichet.identity.mapping import parse_mapping
from carouge.guichet.identity.provider import get_provider
from carouge.guichet.identity.provider import Provider
from carouge.guichet.sonde import Sonde
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from plone.registry.interfaces import IRegistry
from zope.component import getUtility

import os


#: The client's secret, or the path of a file with nothing else in it.
SECRET = "GUICHET_OIDC_SECRET"
SECRET_FILE = "GUICHET_OIDC_SECRET_FILE"


@dataclass(frozen=True)
class LoginSettings:
    """How to talk to the provider, and what its claims mean."""

    client_id: str
    provider: Provider
    mapping: Mapping
    scopes: tuple[str, ...]
    acr_values: tuple[str, ...]
    levels: tuple[str, ...]

    @property
    def secret(self) -> str:
        """
        :raises ProviderUnavailable: the webmaster has not set it
        """
        secret = client_secret()
        if not secret:
            raise ProviderUnavailable("secret: not set")
        return secret


def client_secret() -> str:
    """The secret of the environment, or of the file named there; empty without."""
    secret = os.environ.get(SECRET, "").strip()
    path = os.environ.get(SECRET_FILE, "").strip()
    if secret or not path:
        return secret
    try:
        return Path(path).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def provider_configured() -> bool:
    """Whether there is a provider citizens can log in at."""
    values = _settings()
    return bool(values.issuer and values.client_id)


def login_settings() -> LoginSettings:
    """
    :raises ProviderUnavailable: there is no provider
    """
    values = _settings()
    if not (values.issuer and values.client_id):
        raise ProviderUnavailable("settings: no provider")
    hosts = frozenset(host.strip().lower() for host in values.hotes or () if host)
    return LoginSettings(
        client_id=values.client_id,
        provider=get_provider(values.issuer, hosts),
        mapping=_mapping(values.correspondance),
        scopes=tuple(dict.fromkeys(("openid", *(values.scopes or ())))),
        acr_values=tuple(values.acr_values or ()),
        levels=tuple(values.acr_exiges or ()),
    )


def sonde() -> Sonde | None:
    """What finds out whether the provider answers; None when there is none.

    :raises ProviderUnavailable: the settings do not hold
    """
    if not provider_configured():
        return None
    provider = login_settings().provider
    return Sonde(provider.toquer, [provider.disjoncteur])


def guichet_address(guichet_url: str) -> str:
    """The one address the provider knows of a guichet, without slash at the end.

    ``guichet_url`` is the one of the request; it counts only where none is set.
    """
    return public_address() or guichet_url


def over_https(request) -> bool:
    """Whether browsers reach the guichet by https."""
    address = public_address() or request.get("SERVER_URL", "")
    return address.startswith("https:")


@lru_cache(maxsize=8)
def _mapping(text: str) -> Mapping:
    return parse_mapping(text)


def _settings():
    return getUtility(IRegistry).forInterface(
        IIdentitySettings, prefix=PREFIX, check=False
    )
