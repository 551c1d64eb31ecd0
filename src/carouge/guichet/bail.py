"""Leases: who works on what several processes, on several machines, could work on.

A lease ends by itself when its holder is not heard of any more; that of a process of this
machine which is no more ends at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from datetime import timedelta
from pathlib import Path

import os
import secrets
import socket


#: A holder that has not been heard of for so long is dead.
DUREE_BAIL = timedelta(seconds=90)


def _machine() -> str:
    """The name of this machine since it was started: copies of one are called alike."""
    try:
        start = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        start = ""
    return f"{socket.gethostname()}/{start}".replace(":", "")


_MACHINE = _machine()
#: What this process holds.
_miens: set[str] = set()


@dataclass(frozen=True)
class Bail:
    """Who holds something (a token of :func:`nouveau_jeton`), and until when nobody else
    takes it (aware)."""

    jeton: str
    fin: datetime

    def vaut(self, moment: datetime) -> bool:
        """Whether it is in force. One that ends later than any that begins now was
        written by a clock that has been put back since."""
        return moment <= self.fin <= moment + 2 * DUREE_BAIL


def nouveau_jeton() -> str:
    """A token of this process; it is given back with :func:`rendre_jeton`."""
    jeton = f"{_MACHINE}:{os.getpid()}:{secrets.token_hex(8)}"
    _miens.add(jeton)
    return jeton


def rendre_jeton(jeton: str) -> None:
    """Nothing is held with this token any more."""
    _miens.discard(jeton)


def mort(jeton: str) -> bool:
    """Whether the holder was one of this machine that is no more: nobody needs to wait
    for the end of the lease."""
    machine, _colon, rest = jeton.partition(":")
    pid = rest.partition(":")[0]
    if machine != _MACHINE or not pid.isdigit():
        return False
    if int(pid) == os.getpid():
        return jeton not in _miens
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
