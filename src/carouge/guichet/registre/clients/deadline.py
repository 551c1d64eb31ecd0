"""A limit to the time of a call as a whole, whatever it waits for.

Timeouts of sockets count anew with each byte, and looking up a host name has none: a
server that drips, or a dead name server, would hold one of Zope's few threads.
"""

from __future__ import annotations

from carouge.guichet.registre.domain import RegisterUnavailable
from collections.abc import Callable
from typing import TypeVar

import queue
import threading


T = TypeVar("T")

# Threads that nobody waits for any more count until they end.
_UNDER_WAY = threading.BoundedSemaphore(16)


def call_within(
    seconds: float, function: Callable[[], T], abort: Callable[[], None] | None = None
) -> T:
    """Call ``function`` in a thread of its own; give up after that time.

    ``function`` must not touch the database of Zope. ``abort`` is called when time is
    up, to make the abandoned call end.

    :raises RegisterUnavailable: no result in time, or too many calls under way
    """
    slots = _UNDER_WAY
    if not slots.acquire(blocking=False):
        raise RegisterUnavailable("too many questions under way")
    outcome: queue.SimpleQueue = queue.SimpleQueue()

    def run() -> None:
        try:
            outcome.put((function(), None))
        except BaseException as error:
            outcome.put((None, error))
        finally:
            slots.release()

    threading.Thread(target=run, name="guichet-registre", daemon=True).start()
    try:
        result, error = outcome.get(timeout=seconds)
    except queue.Empty:
        if abort is not None:
            abort()
        raise RegisterUnavailable("no answer in time") from None
    if error is not None:
        raise error
    return result
