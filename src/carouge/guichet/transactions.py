"""What belongs to the running transaction beside the database."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from zope.sendmail.delivery import MailDataManager

import transaction


class _Suite(MailDataManager):
    def __init__(self, action, oubli, doute) -> None:
        super().__init__(action, vote=self._voted, onAbort=oubli)
        self.doute = doute
        self.agreed = False

    def sortKey(self) -> str:
        # After the storages, whatever they are called: what is told has been written.
        return "~"

    def _voted(self) -> None:
        self.agreed = True

    def abort(self, txn) -> None:
        if not (self.agreed and self.doute is not None):
            super().abort(txn)

    def tpc_abort(self, txn) -> None:
        # Whoever has failed to commit aborts once more: it is told once.
        if self.agreed and self.doute is not None:
            self.doute()
        else:
            super().abort(txn)


def apres_commit(
    action: Callable[[], None],
    oubli: Callable[[], None] | None = None,
    doute: Callable[[], None] | None = None,
) -> None:
    """Do ``action`` once the running transaction is committed.

    When it is aborted, or rolled back to a savepoint made before, ``oubli`` is done
    instead. When a database breaks down in the very moment of writing, nobody knows
    whether it has written: then it is ``doute``, where there is one. An exception of
    ``action`` is logged: nothing can be refused any more.
    """
    transaction.get().join(_Suite(action, oubli, doute))


@contextmanager
def tout_ou_rien() -> Iterator[None]:
    """Whatever the block raises, nothing of what it did remains; the error goes on."""
    point = transaction.savepoint(optimistic=True)
    try:
        yield
    except Exception:
        # Nothing is swallowed.
        point.rollback()
        raise
