"""Background jobs on a real database: batches, conflicts, kills, two workers."""

from AccessControl import getSecurityManager
from carouge.guichet import bail
from carouge.guichet import swisstime
from carouge.guichet.interfaces import ITravail
from carouge.guichet.travaux.domain import EtatTravail
from carouge.guichet.travaux.domain import Issue
from carouge.guichet.travaux.domain import Ligne
from carouge.guichet.travaux.ouvrier import Ouvrier
from carouge.guichet.travaux.seance import application
from carouge.guichet.travaux.seance import dans
from carouge.guichet.travaux.service import annuler
from carouge.guichet.travaux.service import commander
from carouge.guichet.travaux.service import dus
from carouge.guichet.travaux.service import executer_travaux
from carouge.guichet.travaux.service import liste_de
from carouge.guichet.travaux.service import purger
from carouge.guichet.travaux.service import travail_de
from carouge.guichet.travaux.service import travailler
from datetime import timedelta
from persistent.mapping import PersistentMapping
from plone.app.testing import login
from plone.app.testing import logout
from ZODB.POSException import ConflictError
from zope.annotation.interfaces import IAnnotations
from zope.component import getGlobalSiteManager
from zope.interface import implementer

import pytest
import threading
import transaction


class Killed(BaseException):
    """What a SIGKILL would do: nothing after it runs."""


@implementer(ITravail)
class Compter:
    """Counts each step once, in the database."""

    titre = "Compter"
    par_lot = 3

    def __init__(self):
        self.before = lambda guichet, rang: None
        self.forgotten = []

    def etapes(self, guichet, travail):
        counts = IAnnotations(guichet)["test.compter"]
        for rang in range(travail.fait, travail.donnees["n"]):
            self.before(guichet, rang)
            counts[rang] = counts.get(rang, 0) + 1
            user = getSecurityManager().getUser().getId()
            travail.noter(Ligne(str(rang), Issue.FAIT, details={"qui": user}))
            yield rang + 1
        return {"somme": sum(counts.values())}

    def oublier(self, guichet, travail):
        self.forgotten.append(travail.id)


@pytest.fixture
def kind():
    kind = Compter()
    registry = getGlobalSiteManager()
    registry.registerUtility(kind, ITravail, name="compter")
    yield kind
    registry.unregisterUtility(kind, ITravail, name="compter")


@pytest.fixture
def guichet(functional, kind):
    guichet = functional["portal"].guichet
    IAnnotations(guichet)["test.compter"] = PersistentMapping()
    transaction.commit()
    login(functional["portal"], "agent-dechets")
    yield guichet
    transaction.abort()
    logout()


def counts(guichet):
    transaction.begin()
    return dict(IAnnotations(guichet)["test.compter"])


def later(monkeypatch, **span):
    moment = swisstime.now() + timedelta(**span)
    monkeypatch.setattr(swisstime, "now", lambda: moment)


def test_a_job_is_done_as_its_author(guichet):
    travail = commander(guichet, "compter", {"n": 7}, total=7)
    assert travail.etat is EtatTravail.EN_ATTENTE
    transaction.commit()
    logout()
    assert executer_travaux(guichet) == 1
    assert counts(guichet) == dict.fromkeys(range(7), 1)
    assert (travail.etat, travail.fait, travail.total) == (EtatTravail.FINI, 7, 7)
    assert travail.resultat == {"somme": 7}
    assert {ligne.details["qui"] for ligne in travail.lignes} == {"agent-dechets"}
    assert [ligne.sujet for ligne in travail.lignes] == [*"0123456"]
    assert travail.compter()[Issue.FAIT] == 7
    assert executer_travaux(guichet) == 0


def test_nobody_else_sees_it(guichet):
    travail = commander(guichet, "compter", {"n": 1})
    assert travail_de(guichet, travail.id, "agent-dechets") is travail
    assert travail_de(guichet, travail.id, "agent-ecoles") is None
    assert travail_de(guichet, "inconnu", "agent-dechets") is None
    assert liste_de(guichet, "agent-dechets") == [travail]
    assert liste_de(guichet, "agent-ecoles") == []


def test_no_such_kind(guichet):
    with pytest.raises(LookupError):
        commander(guichet, "inconnu", {})


def test_an_aborted_order_is_no_job(guichet):
    commander(guichet, "compter", {"n": 1})
    transaction.abort()
    assert executer_travaux(guichet) == 0


