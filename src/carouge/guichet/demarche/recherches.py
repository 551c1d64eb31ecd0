"""The searches that found nothing, counted for the editor of the catalogue.

They are kept in a file, one line each, and not in the database: a search is a GET of an
anonymous visitor, which must neither write the database (a conflict with every other
visitor, a transaction per search, a way to fill the disk) nor need a script in the
browser. A file survives a restart, and all processes of one machine append to the same
one; when several machines serve a guichet, each counts what it has answered, unless
``GUICHET_RECHERCHES`` names a file on a shared disk. Losing the file loses nothing but
the counts.

Nothing but the words is kept: no person, no address, no time.
"""

from __future__ import annotations

from App.config import getConfiguration
from carouge.guichet import logger
from carouge.guichet.demarche.domain import keepable_query
from collections import Counter
from pathlib import Path

import fcntl
import os


#: Distinct searches that are kept per guichet, the most frequent ones.
KEPT = 200
#: From this size in bytes on, the lines are summed up.
MAX_BYTES = 128 * 1024

VARIABLE = "GUICHET_RECHERCHES"
FILE_NAME = "guichet-recherches.txt"


def note_search(guichet, query: str) -> None:
    """Count a search that found nothing; a search that may not be kept is dropped.

    A disk that cannot be written spoils no citizen's page: it is logged, no more.
    """
    kept = keepable_query(query)
    if kept is None:
        return
    try:
        _append(_path(), f"{guichet.UID()}\t1\t{kept}\n")
    except OSError as error:
        logger.warning("a search without result could not be counted: %s", error)


def searches_without_result(guichet) -> list[tuple[str, int]]:
    """The searches that found nothing and how often, the most frequent first."""
    try:
        text = _path().read_text("utf-8")
    except FileNotFoundError:
        return []
    counts = _counts(text).get(guichet.UID(), Counter())
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:KEPT]


def forget_searches(guichet) -> None:
    """Begin to count anew, for this guichet only."""
    try:
        with _path().open("r+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            counts = _counts(file.read())
            counts.pop(guichet.UID(), None)
            _rewrite(file, counts)
    except FileNotFoundError:
        return


def _path() -> Path:
    configured = os.environ.get(VARIABLE)
    return Path(configured or Path(getConfiguration().clienthome, FILE_NAME))


def _append(path: Path, line: str) -> None:
    with path.open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(line)
        if file.tell() > MAX_BYTES:
            file.seek(0)
            _rewrite(file, _counts(file.read()))


def _rewrite(file, counts: dict[str, Counter]) -> None:
    file.seek(0)
    file.truncate()
    for uid, searches in counts.items():
        for query, count in searches.most_common(KEPT):
            file.write(f"{uid}\t{count}\t{query}\n")


def _counts(text: str) -> dict[str, Counter]:
    counts: dict[str, Counter] = {}
    for line in text.splitlines():
        parts = line.split("\t")
        if len(parts) == 3 and parts[1].isdigit():
            uid, count, query = parts
            counts.setdefault(uid, Counter())[query] += int(count)
    return counts
