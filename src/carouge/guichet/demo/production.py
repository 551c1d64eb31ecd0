"""``make production-demo``: the demonstration as a commune runs it, on one machine.

PostgreSQL, several Zope processes on RelStorage, HAProxy before them, the tasks beside
them, with the configuration ``profiles/production.cfg`` makes. What ends by itself is
started anew, as the service manager of a production site does.
"""

from carouge.guichet.demo.installation import Installation
from carouge.guichet.demo.postgresql import Cluster
from carouge.guichet.demo.preflight import DemoError
from carouge.guichet.demo.process import Process
from carouge.guichet.demo.services import SERVICES
from carouge.guichet.demo.settings import checkout
from carouge.guichet.demo.settings import Port
from carouge.guichet.demo.settings import read_settings
from carouge.guichet.demo.settings import Settings
from carouge.guichet.demo.settings import SITE_ID
from carouge.guichet.demo.settings import SITE_PORT
from carouge.guichet.demo.settings import whole_number
from carouge.guichet.demo.supervisor import announcement
from carouge.guichet.demo.supervisor import log_of
from carouge.guichet.demo.supervisor import say
from carouge.guichet.demo.supervisor import SERVICE_SECONDS
from carouge.guichet.demo.supervisor import supervise
from carouge.guichet.demo.supervisor import Supervisor
from carouge.guichet.demo.supervisor import ZOPE_SECONDS
from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time


PG_PORT = Port("GUICHET_PG_PORT", 5433, "PostgreSQL")
STATS_PORT = Port("GUICHET_STATS_PORT", 8404, "les chiffres de HAProxy")
ZOPE_PORT = Port("GUICHET_ZOPE_PORT", 8081, "le processus Zope 1")

#: Seconds before something is started anew; doubled each time it ends again at once.
PAUSE = 0.5
LONGEST_PAUSE = 30.0
#: What has lived for so long (seconds) had a good start.
STEADY_SECONDS = 20.0


@dataclass
class _Kept:
    """Something that is started anew when it ends."""

    start: Callable[[], Process]
    since: float
    failures: int = 0
    due: float | None = None


