"""How a service of the demonstration runs: a web server until SIGTERM or Ctrl-C."""

from __future__ import annotations

from carouge.guichet.demo.settings import SettingsError
from collections.abc import Callable
from collections.abc import Mapping
from contextlib import AbstractContextManager
from contextlib import nullcontext
from dataclasses import dataclass
from dataclasses import field

import logging
import os
import signal
import sys
import waitress


logger = logging.getLogger(__name__)

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Serveur:
    """What is served: a WSGI application on a port of the loopback interface.

    ``nom`` is for the log; ``avec`` is entered while requests are served, for what runs
    beside them.
    """

    app: Callable
    port: int
    nom: str
    threads: int = 4
    avec: AbstractContextManager = field(default_factory=nullcontext)


def servir(preparer: Callable[[Mapping[str, str]], Serveur]) -> int:
    """Run what ``preparer`` makes of the environment until it is ended; the exit code.

    ``preparer`` may raise :class:`SettingsError`: its text is told, nothing runs.
    """
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    try:
        serveur = preparer(os.environ)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 1
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, _end)
    server = waitress.create_server(
        serveur.app,
        host=HOST,
        port=serveur.port,
        threads=serveur.threads,
        ident="guichet demo",
    )
    try:
        with serveur.avec:
            logger.info("%s on http://localhost:%s", serveur.nom, serveur.port)
            server.run()
    finally:
        server.close()
    return 0


def _end(signum: int, frame: object) -> None:
    raise SystemExit(0)
