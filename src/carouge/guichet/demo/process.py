"""A process of the demonstration: started in a group of its own, watched, ended."""

from collections.abc import Mapping
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import ctypes
import os
import signal
import subprocess
import sys
import time


#: How long, in seconds, processes have to end by themselves before they are killed.
GRACE_SECONDS = 10.0

TAIL_LINES = 25

_PR_SET_PDEATHSIG = 1

# Loaded here because nothing may be imported between fork and exec.
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class Process:
    """A child process, with all it starts itself.

    ``name`` stands for it in messages, ``log`` is the file its output goes to (the one
    of the start before is kept beside it), ``stop_signal`` is what makes it end well,
    ``owner`` whom it runs as (user and group; None: as this process).
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        log: Path,
        environ: Mapping[str, str],
        stop_signal: signal.Signals = signal.SIGTERM,
        owner: tuple[int, int] | None = None,
    ):
        self.name = name
        self.log = log
        self.stop_signal = stop_signal
        if log.exists():
            log.replace(log.with_suffix(".old.log"))
        with log.open("wb") as output:
            self._popen = subprocess.Popen(
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(environ),
                cwd=log.parent,
                # Ctrl-C in the terminal must reach the supervisor only.
                start_new_session=True,
                preexec_fn=_prepare_child,
                **as_owner(owner),
            )

    @property
    def pid(self) -> int:
        """Number of the process, and of its group."""
        return self._popen.pid

    @property
    def exit_code(self) -> int | None:
        """Exit code (negative: the signal that ended it); None while it runs."""
        return self._popen.poll()

    def tail(self) -> str:
        """Return the last lines of its log."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(lines[-TAIL_LINES:])

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process and to all it has started."""
        # The group is gone when the last of its processes has ended.
        with suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def wait(self, timeout: float) -> bool:
        """Wait up to ``timeout`` seconds for its end; return whether it has ended."""
        try:
            self._popen.wait(timeout)
        except subprocess.TimeoutExpired:
            return False
        return True


def end_all(processes: Sequence[Process], grace: float = GRACE_SECONDS) -> None:
    """End processes: ask all of them, kill what is left after ``grace`` seconds."""
    end = time.monotonic() + grace
    for process in reversed(processes):
        if process.exit_code is None:
            process.signal(process.stop_signal)
    for process in processes:
        process.wait(max(0.0, end - time.monotonic()))
        # Also what an ended process has left behind in its group.
        process.signal(signal.SIGKILL)
        process.wait(GRACE_SECONDS)


def as_owner(owner: tuple[int, int] | None) -> dict[str, object]:
    """Return the arguments of ``subprocess`` for a child that runs as ``owner``."""
    if owner is None:
        return {}
    return {"user": owner[0], "group": owner[1], "extra_groups": []}


def _prepare_child() -> None:
    # Behind a shell's & the signal of Ctrl-C is ignored, and so it would be in Zope.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if _LIBC is not None:
        # When the supervisor is killed, nobody else would end its children.
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
