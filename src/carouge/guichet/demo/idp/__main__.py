"""Runs the identity provider of the demonstration until SIGTERM or Ctrl-C."""

from carouge.guichet.demo.idp.app import make_provider
from carouge.guichet.demo.idp.settings import ProviderSettings
from carouge.guichet.demo.settings import CLIENT_ID
from carouge.guichet.demo.settings import IDP_PORT
from carouge.guichet.demo.settings import MAIL_PORT
from carouge.guichet.demo.settings import OIDC_SECRET
from carouge.guichet.demo.settings import SettingsError
from carouge.guichet.demo.settings import SITE_ID
from carouge.guichet.demo.settings import SITE_PORT
from collections.abc import Mapping

import logging
import os
import signal
import sys
import waitress


HOST = "127.0.0.1"
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


def _end(signum: int, frame: object) -> None:
    raise SystemExit(0)


def main() -> int:
    """Run the provider; return the exit code."""
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    try:
        settings = settings_of(os.environ)
        port = IDP_PORT.read(os.environ)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 1
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, _end)
    server = waitress.create_server(
        make_provider(settings),
        host=HOST,
        port=port,
        threads=THREADS,
        ident="guichet demo",
    )
    logging.getLogger(__name__).info("identity provider on %s", settings.issuer)
    try:
        server.run()
    finally:
        server.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
