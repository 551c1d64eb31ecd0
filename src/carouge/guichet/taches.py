"""Runs what comes round: every task once per guichet, each in a transaction of its own.

Two things are held meanwhile: a lock of this machine (:func:`verrou`), for what lies
beside the database, and a lease in the database (:func:`tenir`), for all machines.
"""

from __future__ import annotations

from carouge.guichet.bail import Bail
from carouge.guichet.bail import DUREE_BAIL
from carouge.guichet.bail import mort
from carouge.guichet.bail import nouveau_jeton
from carouge.guichet.bail import rendre_jeton
from carouge.guichet.interfaces import ITache
from carouge.guichet.interfaces import ITacheLocale
from carouge.guichet.swisstime import now
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from datetime import timedelta
from datetime import timezone
from pathlib import Path
from persistent.mapping import PersistentMapping
from transaction import TransactionManager
from transaction.interfaces import TransientError
from zc.lockfile import LockError
from zc.lockfile import LockFile
from zope.annotation.interfaces import IAnnotations
from zope.component import getUtilitiesFor

import json
import logging
import threading
import time
import transaction


logger = logging.getLogger(__name__)

#: The record of who did what; the same logger as :mod:`carouge.guichet.journal`.
journal = logging.getLogger("carouge.guichet.journal")


_KEY = "carouge.guichet.taches"
_KEY_BAIL = "carouge.guichet.taches.bail"

#: A run is noted when the last note is older: each one is a write.
ECART = timedelta(minutes=4)


@dataclass(frozen=True)
class Passage:
    """A run of the tasks: when (UTC; up to :data:`ECART` before the last one), and which
    of them failed."""

    fin: datetime
    echecs: tuple[str, ...]


class DejaEnCours(Exception):
    """Another process runs the tasks of this site."""


def executer(
    guichets, encore: Callable[[], bool] = lambda: True
) -> Iterator[dict[str, object]]:
    """Call every task for every guichet; yields what became of each, as JSON has it.

    ``etat`` is ``fait`` or ``echec``; ``comptes`` is what the task counted, ``erreur``
    the kind of failure, whose details are in the log. Commits after each success. No
    further task is begun once ``encore`` says no.
    """
    echecs: dict[str, list[str]] = {}
    for line in _executer(ITache, guichets, encore):
        if line["etat"] == "echec":
            echecs.setdefault(str(line["guichet"]), []).append(str(line["subject"]))
        yield line
    if encore():
        for guichet in guichets:
            _noter(guichet, echecs.get("/".join(guichet.getPhysicalPath()), []))


def executer_ici(guichets) -> Iterator[dict[str, object]]:
    """The same with what each machine has to do for itself."""
    yield from _executer(ITacheLocale, guichets, lambda: True)


def _executer(
    kind, guichets, encore: Callable[[], bool]
) -> Iterator[dict[str, object]]:
    for nom, tache in sorted(getUtilitiesFor(kind)):
        for guichet in guichets:
            if not encore():
                logger.error("the lease of the tasks is lost: %s not begun", nom)
                return
            start = time.monotonic()
            line: dict[str, object] = {
                "time": now().isoformat(timespec="milliseconds"),
                "action": "tache.executer",
                "subject": nom,
                "guichet": "/".join(guichet.getPhysicalPath()),
            }
            try:
                # Requests may write the same objects meanwhile.
                for attempt in transaction.manager.attempts(3):
                    with attempt:
                        counts = tache(guichet)
                        transaction.get().note(f"tâche {nom}")
                line |= {"etat": "fait", "comptes": dict(counts or {})}
            except Exception as error:
                # One task that fails must not keep the others from running.
                logger.exception("task %s failed", nom)
                line |= {"etat": "echec", "erreur": type(error).__name__}
            line["ms"] = round((time.monotonic() - start) * 1000)
            journal.info(json.dumps(line, ensure_ascii=False))
            yield line


def dernier_passage(guichet) -> Passage | None:
    """When the tasks of a guichet were run last; None when they never were."""
    found = IAnnotations(guichet).get(_KEY)
    if found is None:
        return None
    return Passage(
        datetime.fromtimestamp(found["fin"], timezone.utc), tuple(found["echecs"])
    )


