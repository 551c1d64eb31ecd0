"""One process after the other, as HAProxy and the process itself see it."""

from carouge.guichet.production import redemarrage
from carouge.guichet.production.redemarrage import main
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer

import pytest
import socketserver
import sys
import threading


PAGE = "/carouge/@@sante?partie=pret"


class Machine:
    """HAProxy's socket and two Zope processes; ``said`` is what happened, in order."""

    def __init__(self, folder):
        self.said = []
        self.states = {"zope1": "UP", "zope2": "UP"}
        self.sessions = {"zope1": [1, 0], "zope2": [0]}
        self.down = 0
        self.page = _serve(ThreadingHTTPServer(("127.0.0.1", 0), self._zope()))
        self.path = folder / "haproxy.sock"
        self.socket = _serve(
            socketserver.ThreadingUnixStreamServer(str(self.path), self._haproxy())
        )

    def _zope(self):
        machine = self

        class Zope(BaseHTTPRequestHandler):
            def do_GET(self):
                machine.said.append(f"GET {self.path} {self.headers['Host']}")
                machine.down -= 1
                self.send_response(503 if machine.down >= 0 else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *words):
                pass

        return Zope

    def _haproxy(self):
        machine = self

        class Haproxy(socketserver.StreamRequestHandler):
            def handle(self):
                command = self.rfile.readline().decode().strip()
                self.wfile.write(f"{machine.answer(command)}\n".encode())

        return Haproxy

    def answer(self, command):
        if command == "show stat":
            return self.statistics()
        self.said.append(command)
        name, state = command.removeprefix("set server zope/").split(" state ")
        self.states[name] = {"drain": "DRAIN", "ready": "UP"}[state]
        return ""

    def statistics(self):
        lines = ["# pxname,svname,scur,status,addr", "guichet,FRONTEND,3,OPEN,"]
        for name, state in self.states.items():
            sessions = self.sessions[name]
            scur = sessions.pop(0) if len(sessions) > 1 else sessions[0]
            address = f"127.0.0.1:{self.page.server_address[1]}"
            lines.append(f"zope,{name},{scur},{state},{address}")
        return "\n".join([*lines, "zope,BACKEND,3,UP,"])

    def close(self):
        for server in (self.page, self.socket):
            server.shutdown()
            server.server_close()


def _serve(server):
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    return server


@pytest.fixture
def machine(tmp_path, monkeypatch):
    monkeypatch.setattr(redemarrage, "POLL", 0.01)
    monkeypatch.setattr(redemarrage, "FIN", 0.2)
    monkeypatch.setattr(redemarrage.signal, "signal", lambda *arguments: None)
    machine = Machine(tmp_path)
    yield machine
    machine.close()


@pytest.fixture
def command(tmp_path):
    """Notes which process it was called for."""
    script = tmp_path / "restart.py"
    script.write_text(
        "import pathlib, sys\n"
        "with pathlib.Path(__file__).with_name('restarted').open('a') as file:\n"
        "    print(sys.argv[1], file=file)\n"
    )
    return f"{sys.executable} {script} {{}}"


def run(machine, *arguments):
    return main(["--socket", str(machine.path), "--page", PAGE, *arguments])


def test_all_of_them_one_after_the_other(machine, command, tmp_path, capsys):
    machine.down = 2
    words = ["--chauffer", "/carouge", "--commande", command, "--ici", "true {}"]
    assert run(machine, *words) == 0
    ready = f"GET {PAGE} localhost"
    assert machine.said == [
        "set server zope/zope1 state drain",
        ready,
        ready,
        ready,
        "GET /carouge localhost",
        "set server zope/zope1 state ready",
        "set server zope/zope2 state drain",
        ready,
        "GET /carouge localhost",
        "set server zope/zope2 state ready",
    ]
    assert (tmp_path / "restarted").read_text().split() == ["1", "2"]
    assert capsys.readouterr().out == "zope1 : redémarré\nzope2 : redémarré\n"


def test_those_of_another_machine_are_left_to_it(machine, command, tmp_path, capsys):
    assert run(machine, "--commande", command, "--ici", "test {} = 2") == 0
    assert (tmp_path / "restarted").read_text().split() == ["2"]
    assert capsys.readouterr().out == (
        "zope1 : sur une autre machine\nzope2 : redémarré\n"
    )


def test_nothing_is_of_this_machine(machine, command, tmp_path, capsys):
    assert run(machine, "--commande", command, "--ici", "false") == 1
    assert machine.said == []
    assert "aucun processus n'est de cette machine" in capsys.readouterr().err


def test_the_last_one_that_answers_is_left_alone(machine, command, tmp_path, capsys):
    machine.states["zope2"] = "DOWN"
    assert run(machine, "--commande", command, "1") == 1
    assert machine.said == []
    assert not (tmp_path / "restarted").exists()
    assert "« zope1 » est le seul qui répond" in capsys.readouterr().err


def test_what_visitors_do_for_long_is_not_broken_off(
    machine, command, tmp_path, capsys
):
    machine.sessions["zope1"] = [1]
    assert run(machine, "--commande", command, "1") == 1
    assert machine.said[-1] == "set server zope/zope1 state ready"
    assert not (tmp_path / "restarted").exists()
    assert "n'a pas fini ce qu'il faisait" in capsys.readouterr().err


def test_a_command_that_fails_leaves_it_to_visitors(machine, capsys):
    assert run(machine, "--commande", "false {}", "1") == 1
    assert machine.states["zope1"] == "UP"
    assert "« false 1 » a échoué" in capsys.readouterr().err


def test_a_process_haproxy_does_not_know(machine, capsys):
    assert run(machine, "7") == 1
    assert "HAProxy ne connaît pas « zope7 »." in capsys.readouterr().err


def test_haproxy_does_not_run(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(redemarrage.signal, "signal", lambda *arguments: None)
    missing = tmp_path / "none.sock"
    assert main(["--socket", str(missing), "--page", PAGE]) == 1
    assert f"HAProxy ne répond pas sur {missing}" in capsys.readouterr().err
