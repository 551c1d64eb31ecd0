"""``guichet-demo``: runs the demonstration in the foreground until Ctrl-C or SIGTERM.

It starts the services and Zope as child processes, creates the town's site the first
time, says when everything answers and ends all of it together.
"""

from carouge.guichet.demo.instance import environment
from carouge.guichet.demo.instance import write_instance
from carouge.guichet.demo.personas import PERSONAS
from carouge.guichet.demo.personas import SMS_CODE
from carouge.guichet.demo.preflight import check_ports
from carouge.guichet.demo.preflight import DemoError
from carouge.guichet.demo.preflight import exclusive
from carouge.guichet.demo.process import end_all
from carouge.guichet.demo.process import Process
from carouge.guichet.demo.services import SERVICES
from carouge.guichet.demo.services import services
from carouge.guichet.demo.settings import BANK_PORT
from carouge.guichet.demo.settings import bank_secrets
from carouge.guichet.demo.settings import checkout
from carouge.guichet.demo.settings import IDP_PORT
from carouge.guichet.demo.settings import OIDC_SECRET
from carouge.guichet.demo.settings import PASSWORD
from carouge.guichet.demo.settings import Port
from carouge.guichet.demo.settings import read_settings
from carouge.guichet.demo.settings import Settings
from carouge.guichet.demo.settings import SettingsError
from carouge.guichet.demo.settings import SITE_ID
from carouge.guichet.demo.settings import SITE_PORT
from carouge.guichet.demo.settings import SMTP_PORT
from collections.abc import Callable
from collections.abc import Iterable
from contextlib import closing
from contextlib import suppress
from pathlib import Path

import argparse
import http.client
import json
import os
import secrets
import select
import signal
import sys
import time


STAFF = (
    ("editeur", "rédige et publie les démarches"),
    ("agent-dechets", "traite les demandes du service des déchets"),
    ("agent-ecoles", "traite les demandes du service des écoles"),
    ("caisse", "encaisse au guichet"),
    ("admin", "administre le site"),
)

POLL_SECONDS = 0.2
SERVICE_SECONDS = 60.0
SITE_SECONDS = 1_800.0
ZOPE_SECONDS = 300.0
#: Zope that has lived for less is not started anew.
RESTART_SECONDS = 5.0


class Stopped(Exception):
    """Somebody asked the demonstration to end."""


