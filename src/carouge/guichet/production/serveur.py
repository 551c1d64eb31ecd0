"""Zope for a WSGI server (``use = egg:carouge.guichet#production``)."""

from carouge.guichet.production import page
from carouge.guichet.production.verification import MauvaisReglage
from carouge.guichet.production.verification import PasEncore
from carouge.guichet.production.verification import verifier
from Zope2.Startup.run import make_wsgi_app

import gc
import logging
import os
import sys


logger = logging.getLogger("carouge.guichet.production")

#: Exit code that systemd does not start anew after (EX_CONFIG of sysexits.h).
A_REGLER = 78

#: Objects made before Python looks for garbage among the newest: a page makes thousands
#: that the end of the request forgets by itself.
GARBAGE = 10_000

PAGE = page.PAGE.encode()


def zope(global_config, zope_conf, **options):
    """What ``egg:Zope#main`` gives, once the settings have been looked at.

    :raises SystemExit: a setting is missing or wrong; standard error has the one line
    """
    try:
        verifier(os.environ)
    except MauvaisReglage as fault:
        print(f"guichet : {fault}", file=sys.stderr, flush=True)
        raise SystemExit(1 if isinstance(fault, PasEncore) else A_REGLER) from None
    app = make_wsgi_app(global_config, zope_conf, **options)
    _leave_alone_what_stays()
    return Secours(app)


def _leave_alone_what_stays() -> None:
    """Keep Python from looking for garbage among code and configuration.

    Looking through all of it stops every thread for a third of a second.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE, 10, 10)


class Secours:
    """Answers with a page of ours where Zope cannot even begin: without its database it
    knows neither the site nor the guichet."""

    def __init__(self, app) -> None:
        self.app = app

    def __call__(self, environ, start_response):
        try:
            return self.app(environ, start_response)
        except Exception:
            # Whatever Zope does not answer itself.
            logger.exception("no answer")
            headers = [
                ("Content-Type", "text/html; charset=utf-8"),
                ("Content-Length", str(len(PAGE))),
                ("Cache-Control", "no-store"),
                ("Retry-After", "30"),
            ]
            start_response("503 Service Unavailable", headers, sys.exc_info())
            return [PAGE]
