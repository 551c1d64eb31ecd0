"""What this process is called in metrics and logs."""

from __future__ import annotations

import os
import socket


#: Names it; else it is the machine and the number of the process.
VARIABLE = "GUICHET_NOM_PROCESSUS"


def nom_du_processus() -> str:
    """A name that tells this process from the others of the counter."""
    return (
        os.environ.get(VARIABLE, "").strip() or f"{socket.gethostname()}-{os.getpid()}"
    )
