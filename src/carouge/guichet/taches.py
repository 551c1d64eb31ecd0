"""Runs what comes round: every task once per guichet, each in a transaction of its own."""

from __future__ import annotations

from carouge.guichet.interfaces import ITache
from carouge.guichet.swisstime import now
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zc.lockfile import LockError
from zc.lockfile import LockFile
from zope.component import getUtilitiesFor

import json
import logging
import time
import transaction


logger = logging.getLogger(__name__)

#: The record of who did what; the same logger as :mod:`carouge.guichet.journal`.
journal = logging.getLogger("carouge.guichet.journal")


class DejaEnCours(Exception):
    """Another process runs the tasks of this site."""


def executer(guichets) -> Iterator[dict[str, object]]:
    """Call every task for every guichet; yields what became of each, as JSON has it.

    ``etat`` is ``fait`` or ``echec``; ``comptes`` is what the task counted, ``erreur``
    the kind of failure, whose details are in the log. Commits after each success.
    """
    for nom, tache in sorted(getUtilitiesFor(ITache)):
        for guichet in guichets:
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


@contextmanager
def verrou(folder: Path, site: str) -> Iterator[None]:
    """Hold the lock of a site's tasks; it ends with the process, however that ends.

    ``folder`` is on this machine: processes of others are kept apart by the tasks
    themselves, which do nothing twice.

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