class Production(Supervisor):
    """Everything that runs in production, on one machine.

    ``zopes`` are the ports of the Zope processes, ``tasks`` the seconds between two runs
    of the tasks (0: never), ``backup`` is a folder of ``bin/sauvegarder`` that an empty
    database begins with.
    """

    def __init__(
        self,
        settings: Settings,
        zopes: tuple[Port, ...],
        tasks: int,
        backup: Path | None = None,
    ):
        super().__init__(settings)
        self.zopes = zopes
        self.tasks = tasks
        self.backup = backup
        self.installation = Installation(
            var=settings.var,
            port=settings.ports[SITE_PORT],
            statistics=settings.ports[STATS_PORT],
            zopes=tuple(settings.ports[port] for port in zopes),
            threads=settings.threads,
        )
        self._kept: dict[str, _Kept] = {}
        self._ready = False

    def _start(self) -> None:
        began = time.monotonic()
        say("Démarrage de la démonstration de production…")
        say("Installation (buildout)…")
        self.settings.log_dir.mkdir(parents=True, exist_ok=True)
        self.installation.build()
        self._write_secrets()
        self._start_postgresql()
        self._restore()
        self._start_services()
        self._prepare_site(self.installation.zope_conf)
        for number in range(1, len(self.zopes) + 1):
            self._keep(f"zope{number}", self._zope(number))
        for number, port in enumerate(self.zopes, 1):
            # One after the other compiles the theme: nobody shall wait for that.
            self._wait_for(f"zope{number}", port, self.health_path, ZOPE_SECONDS)
            end = time.monotonic() + SERVICE_SECONDS
            self._answers(port, f"/{SITE_ID}/guichet", end)
        self._keep("haproxy", self._haproxy)
        self._wait_for("haproxy", SITE_PORT, self.health_path)
        if self.tasks:
            self._keep("taches", self._tasks)
        self._ready = True
        say(announcement(self.settings, time.monotonic() - began))
        say(self._more())

    # --- the parts --------------------------------------------------------------

    def _write_secrets(self) -> None:
        known = self.installation.read_secrets()
        # Those of the last start stay: the password is PostgreSQL's by now.
        for name in self._secrets:
            if name not in os.environ and name in known:
                self._secrets[name] = known[name]
        folder = self.settings.var / "postgresql"
        password = known.get("PGPASSWORD") or secrets.token_hex(24)
        self.cluster = Cluster(folder, self.settings.ports[PG_PORT], password)
        self.installation.write_secrets(
            self.settings.environ()
            | self._secrets
            | {"GUICHET_BASE": self.cluster.dsn, "PGPASSWORD": password}
        )

    def _start_postgresql(self) -> None:
        if self.cluster.create():
            say("Création de la base PostgreSQL…")
        self._keep("postgresql", self._postgresql)
        end = time.monotonic() + SERVICE_SECONDS
        while not self.cluster.answers():
            self._pause()
            if time.monotonic() > end:
                process = next(p for p in self.processes if p.name == "postgresql")
                raise DemoError("PostgreSQL ne répond pas." + log_of(process))
        self.cluster.create_database()

    def _restore(self) -> None:
        """Put the backup back that is asked for, unless there are data already."""
        if self.backup is None or self.cluster.holds_data():
            return
        say(f"Remise de la sauvegarde {self.backup}…")
        result = subprocess.run(
            self.installation.with_settings("restaurer", str(self.backup)),
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode != 0:
            raise DemoError(result.stderr.strip())

    def _start_services(self) -> None:
        super()._start_services()
        modules = {service.name: service.module for service in SERVICES}
        for process in self.processes:
            if process.name in modules:
                self._adopt(process, self._service(process.name, modules[process.name]))

    def _postgresql(self) -> Process:
        # SIGINT ends the visitors' connections as well.
        return self._spawn(
            "postgresql",
            self.cluster.command(),
            stop_signal=signal.SIGINT,
            owner=self.cluster.owner,
        )

    def _service(self, name: str, module: str) -> Callable[[], Process]:
        return lambda: self._spawn(name, self._python("-m", module))

    def _zope(self, number: int) -> Callable[[], Process]:
        command = self.installation.with_settings(f"instance{number}", "console")
        return lambda: self._spawn(f"zope{number}", command, stop_signal=signal.SIGINT)

    def _haproxy(self) -> Process:
        program = shutil.which("haproxy") or "/usr/sbin/haproxy"
        command = [program, "-db", "-f", str(self.installation.haproxy_cfg)]
        return self._spawn("haproxy", command)

    def _tasks(self) -> Process:
        command = self.installation.with_settings("guichet", "taches")
        loop = 'while sleep "$0"; do "$@"; done'
        return self._spawn("taches", ["/bin/sh", "-c", loop, str(self.tasks), *command])

    def _python(self, *arguments: str) -> list[str]:
        return self.installation.with_settings("python-guichet", *arguments)

    def _has_data(self) -> bool:
        return (self.settings.var / "postgresql" / "data" / "PG_VERSION").exists()

    def _environ(self) -> dict[str, str]:
        # bin/reglages sets the rest, as it does in production.
        given = {k: v for k, v in os.environ.items() if k != "GUICHET_TACHES_MINUTES"}
        return (
            given | {"PYTHONUNBUFFERED": "1"} | self.settings.environ() | self._secrets
        )

    # --- starting anew ----------------------------------------------------------

    def _keep(self, name: str, start: Callable[[], Process]) -> None:
        self._adopt(start(), start)

    def _adopt(self, process: Process, start: Callable[[], Process]) -> None:
        self._kept[process.name] = _Kept(start, time.monotonic())
        self._tell_pids()

    def _revive(self, process: Process) -> bool:
        kept = self._kept.get(process.name)
        if kept is None or not self._ready:
            return False
        now = time.monotonic()
        kept.failures = 0 if now - kept.since > STEADY_SECONDS else kept.failures + 1
        pause = min(LONGEST_PAUSE, PAUSE * 2**kept.failures)
        kept.due = now + pause
        self.processes.remove(process)
        self._tell_pids()
        say(
            f"« {process.name} » s’est arrêté (code {process.exit_code}) : "
            f"relancé dans {pause:.0f} s."
        )
        return True

    def _check(self, but: Process | None = None) -> None:
        super()._check(but)
        for kept in self._kept.values():
            if kept.due is not None and kept.due <= time.monotonic():
                kept.due = None
                kept.since = time.monotonic()
                kept.start()
                self._tell_pids()

    def _tell_pids(self) -> None:
        """Write which process is what, for those who end one to see what happens."""
        pids = {process.name: process.pid for process in self.processes}
        path = self.settings.var / "pids.json"
        new = path.with_suffix(".new")
        new.write_text(json.dumps(pids), encoding="utf-8")
        new.replace(path)

    def _more(self) -> str:
        port = self.settings.ports[STATS_PORT]
        return (
            f"Production : {len(self.zopes)} Zope derrière HAProxy "
            f"(état : http://127.0.0.1:{port}/), PostgreSQL sur le port "
            f"{self.settings.ports[PG_PORT]}.\n"
            f"Commandes : {self.settings.var}/bin/reglages "
            f"{self.settings.var}/bin/guichet taches"
        )


def zope_ports(environ: Mapping[str, str]) -> tuple[Port, ...]:
    """Return the ports of the Zope processes; each follows the one before.

    Raises :class:`SettingsError` for a variable that does not do.
    """
    count = whole_number(environ, "GUICHET_PROCESSUS", 2, 1, 16)
    first = ZOPE_PORT.read(environ)
    more = (
        Port(f"GUICHET_ZOPE{n}_PORT", first + n - 1, f"le processus Zope {n}")
        for n in range(2, count + 1)
    )
    return (ZOPE_PORT, *more)


def prepare(environ: Mapping[str, str]) -> Production:
    """Return what runs with the variables in ``environ``.

    Raises :class:`SettingsError` for one that does not do.
    """
    zopes = zope_ports(environ)
    services = (port for service in SERVICES for port in service.ports)
    folder = str(checkout() / "var" / "production-demo")
    settings = read_settings(
        {**environ, "GUICHET_VAR": environ.get("GUICHET_VAR") or folder},
        (SITE_PORT, *zopes, PG_PORT, STATS_PORT, *services),
    )
    tasks = whole_number(environ, "GUICHET_TACHES_SECONDES", 60, 0, 86_400)
    backup = environ.get("GUICHET_SAUVEGARDE")
    return Production(settings, zopes, tasks, Path(backup) if backup else None)


def main() -> int:
    """Run the demonstration of production; return the exit code."""
    return supervise(lambda: prepare(os.environ))


if __name__ == "__main__":
    sys.exit(main())
