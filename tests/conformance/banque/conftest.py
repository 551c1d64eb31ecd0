"""The bank of the demonstration in a thread; a browser, for those who look at it."""

from banque import Banque
from chromium import launched
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer

import pytest
import threading
import uuid


class Marchand:
    """Where notifications and browsers come to: it notes who asks for what.

    ``statuts`` are answered to POST first, one by one; then 200.
    """

    def __init__(self) -> None:
        marchand = self
        self.recues: list[bytes] = []
        self.statuts: list[int] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.repondre(200, b"<!doctype html><title>Retour</title>Retour")

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                marchand.recues.append(body)
                self.repondre(marchand.statuts.pop(0) if marchand.statuts else 200, b"")

            def repondre(self, status, body):
                self.send_response(status)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *details):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.adresse = f"http://localhost:{self.server.server_address[1]}"
        threading.Thread(
            target=self.server.serve_forever, args=(0.02,), daemon=True
        ).start()


@pytest.fixture(scope="session")
def running():
    marchand = Marchand()
    with Banque() as banque:
        yield banque, marchand
    marchand.server.shutdown()
    marchand.server.server_close()


@pytest.fixture
def banque(running):
    banque, _marchand = running
    yield banque
    banque.sans_defaut()
    banque.attendre_envois()


@pytest.fixture
def marchand(running, banque):
    _banque, marchand = running
    marchand.recues.clear()
    marchand.statuts.clear()
    return marchand


@pytest.fixture(scope="module")
def chromium():
    with launched() as browser:
        yield browser


@pytest.fixture
def ordre(marchand):
    """A payment, as a merchant orders it."""

    def ordre(**changes):
        return {
            "amount": 4_000,
            "currency": "CHF",
            "refno": uuid.uuid4().hex,
            "autoSettle": False,
            "redirect": {
                "successUrl": f"{marchand.adresse}/ok",
                "cancelUrl": f"{marchand.adresse}/annule",
                "errorUrl": f"{marchand.adresse}/erreur",
            },
            "webhook": {"url": f"{marchand.adresse}/notification"},
        } | changes

    return ordre


@pytest.fixture
def ouvrir(banque, ordre):
    """Open payments of CHF 40.00; returns the bank's name for it."""

    def ouvrir(**changes):
        response = banque.commander("", ordre(**changes))
        assert response.status_code == 201, response.text
        return response.json()["transactionId"]

    return ouvrir
