"""The folder in which mails wait, and the thread that takes them to the SMTP server.

Below the root folder each site has a Maildir of its own, with the address of its SMTP
server in ``smtp.json``: the thread never opens the database. Mails the server will
never take are moved to ``rejected`` for 30 days; moved back to ``new``, they are tried
again.

Several threads and processes may work on one folder. Whoever delivers a mail holds a
lock (flock) on its file; the kernel drops the lock with the process, so that a mail is
free again at once when its process was killed. A mail leaves at least once: it leaves
twice only when a process dies between the server's "yes" and the deletion of the file;
the Message-ID is then the same.
"""

from __future__ import annotations

from carouge.guichet.notification.channels.smtp import deliver
from carouge.guichet.notification.channels.smtp import NotAccepted
from carouge.guichet.notification.channels.smtp import SmtpServer
from carouge.guichet.notification.channels.smtp import TIMEOUT
from carouge.guichet.notification.channels.smtp import Unreachable
from collections.abc import Callable
from dataclasses import asdict
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import BinaryIO

import contextlib
import fcntl
import json
import logging
import os
import tempfile
import threading
import time


logger = logging.getLogger("carouge.guichet.notification")

SETTINGS = "smtp.json"
#: Begins the line of a file that is for ourselves: it never leaves.
PROOF = b"X-Guichet-Preuve: "
REJECTED = "rejected"
_FOLDERS = ("tmp", "new", "cur", REJECTED)

#: Seconds between two looks into the folder.
INTERVAL = 1.0
#: Longest pause between two attempts, in seconds: for a server, for one mail.
MAX_SERVER_PAUSE = 60.0
MAX_MAIL_PAUSE = 300.0
#: A mail that could not leave for that long is set aside (seconds).
MAX_AGE = 5 * 24 * 3600.0
#: Younger ones are left to whoever is writing them (seconds).
MIN_DRAFT_AGE = 120.0
#: What a killed process left half-written is of no use after that time (seconds).
MAX_DRAFT_AGE = 36 * 3600.0
#: Personal data are not kept for ever only because a mail was refused (seconds).
MAX_REJECTED_AGE = 30 * 24 * 3600.0
#: Seconds between two looks for what is too old.
SWEEP_INTERVAL = 24 * 3600.0


def prepare(queue: Path) -> None:
    """Make the folder of a site's mails, for our eyes only; harmless when it exists."""
    for name in _FOLDERS:
        # Not zope.sendmail's own creation: of two processes that start together, one
        # would find a folder without its parts and fail.
        (queue / name).mkdir(mode=0o700, parents=True, exist_ok=True)
    if queue.stat().st_mode & 0o077:
        queue.chmod(0o700)


def take_up(
    queue: Path,
    proof_of: Callable[[BinaryIO], str],
    holds: Callable[[str], bool],
    now: float | None = None,
) -> int:
    """Let the drafts leave whose transaction was committed; how many there were.

    ``proof_of`` reads what a draft says of its transaction, ``holds`` looks for that in
    the database. A draft without proof stays, and is swept away one day: only its own
    transaction knows whether it is to leave.

    :raises OSError: the folder cannot be read
    """
    moment = time.time() if now is None else now
    count = 0
    if not (queue / "tmp").is_dir():
        return count
    for path in sorted((queue / "tmp").iterdir()):
        # Whoever has written it may have been faster.
        with contextlib.suppress(FileNotFoundError):
            if moment - path.stat().st_mtime < MIN_DRAFT_AGE:
                continue
            with path.open("rb") as file:
                proof = proof_of(file)
            if proof and holds(proof):
                path.rename(queue / "new" / path.name)
                count += 1
    return count


@dataclass(frozen=True)
class Backlog:
    """What waits in a queue, the age of the oldest (seconds), what was set aside."""

    waiting: int
    age: float
    rejected: int


def backlog(queue: Path, now: float | None = None) -> Backlog:
    """What a queue holds; nothing when there is none (yet)."""
    moment = time.time() if now is None else now
    born = [*_births(queue / "new"), *_births(queue / "cur")]
    return Backlog(
        waiting=len(born),
        age=max(0.0, moment - min(born)) if born else 0.0,
        rejected=len(_births(queue / REJECTED)),
    )


