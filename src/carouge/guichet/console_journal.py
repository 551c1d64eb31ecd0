"""Where a command writes what it does: as a process of the site, in two places."""

from __future__ import annotations

from carouge.guichet.sante.lignes import JOURNAL
from carouge.guichet.sante.lignes import LigneJson
from collections.abc import Mapping
from pathlib import Path

import logging
import logging.handlers
import sys


#: The file of the journal.
VARIABLE = "GUICHET_JOURNAL"
#: Its name in the folder of Zope's own files when nobody says another one.
NOM = "guichet-commandes.journal"


def journaliser() -> None:
    """Direct the log, without personal data, to standard error.

    A program that calls a command from inside keeps the logging it has.
    """
    log = logging.StreamHandler(sys.stderr)
    log.setFormatter(LigneJson())
    logging.basicConfig(level=logging.WARNING, handlers=[log])


def ouvrir_journal(environ: Mapping[str, str], clienthome: str) -> None:
    """Direct the journal (who did what) to its file; not twice in a process."""
    journal = logging.getLogger(JOURNAL)
    if journal.handlers:
        return
    path = environ.get(VARIABLE, "").strip() or Path(clienthome) / NOM
    # logrotate renames the file; this handler opens the new one.
    lines = logging.handlers.WatchedFileHandler(path, encoding="utf-8", delay=True)
    lines.setFormatter(logging.Formatter("%(message)s"))
    journal.setLevel(logging.INFO)
    journal.propagate = False
    journal.addHandler(lines)
