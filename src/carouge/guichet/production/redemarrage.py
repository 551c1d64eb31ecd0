"""``bin/redemarrer``: every Zope process anew, one after the other; no visitor notices.

HAProxy sends nothing new to a process, what it has begun comes to its end, it is started
anew, and gets visitors again once it is ready.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import argparse
import csv
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request


#: The backend of ``production/haproxy.cfg.in``.
BACKEND = "zope"
#: Seconds for what visitors have begun, for a process to be ready, for one page.
FIN = 120.0
PRET = 300.0
PAGE = 60.0
POLL = 0.2


class Arret(Exception):
    """It cannot go on; the text (French) says why. The other processes serve."""


class HAProxy:
    """What HAProxy is told and asked through its socket, ``path``."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def ask(self, command: str) -> str:
        """Send a command; return the answer.

        :raises Arret: HAProxy does not answer
        """
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(10)
                connection.connect(str(self.path))
                connection.sendall(f"{command}\n".encode("ascii"))
                chunks = iter(lambda: connection.recv(65536), b"")
                return b"".join(chunks).decode("utf-8", "replace").strip()
        except OSError as error:
            raise Arret(
                f"HAProxy ne répond pas sur {self.path} ({error.strerror or error})."
            ) from error

    def servers(self) -> dict[str, dict[str, str]]:
        """The lines of its statistics about the Zope processes, by name."""
        lines = self.ask("show stat").lstrip("# ").splitlines()
        return {
            row["svname"]: row
            for row in csv.DictReader(lines)
            if row["pxname"] == BACKEND and row["svname"] not in ("FRONTEND", "BACKEND")
        }

    def set_state(self, name: str, state: str) -> None:
        """Let a process be ``ready`` or ``drain``.

        :raises Arret: HAProxy refuses
        """
        answer = self.ask(f"set server {BACKEND}/{name} state {state}")
        if answer:
            raise Arret(f"HAProxy refuse : {answer}")


def redemarrer(
    haproxy: HAProxy, name: str, command: Sequence[str], pages: Sequence[str]
) -> None:
    """Start the process ``name`` anew with ``command``, which ends once it has stopped.

    ``pages`` are paths on the process itself: it is ready when each has answered 200.

    :raises Arret: another one would not be there meanwhile, or it does not come back
    """
    servers = haproxy.servers()
    if name not in servers:
        raise Arret(f"HAProxy ne connaît pas « {name} ».")
    others = [row for other, row in servers.items() if other != name]
    if not any(row["status"].startswith("UP") for row in others):
        raise Arret(f"« {name} » est le seul qui répond : il n'est pas redémarré.")
    haproxy.set_state(name, "drain")
    try:
        _wait(
            lambda: haproxy.servers()[name]["scur"] == "0",
            FIN,
            f"« {name} » n'a pas fini ce qu'il faisait : il n'est pas redémarré.",
        )
        if subprocess.run(command, check=False).returncode != 0:
            raise Arret(f"« {' '.join(command)} » a échoué.")
        for page in pages:
            address = f"http://{servers[name]['addr']}{page}"
            _wait(partial(_answers, address), PRET, f"« {name} » ne revient pas.")
    finally:
        # Not ready, it gets no visitors either: HAProxy looks for itself.
        haproxy.set_state(name, "ready")
    _wait(
        lambda: haproxy.servers()[name]["status"].startswith("UP"),
        PRET,
        f"HAProxy ne veut pas de « {name} ».",
    )


def _answers(address: str) -> bool:
    # Plone has no theme for a host that is a number, and that is what takes long.
    request = urllib.request.Request(address, headers={"Host": "localhost"})
    try:
        with urllib.request.urlopen(request, timeout=PAGE) as response:
            return response.status == 200
    except (OSError, urllib.error.HTTPError):
        return False


def _wait(condition, seconds: float, fault: str) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise Arret(fault)
        time.sleep(POLL)


def _here(haproxy: HAProxy, command: str) -> list[str]:
    """The numbers of the processes for which the command succeeds.

    :raises Arret: there are none
    """
    known = [name.removeprefix(BACKEND) for name in haproxy.servers()]
    here = [
        number
        for number in known
        if subprocess.run(command.replace("{}", number).split(), check=False).returncode
        == 0
    ]
    if not here:
        raise Arret(
            "aucun processus n'est de cette machine (systemctl enable guichet-zope@1) : "
            "donnez leurs numéros."
        )
    for number in known:
        if number not in here:
            print(f"{BACKEND}{number} : sur une autre machine", flush=True)
    return here


def main(argv: Sequence[str] | None = None) -> int:
    """Start the processes anew; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="redemarrer",
        description="Redémarre les processus Zope l'un après l'autre, sans coupure.",
    )
    parser.add_argument("--socket", type=Path, required=True, help="celle de HAProxy")
    parser.add_argument("--page", required=True, help="la page qui dit qu'il est prêt")
    parser.add_argument(
        "--chauffer",
        action="append",
        default=[],
        help="une page à demander avant les visiteurs, parce que la première dure",
    )
    parser.add_argument(
        "--commande",
        default="sudo -n systemctl restart guichet-zope@{}",
        help="ce qui redémarre le processus {} (par défaut : %(default)s)",
    )
    parser.add_argument(
        "--ici",
        default="systemctl is-enabled --quiet guichet-zope@{}",
        help="ce qui réussit si le processus {} est de cette machine "
        "(par défaut : %(default)s)",
    )
    parser.add_argument(
        "numeros",
        nargs="*",
        help="les processus (sans : ceux de cette machine), par ex. 1 2",
    )
    options = parser.parse_args(argv)
    haproxy = HAProxy(options.socket)
    # However this ends, a process that gets no visitors gets them again.
    signal.signal(signal.SIGTERM, lambda *_signal: sys.exit(1))
    try:
        for number in options.numeros or _here(haproxy, options.ici):
            command = options.commande.replace("{}", number).split()
            pages = [options.page, *options.chauffer]
            redemarrer(haproxy, f"{BACKEND}{number}", command, pages)
            print(f"{BACKEND}{number} : redémarré", flush=True)
    except Arret as fault:
        print(f"guichet : {fault}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
