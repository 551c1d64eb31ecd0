"""Requests to the provider against a server that plays tricks."""

from carouge.guichet.identity import http
from carouge.guichet.identity.errors import ProviderUnavailable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer
from threading import Event
from threading import Thread

import pytest


@pytest.fixture
def server():
    """Answers with what ``server.answer`` writes."""
    stop = Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append(self.path)
            with suppress(OSError):
                running.answer(self)

        do_POST = do_GET

        def log_message(self, *args):
            pass

    seen = []
    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running.seen = seen
    running.stop_event = stop
    running.url = f"http://localhost:{running.server_port}/x"
    thread = Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield running
    stop.set()
    running.shutdown()
    running.server_close()
    thread.join()


def send(status=200, body=b"{}", **headers):
    def answer(handler):
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def fetch(url):
    return http.fetch_json("GET", url, what="test", hosts={"localhost"})


def refused(server, answer) -> str:
    server.answer = answer
    with pytest.raises(ProviderUnavailable) as caught:
        fetch(server.url)
    return str(caught.value)


def test_an_answer(server):
    server.answer = send(body=b'{"a": 1}')
    assert fetch(server.url) == (200, {"a": 1})
    server.answer = send(400, b'{"error": "invalid_grant"}')
    assert fetch(server.url) == (400, {"error": "invalid_grant"})
    server.answer = send(401, b"<html>")
    assert fetch(server.url) == (401, {})


def test_nonsense(server):
    assert refused(server, send(body=b"<html>")) == "test: no JSON"
    assert refused(server, send(body=b"[1]")) == "test: no JSON object"
    assert refused(server, send(body=b"[" * 50_000)) == "test: no JSON"
    assert refused(server, send(body=b"\xff\xfe")) == "test: no JSON"
    assert refused(server, send(500)) == "test: status 500"


def test_no_redirection_is_followed(server):
    elsewhere = send(302, Location=f"{server.url}/elsewhere")
    assert refused(server, elsewhere) == "test: status 302"
    assert server.seen == ["/x"]


def test_too_long(server):
    body = b'{"a": "' + b"x" * (http.MOST_BYTES + 1) + b'"}'
    assert refused(server, send(body=body)) == "test: too long"


def test_a_drop_at_a_time(server, monkeypatch):
    """Each byte comes in time, the whole never does."""
    monkeypatch.setattr(http, "TOTAL", 0.3)
    monkeypatch.setattr(http, "READ", 1.0)

    def answer(handler):
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        while not server.stop_event.wait(0.05):
            handler.wfile.write(b"1\r\n \r\n")
            handler.wfile.flush()

    assert refused(server, answer) == "test: too slow"


def test_silence(server, monkeypatch):
    monkeypatch.setattr(http, "READ", 0.2)
    assert refused(server, lambda handler: server.stop_event.wait(5)) == (
        "test: ReadTimeout"
    )


def test_the_line_breaks(server):
    assert refused(server, lambda handler: None) == "test: ConnectionError"


@pytest.mark.parametrize(
    ("url", "hosts", "expected"),
    [
        ("https://op.example/x", {"op.example"}, True),
        ("https://op.example:8443/x", {"op.example"}, True),
        ("http://localhost:9400/x", {"localhost"}, True),
        ("http://127.0.0.1/x", {"127.0.0.1"}, True),
        ("http://[::1]/x", {"::1"}, True),
        ("http://op.example/x", {"op.example"}, False),
        ("http://localhost.evil.example/x", {"localhost"}, False),
        ("https://evil.example/x", {"op.example"}, False),
        ("https://op.example.evil.example/x", {"op.example"}, False),
        ("https://op.example@evil.example/x", {"op.example"}, False),
        ("https://u:p@op.example/x", {"op.example"}, False),
        ("https://op.example/x#y", {"op.example"}, False),
        ("ftp://op.example/x", {"op.example"}, False),
        ("//op.example/x", {"op.example"}, False),
        ("https://[::1", {"::1"}, False),
        ("", {""}, False),
        (None, {"op.example"}, False),
    ],
)
def test_addresses(url, hosts, expected):
    assert http.usable(url, hosts) is expected


def test_an_address_that_is_not_allowed_is_not_asked(server):
    with pytest.raises(ProviderUnavailable) as caught:
        http.fetch_json("GET", server.url, what="test", hosts={"op.example"})
    assert str(caught.value) == "test: address not allowed"
    assert server.seen == []


def test_a_password_file_is_not_used(server, monkeypatch, tmp_path):
    """requests would take the login of the account for the host."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine localhost login a password b\n")
    monkeypatch.setenv("NETRC", str(netrc))
    found = []

    def answer(handler):
        found.append(handler.headers.get("Authorization"))
        send()(handler)

    server.answer = answer
    fetch(server.url)
    http.fetch_json(
        "GET", server.url, what="test", hosts={"localhost"}, auth=http.bearer("t")
    )
    assert found == [None, "Bearer t"]
