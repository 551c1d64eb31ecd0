"""The door to the antivirus: breaker, memory, and no surprises."""

from carouge.guichet.antivirus.clients.null import SansAntivirus
from carouge.guichet.antivirus.domain import Resultat
from carouge.guichet.antivirus.domain import Verdict
from carouge.guichet.antivirus.service import CLAMD
from carouge.guichet.antivirus.service import Controle
from carouge.guichet.antivirus.service import ECHECS
from carouge.guichet.antivirus.service import MAX_MEMOIRE
from carouge.guichet.antivirus.service import MEMOIRE
from carouge.guichet.antivirus.service import PAUSE
from carouge.guichet.antivirus.service import SANS
from carouge.guichet.antivirus.settings import Adresse
from carouge.guichet.antivirus.settings import adresse
from carouge.guichet.antivirus.settings import AdresseInutilisable
from carouge.guichet.antivirus.settings import VARIABLE
from carouge.guichet.interfaces import IAntivirus
from zope.component import getSiteManager
from zope.interface import implementer

import logging
import pytest


@implementer(IAntivirus)
class Fake:
    answer = Verdict(Resultat.SAIN)

    def __init__(self):
        self.asked = []

    def examiner(self, stream):
        self.asked.append(stream.read())
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture()
def clamd(monkeypatch):
    monkeypatch.setenv(VARIABLE, "unix:/run/clamd.sock")
    manager = getSiteManager()
    fake, none = Fake(), SansAntivirus()
    manager.registerUtility(fake, IAntivirus, CLAMD)
    manager.registerUtility(none, IAntivirus, SANS)
    yield fake
    manager.unregisterUtility(fake, IAntivirus, CLAMD)
    manager.unregisterUtility(none, IAntivirus, SANS)


@pytest.fixture()
def clock():
    return Clock()


@pytest.fixture()
def controle(clock, clamd):
    return Controle(clock)


@pytest.mark.parametrize(
    "result, state",
    [
        (Resultat.SAIN, "sain"),
        (Resultat.INFECTE, "infecte"),
        (Resultat.INDISPONIBLE, "a_verifier"),
        (Resultat.TROP_GRAND, "a_verifier"),
    ],
)
def test_states(controle, clamd, result, state):
    clamd.answer = Verdict(result)
    assert controle.examiner(b"x") == state
    assert clamd.asked == [b"x"]


def test_not_configured(controle, clamd, monkeypatch):
    for value in ("", "  "):
        monkeypatch.setenv(VARIABLE, value)
        assert controle.examiner(b"x") == "non_controle"
    monkeypatch.delenv(VARIABLE)
    assert controle.examiner(b"x") == "non_controle"
    assert clamd.asked == []


def test_a_client_with_a_fault_in_it(controle, clamd, caplog):
    clamd.answer = RuntimeError("secret words")
    assert controle.examiner(b"x") == "a_verifier"
    assert caplog.messages == ["antivirus clamd: RuntimeError"]


def test_no_client(clock, monkeypatch, caplog):
    monkeypatch.setenv(VARIABLE, "unix:/run/clamd.sock")
    assert Controle(clock).examiner(b"x") == "a_verifier"
    assert caplog.messages == ["antivirus: there is no client clamd"]


def test_what_was_found_is_told_to_the_log(controle, clamd, caplog):
    clamd.answer = Verdict(Resultat.INFECTE, "Win.Test-1")
    caplog.set_level(logging.INFO)
    controle.examiner(b"x")
    digest = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
    assert caplog.messages == [f"infected file ({digest}): Win.Test-1"]


def test_a_dead_clamd_costs_its_time_twice(controle, clamd, clock):
    clamd.answer = Verdict(Resultat.INDISPONIBLE)
    for n in range(10):
        assert controle.examiner(b"%d" % n) == "a_verifier"
    assert len(clamd.asked) == ECHECS
    clock.now += PAUSE
    clamd.answer = Verdict(Resultat.SAIN)
    assert controle.examiner(b"again") == "sain"
    assert controle.examiner(b"and again") == "sain"
    assert len(clamd.asked) == ECHECS + 2


def test_a_size_that_is_refused_is_no_failure(controle, clamd):
    clamd.answer = Verdict(Resultat.TROP_GRAND)
    for n in range(10):
        controle.examiner(b"%d" % n)
    assert len(clamd.asked) == 10


@pytest.mark.parametrize("result", [Resultat.SAIN, Resultat.INFECTE])
def test_the_same_bytes_are_asked_about_once(controle, clamd, clock, result):
    clamd.answer = Verdict(result)
    for _time in range(3):
        assert controle.examiner(b"x") == result.value
    assert clamd.asked == [b"x"]
    clock.now += MEMOIRE
    controle.examiner(b"x")
    assert clamd.asked == [b"x", b"x"]


def test_no_answer_is_not_remembered(controle, clamd):
    clamd.answer = Verdict(Resultat.INDISPONIBLE)
    controle.examiner(b"x")
    clamd.answer = Verdict(Resultat.SAIN)
    assert controle.examiner(b"x") == "sain"


def test_the_memory_is_limited(controle, clamd):
    for n in range(MAX_MEMOIRE + 1):
        controle.examiner(b"%d" % n)
    controle.examiner(b"%d" % MAX_MEMOIRE)
    assert len(clamd.asked) == MAX_MEMOIRE + 1
    controle.examiner(b"0")
    assert len(clamd.asked) == MAX_MEMOIRE + 2


@pytest.mark.parametrize(
    "text, expected",
    [
        ("unix:/run/clamav/clamd.ctl", Adresse(chemin="/run/clamav/clamd.ctl")),
        ("unix:///run/clamd", Adresse(chemin="/run/clamd")),
        ("tcp://127.0.0.1:3310", Adresse(hote="127.0.0.1", port=3310)),
        ("tcp://clamav", Adresse(hote="clamav", port=3310)),
        (" tcp://[::1]:9 ", Adresse(hote="::1", port=9)),
    ],
)
def test_addresses(monkeypatch, text, expected):
    monkeypatch.setenv(VARIABLE, text)
    assert adresse() == expected


@pytest.mark.parametrize("text", ["", "x", "unix:x", "tcp:x", "tcp://a:b", "tcp://["])
def test_no_addresses(monkeypatch, text):
    monkeypatch.setenv(VARIABLE, text)
    with pytest.raises(AdresseInutilisable):
        adresse()
