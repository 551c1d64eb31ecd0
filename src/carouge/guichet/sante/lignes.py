"""Log lines as JSON objects, one a line, without personal data.

For ``wsgi.ini``::

    [formatter_json]
    class = carouge.guichet.sante.lignes.LigneJson

It stands alone: a logging configuration is read before Zope is there.
"""

from __future__ import annotations

from carouge.guichet.sante.caviardage import caviarder
from carouge.guichet.sante.caviardage import sans_valeurs
from carouge.guichet.sante.processus import nom_du_processus
from datetime import datetime
from datetime import timezone

import json
import logging
import re
import traceback


#: The journal holds ids on purpose, and has its own file.
JOURNAL = "carouge.guichet.journal"

#: Attribute of a record: more fields, a dict of plain values that name nobody.
CHAMPS = "guichet"

_MAX_MESSAGE = 4_000

_CADRE = re.compile(
    r'\s*(?:Module [\w.]+, line \d+, in [\w<>.]+|File "[^"]+", line \d+, in [\w<>.]+)'
)


class LigneJson(logging.Formatter):
    """``temps`` (UTC), ``niveau``, ``journal`` (the logger), ``message``, ``processus``,
    ``fil`` (the thread), further fields of the record, and ``erreur`` with ``pile``:
    where in the program it happened, innermost last.
    """

    def __init__(self, fmt=None, datefmt=None, style="%", **_values) -> None:
        # What logging.config.fileConfig passes means nothing here.
        super().__init__()

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, timezone.utc)
        texte = record.getMessage()
        pile: list[str] = []
        if record.name != JOURNAL:
            texte, pile = _lire(texte)
        ligne: dict[str, object] = {
            "temps": moment.isoformat(timespec="milliseconds"),
            "niveau": record.levelname,
            "journal": record.name,
            "message": texte,
            "processus": nom_du_processus(),
            "fil": record.threadName,
        }
        if pile:
            ligne["pile"] = pile
        ligne |= getattr(record, CHAMPS, None) or {}
        if record.exc_info and record.exc_info[1] is not None:
            ligne |= _erreur(record.exc_info[1])
        return json.dumps(ligne, ensure_ascii=False, default=str)


def _lire(texte: str) -> tuple[str, list[str]]:
    """A message, and the places in the program that a traceback in it names.

    Zope writes its tracebacks as text, with the values of a template among them: of
    what comes after the first line only the places are kept.
    """
    premiere, *suite = texte.splitlines() or [""]
    pile = [ligne.strip() for ligne in suite if _CADRE.fullmatch(ligne)]
    return caviarder(premiere)[:_MAX_MESSAGE], pile


def _erreur(error: BaseException) -> dict[str, object]:
    """The kind of an error and where it happened; its words only without what names
    somebody."""
    pile = traceback.extract_tb(error.__traceback__)
    return {
        "erreur": type(error).__name__,
        "raison": sans_valeurs(_lire(str(error))[0])[:500],
        "pile": [f"{cadre.filename}:{cadre.lineno} {cadre.name}" for cadre in pile],
    }