def test_killed_half_way_it_goes_on_and_nothing_is_done_twice(guichet, kind):
    travail = commander(guichet, "compter", {"n": 8}, total=8)

    def kill(guichet, rang):
        if rang == 4:
            raise Killed

    kind.before = kill
    with pytest.raises(Killed):
        executer_travaux(guichet)
    transaction.abort()
    assert counts(guichet) == dict.fromkeys(range(3), 1)
    assert (travail.etat, travail.fait) == (EtatTravail.EN_COURS, 3)
    kind.before = lambda guichet, rang: None
    # The worker is gone, this process knows it: no need to wait for the lease.
    assert executer_travaux(guichet) == 1
    assert counts(guichet) == dict.fromkeys(range(8), 1)
    assert [ligne.sujet for ligne in travail.lignes] == [*"01234567"]


def test_a_lease_of_another_machine_is_waited_for(guichet, kind, monkeypatch):
    travail = commander(guichet, "compter", {"n": 5}, total=5)
    monkeypatch.setattr(bail, "_MACHINE", "ailleurs")

    def kill(guichet, rang):
        if rang == 3:
            raise Killed

    kind.before = kill
    with pytest.raises(Killed):
        executer_travaux(guichet)
    transaction.abort()
    kind.before = lambda guichet, rang: None
    monkeypatch.setattr(bail, "_MACHINE", "ici")
    assert executer_travaux(guichet) == 0
    later(monkeypatch, seconds=89)
    assert executer_travaux(guichet) == 0
    later(monkeypatch, seconds=2)
    assert executer_travaux(guichet) == 1
    assert counts(guichet) == dict.fromkeys(range(5), 1)
    assert travail.etat is EtatTravail.FINI


def in_thread(function):
    """Run with a connection of its own; returns what it returned."""
    results = []

    def run():
        with application() as app, dans(app.plone):
            results.append(function(app.plone.guichet))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(60)
    return results[0]


def test_two_workers_at_once_one_works(guichet, kind):
    """While one is in the midst of it, another one finds nothing to do."""
    commander(guichet, "compter", {"n": 6}, total=6)
    others = []

    def meanwhile(guichet, rang):
        others.append(in_thread(executer_travaux))

    kind.before = meanwhile
    assert executer_travaux(guichet) == 1
    assert others == [0] * 6
    assert counts(guichet) == dict.fromkeys(range(6), 1)


def test_taken_for_dead_it_writes_nothing_any_more(guichet, kind, monkeypatch):
    """A worker that slept longer than its lease loses what it did meanwhile."""
    travail = commander(guichet, "compter", {"n": 6}, total=6)
    slept = []

    def sleep(guichet, rang):
        if rang == 4 and not slept:
            slept.append(rang)
            later(monkeypatch, seconds=200)
            assert in_thread(executer_travaux) == 1

    kind.before = sleep
    assert executer_travaux(guichet) == 1
    assert counts(guichet) == dict.fromkeys(range(6), 1)
    assert [ligne.sujet for ligne in travail.lignes] == [*"012345"]
    assert travail.etat is EtatTravail.FINI


