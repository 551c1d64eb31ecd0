"""A PostgreSQL cluster of the tests' own, in a folder of /tmp, on a socket only."""

from pathlib import Path

import os
import psycopg2
import pwd
import shutil
import subprocess
import tempfile
import time


def programs() -> Path:
    """The folder of initdb and postgres; the newest Debian has."""
    folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"),
        key=lambda folder: int(folder.parent.name),
    )
    found = [folder for folder in folders if (folder / "initdb").exists()]
    if found:
        return found[-1]
    program = shutil.which("initdb")
    assert program, "no PostgreSQL here: scripts/prepare test installs it"
    return Path(os.path.realpath(program)).parent


class Postgres:
    """Start with ``with``; ``address(user, database)`` is its SQLAlchemy URL."""

    def __init__(self) -> None:
        # The path of a socket is short, whatever the folder of the test run is.
        self.folder = Path(tempfile.mkdtemp(prefix="guichet-pg-", dir="/tmp"))
        self._user: dict = {}
        if os.getuid() == 0:
            # PostgreSQL refuses to run as root.
            nobody = pwd.getpwnam("nobody")
            os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
            self._user = {
                "user": nobody.pw_uid,
                "group": nobody.pw_gid,
                "extra_groups": [],
            }

    def __enter__(self) -> "Postgres":
        data = self.folder / "data"
        subprocess.run(
            [
                programs() / "initdb",
                f"--pgdata={data}",
                "--username=chef",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ],
            check=True,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            **self._user,
        )
        self._log = (self.folder / "log").open("w")
        self._server = subprocess.Popen(
            [
                programs() / "postgres",
                *("-D", data),
                *("-k", self.folder),
                *("-c", "listen_addresses="),
                *("-c", "fsync=off"),
            ],
            cwd=self.folder,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            **self._user,
        )
        deadline = time.monotonic() + 30
        while True:
            try:
                self.connect("chef", "postgres").close()
                return self
            except psycopg2.OperationalError:
                if self._server.poll() is not None or time.monotonic() > deadline:
                    self.__exit__()
                    raise
                time.sleep(0.05)

    def __exit__(self, *error: object) -> None:
        self._server.terminate()
        self._server.wait(20)
        self._log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def connect(self, user: str, database: str):
        connection = psycopg2.connect(
            host=str(self.folder), user=user, dbname=database, connect_timeout=5
        )
        connection.autocommit = True
        return connection

    def address(self, user: str, database: str) -> str:
        return f"postgresql+psycopg2://{user}@/{database}?host={self.folder}"
