"""The thread that does the jobs of a process, and what comes round when it is told to.

It has a connection of its own for each job, holds nothing in between, and ends with the
process: what it was doing is taken up by the next one.
"""

from __future__ import annotations

from carouge.guichet.taches import DejaEnCours
from carouge.guichet.taches import executer
from carouge.guichet.taches import executer_ici
from carouge.guichet.taches import tenir
from carouge.guichet.taches import verrou
from carouge.guichet.travaux.seance import application
from carouge.guichet.travaux.seance import dans
from carouge.guichet.travaux.seance import guichets_de
from carouge.guichet.travaux.seance import sites
from carouge.guichet.travaux.service import dus
from carouge.guichet.travaux.service import en_dernier
from carouge.guichet.travaux.service import reveil
from carouge.guichet.travaux.service import travailler
from carouge.guichet.travaux.service import travaux_de
from collections.abc import Callable
from pathlib import Path

import atexit
import logging
import os
import threading
import time
import transaction


logger = logging.getLogger(__name__)

#: Seconds between two looks for jobs that other processes have ordered or dropped.
INTERVAL = 10.0
#: Seconds a new process is left to begin its service.
DELAI = 5.0

#: ``0``: this process does no jobs (a command, or one that shall only answer).
TRAVAUX_VARIABLE = "GUICHET_TRAVAUX"
#: Minutes between two runs of the tasks inside this process; none without it.
TACHES_VARIABLE = "GUICHET_TACHES_MINUTES"


class Ouvrier(threading.Thread):
    """Does what is due, in all sites of the database.

    ``interval`` and ``delai`` are seconds, ``minutes`` those between two runs of the
    tasks (None: no runs), ``folder`` where the lock of the tasks lies.
    """

    def __init__(
        self,
        folder: Path,
        *,
        minutes: float | None = None,
        interval: float = INTERVAL,
        delai: float = DELAI,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(name="guichet-travaux", daemon=True)
        self.folder = folder
        self.minutes = minutes
        self.interval = interval
        self.delai = delai
        self.clock = clock
        self._end = threading.Event()
        self._next_tasks = clock()

    def run(self) -> None:
        if self._end.wait(self.delai):
            return
        while not self._end.is_set():
            self.tour()
            reveil.wait(self.interval)
            reveil.clear()

    def stop(self, patience: float = 5.0) -> None:
        """End after the batch that is going on; wait for it ``patience`` seconds."""
        self._end.set()
        reveil.set()
        if self.is_alive():
            self.join(patience)

    def tour(self) -> None:
        """Do once all that is due; whatever happens is logged, never raised."""
        try:
            if self.minutes is not None and self.clock() >= self._next_tasks:
                self._next_tasks = self.clock() + self.minutes * 60
                self._tasks()
            while not self._end.is_set() and self._one():
                pass
        except Exception as error:
            if self._end.is_set() or _ferme():
                self._end.set()
                logger.info("background jobs stopped: %s", type(error).__name__)
            else:
                logger.exception("background jobs stopped for a while")

    def _one(self) -> bool:
        """Take one job; False when there was none to be had."""
        for site_path, guichet_path, id, adresse in _waiting():
            with application(adresse) as app:
                site = app.unrestrictedTraverse(site_path)
                with dans(site):
                    guichet = site.unrestrictedTraverse(guichet_path)
                    travail = travaux_de(guichet).get(id)
                    if travail is not None and travailler(guichet, travail, self._end):
                        return True
        return False

    def _tasks(self) -> None:
        with application() as app:
            for site in sites(app):
                path = "/".join(site.getPhysicalPath())
                try:
                    with verrou(self.folder, path), dans(site):
                        guichets = guichets_de(site)
                        for line in executer_ici(guichets):
                            logger.debug("task %s: %s", line["subject"], line["etat"])
                        with tenir(guichets) as encore:
                            for line in executer(guichets, encore):
                                logger.debug(
                                    "task %s: %s", line["subject"], line["etat"]
                                )
                except DejaEnCours:
                    logger.info("the tasks of %s run in another process", path)
                transaction.abort()


def demarrer() -> Ouvrier | None:
    """Start the thread of this process, unless the environment says not to."""
    if os.environ.get(TRAVAUX_VARIABLE, "").strip() == "0":
        return None
    from App.config import getConfiguration

    ouvrier = Ouvrier(Path(getConfiguration().clienthome), minutes=_minutes())
    ouvrier.start()
    atexit.register(ouvrier.stop)
    return ouvrier


def _ferme() -> bool:
    """Whether the database was closed: the process ends."""
    import Zope2

    return getattr(Zope2.DB, "storage", None) is None


def _minutes() -> float | None:
    text = os.environ.get(TACHES_VARIABLE, "").strip()
    if not text:
        return None
    try:
        minutes = float(text)
    except ValueError:
        minutes = 0.0
    if not 0.1 <= minutes <= 10_000:
        logger.error("%s=%r is no number of minutes", TACHES_VARIABLE, text)
        return None
    return minutes


def _waiting() -> list[tuple[str, str, str, tuple | None]]:
    """Where the waiting jobs are: site, guichet, id, address."""
    found, last = [], []
    with application() as app:
        for site in sites(app):
            with dans(site):
                for guichet in guichets_de(site):
                    for travail in dus(guichet):
                        (last if en_dernier(travail) else found).append(
                            (
                                "/".join(site.getPhysicalPath()),
                                "/".join(guichet.getPhysicalPath()),
                                travail.id,
                                travail.adresse,
                            )
                        )
    return found + last