def _noter(guichet, echecs: list[str]) -> None:
    """Keep that the tasks were run, for whoever watches from another process."""
    avant = dernier_passage(guichet)
    moment = now()
    if avant and avant.echecs == tuple(echecs) and moment - avant.fin < ECART:
        return
    try:
        for attempt in transaction.manager.attempts(3):
            with attempt:
                passage = IAnnotations(guichet).setdefault(_KEY, PersistentMapping())
                passage.update(fin=moment.timestamp(), echecs=list(echecs))
                transaction.get().note("passage des tâches")
    except Exception:
        # What was done is done; the next run says it.
        logger.exception("the run of the tasks could not be noted")


@contextmanager
def verrou(folder: Path, site: str) -> Iterator[None]:
    """Hold this machine's lock of a site's tasks; it ends with the process, however
    that ends. ``folder`` is on this machine.

    :raises DejaEnCours: another process holds it
    """
    name = site.strip("/").replace("/", "-")
    try:
        lock = LockFile(str(folder / f"guichet-taches-{name}.lock"))
    except LockError as error:
        raise DejaEnCours(site) from error
    try:
        yield
    finally:
        lock.close()


@contextmanager
def tenir(guichets) -> Iterator[Callable[[], bool]]:
    """Hold the lease of the tasks of these guichets, for all processes of all machines
    that work on the database.

    It is prolonged as long as the block lasts, and ends by itself when the process or
    the machine dies. Gives a function that says whether it is still ours: it may be
    lost by a process that stood still for a time. Commits at both ends.

    :raises DejaEnCours: another process holds one of them
    """
    jeton = nouveau_jeton()
    try:
        try:
            for attempt in transaction.manager.attempts(3):
                with attempt:
                    baux = [_prendre(guichet, jeton) for guichet in guichets]
        except TransientError as error:
            raise DejaEnCours from error
        gardien = _Gardien([(bail._p_jar.db(), bail._p_oid) for bail in baux], jeton)
        gardien.start()
        try:
            yield gardien.tient
        finally:
            gardien.finir()
    finally:
        rendre_jeton(jeton)


def _prendre(guichet, jeton: str) -> PersistentMapping:
    """:raises DejaEnCours: somebody else has it"""
    annotations = IAnnotations(guichet)
    if _KEY_BAIL not in annotations:
        annotations[_KEY_BAIL] = PersistentMapping()
    donnees = annotations[_KEY_BAIL]
    bail = Bail(donnees.get("jeton", ""), donnees.get("fin", datetime.min))
    if bail.jeton and not mort(bail.jeton) and bail.vaut(now()):
        raise DejaEnCours("/".join(guichet.getPhysicalPath()))
    donnees.update(jeton=jeton, fin=now() + DUREE_BAIL)
    transaction.get().note("bail des tâches")
    return donnees


class _Gardien(threading.Thread):
    """Prolongs leases while another thread works, and ends them.

    ``baux`` are their databases and oids.
    """

    def __init__(self, baux: list[tuple], jeton: str) -> None:
        super().__init__(name="guichet-bail", daemon=True)
        self.baux = baux
        self.jeton = jeton
        self._end = threading.Event()
        self._until = self._later()

    def tient(self) -> bool:
        return time.monotonic() < self._until

    def finir(self) -> None:
        """Give back what is still ours."""
        self._end.set()
        self.join()
        try:
            self._ecrire(jeton="", fin=now())
        except Exception as error:
            # It ends by itself.
            logger.warning("lease not given back: %s", type(error).__name__)

    def run(self) -> None:
        while not self._end.wait(DUREE_BAIL.total_seconds() / 3):
            later = self._later()
            try:
                self._ecrire(fin=now() + DUREE_BAIL)
                self._until = later
            except DejaEnCours:
                self._until = 0.0
                return
            except Exception as error:
                # The database may be back before the end.
                logger.warning("lease not prolonged: %s", type(error).__name__)

    @staticmethod
    def _later() -> float:
        return time.monotonic() + DUREE_BAIL.total_seconds()

    def _ecrire(self, **values: object) -> None:
        for database, oid in self.baux:
            manager = TransactionManager()
            connection = database.open(manager)
            try:
                for attempt in manager.attempts(3):
                    with attempt:
                        donnees = connection.get(oid)
                        if donnees["jeton"] != self.jeton:
                            raise DejaEnCours
                        donnees.update(values)
            finally:
                manager.abort()
                connection.close()
