"""The supervisor, with stand-ins for Zope and the services.

That the real ones start is what the acceptance tests show.
"""

from carouge.guichet.demo.settings import BANK_PORT
from carouge.guichet.demo.settings import IDP_PORT
from carouge.guichet.demo.settings import MAIL_PORT
from carouge.guichet.demo.settings import Settings
from carouge.guichet.demo.settings import SITE_PORT
from carouge.guichet.demo.settings import SMTP_PORT
from carouge.guichet.demo.supervisor import announcement
from carouge.guichet.demo.supervisor import is_json
from carouge.guichet.demo.supervisor import read_record
from pathlib import Path

import os
import pytest
import signal
import socket
import subprocess
import sys
import time


# Plays Python: what it does depends on the module it is asked to run.
STAND_IN = """\
import http.server, os, pathlib, sys

var = pathlib.Path(os.environ["GUICHET_VAR"])
module = sys.argv[2]
with open(var / "calls", "a") as calls:
    print(os.getpid(), *sys.argv[2:], file=calls)

if module.endswith(".site"):
    print("site", *(os.environ[f"GUICHET_{p}_PORT"] for p in ("SMTP", "IDP", "BANK")))
    if os.environ.get("FAULT") == "site":
        sys.exit("no profile demo")
    if os.environ.get("FAULT") == "slow site":
        import time
        time.sleep(60)
    (var / "filestorage" / "Data.fs").write_bytes(b"")
    sys.exit(0)

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"<html>" if os.environ.get("FAULT") == "health" else b"{}"
        known = (
            "/",
            "/messages.json",
            "/.well-known/openid-configuration",
            "/carouge/@@sante",
            "/carouge",
        )
        self.send_response(200 if self.path in known else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

with open(var / "secrets", "a") as file:
    print(os.environ["GUICHET_OIDC_SECRET"], file=file)
with open(var / "secrets-banque", "a") as file:
    for regie in ("VILLE", "CCAS"):
        for name in ("MOT_DE_PASSE", "SIGNATURES"):
            print(os.environ[f"GUICHET_REGIE_{regie}_{name}"], file=file)
port = {
    "carouge.guichet.demo.mailbox": "GUICHET_MAIL_PORT",
    "carouge.guichet.demo.idp": "GUICHET_IDP_PORT",
    "carouge.guichet.demo.banque": "GUICHET_BANK_PORT",
}.get(module, "GUICHET_PORT")
server = http.server.HTTPServer(("127.0.0.1", int(os.environ[port])), Handler)
try:
    server.serve_forever()
except KeyboardInterrupt:
    print("database closed")
"""

