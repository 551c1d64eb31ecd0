"""A clamd of the tests' own: own database with one own signature, own sockets.

It needs no freshclam, no account and no service; it runs in the foreground and ends
with the test.
"""

from contextlib import contextmanager
from contextlib import suppress
from pathlib import Path

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import threading
import time


#: What our own signature finds, and how clamd names it.
MALWARE = b"GUICHET-TEST-SIGNATURE-7f3a91c2"
SIGNATURE = "Guichet.Test.UNOFFICIAL"

#: Largest file the tests' clamd takes, in bytes.
MAX_STREAM = 1024 * 1024


def program() -> str:
    found = shutil.which("clamd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    assert found, "no clamd here: scripts/prepare test installs it"
    return found


class Clamav:
    """Start with ``with``; ``unix`` and ``tcp`` are its addresses for GUICHET_CLAMD."""

    def __init__(self) -> None:
        # The path of a socket is short, whatever the folder of the test run is.
        self.folder = Path(tempfile.mkdtemp(prefix="guichet-clam-", dir="/tmp"))
        self.port = free_port()
        self.unix = f"unix:{self.folder}/clamd.sock"
        self.tcp = f"tcp://127.0.0.1:{self.port}"

    def __enter__(self) -> "Clamav":
        database = self.folder / "db"
        database.mkdir()
        (database / "guichet.ndb").write_text(f"Guichet.Test:0:*:{MALWARE.hex()}\n")
        config = self.folder / "clamd.conf"
        config.write_text(
            "\n".join(
                [
                    "Foreground yes",
                    f"DatabaseDirectory {database}",
                    f"LocalSocket {self.folder}/clamd.sock",
                    f"TCPSocket {self.port}",
                    "TCPAddr 127.0.0.1",
                    f"StreamMaxLength {MAX_STREAM // 1024}K",
                    f"TemporaryDirectory {self.folder}",
                    "MaxThreads 2",
                    "ReadTimeout 5",
                    f"User {pwd.getpwuid(os.getuid()).pw_name}",
                    "",
                ]
            )
        )
        self._log = (self.folder / "log").open("w")
        self.start()
        return self

    def start(self) -> None:
        self._server = subprocess.Popen(
            [program(), "--foreground", f"--config-file={self.folder}/clamd.conf"],
            cwd=self.folder,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        deadline = time.monotonic() + 60
        while not self._answers():
            if self._server.poll() is not None or time.monotonic() > deadline:
                words = (self.folder / "log").read_text()
                self.__exit__()
                raise AssertionError(f"clamd does not start: {words}")
            time.sleep(0.05)

    def stop(self) -> None:
        self._server.terminate()
        self._server.wait(20)

    def __exit__(self, *error: object) -> None:
        self.stop()
        self._log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                connection.sendall(b"zPING\0")
                return connection.recv(10) == b"PONG\0"
        except OSError:
            return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def odd_clamd(behave):
    """Something that listens and behaves as told; gives its address.

    ``behave(connection, leave)`` is called in a thread of its own for each connection;
    ``leave`` is set at the end.
    """
    leave = threading.Event()
    server = socket.create_server(("127.0.0.1", 0))
    threads = []

    def serve() -> None:
        while True:
            try:
                connection, _address = server.accept()
            except OSError:
                return
            if leave.is_set():
                connection.close()
                return
            thread = threading.Thread(target=one, args=(connection,), daemon=True)
            threads.append(thread)
            thread.start()

    def one(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            behave(connection, leave)

    accepting = threading.Thread(target=serve, daemon=True)
    accepting.start()
    port = server.getsockname()[1]
    try:
        yield f"tcp://127.0.0.1:{port}"
    finally:
        leave.set()
        socket.create_connection(("127.0.0.1", port), 5).close()
        accepting.join(10)
        server.close()
        for thread in threads:
            thread.join(10)
