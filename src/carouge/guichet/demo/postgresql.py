"""A PostgreSQL of the demonstration's own: its programs, its folder, its database."""

from carouge.guichet.demo.preflight import DemoError
from carouge.guichet.demo.process import as_owner
from collections.abc import Sequence
from pathlib import Path

import os
import pwd
import shutil
import stat
import subprocess


#: The user of the database, and the database.
NAME = "guichet"


def programs() -> Path:
    """Return the folder of initdb and postgres, of the newest version Debian has.

    Raises :class:`DemoError` when there is none.
    """
    found = sorted(
        (path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")),
        key=lambda folder: int(folder.parent.name),
    )
    if found:
        return found[-1]
    program = shutil.which("initdb")
    if program is None:
        raise DemoError(
            "PostgreSQL manque : « scripts/prepare production » l’installe."
        )
    return Path(os.path.realpath(program)).parent


class Cluster:
    """The database cluster in ``folder``, on a loopback ``port``.

    ``password`` is that of its only user. PostgreSQL refuses to run as root: then
    ``owner`` is the user nobody, to whom the folder belongs.
    """

    def __init__(self, folder: Path, port: int, password: str):
        self.folder = folder
        self.data = folder / "data"
        self.port = port
        self.owner: tuple[int, int] | None = None
        if os.getuid() == 0:
            nobody = pwd.getpwnam("nobody")
            self.owner = (nobody.pw_uid, nobody.pw_gid)
        self._password = password
        self._programs = programs()

    @property
    def dsn(self) -> str:
        """How libpq reaches the database; the password is PGPASSWORD."""
        return f"host=127.0.0.1 port={self.port} dbname={NAME} user={NAME}"

    def command(self) -> list[str]:
        """Return what runs the server in the foreground."""
        return [
            str(self._programs / "postgres"),
            *("-D", str(self.data)),
            *("-c", "listen_addresses=127.0.0.1"),
            *("-c", f"port={self.port}"),
            # The path of a socket would have to be short.
            *("-c", "unix_socket_directories="),
            *("-c", "max_connections=200"),
        ]

    def create(self) -> bool:
        """Make the cluster unless it is there; return whether it was made.

        Raises :class:`DemoError` when that is not possible.
        """
        if (self.data / "PG_VERSION").exists():
            return False
        self._make_folder()
        # What a start that was interrupted has left.
        shutil.rmtree(self.data, ignore_errors=True)
        secret = self.folder / "password"
        secret.write_text(self._password, encoding="utf-8")
        secret.chmod(0o600)
        try:
            if self.owner:
                os.chown(secret, *self.owner)
            self._run(
                "initdb",
                f"--pgdata={self.data}",
                f"--username={NAME}",
                f"--pwfile={secret}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            )
        finally:
            secret.unlink()
        return True

    def answers(self) -> bool:
        """Return whether the server takes connections."""
        where = ["--host=127.0.0.1", f"--port={self.port}"]
        result = subprocess.run(
            [self._programs / "pg_isready", "--quiet", *where], check=False
        )
        return result.returncode == 0

    def create_database(self) -> None:
        """Make the database unless it is there; the server runs.

        Raises :class:`DemoError` when that is not possible.
        """
        where = ["--host=127.0.0.1", f"--port={self.port}", f"--username={NAME}"]
        known = self._run(
            "psql",
            *where,
            "--dbname=postgres",
            "--tuples-only",
            "--no-align",
            f"--command=select 1 from pg_database where datname = '{NAME}'",
        )
        if not known.strip():
            self._run("createdb", *where, NAME)

    def holds_data(self) -> bool:
        """Return whether there are tables in the database; the server runs."""
        where = ["--host=127.0.0.1", f"--port={self.port}", f"--username={NAME}"]
        count = self._run(
            "psql",
            *where,
            f"--dbname={NAME}",
            "--tuples-only",
            "--no-align",
            "--command=select count(*) from pg_tables where schemaname = 'public'",
        )
        return count.strip() != "0"

    def _make_folder(self) -> None:
        if self.owner:
            closed = [
                folder
                for folder in (self.folder.parent, *self.folder.parent.parents)
                if not folder.stat().st_mode & stat.S_IXOTH
            ]
            if closed:
                raise DemoError(
                    "PostgreSQL ne tourne pas en tant que root, et personne d’autre "
                    f"n’entre dans {closed[-1]} : choisissez un autre dossier avec "
                    "GUICHET_VAR (par ex. /var/tmp/guichet), ou un autre utilisateur."
                )
        self.folder.mkdir(mode=0o700, exist_ok=True)
        if self.owner:
            os.chown(self.folder, *self.owner)

    def _run(self, program: str, *arguments: str) -> str:
        command: Sequence[str] = [str(self._programs / program), *arguments]
        result = subprocess.run(
            command,
            cwd=self.folder,
            env=os.environ | {"PGPASSWORD": self._password, "LC_ALL": "C.UTF-8"},
            capture_output=True,
            text=True,
            check=False,
            **as_owner(self.owner),
        )
        if result.returncode != 0:
            raise DemoError(f"« {program} » a échoué :\n\n{result.stderr}")
        return result.stdout
