"""The journal: who did what, one JSON line each, append-only.

The lines go to the logger ``carouge.guichet.journal``; the webmaster directs it to a
file of its own in the logging configuration. They hold ids and numbers, never answers,
names or messages.
"""

from carouge.guichet.swisstime import now
from carouge.guichet.transactions import apres_commit
from plone import api

import json
import logging


journal = logging.getLogger("carouge.guichet.journal")


def record(action: str, *, subject: str, **details: str) -> None:
    """Write a line once the running transaction is committed.

    ``action`` is ``noun.verb`` and ``subject`` the id or number it was done to. The
    actor is the current user; ``details`` are further words, never personal data.
    Nothing is written when the transaction is aborted, or this part of it is rolled back.
    """
    line = _line(action, subject, details)
    apres_commit(lambda: journal.info(line))


def record_now(action: str, *, subject: str, **details: str) -> None:
    """Write a line at once: for what happened outside, whatever becomes of the rest."""
    journal.info(_line(action, subject, details))


def _line(action: str, subject: str, details: dict[str, str]) -> str:
    actor = "anonymous" if api.user.is_anonymous() else api.user.get_current().getId()
    return json.dumps(
        {
            "time": now().isoformat(timespec="milliseconds"),
            "actor": actor,
            "action": action,
            "subject": subject,
            **details,
        },
        ensure_ascii=False,
    )