class Supervisor:
    """Everything that runs, from the first child process to the end of the last one.

    ``bare`` runs Plone alone, without the add-on. ``restart`` starts Zope anew when it
    ends by itself, as the service manager of a production site does.
    """

    def __init__(self, settings: Settings, bare: bool = False, restart: bool = False):
        self.settings = settings
        self.bare = bare
        self.restart = restart
        self.processes: list[Process] = []
        # Both sides start here: nobody has to know them for longer.
        self._secrets = bank_secrets(os.environ)
        self._secrets[OIDC_SECRET] = os.environ.get(OIDC_SECRET) or (
            secrets.token_urlsafe(32)
        )
        self._stop = False

    def stop(self, *_signal: object) -> None:
        """Ask for the end; :meth:`run` returns soon after."""
        self._stop = True

    def run(self) -> None:
        """Start all, tell the addresses, watch; return when asked to stop.

        Raises :class:`DemoError` when something does not start or ends by itself. No
        process is left behind in any case.
        """
        try:
            self._start()
            while True:
                self._pause()
        except Stopped:
            say("Arrêt de la démonstration…")
        finally:
            end_all(self.processes)

    def _start(self) -> None:
        began = time.monotonic()
        conf, ini = write_instance(self.settings, self.bare)
        say("Démarrage de la démonstration…")
        self._start_services()
        self._prepare_site(conf)
        self._spawn_zope(ini)
        self._wait_for("zope", SITE_PORT, self.health_path, seconds=ZOPE_SECONDS)
        if not self.bare:
            # The first page compiles the theme: nobody shall wait for that.
            end = time.monotonic() + SERVICE_SECONDS
            self._answers(SITE_PORT, f"/{SITE_ID}/guichet", end)
        say(announcement(self.settings, time.monotonic() - began, self.bare))

    def _start_services(self) -> None:
        for service in services(self.bare):
            self._spawn(service.name, self._python("-m", service.module))
        for service in services(self.bare):
            self._wait_for(service.name, service.ports[0], service.page)

    @property
    def health_path(self) -> str:
        """Path of the site that answers 200 when the demonstration can be used."""
        return f"/{SITE_ID}" if self.bare else f"/{SITE_ID}/@@sante"

    def _prepare_site(self, conf: Path) -> None:
        # Starting Zope just to look would double the time of every start.
        record = self.settings.var / "site.json"
        wanted = {
            "smtp_port": self.settings.ports[SMTP_PORT],
            "idp_port": self.settings.ports[IDP_PORT],
            "bank_port": self.settings.ports[BANK_PORT],
            "bare": self.bare,
        }
        known = read_record(record) if self._has_data() else {}
        if known == wanted:
            return
        if known.get("bare", self.bare) != self.bare:
            raise DemoError(
                f"Les données de {self.settings.var} sont celles d’un site "
                f"{'sans' if known['bare'] else 'avec'} le guichet : "
                "choisissez un autre dossier avec GUICHET_VAR."
            )
        if not known:
            say("Création du site de démonstration (quelques minutes)…")
        process = self._spawn("site", self._site_command(conf))
        end = time.monotonic() + SITE_SECONDS
        while process.exit_code is None:
            self._pause(but=process)
            if time.monotonic() > end:
                raise DemoError(
                    "La création du site ne se termine pas." + log_of(process)
                )
        if process.exit_code != 0:
            raise DemoError("La création du site a échoué." + log_of(process))
        self.processes.remove(process)
        record.write_text(json.dumps(wanted), encoding="utf-8")

    def _has_data(self) -> bool:
        """Return whether there is a database that may hold the site."""
        return (self.settings.var / "filestorage" / "Data.fs").exists()

    def _site_command(self, conf: Path) -> list[str]:
        bare = ["--bare"] if self.bare else []
        return self._python("-m", "carouge.guichet.demo.site", str(conf), *bare)

    def _python(self, *arguments: str) -> list[str]:
        """Return the command that runs a Python which can import everything."""
        return [interpreter(), *arguments]

    def _environ(self) -> dict[str, str]:
        """Return the variables all processes are started with."""
        return (
            os.environ
            | environment(self.settings.var)
            | self.settings.environ()
            | self._secrets
        )

    def _spawn(
        self,
        name: str,
        command: list[str],
        stop_signal: signal.Signals = signal.SIGTERM,
        owner: tuple[int, int] | None = None,
    ) -> Process:
        process = Process(
            name,
            command,
            log=self.settings.log_dir / f"{name}.log",
            environ=self._environ(),
            stop_signal=stop_signal,
            owner=owner,
        )
        self.processes.append(process)
        return process

    def _spawn_zope(self, ini: Path) -> None:
        self._ini = ini
        self._zope_since = time.monotonic()
        # Ended by SIGTERM, Zope would not close its database; Ctrl-C makes it do so.
        command = self._python("-m", "Zope2.Startup.serve", str(ini))
        self._spawn("zope", command, stop_signal=signal.SIGINT)

    def _revive(self, process: Process) -> bool:
        """Start Zope anew if that is wanted; return whether it was."""
        # What does not even start would be started for ever.
        lived = time.monotonic() - self._zope_since
        if not self.restart or process.name != "zope" or lived < RESTART_SECONDS:
            return False
        say(f"« zope » s’est arrêté (code {process.exit_code}) : il est relancé.")
        self.processes.remove(process)
        self._spawn_zope(self._ini)
        return True

    def _check(self, but: Process | None = None) -> None:
        """Raise what ends the demonstration; the end of process ``but`` is no fault."""
        if self._stop:
            raise Stopped
        for process in [*self.processes]:
            if process is not but and process.exit_code is not None:
                if self._revive(process):
                    continue
                raise DemoError(
                    f"« {process.name} » s’est arrêté (code {process.exit_code})."
                    + log_of(process)
                )

    def _pause(self, but: Process | None = None) -> None:
        self._check(but)
        time.sleep(POLL_SECONDS)

    def _wait_for(
        self, name: str, port: Port, path: str, seconds: float = SERVICE_SECONDS
    ) -> None:
        """Wait until ``path`` on ``port`` answers 200, for Zope's health with JSON."""
        end = time.monotonic() + seconds
        while not self._answers(port, path, end):
            self._pause()
            if time.monotonic() > end:
                process = next(p for p in self.processes if p.name == name)
                raise DemoError(
                    f"« {name} » ne répond pas après {seconds:.0f} s "
                    f"(http://localhost:{self.settings.ports[port]}{path})."
                    + log_of(process)
                )

    def _answers(self, port: Port, path: str, end: float) -> bool:
        number = self.settings.ports[port]
        connection = http.client.HTTPConnection("localhost", number, timeout=10)
        with closing(connection):
            try:
                connection.request("GET", path, headers={"Accept": "*/*"})
                # The first page of a new Zope takes seconds: stay able to stop.
                while not select.select([connection.sock], [], [], POLL_SECONDS)[0]:
                    self._check()
                    if time.monotonic() > end:
                        return False
                response = connection.getresponse()
                body = response.read()
            except (OSError, http.client.HTTPException):
                return False
        if response.status != 200:
            return False
        return not path.endswith("@@sante") or is_json(body)


