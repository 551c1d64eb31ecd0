"""One message on a real network connection."""

from carouge.guichet.webhook import transport
from carouge.guichet.webhook.domain import CibleRefusee
from carouge.guichet.webhook.domain import lire_reseaux
from cible import Cible

import pytest
import socket
import threading
import time


LOOPBACK = lire_reseaux("127.0.0.0/8")


@pytest.fixture
def cible():
    with Cible() as started:
        yield started


def send(url, networks=LOOPBACK, **kwargs):
    return transport.remettre(url, b'{"a":1}', {"webhook-id": "m"}, networks, **kwargs)


def test_a_message_arrives_whole(cible):
    assert send(cible.url) == 200
    headers, body = cible.received[0]
    assert body == b'{"a":1}'
    assert headers["path"] == "/recevoir?de=guichet"
    assert headers["content-type"] == "application/json"
    assert headers["webhook-id"] == "m"
    assert headers["host"] == f"127.0.0.1:{cible.port}"


def test_nothing_goes_to_this_machine_unless_it_is_allowed(cible):
    with pytest.raises(CibleRefusee):
        send(cible.url, ())
    assert cible.received == []


@pytest.mark.parametrize("status", [400, 404, 410, 500, 503])
def test_another_answer_is_a_failure(cible, status):
    cible.answer = lambda: status
    with pytest.raises(transport.Echec, match=f"^HTTP {status}$"):
        send(cible.url)


def test_nothing_is_followed(cible):
    with Cible() as other:
        cible.answer = lambda: 307
        cible.location = other.url
        with pytest.raises(transport.Echec, match="^HTTP 307$"):
            send(cible.url)
        assert other.received == []


def test_a_target_that_hangs_is_left(cible):
    cible.hang = threading.Event()
    start = time.monotonic()
    with pytest.raises(transport.Echec):
        send(cible.url, total=0.3)
    assert time.monotonic() - start < 4


def test_a_target_that_never_ends_is_left(cible):
    cible.drip = threading.Event()
    start = time.monotonic()
    with pytest.raises(transport.Echec):
        send(cible.url, total=0.5)
    assert time.monotonic() - start < 4


def test_nobody_listens():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(transport.Echec, match="ConnectionRefusedError"):
        send(f"http://127.0.0.1:{port}/")


def test_a_name_with_one_forbidden_address_is_refused(monkeypatch):
    def both(host, port, type):
        return [
            (socket.AF_INET, type, 6, "", ("9.9.9.9", port)),
            (socket.AF_INET, type, 6, "", ("10.0.0.1", port)),
        ]

    monkeypatch.setattr(transport.socket, "getaddrinfo", both)
    with pytest.raises(CibleRefusee):
        send("https://example.org/", ())


def test_no_tls_where_it_was_asked_for(cible):
    with pytest.raises(transport.Echec):
        send(cible.url.replace("http:", "https:"))
    assert cible.received == []


def test_plain_http_goes_to_named_networks_only(monkeypatch):
    def public(host, port, type):
        return [(socket.AF_INET, type, 6, "", ("9.9.9.9", port))]

    monkeypatch.setattr(transport.socket, "getaddrinfo", public)
    with pytest.raises(CibleRefusee):
        send("http://example.org/")