RUN = """\
from carouge.guichet.demo import supervisor
import os
import sys
supervisor.interpreter = lambda: sys.argv[1]
supervisor.ZOPE_SECONDS = 60
supervisor.RESTART_SECONDS = float(os.environ.get("DELAI", "0"))
sys.exit(supervisor.main(sys.argv[2:]))
"""


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def is_alive(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    # An ended process stays in the table until its parent has asked for it.
    return stat.rpartition(")")[2].split()[0] != "Z"


class Demo:
    """Starts the supervisor and looks at what it does."""

    def __init__(self, tmp_path: Path):
        self.var = tmp_path / "demo"
        stand_in = tmp_path / "stand_in.py"
        stand_in.write_text(STAND_IN, encoding="utf-8")
        self.python = tmp_path / "python"
        self.python.write_text(
            f'#!/bin/sh\nexec "{sys.executable}" "{stand_in}" "$@"\n'
        )
        self.python.chmod(0o755)
        site, mail, smtp, idp, bank = free_ports(5)
        self.environ = os.environ | {
            "PYTHONPATH": os.pathsep.join(sys.path),
            "GUICHET_VAR": str(self.var),
            "GUICHET_PORT": str(site),
            "GUICHET_MAIL_PORT": str(mail),
            "GUICHET_SMTP_PORT": str(smtp),
            "GUICHET_IDP_PORT": str(idp),
            "GUICHET_BANK_PORT": str(bank),
        }
        self.process = None
        self.output = ""

    def start(self, *arguments: str, **variables: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", RUN, str(self.python), *arguments],
            env=self.environ | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.output = ""

    def wait_for(self, text: str) -> None:
        for line in self.process.stdout:
            self.output += line
            if text in line:
                return
        raise AssertionError(self.output + self.process.stderr.read())

    def end(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        self.process.send_signal(number)
        return self.ended()

    def ended(self) -> tuple[int, str]:
        """Wait for the end; return the exit code and what was said to the person."""
        output, errors = self.process.communicate(timeout=30)
        self.output += output
        return self.process.returncode, errors

    def calls(self) -> list[tuple[int, str]]:
        lines = (self.var / "calls").read_text().splitlines()
        return [(int(line.split()[0]), line.split()[1]) for line in lines]

    def modules(self) -> list[str]:
        return [module for _pid, module in self.calls()]

    def pid_of(self, module: str) -> int:
        return next(pid for pid, name in reversed(self.calls()) if name == module)

    def assert_nothing_left(self) -> None:
        end = time.monotonic() + 5
        for pid, _module in self.calls():
            while is_alive(pid):
                assert time.monotonic() < end
                time.sleep(0.02)


MAILBOX = "carouge.guichet.demo.mailbox"
IDP = "carouge.guichet.demo.idp"
BANK = "carouge.guichet.demo.banque"
SITE = "carouge.guichet.demo.site"
ZOPE = "Zope2.Startup.serve"


@pytest.fixture
def demo(tmp_path):
    demo = Demo(tmp_path)
    yield demo
    if demo.process is not None and demo.process.poll() is None:
        demo.process.kill()
        demo.process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_runs_until_asked_to_stop(demo, number):
    demo.start()
    demo.wait_for("Ctrl-C")
    site = f"http://localhost:{demo.environ['GUICHET_PORT']}/carouge"
    assert f"{site}/guichet\n" in demo.output
    assert f"http://localhost:{demo.environ['GUICHET_MAIL_PORT']}\n" in demo.output
    assert (demo.var / "demo.pid").read_text() == f"{demo.process.pid}\n"
    assert demo.end(number) == (0, "")
    assert demo.output.endswith("Arrêt de la démonstration…\n")
    assert f"http://localhost:{demo.environ['GUICHET_IDP_PORT']}\n" in demo.output
    assert f"http://localhost:{demo.environ['GUICHET_BANK_PORT']}\n" in demo.output
    # The services start side by side, before the site.
    assert set(demo.modules()[:3]) == {MAILBOX, IDP, BANK}
    assert demo.modules()[3:] == [SITE, ZOPE]
    assert "database closed" in (demo.var / "log" / "zope.log").read_text()
    assert not (demo.var / "demo.pid").exists()
    demo.assert_nothing_left()


@pytest.mark.parametrize(
    "variable", ["GUICHET_SMTP_PORT", "GUICHET_IDP_PORT", "GUICHET_BANK_PORT"]
)
def test_site_is_created_once_and_follows_the_ports(demo, variable):
    first, second = free_ports(2)
    for port in (first, first, second):
        demo.start(**{variable: str(port)})
        demo.wait_for("Ctrl-C")
        demo.end()
    runs = [[SITE, ZOPE], [ZOPE], [SITE, ZOPE]]
    found = [module for module in demo.modules() if module in (SITE, ZOPE)]
    assert found == [module for run in runs for module in run]
    ports = {**demo.environ, variable: str(second)}
    assert (demo.var / "log" / "site.log").read_text() == (
        f"site {ports['GUICHET_SMTP_PORT']} {ports['GUICHET_IDP_PORT']} "
        f"{ports['GUICHET_BANK_PORT']}\n"
    )


def test_the_secret_of_the_login_is_one_for_all_and_another_at_each_start(demo):
    for _ in range(2):
        demo.start()
        demo.wait_for("Ctrl-C")
        demo.end()
    secrets = (demo.var / "secrets").read_text().split()
    assert len(secrets) == 8
    assert len(set(secrets[:4])) == len(set(secrets[4:])) == 1
    assert len(set(secrets)) == 2
    assert min(map(len, secrets)) >= 32


def test_the_secrets_of_the_bank_are_the_same_for_all_and_others_at_each_start(demo):
    for _ in range(2):
        demo.start()
        demo.wait_for("Ctrl-C")
        demo.end()
    secrets = (demo.var / "secrets-banque").read_text().split()
    first, second = secrets[:16], secrets[16:]
    assert len(secrets) == 32
    # Two régies, each with a password and a key of its own.
    assert len(set(first)) == len(set(second)) == 4
    assert not set(first) & set(second)
    assert min(map(len, secrets)) >= 32


def test_the_secret_of_the_login_can_be_given(demo):
    demo.start(GUICHET_OIDC_SECRET="known to the tests")
    demo.wait_for("Ctrl-C")
    demo.end()
    secrets = (demo.var / "secrets").read_text().splitlines()
    assert set(secrets) == {"known to the tests"}


def test_site_is_created_again_when_its_data_are_gone(demo):
    for _ in range(2):
        demo.start()
        demo.wait_for("Ctrl-C")
        demo.end()
        (demo.var / "filestorage" / "Data.fs").unlink()
    assert demo.modules().count(SITE) == 2


def test_bare_plone_has_its_own_data(demo):
    demo.start("--sans-guichet")
    demo.wait_for("Ctrl-C")
    demo.end()
    assert "@@sante" not in demo.output
    assert "guichet\n" not in demo.output
    assert "@demo.example" not in demo.output
    assert IDP not in demo.modules()
    demo.start()
    code, errors = demo.ended()
    assert code == 1
    assert "sont celles d’un site sans le guichet" in errors
    demo.assert_nothing_left()


@pytest.mark.parametrize(
    ("module", "name"),
    [(MAILBOX, "mailbox"), (IDP, "idp"), (BANK, "banque"), (ZOPE, "zope")],
)
def test_says_who_ended_unexpectedly(demo, module, name):
    demo.start()
    demo.wait_for("Ctrl-C")
    os.kill(demo.pid_of(module), signal.SIGKILL)
    code, errors = demo.ended()
    assert code == 1
    assert errors.startswith(f"« {name} » s’est arrêté (code -9). Fin de {demo.var}")
    demo.assert_nothing_left()


def test_zope_is_started_anew_when_that_is_wanted(demo):
    demo.start("--relancer")
    demo.wait_for("Ctrl-C")
    os.kill(demo.pid_of(ZOPE), signal.SIGKILL)
    demo.wait_for("« zope » s’est arrêté (code -9) : il est relancé.")
    while demo.modules().count(ZOPE) < 2:
        time.sleep(0.02)
    assert is_alive(demo.pid_of(ZOPE))
    os.kill(demo.pid_of(BANK), signal.SIGKILL)
    code, errors = demo.ended()
    assert code == 1
    assert errors.startswith("« banque » s’est arrêté (code -9).")
    demo.assert_nothing_left()


def test_zope_that_dies_at_once_is_not_started_for_ever(demo):
    demo.start("--relancer", DELAI="60")
    demo.wait_for("Ctrl-C")
    os.kill(demo.pid_of(ZOPE), signal.SIGKILL)
    code, errors = demo.ended()
    assert code == 1
    assert errors.startswith("« zope » s’est arrêté (code -9).")


def test_failed_creation_shows_its_log_and_is_tried_again(demo):
    demo.start(FAULT="site")
    code, errors = demo.ended()
    assert code == 1
    assert errors.startswith("La création du site a échoué.")
    assert errors.rstrip().endswith("no profile demo")
    demo.assert_nothing_left()
    demo.start()
    demo.wait_for("Ctrl-C")
    assert demo.end() == (0, "")


def test_can_be_stopped_during_the_creation(demo):
    demo.start(FAULT="slow site")
    demo.wait_for("Création du site")
    began = time.monotonic()
    assert demo.end(signal.SIGINT) == (0, "")
    assert time.monotonic() - began < 5
    demo.assert_nothing_left()


def test_health_that_is_no_json_is_not_ready(demo):
    demo.start(FAULT="health")
    demo.wait_for("Création du site")
    time.sleep(2)
    assert demo.end() == (0, "")
    assert "est prête" not in demo.output
    demo.assert_nothing_left()


def test_killed_supervisor_takes_its_children_along(demo):
    demo.start()
    demo.wait_for("Ctrl-C")
    demo.end(signal.SIGKILL)
    demo.assert_nothing_left()


def test_taken_port_is_one_line(demo):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        number = listener.getsockname()[1]
        demo.start(GUICHET_PORT=str(number))
        code, errors = demo.ended()
    assert code == 1
    assert errors == (
        f"Le port {number} (le site) est déjà utilisé : arrêtez le programme "
        "qui l’occupe ou choisissez un autre port avec GUICHET_PORT.\n"
    )
    assert not (demo.var / "calls").exists()


def test_one_folder_serves_one_demonstration(demo):
    demo.start()
    demo.wait_for("Ctrl-C")
    second = Demo(demo.var.parent)
    second.start()
    code, errors = second.ended()
    assert code == 1
    assert errors.count("\n") == 1
    assert f"(processus {demo.process.pid})" in errors
    assert demo.end() == (0, "")


def test_announcement():
    ports = {
        SITE_PORT: 8080,
        MAIL_PORT: 9600,
        SMTP_PORT: 9625,
        IDP_PORT: 9400,
        BANK_PORT: 9500,
    }
    text = announcement(Settings(ports, Path("/srv/demo"), 2), 7.6)
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert "La démonstration est prête (8 s)." in lines
    assert "Guichet http://localhost:8080/carouge/guichet" in lines
    assert "État de santé http://localhost:8080/carouge/@@sante" in lines
    assert "Boîte aux lettres (e-mails et SMS) http://localhost:9600" in lines
    assert "Données et journaux : /srv/demo" in lines
    assert "e-démarches (joue le canton) http://localhost:9400" in lines
    assert "Banque (joue le prestataire) http://localhost:9500" in lines
    assert "mot de passe Guichet-2026!" in text
    assert "code reçu par SMS 424242" in text
    assert [line.split()[0] for line in lines if "@demo.example" in line] == [
        "resident@demo.example",
        "nonresident@demo.example",
        "nonverifie@demo.example",
        "homonyme@demo.example",
        "entreprise@demo.example",
        "association@demo.example",
    ]
    for login in ("editeur", "agent-dechets", "agent-ecoles", "caisse", "admin"):
        assert any(line.startswith(f"{login} ") for line in lines)


@pytest.mark.parametrize(
    ("body", "expected"), [(b'{"etat": "ok"}', True), (b"<html>", False), (b"", False)]
)
def test_is_json(body, expected):
    assert is_json(body) is expected


@pytest.mark.parametrize("text", [None, "", "[]", "{broken", "\x00"])
def test_unusable_record_is_no_record(tmp_path, text):
    path = tmp_path / "site.json"
    if text is not None:
        path.write_text(text)
    assert read_record(path) == {}