def is_json(body: bytes) -> bool:
    """Return whether ``body`` is JSON text."""
    try:
        json.loads(body)
    except ValueError:
        return False
    return True


def read_record(path: Path) -> dict[str, object]:
    """Return what the last successful start wrote about the site; {} if nothing."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def interpreter() -> str:
    """Return the Python that can import everything Zope needs."""
    script = checkout() / "bin" / "python-guichet"
    return str(script) if os.access(script, os.X_OK) else sys.executable


def log_of(process: Process) -> str:
    """Return the end of a process's log, to be put after a message."""
    return f" Fin de {process.log} :\n\n{process.tail()}"


def say(text: str) -> None:
    """Print for the person who started the demonstration."""
    # The terminal may be gone; the processes still have to be ended.
    with suppress(OSError):
        print(text, flush=True)


def announcement(settings: Settings, seconds: float, bare: bool = False) -> str:
    """Return what is said when everything answers after ``seconds``."""
    site = f"http://localhost:{settings.ports[SITE_PORT]}/{SITE_ID}"
    addresses = [("Site de la commune", site)]
    if not bare:
        addresses.append(("Guichet", f"{site}/guichet"))
        addresses.append(("État de santé", f"{site}/@@sante"))
    for service in services(bare):
        address = f"http://localhost:{settings.ports[service.ports[0]]}"
        addresses.append((service.label, address))
    staff = [("admin", "administre le site")] if bare else STAFF
    lines = ["", f"La démonstration est prête ({seconds:.0f} s).", ""]
    lines += _columns(addresses)
    if not bare:
        lines += [
            f"Usagers (« Se connecter » dans le guichet, mot de passe {PASSWORD}, "
            f"code reçu par SMS {SMS_CODE}) :",
            "",
            *_columns((p.email, f"{p.name}, {p.who}") for p in PERSONAS),
        ]
    lines += [
        f"Collaborateurs ({site}/login, mot de passe {PASSWORD}) :",
        "",
        *_columns(staff),
        f"Données et journaux : {settings.var}",
        "Pour arrêter : Ctrl-C",
    ]
    return "\n".join(lines)


def _columns(rows: Iterable[tuple[str, str]]) -> list[str]:
    return [*(f"  {first:<36}{second}" for first, second in rows), ""]


def main(argv: list[str] | None = None) -> int:
    """Run the demonstration; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="guichet-demo", description="Fait tourner la démonstration du guichet."
    )
    parser.add_argument(
        "--sans-guichet",
        action="store_true",
        help="Plone seul, sans le guichet (pour comparer)",
    )
    parser.add_argument(
        "--relancer",
        action="store_true",
        help="relance Zope quand il s’arrête tout seul",
    )
    options = parser.parse_args(argv)
    ports = (SITE_PORT, *(port for service in SERVICES for port in service.ports))
    return supervise(
        lambda: Supervisor(
            read_settings(os.environ, ports),
            bare=options.sans_guichet,
            restart=options.relancer,
        )
    )


def supervise(make: Callable[[], Supervisor]) -> int:
    """Run what ``make`` makes of the environment until it ends; return the exit code.

    ``make`` may raise :class:`SettingsError`; what goes wrong is told in one line.
    """
    try:
        supervisor = make()
        check_ports(supervisor.settings)
        with exclusive(supervisor.settings.var):
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, supervisor.stop)
            supervisor.run()
    except (SettingsError, DemoError) as error:
        with suppress(OSError):
            print(error, file=sys.stderr, flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
