"""What the provider knows of itself and of its one client, the guichet."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit


LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class NotLoopback(ValueError):
    """The provider was asked to serve others than this machine."""


@dataclass(frozen=True)
class ProviderSettings:
    """The provider's address and its client.

    ``issuer`` is the address without a slash at its end. The addresses of the client
    are compared character by character. ``sms_gateway`` gets the text messages as JSON
    with ``to`` and ``text``; empty: none are sent. ``slow_seconds`` is how long the
    fault ``slow`` takes.

    Raises :class:`NotLoopback` for an issuer that is not an address of this machine.
    """

    issuer: str
    client_id: str
    client_secret: str
    redirect_uris: tuple[str, ...]
    post_logout_redirect_uris: tuple[str, ...] = ()
    backchannel_logout_uri: str = ""
    sms_gateway: str = ""
    slow_seconds: float = 20.0

    def __post_init__(self) -> None:
        parts = urlsplit(self.issuer)
        if parts.scheme != "http" or parts.hostname not in LOOPBACK:
            raise NotLoopback(
                f"Le fournisseur d’identité de la démonstration ne sert que cette "
                f"machine (http://localhost) : {self.issuer} est refusé."
            )

    @property
    def client_origins(self) -> list[str]:
        """Scheme, host and port of the addresses people are sent back to."""
        addresses = (*self.redirect_uris, *self.post_logout_redirect_uris)
        return sorted(
            {"{0.scheme}://{0.netloc}".format(urlsplit(uri)) for uri in addresses}
        )
