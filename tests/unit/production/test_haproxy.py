"""HAProxy with the configuration of production, in front of two servers that note all."""

from contextlib import closing
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer
from modeles_production import PAGE
from modeles_production import rendered

import http.client
import pytest
import re
import requests
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time
import urllib3


HAPROXY = shutil.which("haproxy") or "/usr/sbin/haproxy"
HOST = "guichet.example.ch"
CACHED = "s-maxage=60"
INTERVALS = re.compile(r"inter \S+ fastinter \S+ downinter \S+")


class Zope:
    """Stands in for a Zope process; ``seen`` are the requests of visitors."""

    def __init__(self):
        self.seen = []
        self.ready = True
        self.dies = False
        self.headers = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.port = self.server.server_address[1]
        threading.Thread(
            target=self.server.serve_forever, args=(0.01,), daemon=True
        ).start()

    def _handler(self):
        zope = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                if "@@sante" in self.path:
                    return self.answer(200 if zope.ready else 503, [])
                zope.seen.append(self)
                if zope.dies:
                    # As if it had been killed in the middle of the page.
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return None
                return self.answer(200, zope.headers)

            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                self.do_GET()

            def answer(self, status, headers):
                self.send_response(status)
                for header in headers:
                    self.send_header(*header)
                self.send_header("Content-Length", "4")
                self.end_headers()
                self.wfile.write(b"page")

            def log_message(self, *words):
                pass

        return Handler

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Front:
    """HAProxy before two of them."""

    def __init__(self, folder, zopes, certificate):
        self.folder = folder
        self.zopes = zopes
        with ExitStack() as probes:
            sockets = [probes.enter_context(socket.socket()) for _ in range(3)]
            for probe in sockets:
                probe.bind(("127.0.0.1", 0))
            self.http, self.https, stats = (s.getsockname()[1] for s in sockets)
        self.statistics = f"http://127.0.0.1:{stats}"
        lines = [
            f"server zope{n} 127.0.0.1:{zope.port}" for n, zope in enumerate(zopes, 1)
        ]
        settings = {
            "site": "/carouge",
            "serveurs": "\n".join(lines),
            "statistiques": f"127.0.0.1:{stats}",
            "haproxy-socket": str(folder / "haproxy.sock"),
            "haproxy-socket-droits": "mode 600 level admin",
            "haproxy-global": "",
            "etc": str(folder),
        }
        text = rendered("haproxy.cfg.in", **settings)
        text = text.replace("bind :80", f"bind 127.0.0.1:{self.http}")
        text = text.replace("bind :443", f"bind 127.0.0.1:{self.https}")
        text = text.replace("/etc/haproxy/certs/guichet.pem", str(certificate))
        # It looks as it does in production, only more often.
        text, looks = INTERVALS.subn("inter 100ms fastinter 50ms downinter 50ms", text)
        assert looks == 1
        shutil.copy(PAGE, folder)
        configuration = folder / "haproxy.cfg"
        configuration.write_text(text)
        self.log = (folder / "log").open("w+")
        self.process = subprocess.Popen(
            [HAPROXY, "-db", "-f", configuration],
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )
        self.wait_for(zope1="UP", zope2="UP")

    def ask(self, method="GET", path="/dechets", host=HOST, **options):
        options.setdefault("headers", {})["Host"] = host
        return requests.request(
            method,
            f"https://127.0.0.1:{self.https}{path}",
            verify=False,
            allow_redirects=False,
            timeout=30,
            **options,
        )

    def raw(self, path):
        """The status for a path that is sent as it stands."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.https, context=context, timeout=30
        )
        with closing(connection):
            connection.putrequest("GET", path, skip_host=True)
            connection.putheader("Host", HOST)
            connection.endheaders()
            return connection.getresponse().status

    def wait_for(self, **states):
        deadline = time.monotonic() + 20
        while True:
            assert self.process.poll() is None, (self.folder / "log").read_text()
            try:
                text = requests.get(f"{self.statistics}/;csv", timeout=5).text
            except requests.ConnectionError:
                text = ""
            rows = [line.split(",") for line in text.splitlines()]
            found = {row[1]: row[17] for row in rows if row[0] == "zope"}
            if all(found.get(name, "").startswith(s) for name, s in states.items()):
                return
            assert time.monotonic() < deadline, found
            time.sleep(0.02)

    @property
    def seen(self):
        return [request for zope in self.zopes for request in zope.seen]

    def close(self):
        self.process.kill()
        self.process.wait(10)
        self.log.close()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificate")
    key, certificate = folder / "key", folder / "certificate"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes"),
            *("-keyout", key, "-out", certificate),
            *("-days", "2", "-subj", f"/CN={HOST}"),
        ],
        check=True,
        capture_output=True,
    )
    pem = folder / "guichet.pem"
    pem.write_bytes(key.read_bytes() + certificate.read_bytes())
    return pem


@pytest.fixture
def front(tmp_path, certificate):
    urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
    with ExitStack() as stack:
        zopes = [Zope(), Zope()]
        for zope in zopes:
            stack.callback(zope.close)
        running = Front(tmp_path, zopes, certificate)
        stack.callback(running.close)
        yield running


def answer_with(front, *headers):
    for zope in front.zopes:
        zope.headers = list(headers)


def test_who_comes_without_tls_is_sent_to_the_public_address(front):
    response = requests.get(
        f"http://127.0.0.1:{front.http}/aide?a=1",
        headers={"Host": HOST},
        allow_redirects=False,
        timeout=10,
    )
    assert response.status_code == 301
    assert response.headers["Location"] == f"https://{HOST}/aide?a=1"
    assert front.seen == []


def test_another_name_is_sent_to_ours(front):
    response = front.ask(path="/aide?a=1", host="evil.example")
    assert response.status_code == 301
    assert response.headers["Location"] == f"https://{HOST}/aide?a=1"
    assert front.seen == []


def test_zope_is_told_who_asks_and_under_which_address(front):
    headers = {
        "X-Forwarded-For": "1.2.3.4",
        "X-Forwarded-Proto": "http",
        "X-Forwarded-Host": "evil.example",
        "Forwarded": "for=1.2.3.4",
        "X-Request-ID": "mine",
    }
    assert front.ask(path="/dechets?q=1", headers=headers).status_code == 200
    [request] = front.seen
    assert request.path == (
        f"/VirtualHostBase/https/{HOST}:443/carouge/VirtualHostRoot/dechets?q=1"
    )
    assert request.headers.get_all("X-Forwarded-For") == ["127.0.0.1"]
    assert request.headers.get_all("X-Forwarded-Proto") == ["https"]
    assert request.headers["X-Forwarded-Host"] is None
    assert request.headers["Forwarded"] is None
    assert len(request.headers["X-Request-ID"]) == 36


@pytest.mark.parametrize(
    "path",
    [
        "/_vh_evil/dechets",
        "//_vh_evil/dechets",
        "/%5fvh_evil/dechets",
        "/dechets/_vh_evil",
        "/..%2f..%2fmanage_main",
        "/%2e%2e/%2e%2e/manage_main",
        "/../../manage_main",
        "/dechets/./x",
        "/dechets/..",
        "/..%5c..%5cmanage_main",
        "/..%2f..%2f..%2fevil.com:443/carouge/VirtualHostRoot/guichet/aide",
        "/VirtualHostBase/https/evil.com:443/carouge/VirtualHostRoot/aide",
        "/virtualhostroot/%56irtualHostRoot/aide",
    ],
)
def test_a_visitor_adds_nothing_to_the_addresses_of_a_page(front, path):
    assert front.raw(path) == 400
    assert front.seen == []


@pytest.mark.parametrize(
    "path", ["/dechets..", "/dechets/...", "/dechets?q=../x", "/a_vh_/.well-known"]
)
def test_what_only_looks_like_it_is_let_through(front, path):
    assert front.raw(path) == 200


def test_cookies_travel_by_tls_only(front):
    answer_with(
        front,
        ("Set-Cookie", "a=1; Path=/; HttpOnly"),
        ("Set-Cookie", "b=2; Path=/; Secure; HttpOnly"),
    )
    response = front.ask()
    assert response.raw.headers.getlist("Set-Cookie") == [
        "a=1; Path=/; HttpOnly; Secure",
        "b=2; Path=/; Secure; HttpOnly",
    ]
    assert response.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_a_page_that_broke_off_is_asked_for_elsewhere(front):
    front.zopes[0].dies = True
    answers = {front.ask(path=f"/page/{number}").status_code for number in range(6)}
    assert answers == {200}
    assert front.zopes[0].seen


def test_what_was_sent_once_is_never_sent_again(front):
    for zope in front.zopes:
        zope.dies = True
    # Without a body it arrives at once, and could be kept to be sent again.
    response = front.ask("POST")
    assert response.status_code == 503
    assert "regardez d’abord dans « Mon espace »" in response.content.decode()
    assert [request.command for request in front.seen] == ["POST"]


def test_what_could_not_be_sent_goes_to_the_other_one(front):
    front.zopes[0].close()
    answers = [front.ask("POST", data={"a": "1"}).status_code for _ in range(4)]
    assert answers == [200] * 4
    assert len(front.zopes[1].seen) == 4


def test_who_is_not_ready_gets_no_visitors(front):
    front.zopes[0].ready = False
    front.wait_for(zope1="DOWN")
    assert [front.ask().status_code for _ in range(4)] == [200] * 4
    assert front.zopes[0].seen == []
    front.zopes[0].ready = True
    front.wait_for(zope1="UP")


def test_when_nobody_is_ready_a_page_says_so(front):
    for zope in front.zopes:
        zope.ready = False
    front.wait_for(zope1="DOWN", zope2="DOWN")
    response = front.ask()
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "30"
    assert response.headers["Cache-Control"] == "no-store"
    assert "Le guichet revient dans un instant" in response.content.decode()


def test_what_all_visitors_share_is_asked_for_once(front):
    answer_with(front, ("Cache-Control", CACHED))
    first, second = front.ask(), front.ask()
    assert (first.text, second.text) == ("page", "page")
    assert "Age" in second.headers
    assert len(front.seen) == 1


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        ({"Cookie": "session=1"}, [("Cache-Control", CACHED)]),
        ({"Authorization": "Basic YTpi"}, [("Cache-Control", CACHED)]),
        ({"Accept": "application/json"}, [("Cache-Control", CACHED)]),
        ({}, [("Cache-Control", CACHED), ("Set-Cookie", "a=1")]),
        ({}, [("Cache-Control", "no-cache, private")]),
        ({}, [("Cache-Control", "no-store, private"), ("Last-Modified", "x")]),
        ({}, [("Expires", "Sat, 1 Jan 2000 00:00:00 GMT")]),
        ({}, [("Last-Modified", "Sun, 22 Nov 2026 21:46:28 GMT")]),
        ({}, [("ETag", '"1"'), ("Content-Type", "text/html")]),
        ({}, []),
    ],
)
def test_what_is_somebodys_own_is_never_kept(front, sent, answered):
    answer_with(front, *answered)
    for _time in range(2):
        assert "Age" not in front.ask(headers=dict(sent)).headers
    assert len(front.seen) == 2


def test_who_brings_a_cookie_gets_no_page_of_others(front):
    answer_with(front, ("Cache-Control", CACHED))
    front.ask()
    front.ask(headers={"Cookie": "session=1"})
    assert len(front.seen) == 2


def test_files_whose_address_changes_with_them_are_kept_for_good(front):
    answer_with(
        front,
        ("Last-Modified", "Sun, 22 Nov 2026 21:46:28 GMT"),
        ("Content-Type", "text/css; charset=utf-8"),
    )
    path = "/++webresource++0f3a/++resource++carouge.guichet/guichet.css"
    response = front.ask(path=path)
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Age" in front.ask(path=path, headers={"Cookie": "session=1"}).headers
    assert len(front.seen) == 1


@pytest.mark.parametrize(
    "answered",
    [
        [("Cache-Control", "no-store, private"), ("Content-Type", "text/html")],
        [("Cache-Control", "no-store, private"), ("Content-Type", "image/png")],
        [("Last-Modified", "Sun, 22 Nov 2026 21:46:28 GMT")],
        [("Set-Cookie", "a=1"), ("Content-Type", "text/css")],
    ],
)
@pytest.mark.parametrize(
    "path",
    [
        "/++webresource++x/guichet/mon-espace",
        "/++theme++x/guichet/mon-espace",
        "/guichet/++plone++x/mon-espace",
    ],
)
def test_a_page_is_no_file_whatever_its_address(front, path, answered):
    answer_with(front, *answered)
    sent = dict(answered).get("Cache-Control")
    cookie = {"Cookie": "session=1"}
    assert front.ask(path=path, headers=cookie).headers.get("Cache-Control") == sent
    assert "Age" not in front.ask(path=path).headers
    assert len(front.seen) == 2


@pytest.mark.parametrize(
    "path", ["/++webresource++x/intranet/photo.png", "/++unique++x/intranet/photo.png"]
)
def test_a_picture_of_the_site_is_no_file_of_the_program(front, path):
    # Plone says nothing of who may keep a picture, also when it is private.
    answer_with(front, ("Content-Type", "image/png"), ("Last-Modified", "x"))
    response = front.ask(path=path, headers={"Cookie": "session=1"})
    assert "Cache-Control" not in response.headers
    assert "Age" not in front.ask(path=path, headers={"Cookie": "session=2"}).headers
    assert len(front.seen) == 2


@pytest.mark.parametrize("site", ["", "/carouge", "/carouge/guichet"])
def test_files_are_kept_wherever_the_site_lies(front, site):
    answer_with(front, ("Content-Type", "text/css"), ("Last-Modified", "x"))
    path = f"{site}/++webresource++0f3a/++resource++carouge.guichet/guichet.css"
    response = front.ask(path=path, headers={"Cookie": "session=1"})
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Age" in front.ask(path=path, headers={"Cookie": "session=2"}).headers


def test_the_log_says_nothing_about_people(front):
    front.ask(path="/suivi/2026-K7QM-4TXC?code=secret")
    # It may be written after the visitor has his answer; what he began comes to its end.
    front.process.send_signal(signal.SIGUSR1)
    front.process.wait(20)
    front.log.seek(0)
    [line] = [line for line in front.log if line.startswith("{")]
    assert "K7QM" not in line
    assert "secret" not in line
    assert '"from":"127.0.0.0"' in line
