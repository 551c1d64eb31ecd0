"""Runs the identity provider of the demonstration until SIGTERM or Ctrl-C."""

from carouge.guichet.demo.idp.app import make_provider
from carouge.guichet.demo.idp.settings import ProviderSettings
from carouge.guichet.demo.serveur import Serveur
from carouge.guichet.demo.serveur import servir
from carouge.guichet.demo.settings import CLIENT_ID
from carouge.guichet.demo.settings import IDP_PORT
from carouge.guichet.demo.settings import MAIL_PORT
from carouge.guichet.demo.settings import OIDC_SECRET
from carouge.guichet.demo.settings import SettingsError
from carouge.guichet.demo.settings import SITE_ID
from carouge.guichet.demo.settings import SITE_PORT
from collections.abc import Mapping

import sys


THREADS = 8


def settings_of(environ: Mapping[str, str]) -> ProviderSettings:
    """Return the settings of the demonstration's provider.

    Raises :class:`SettingsError` for a port that is none, or without the client's
    secret.
    """
    secret = environ.get(OIDC_SECRET, "")
    if not secret:
        raise SettingsError(
            f"{OIDC_SECRET} manque : c’est le secret que le guichet et le fournisseur "
            "d’identité partagent."
        )
    site = f"http://localhost:{SITE_PORT.read(environ)}/{SITE_ID}"
    places = (site, f"{site}/guichet")
    return ProviderSettings(
        issuer=f"http://localhost:{IDP_PORT.read(environ)}",
        client_id=CLIENT_ID,
        client_secret=secret,
        redirect_uris=tuple(
            f"{place}/acl_users/edemarches/callback" for place in places
        ),
        post_logout_redirect_uris=tuple(f"{place}/se-deconnecter" for place in places),
        backchannel_logout_uri=f"{site}/acl_users/edemarches/backchannel-logout",
        sms_gateway=f"http://localhost:{MAIL_PORT.read(environ)}/sms",
    )


def preparer(environ: Mapping[str, str]) -> Serveur:
    """Return the provider of this environment; see :func:`settings_of`."""
    return Serveur(
        make_provider(settings_of(environ)),
        IDP_PORT.read(environ),
        "identity provider",
        threads=THREADS,
    )


if __name__ == "__main__":
    sys.exit(servir(preparer))
