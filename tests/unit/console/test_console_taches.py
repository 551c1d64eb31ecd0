"""Tasks: each once per guichet, none keeps the others from running, never two at once."""

from carouge.guichet.interfaces import ITache
from carouge.guichet.taches import DejaEnCours
from carouge.guichet.taches import dernier_passage
from carouge.guichet.taches import executer
from carouge.guichet.taches import verrou
from datetime import datetime
from datetime import timedelta
from datetime import timezone
from transaction.interfaces import TransientError
from zope.annotation.interfaces import IAnnotations
from zope.component import getGlobalSiteManager

import carouge.guichet.taches
import json
import logging
import pytest
import transaction


class Guichet:
    def __init__(self, path):
        self.path = path
        self.annotations = {}

    def __conform__(self, interface):
        return self.annotations if interface is IAnnotations else None

    def getPhysicalPath(self):
        return ("", "site", self.path)


@pytest.fixture
def tache():
    registry = getGlobalSiteManager()
    names = []

    def register(name, function):
        registry.registerUtility(function, ITache, name)
        names.append(name)

    yield register
    for name in names:
        registry.unregisterUtility(provided=ITache, name=name)


@pytest.fixture
def guichets():
    return [Guichet("guichet"), Guichet("autre")]


def short(line):
    return {k: v for k, v in line.items() if k not in ("time", "ms", "action")}


def test_by_name_for_each_guichet(tache, guichets):
    tache("b", lambda guichet: {"vus": len(guichet.path)})
    tache("a", lambda guichet: None)
    lines = list(executer(guichets))
    assert [short(line) for line in lines] == [
        {"subject": "a", "guichet": "/site/guichet", "etat": "fait", "comptes": {}},
        {"subject": "a", "guichet": "/site/autre", "etat": "fait", "comptes": {}},
        {
            "subject": "b",
            "guichet": "/site/guichet",
            "etat": "fait",
            "comptes": {"vus": 7},
        },
        {
            "subject": "b",
            "guichet": "/site/autre",
            "etat": "fait",
            "comptes": {"vus": 5},
        },
    ]
    assert {line["action"] for line in lines} == {"tache.executer"}


def test_no_tasks(guichets):
    assert list(executer(guichets)) == []


def test_a_failure_stays_alone(tache, guichets, caplog):
    def broken(guichet):
        raise ValueError("a name that must not be in the journal")

    tache("a", broken)
    tache("b", lambda guichet: {})
    with caplog.at_level(logging.INFO, "carouge.guichet.journal"):
        lines = list(executer(guichets[:1]))
    assert [short(line) for line in lines] == [
        {
            "subject": "a",
            "guichet": "/site/guichet",
            "etat": "echec",
            "erreur": "ValueError",
        },
        {"subject": "b", "guichet": "/site/guichet", "etat": "fait", "comptes": {}},
    ]
    journal = [
        json.loads(record.message)
        for record in caplog.records
        if record.name == "carouge.guichet.journal"
    ]
    assert journal == lines


def test_each_has_a_transaction_of_its_own(tache, guichets):
    seen = []
    committed = []

    def work(guichet):
        current = transaction.get()
        seen.append(current)
        current.addAfterCommitHook(lambda done: committed.append((guichet.path, done)))
        if guichet.path == "guichet":
            raise RuntimeError

    tache("a", work)
    list(executer(guichets))
    assert len(set(map(id, seen))) == 2
    assert committed == [("guichet", False), ("autre", True)] or committed == [
        ("autre", True)
    ]


def test_a_conflict_is_tried_again(tache, guichets):
    calls = []

    def work(guichet):
        calls.append(guichet)
        if len(calls) < 3:
            raise TransientError
        return {"faits": 1}

    tache("a", work)
    (line,) = executer(guichets[:1])
    assert (line["etat"], line["comptes"], len(calls)) == ("fait", {"faits": 1}, 3)


def test_a_conflict_for_ever_is_a_failure(tache, guichets):
    calls = []

    def work(guichet):
        calls.append(guichet)
        raise TransientError

    tache("a", work)
    (line,) = executer(guichets[:1])
    assert (line["etat"], line["erreur"], len(calls)) == ("echec", "TransientError", 3)


@pytest.fixture
def heure(monkeypatch):
    class Heure:
        now = datetime(2026, 11, 23, 8, 0, tzinfo=timezone.utc)

    monkeypatch.setattr(carouge.guichet.taches, "now", lambda: Heure.now)
    return Heure


def test_a_run_is_noted_for_those_who_watch(tache, guichets, heure):
    assert dernier_passage(guichets[0]) is None
    list(executer(guichets))
    assert dernier_passage(guichets[0]).fin == heure.now
    assert dernier_passage(guichets[1]).echecs == ()


def test_not_every_run_is_a_write(tache, guichets, heure):
    debut = heure.now
    for minute in range(4):
        heure.now = debut + timedelta(minutes=minute)
        list(executer(guichets[:1]))
    assert dernier_passage(guichets[0]).fin == debut
    heure.now = debut + timedelta(minutes=4)
    list(executer(guichets[:1]))
    assert dernier_passage(guichets[0]).fin == heure.now


def test_a_failure_and_its_end_are_noted_at_once(tache, guichets, heure):
    works = [False]

    def work(guichet):
        if guichet.path == "autre" and not works[0]:
            raise ValueError

    tache("a", work)
    list(executer(guichets))
    assert dernier_passage(guichets[0]).echecs == ()
    assert dernier_passage(guichets[1]).echecs == ("a",)
    works[0] = True
    list(executer(guichets))
    assert dernier_passage(guichets[1]).echecs == ()


def test_never_two_at_once(tmp_path):
    with verrou(tmp_path, "/carouge"):
        with pytest.raises(DejaEnCours), verrou(tmp_path, "/carouge/"):
            pass
        with verrou(tmp_path, "/autre"):
            pass
    with verrou(tmp_path, "/carouge"):
        pass
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "guichet-taches-autre.lock",
        "guichet-taches-carouge.lock",
    ]
