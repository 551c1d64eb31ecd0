"""A demonstration counter of one's own, on free ports and in a directory of its own."""

from carouge.guichet.demo.content import PASSWORD
from contextlib import ExitStack
from pathlib import Path

import os
import re
import requests
import shutil
import signal
import socket
import subprocess
import tempfile
import time


ROOT = Path(__file__).parents[2]


def free_ports(count: int) -> list[int]:
    """Different ports nobody listens on."""
    with ExitStack() as probes:
        sockets = [probes.enter_context(socket.socket()) for _ in range(count)]
        for probe in sockets:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in sockets]


class Demonstration:
    """A demonstration counter in a directory of its own."""

    def __init__(self) -> None:
        self.var = Path(tempfile.mkdtemp(prefix="guichet-bench-"))
        self.port, self.mail_port, self.smtp_port, self.idp_port = free_ports(4)
        self.site = f"http://localhost:{self.port}/carouge"
        self.guichet = f"{self.site}/guichet"
        self.mailbox = f"http://localhost:{self.mail_port}"
        self.idp = f"http://localhost:{self.idp_port}"

    def __enter__(self) -> "Demonstration":
        self.process = subprocess.Popen(
            [ROOT / "bin" / "guichet-demo"],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            env={
                **os.environ,
                "GUICHET_PORT": str(self.port),
                "GUICHET_MAIL_PORT": str(self.mail_port),
                "GUICHET_SMTP_PORT": str(self.smtp_port),
                "GUICHET_IDP_PORT": str(self.idp_port),
                "GUICHET_VAR": str(self.var),
            },
        )
        deadline = time.monotonic() + 300
        while time.monotonic() < deadline:
            try:
                if requests.get(f"{self.site}/@@sante", timeout=5).status_code == 200:
                    return self
            except requests.RequestException:
                pass
            if self.process.poll() is not None:
                break
            time.sleep(0.5)
        log = self.var / "log" / "zope.log"
        tail = log.read_text("utf-8", "replace")[-3000:] if log.exists() else ""
        self.__exit__()
        raise RuntimeError(f"the demonstration did not start:\n{tail}")

    def __exit__(self, *details) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(60)
        shutil.rmtree(self.var, ignore_errors=True)

    @property
    def database(self) -> int:
        """Bytes of the FileStorage."""
        return (self.var / "filestorage" / "Data.fs").stat().st_size

    @property
    def conflicts(self) -> int:
        """Conflict errors in the log so far."""
        log = (self.var / "log" / "zope.log").read_text("utf-8", "replace")
        return len(re.findall(r"ConflictError", log))

    def pack(self) -> None:
        response = requests.post(
            f"http://localhost:{self.port}/Control_Panel/Database/main/manage_pack",
            data={"days:float": "0"},
            auth=("admin", PASSWORD),
            timeout=300,
        )
        response.raise_for_status()
