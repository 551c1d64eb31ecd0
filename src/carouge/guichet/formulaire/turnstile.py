"""One submission at a time per process.

Two submissions in overlapping transactions meet on the buckets of the index, and the one
that loses is retried by Zope after a random sleep of up to several seconds, with its
thread held. Waiting for the other to commit takes milliseconds. Between processes
conflicts stay possible, in the short time between :func:`enter` and the commit only, and
are harmless: a retried submission meets its own number again.
"""

from threading import Lock

import transaction


#: Seconds to wait for the others; after that a conflict is risked instead.
PATIENCE = 10

_lock = Lock()


def enter() -> None:
    """Wait for one's turn, and see what the others have committed.

    Begins a new transaction: nothing may have been written before in this request. The
    turn ends with the commit or the abort of that transaction.
    """
    before = transaction.get()
    acquired = _lock.acquire(timeout=PATIENCE)
    current = transaction.begin()
    current.user, current.description = before.user, before.description
    if not acquired:
        return
    held = [True]

    def leave(*status) -> None:
        # After a failed commit both hooks are called.
        if held:
            held.clear()
            _lock.release()

    current.addAfterCommitHook(leave)
    current.addAfterAbortHook(leave)