def test_threads_that_run_at_the_same_time(guichet, kind):
    for _job in range(4):
        commander(guichet, "compter", {"n": 1}, total=1)
    store = IAnnotations(guichet)["test.compter"]
    assert store == {}
    transaction.commit()
    start = threading.Barrier(3)

    def work():
        with application() as app, dans(app.plone):
            start.wait(30)
            executer_travaux(app.plone.guichet)

    threads = [threading.Thread(target=work) for _thread in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert counts(guichet) == {0: 4}
    assert {t.etat for t in liste_de(guichet, "agent-dechets")} == {EtatTravail.FINI}


def test_a_conflict_is_made_again(guichet, kind):
    travail = commander(guichet, "compter", {"n": 4}, total=4)
    raised = []

    def conflict(guichet, rang):
        if rang == 3 and len(raised) < 3:
            raised.append(rang)
            raise ConflictError

    kind.before = conflict
    assert executer_travaux(guichet) == 1
    assert counts(guichet) == dict.fromkeys(range(4), 1)
    assert travail.essais == 0


def test_a_failure_is_tried_three_times(guichet, kind, monkeypatch, caplog):
    travail = commander(guichet, "compter", {"n": 4}, total=4)

    def broken(guichet, rang):
        if rang == 3:
            raise ZeroDivisionError("42 Jeanne")

    kind.before = broken
    assert executer_travaux(guichet) == 1
    assert (travail.etat, travail.essais) == (EtatTravail.EN_ATTENTE, 1)
    assert executer_travaux(guichet) == 0
    later(monkeypatch, seconds=6)
    assert executer_travaux(guichet) == 1
    later(monkeypatch, seconds=26)
    assert executer_travaux(guichet) == 1
    assert (travail.etat, travail.erreur) == (EtatTravail.ECHEC, "ZeroDivisionError")
    assert counts(guichet) == dict.fromkeys(range(3), 1)
    later(monkeypatch, days=1)
    assert dus(guichet) == []


def test_an_author_who_left(guichet):
    travail = commander(guichet, "compter", {"n": 1}, auteur="parti")
    assert executer_travaux(guichet) == 1
    assert (travail.etat, travail.erreur) == (EtatTravail.ECHEC, "AuteurInconnu")
    assert counts(guichet) == {}


def test_cancelled_before_it_began(guichet):
    travail = commander(guichet, "compter", {"n": 4})
    assert annuler(guichet, travail)
    assert not annuler(guichet, travail)
    assert executer_travaux(guichet) == 0
    assert (travail.etat, counts(guichet)) == (EtatTravail.ANNULE, {})


def test_cancelled_half_way(guichet, kind):
    travail = commander(guichet, "compter", {"n": 9}, total=9)

    def cancel(guichet):
        annuler(guichet, travail_de(guichet, travail.id, "agent-dechets"))
        transaction.commit()

    kind.before = lambda guichet, rang: rang == 4 and in_thread(cancel)
    assert executer_travaux(guichet) == 1
    assert travail.etat is EtatTravail.ANNULE
    # The batch in which it was cancelled had a conflict, was made again and is done.
    assert counts(guichet) == dict.fromkeys(range(6), 1)


def test_told_to_end_it_leaves_the_rest(guichet, kind):
    travail = commander(guichet, "compter", {"n": 9}, total=9)
    fin = threading.Event()
    kind.before = lambda guichet, rang: rang == 4 and fin.set()
    assert executer_travaux(guichet, fin) == 1
    assert (travail.etat, travail.fait) == (EtatTravail.EN_ATTENTE, 6)
    assert executer_travaux(guichet) == 1
    assert counts(guichet) == dict.fromkeys(range(9), 1)


def test_results_are_purged(guichet, kind, tmp_path, monkeypatch):
    travail = commander(guichet, "compter", {"n": 1})
    path = tmp_path / "resultat.csv"
    path.write_bytes(b"a;b\r\n")
    travail.deposer(path, "resultat.csv", "text/csv")
    executer_travaux(guichet)
    with travail.fichier.blob.open("r") as stream:
        assert stream.read() == b"a;b\r\n"
    assert (travail.fichier.taille, path.exists()) == (5, False)
    moment = travail.fin
    assert purger(guichet, moment + timedelta(days=7)) == 0
    assert purger(guichet, moment + timedelta(days=7, minutes=1)) == 1
    assert kind.forgotten == [travail.id]
    assert liste_de(guichet, "agent-dechets") == []


def test_the_thread_of_a_process(guichet, tmp_path):
    travail = commander(guichet, "compter", {"n": 5}, total=5)
    transaction.commit()
    ouvrier = Ouvrier(tmp_path, minutes=1, delai=0.0, interval=0.05)
    ouvrier.start()
    try:
        for _look in range(600):
            transaction.begin()
            if travail.etat.final and [*tmp_path.glob("guichet-taches-*.lock")]:
                break
            threading.Event().wait(0.05)
    finally:
        ouvrier.stop()
    assert not ouvrier.is_alive()
    assert travail.etat is EtatTravail.FINI
    assert counts(guichet) == dict.fromkeys(range(5), 1)


def test_links_lead_to_where_the_author_was(guichet, kind):
    request = guichet.REQUEST
    request.other["SERVER_URL"] = "https://guichet.example.ch"
    request.other["VirtualRootPhysicalPath"] = ("", "plone", "guichet")
    travail = commander(guichet, "compter", {"n": 1})
    transaction.commit()
    adresse = travail.adresse
    with application(adresse) as app, dans(app.plone):
        assert app.plone.guichet.absolute_url() == "https://guichet.example.ch"


def test_taken_by_somebody_else_meanwhile(guichet):
    travail = commander(guichet, "compter", {"n": 1})
    transaction.commit()
    assert in_thread(executer_travaux) == 1
    assert travailler(guichet, travail) is False
