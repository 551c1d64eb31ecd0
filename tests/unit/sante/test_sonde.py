"""Knocking at doors: real sockets of this machine."""

from carouge.guichet.sonde import saluer
from carouge.guichet.sonde import toquer
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from http.server import HTTPServer

import pytest
import socket
import threading


class Refus(BaseHTTPRequestHandler):
    def do_HEAD(self):
        assert "Authorization" not in self.headers
        self.send_response(403)
        self.end_headers()

    def log_message(self, *args):
        pass


@contextmanager
def serveur():
    server = HTTPServer(("127.0.0.1", 0), Refus)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1/chose"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def muet():
    """Takes connections and says nothing, as a process that hangs."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"


def test_a_refusal_is_an_answer():
    with serveur() as adresse:
        saluer(adresse)
        toquer(adresse)


def test_one_that_hangs():
    with muet() as adresse:
        toquer(adresse)
        with pytest.raises(TimeoutError):
            saluer(adresse, 0.2)


@pytest.mark.parametrize("sonde", [toquer, saluer])
def test_nobody_there(sonde):
    with muet() as adresse:
        pass
    with pytest.raises(ConnectionRefusedError):
        sonde(adresse)


@pytest.mark.parametrize("sonde", [toquer, saluer])
@pytest.mark.parametrize("adresse", ["", "nowhere", "http:///path"])
def test_no_address(sonde, adresse):
    with pytest.raises(ValueError, match="no host"):
        sonde(adresse)
