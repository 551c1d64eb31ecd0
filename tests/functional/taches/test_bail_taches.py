"""The lease of the tasks: one runner for all machines that work on a database."""

from carouge.guichet import bail
from carouge.guichet import taches
from carouge.guichet.taches import DejaEnCours
from carouge.guichet.taches import executer
from carouge.guichet.taches import tenir
from carouge.guichet.travaux.seance import application
from carouge.guichet.travaux.seance import dans
from datetime import timedelta
from zope.annotation.interfaces import IAnnotations

import pytest
import threading
import transaction


@pytest.fixture()
def guichet(functional):
    return functional["portal"].guichet


@pytest.fixture()
def ailleurs(monkeypatch):
    """Takes the lease on another machine, which then stands still, or dies."""

    def take(guichet):
        with monkeypatch.context() as patch:
            patch.setattr(bail, "_MACHINE", "ailleurs")
            jeton = bail.nouveau_jeton()
            taches._prendre(guichet, jeton)
            transaction.commit()

    return take


def later(monkeypatch, seconds):
    now = taches.now()
    monkeypatch.setattr(taches, "now", lambda: now + timedelta(seconds=seconds))


def refused(guichet):
    try:
        with tenir([guichet]):
            return False
    except DejaEnCours:
        return True


def test_one_runner_at_a_time(guichet):
    refusals = []

    def other():
        with application() as app, dans(app.plone):
            refusals.append(refused(app.plone.guichet))

    def in_thread():
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        return refusals.pop()

    with tenir([guichet]) as encore:
        assert encore()
        assert in_thread() is True
    assert in_thread() is False


def test_another_machine_is_waited_for_until_the_end_of_its_lease(
    guichet, ailleurs, monkeypatch
):
    ailleurs(guichet)
    assert refused(guichet)
    later(monkeypatch, 89)
    assert refused(guichet)
    later(monkeypatch, 2)
    assert not refused(guichet)


def test_a_clock_that_is_put_back_does_not_make_it_last(guichet, ailleurs, monkeypatch):
    with monkeypatch.context() as patch:
        later(patch, 3600)
        ailleurs(guichet)
        assert refused(guichet)
    assert not refused(guichet)


def test_a_dead_process_of_this_machine_is_not_waited_for(guichet):
    jeton = bail.nouveau_jeton()
    taches._prendre(guichet, jeton)
    transaction.commit()
    assert refused(guichet)
    bail.rendre_jeton(jeton)
    assert not refused(guichet)


def test_it_is_prolonged_while_the_tasks_last(guichet, monkeypatch):
    monkeypatch.setattr(taches, "DUREE_BAIL", timedelta(seconds=0.3))
    with tenir([guichet]) as encore:
        before = IAnnotations(guichet)[taches._KEY_BAIL]["fin"]
        for _look in range(500):
            transaction.begin()
            if IAnnotations(guichet)[taches._KEY_BAIL]["fin"] > before:
                break
            threading.Event().wait(0.01)
        assert IAnnotations(guichet)[taches._KEY_BAIL]["fin"] > before
        assert encore()


def test_who_has_lost_it_begins_nothing_more(guichet, monkeypatch):
    monkeypatch.setattr(taches, "DUREE_BAIL", timedelta(seconds=0.3))
    with tenir([guichet]) as encore:
        IAnnotations(guichet)[taches._KEY_BAIL]["jeton"] = "ailleurs:1:x"
        transaction.commit()
        for _look in range(500):
            if not encore():
                break
            threading.Event().wait(0.01)
        assert list(executer([guichet], encore)) == []
    transaction.begin()
    # It is the other one's: it was not given back.
    assert IAnnotations(guichet)[taches._KEY_BAIL]["jeton"] == "ailleurs:1:x"


def test_one_guichet_that_is_taken_is_enough_to_refuse(guichet, ailleurs):
    ailleurs(guichet)
    with pytest.raises(DejaEnCours), tenir([guichet]):
        raise AssertionError("it is held elsewhere")
