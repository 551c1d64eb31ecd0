"""What must hold before anything starts: free ports, a data folder of its own."""

from carouge.guichet.demo.settings import Settings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import errno
import fcntl
import os
import socket


class DemoError(Exception):
    """The demonstration cannot run; the text (French) is all a person needs to see."""


def check_ports(settings: Settings) -> None:
    """Raise :class:`DemoError` for the first port that somebody else listens on."""
    for port, number in settings.ports.items():
        for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
            fault = bind_fault(family, host, number)
            # A machine without IPv6 answers with other faults, which do not matter.
            if fault == errno.EADDRINUSE:
                raise DemoError(
                    f"Le port {number} ({port.label}) est déjà utilisé : arrêtez le "
                    f"programme qui l’occupe ou choisissez un autre port avec "
                    f"{port.variable}."
                )
            if fault == errno.EACCES and family == socket.AF_INET:
                raise DemoError(
                    f"Le port {number} ({port.label}) n’est pas permis à cet "
                    f"utilisateur : choisissez un autre port avec {port.variable}."
                )


def bind_fault(family: socket.AddressFamily, host: str, number: int) -> int:
    """Return the error number of listening on a port, 0 when it is free."""
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            # Connections that have just ended do not count.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, number))
            probe.listen(1)
    except OSError as error:
        return error.errno or errno.EIO
    return 0


@contextmanager
def exclusive(var: Path) -> Iterator[None]:
    """Hold the data folder; raise :class:`DemoError` when another one holds it.

    The file ``demo.pid`` in it has the number of the process that does.
    """
    path = var / "demo.pid"
    try:
        var.mkdir(parents=True, exist_ok=True)
        file = path.open("a+", encoding="utf-8")
    except OSError as error:
        raise DemoError(
            f"Le dossier {var} ne peut pas être écrit : {error}."
        ) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            raise DemoError(
                f"La démonstration tourne déjà avec les données de {var} "
                f"(processus {file.read().strip()}) : arrêtez-la, ou choisissez un "
                "autre dossier avec GUICHET_VAR."
            ) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        try:
            yield
        finally:
            path.unlink(missing_ok=True)
