"""The bank of the demonstration in a thread, and a place for its notifications."""

from banque import Banque
from carouge.guichet.paiement.domain import Ordre
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer

import pytest
import threading
import uuid


class Guichet:
    """Gets the notifications; ``recues`` are headers (lower case) and bodies.

    ``statut`` is what it answers, ``statuts`` what it answers first, one by one.
    """

    def __init__(self) -> None:
        guichet = self
        self.recues: list[tuple[dict[str, str], bytes]] = []
        self.statut = 200
        self.statuts: list[int] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                guichet.recues.append((headers, body))
                statut = guichet.statuts.pop(0) if guichet.statuts else guichet.statut
                self.send_response(statut)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *details):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.adresse = f"http://localhost:{self.server.server_address[1]}"
        threading.Thread(
            target=self.server.serve_forever, args=(0.02,), daemon=True
        ).start()

    def ordre(self, centimes: int = 18_735, **changes) -> Ordre:
        """Something to pay, back here."""
        values = {
            "uid": uuid.uuid4().hex,
            "centimes": centimes,
            "devise": "CHF",
            "libelle": "Restaurant scolaire",
            "retour": f"{self.adresse}/retour",
            "notification": f"{self.adresse}/notification",
        }
        return Ordre(**values | changes)


@pytest.fixture(scope="session")
def running():
    guichet = Guichet()
    with Banque() as banque:
        yield banque, guichet
    guichet.server.shutdown()
    guichet.server.server_close()


@pytest.fixture
def banque(running):
    banque, _guichet = running
    yield banque
    banque.sans_defaut()
    banque.attendre_envois()
    banque.vues.clear()


@pytest.fixture
def guichet(running, banque):
    _banque, guichet = running
    guichet.recues.clear()
    guichet.statut = 200
    guichet.statuts.clear()
    return guichet