def _births(folder: Path) -> list[float]:
    found = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                # It may leave while we look.
                with contextlib.suppress(FileNotFoundError):
                    found.append(entry.stat().st_mtime)
    except FileNotFoundError:
        pass
    return found


def read_server(queue: Path) -> SmtpServer | None:
    """The SMTP server of a queue, or None as long as nobody has said one."""
    try:
        values = json.loads((queue / SETTINGS).read_text("utf-8"))
        return SmtpServer(**values)
    except (FileNotFoundError, TypeError, ValueError):
        return None


def write_server(queue: Path, server: SmtpServer) -> None:
    """Say to which server the mails of a queue go; nothing is written without need."""
    if read_server(queue) == server:
        return
    # Another process may read at any moment: it sees the old or the new, whole.
    handle, name = tempfile.mkstemp(dir=queue, prefix=f".{SETTINGS}-")
    try:
        with open(handle, "w", encoding="utf-8") as file:
            json.dump(asdict(server), file)
        os.replace(name, queue / SETTINGS)
    except BaseException:
        os.unlink(name)
        raise


class Postman(threading.Thread):
    """Takes the mails of all queues below ``root`` away, one by one.

    A subclass takes messages of another kind to servers of another kind.
    ``interval`` and ``timeout`` are seconds; ``clock`` gives seconds since the epoch,
    as the modification times of files do.
    """

    #: What is carried and to whom, in the words of the log.
    kind = "mail"
    server_kind = "SMTP server"

    def proof_of(self, file: BinaryIO) -> str:
        """What a draft says of its transaction; empty when it says nothing."""
        return proof_of_mail(file)

    def __init__(
        self,
        root: Path,
        interval: float = INTERVAL,
        timeout: float = TIMEOUT,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(name=f"guichet-{self.kind}", daemon=True)
        self.root = root
        self.interval = interval
        self.timeout = timeout
        self.clock = clock
        self._end = threading.Event()
        self._swept: dict[Path, float] = {}
        # How often in vain, and when again; forgotten with the process.
        self._servers: dict[Path, tuple[object, int, float]] = {}
        self._mails: dict[Path, tuple[int, float]] = {}

    def run(self) -> None:
        while not self._end.wait(self.interval):
            self.deliver_all()

    def stop(self, patience: float = 5.0) -> None:
        """End after the mail that is leaving; wait for it ``patience`` seconds."""
        self._end.set()
        if self.is_alive():
            self.join(patience)

    def deliver_all(self) -> None:
        """Go once through all queues; whatever happens is logged, never raised."""
        try:
            queues = sorted(path.parent for path in self.root.glob("*/new"))
        except OSError as error:
            logger.error(
                "%s queues cannot be listed: %s", self.kind, type(error).__name__
            )
            return
        for queue in queues:
            try:
                self._deliver_queue(queue)
            except Exception as error:
                # Whatever breaks in one queue, the thread goes on with the others.
                logger.error("%s queue stopped: %s", self.kind, type(error).__name__)

    def server_of(self, queue: Path):
        """Where the messages of a queue go, or None as long as nobody has said."""
        return read_server(queue)

    def unpack(self, file: BinaryIO) -> tuple[str, Callable]:
        """The id of a message for the log, and a function that gives it to a server.

        :raises ValueError: the file holds no message
        """
        sender, recipients, message = _read(file)
        message_id = BytesHeaderParser().parsebytes(message).get("Message-ID", "")

        def hand_over(server: SmtpServer) -> None:
            deliver(server, sender, recipients, message, self.timeout)

        return message_id, hand_over

    def _deliver_queue(self, queue: Path) -> None:
        if self.clock() - self._swept.get(queue, -SWEEP_INTERVAL) >= SWEEP_INTERVAL:
            self._swept[queue] = self.clock()
            self._sweep(queue / "tmp", self._draft_age)
            self._sweep(queue / REJECTED, lambda _path: MAX_REJECTED_AGE)
        mails = _mails(queue)
        known = {path for path in self._mails if path.parent.parent == queue}
        for path in known - set(mails):
            del self._mails[path]
        if not mails:
            return
        server = self.server_of(queue)
        if server is None or self._server_rests(queue, server):
            return
        for path in mails:
            if self._end.is_set():
                return
            if self._mails.get(path, (0, 0.0))[1] > self.clock():
                continue
            try:
                self._deliver_mail(queue, path, server)
            except Unreachable as error:
                self._rest(queue, server, str(error))
                return
            self._servers.pop(queue, None)

    def _deliver_mail(self, queue: Path, path: Path, server) -> None:
        try:
            file = path.open("r+b")
        except FileNotFoundError:
            return
        with file:
            if not _lock(file, path):
                return
            born = os.fstat(file.fileno()).st_mtime
            try:
                message_id, hand_over = self.unpack(file)
            except ValueError:
                path.rename(queue / REJECTED / path.name)
                logger.error("file %s set aside: it is no %s", path.name, self.kind)
                return
            try:
                hand_over(server)
            except NotAccepted as error:
                if error.permanent or self.clock() - born > MAX_AGE:
                    path.rename(queue / REJECTED / path.name)
                    logger.error("%s %s set aside: %s", self.kind, message_id, error)
                else:
                    self._put_off(path, message_id, str(error))
                return
            path.unlink()
        logger.info("%s %s sent", self.kind, message_id)

    def _put_off(self, path: Path, message_id: str, reason: str) -> None:
        count = self._mails.get(path, (0, 0.0))[0]
        pause = min(self.interval * 2**count, MAX_MAIL_PAUSE)
        self._mails[path] = (count + 1, self.clock() + pause)
        logger.warning(
            "%s %s not accepted (%s), again in %.0f s",
            self.kind,
            message_id,
            reason,
            pause,
        )

    def _rest(self, queue: Path, server, reason: str) -> None:
        count = self._servers[queue][1] if queue in self._servers else 0
        pause = min(self.interval * 2**count, MAX_SERVER_PAUSE)
        self._servers[queue] = (server, count + 1, self.clock() + pause)
        logger.warning(
            "%s unreachable (%s), again in %.0f s", self.server_kind, reason, pause
        )

    def _server_rests(self, queue: Path, server) -> bool:
        if queue not in self._servers:
            return False
        tried, _count, until = self._servers[queue]
        if tried != server:
            # The webmaster has changed the settings: a new chance at once.
            del self._servers[queue]
            return False
        return until > self.clock()

    def _sweep(self, folder: Path, age_of: Callable[[Path], float]) -> None:
        for path in folder.iterdir():
            with contextlib.suppress(FileNotFoundError):
                if self.clock() - path.stat().st_mtime > age_of(path):
                    path.unlink()

    def _draft_age(self, path: Path) -> float:
        """How long a draft is kept: the tasks may not have looked at one with a proof."""
        with path.open("rb") as file:
            return MAX_REJECTED_AGE if self.proof_of(file) else MAX_DRAFT_AGE


def proof_of_mail(file: BinaryIO) -> str:
    """What a draft says of its transaction; empty when it says nothing."""
    lines = file.read(4096).split(b"\n", 3)
    if len(lines) < 4 or not lines[2].startswith(PROOF):
        return ""
    return lines[2].removeprefix(PROOF).decode("ascii", "replace")


def _mails(queue: Path) -> list[Path]:
    """The waiting mails, oldest first."""
    found = []
    for path in (queue / "new").iterdir():
        if path.name.startswith("."):
            continue
        try:
            found.append((path.stat().st_mtime, path))
        except FileNotFoundError:
            # Another process was faster.
            continue
    return [path for _time, path in sorted(found)]


def _lock(file: BinaryIO, path: Path) -> bool:
    """True when the mail is ours to deliver, until the file is closed."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    # Between our opening and our lock somebody may have sent it, or set it aside.
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _read(file: BinaryIO) -> tuple[str, list[str], bytes]:
    """Envelope and message of a file in the form of zope.sendmail's queued delivery;
    what stands before the message for ourselves is left out."""
    sender, recipients, message = file.read().split(b"\n", 2)
    if message.startswith(PROOF):
        message = message.partition(b"\n")[2]
    return (
        sender.removeprefix(b"X-Zope-From: ").decode("ascii"),
        recipients.removeprefix(b"X-Zope-To: ").decode("ascii").split(", "),
        message,
    )
