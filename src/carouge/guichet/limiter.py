"""Who guesses, and who asks too often, is slowed down; in pure Python.

What is counted lives in the memory of one process: a restart forgets it, and several
processes count each for themselves.
"""

from __future__ import annotations

from collections import deque
from collections import OrderedDict
from collections.abc import Callable
from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field
from threading import Lock

import ipaddress
import math


#: So many wrong answers within so many seconds are followed by a pause.
MAX_FAILURES = 5
WINDOW = 600.0
#: The first pause, in seconds; each wrong answer after it doubles it.
FIRST_PAUSE = 60.0
LONGEST_PAUSE = 3600.0
#: How many clients and numbers are remembered; the least recent is forgotten first.
CAPACITY = 20_000


@dataclass
class _Guesser:
    failures: deque[float] = field(default_factory=lambda: deque(maxlen=MAX_FAILURES))
    pauses: int = 0
    until: float = 0.0


class Limiter:
    """Counts wrong answers per key (a client, a number) and says how long to wait.

    It lives in the memory of one process, never holds more than ``capacity`` keys, and
    may be used by several threads. ``clock`` gives seconds that never run backwards.
    """

    def __init__(self, clock: Callable[[], float], capacity: int = CAPACITY) -> None:
        self._clock = clock
        self._capacity = capacity
        self._guessers: OrderedDict[str, _Guesser] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._guessers)

    def wait(self, keys: Iterable[str]) -> int:
        """Whole seconds until an answer under all these keys is looked at; 0 is now."""
        now = self._clock()
        with self._lock:
            left = [
                self._guessers[key].until - now for key in keys if key in self._guessers
            ]
        return max(0, math.ceil(max(left, default=0.0)))

    def failed(self, keys: Iterable[str]) -> None:
        """Note a wrong answer under each of these keys."""
        now = self._clock()
        with self._lock:
            for key in keys:
                self._note(key, now)
            while len(self._guessers) > self._capacity:
                self._guessers.popitem(last=False)

    def _note(self, key: str, now: float) -> None:
        guesser = self._guessers.setdefault(key, _Guesser())
        self._guessers.move_to_end(key)
        if guesser.pauses and now - guesser.until > WINDOW:
            guesser.pauses = 0
            guesser.failures.clear()
        guesser.failures.append(now)
        many = (
            len(guesser.failures) == MAX_FAILURES
            and now - guesser.failures[0] <= WINDOW
        )
        if guesser.pauses or many:
            pause = min(FIRST_PAUSE * 2**guesser.pauses, LONGEST_PAUSE)
            guesser.pauses += 1
            guesser.until = now + pause


class Quota:
    """Grants each key (a client, an address) so many uses within so many seconds.

    Holds no more than ``capacity`` keys and may be used by several threads.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        uses: int,
        seconds: float,
        capacity: int = CAPACITY,
    ) -> None:
        self._clock = clock
        self._uses = uses
        self._seconds = seconds
        self._capacity = capacity
        self._moments: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = Lock()

    def take(self, key: str, uses: int = 1) -> bool:
        """Use it; False, and nothing is used, when not so many uses are left."""
        now = self._clock()
        with self._lock:
            moments = self._moments.setdefault(key, deque())
            self._moments.move_to_end(key)
            while moments and now - moments[0] >= self._seconds:
                moments.popleft()
            granted = len(moments) + uses <= self._uses
            if granted:
                moments.extend([now] * uses)
            while len(self._moments) > self._capacity:
                self._moments.popitem(last=False)
        return granted

    def wait(self, key: str, uses: int = 1) -> int:
        """Whole seconds until so many uses are left; 0 is now. More than is granted
        altogether never are: it is the time of all uses then."""
        now = self._clock()
        with self._lock:
            moments = [*self._moments.get(key, ())]
        free = [moment for moment in moments if now - moment < self._seconds]
        missing = len(free) + uses - self._uses
        if missing <= 0:
            return 0
        if missing > len(free):
            return max(1, math.ceil(self._seconds))
        return max(1, math.ceil(free[missing - 1] + self._seconds - now))


def client_key(address: str) -> str:
    """What stands for one client: his address, of IPv6 the network he got (/64)."""
    try:
        parsed = ipaddress.ip_address(address[:64])
    except ValueError:
        return address[:64]
    if parsed.version == 6:
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
