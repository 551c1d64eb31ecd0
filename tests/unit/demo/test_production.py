"""The demonstration of production: what is written, and what is started anew."""

from carouge.guichet.demo import production
from carouge.guichet.demo.installation import Installation
from carouge.guichet.demo.process import end_all
from carouge.guichet.demo.production import prepare
from carouge.guichet.demo.production import Production
from carouge.guichet.demo.production import zope_ports
from carouge.guichet.demo.settings import checkout
from carouge.guichet.demo.settings import SettingsError
from carouge.guichet.demo.settings import SITE_PORT

import json
import os
import pytest
import signal
import sys
import time


def installation(var, zopes=(8081, 8082)):
    return Installation(var=var, port=8080, statistics=8404, zopes=zopes, threads=2)


def options_of(text: str, section: str) -> list[str]:
    """The lines of a section of a buildout file."""
    _before, _head, rest = text.partition(f"[{section}]\n")
    return rest.partition("\n[")[0].splitlines()


def test_the_configuration_is_the_communes_with_other_settings(tmp_path):
    text = installation(tmp_path).configuration()
    assert f"extends = {checkout()}/profiles/production.cfg" in text
    settings = options_of(text, "reglages")
    assert "hote = localhost:8080" in settings
    assert "racine =" in settings
    assert f"secrets = {tmp_path}/secrets" in settings
    at = settings.index("serveurs = ")
    assert settings[at + 1 : at + 3] == [
        "    server zope1 127.0.0.1:8081",
        "    server zope2 127.0.0.1:8082",
    ]
    assert "http-address = 127.0.0.1:8082" in options_of(text, "instance2")
    assert "[instance3]" not in text


def test_each_zope_has_its_own_part(tmp_path):
    text = installation(tmp_path, (8081, 8082, 9001)).configuration()
    assert "parts += instance3" in text
    assert "    server zope3 127.0.0.1:9001" in text
    assert options_of(text, "instance3")[:2] == [
        "<= instance1",
        "http-address = 127.0.0.1:9001",
    ]


def test_the_secrets_are_for_nobody_else_and_come_back(tmp_path):
    place = installation(tmp_path)
    assert place.read_secrets() == {}
    values = {"GUICHET_BASE": "host=127.0.0.1 password=a=b", "PGPASSWORD": "x"}
    place.write_secrets(values)
    assert place.secrets.stat().st_mode & 0o777 == 0o600
    assert place.read_secrets() == values


def test_the_ports_of_the_processes_follow_each_other():
    def numbers(**environ):
        return [port.read(environ) for port in zope_ports(environ)]

    assert numbers() == [8081, 8082]
    assert numbers(GUICHET_ZOPE_PORT="9000", GUICHET_PROCESSUS="3") == [
        9000,
        9001,
        9002,
    ]
    assert numbers(GUICHET_ZOPE2_PORT="7000") == [8081, 7000]
    with pytest.raises(SettingsError, match="GUICHET_PROCESSUS vaut « 0 »"):
        zope_ports({"GUICHET_PROCESSUS": "0"})


def test_two_parts_on_one_port_are_told():
    with pytest.raises(SettingsError) as caught:
        prepare({"GUICHET_PG_PORT": "8082"})
    assert "GUICHET_ZOPE2_PORT et par GUICHET_PG_PORT" in str(caught.value)


def test_where_it_runs_without_being_told():
    made = prepare({})
    assert made.settings.ports[SITE_PORT] == 8080
    assert made.settings.var == checkout() / "var" / "production-demo"
    assert made.tasks == 60


@pytest.fixture
def running(tmp_path, monkeypatch):
    """It has started everything, which is one child that sleeps."""
    monkeypatch.setattr(production, "PAUSE", 0.01)
    monkeypatch.setattr(production, "say", lambda text: None)
    made = prepare({"GUICHET_VAR": str(tmp_path)})
    made.settings.log_dir.mkdir()
    command = [sys.executable, "-c", "import time; time.sleep(60)"]
    made._keep("zope1", lambda: made._spawn("zope1", command))
    made._ready = True
    yield made
    end_all(made.processes)


def pids(made: Production) -> dict[str, int]:
    return json.loads((made.settings.var / "pids.json").read_text())


def test_what_is_killed_is_started_anew(running):
    first = pids(running)["zope1"]
    os.kill(first, signal.SIGKILL)
    running.processes[0].wait(5)
    running._check()
    assert pids(running) == {}
    deadline = time.monotonic() + 5
    while "zope1" not in pids(running):
        assert time.monotonic() < deadline
        running._check()
        time.sleep(0.01)
    assert pids(running)["zope1"] not in (None, first)
    assert [process.name for process in running.processes] == ["zope1"]


def test_what_ends_again_and_again_is_given_more_time_each_time(running):
    pauses = []
    for _time in range(4):
        [process] = running.processes
        process.signal(signal.SIGKILL)
        process.wait(5)
        before = time.monotonic()
        running._check()
        kept = running._kept["zope1"]
        pauses.append(round((kept.due - before) / 0.01))
        time.sleep(kept.due - before)
        running._check()
    assert pauses == [2, 4, 8, 16]


def test_before_everything_runs_an_end_is_a_fault(running):
    running._ready = False
    [process] = running.processes
    process.signal(signal.SIGKILL)
    process.wait(5)
    with pytest.raises(production.DemoError, match="« zope1 » s’est arrêté"):
        running._check()
