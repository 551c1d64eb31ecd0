"""Circuit breaker: who has not answered several times is left alone for a while."""

from __future__ import annotations

from collections.abc import Callable

import threading
import time


#: Failures in a row that open the circuit, and for how long (seconds).
FAILURES = 5
PAUSE = 60.0


class CircuitBreaker:
    """Counts failures in a row, of one process, for all its threads.

    After ``failures`` of them nobody may ask for ``pause`` seconds; then one call tries,
    and what comes of it decides for the others. ``clock`` gives seconds and never goes
    back.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        *,
        failures: int = FAILURES,
        pause: float = PAUSE,
    ) -> None:
        self._clock = clock
        self._limit = failures
        self._pause = pause
        self._lock = threading.Lock()
        self._failures = 0
        self._until = 0.0

    def allows(self) -> bool:
        """Whether one may ask now; who may must say how it went."""
        with self._lock:
            if self._failures < self._limit:
                return True
            if self._clock() < self._until:
                return False
            # This one tries. Should it never report, another may after the next pause.
            self._until = self._clock() + self._pause
            return True

    @property
    def resting(self) -> bool:
        """Whether nobody may ask just now; asking this uses up no try."""
        with self._lock:
            return self._failures >= self._limit and self._clock() < self._until

    def trip(self, pause: float) -> None:
        """Somebody who watches has found out: for ``pause`` seconds nobody waits."""
        with self._lock:
            self._failures = max(self._failures, self._limit)
            self._until = max(self._until, self._clock() + pause)

    def succeeded(self) -> None:
        with self._lock:
            self._failures = 0

    def failed(self) -> None:
        with self._lock:
            self._failures += 1
            if self._failures >= self._limit:
                self._until = self._clock() + self._pause
