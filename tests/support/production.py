"""The demonstration of production, on free ports and in a directory of its own."""

from demonstration import free_ports
from demonstration import ROOT
from pathlib import Path

import json
import os
import requests
import shutil
import signal
import subprocess
import tempfile
import time


class Production:
    """PostgreSQL, Zope processes and HAProxy; ``environ`` are more of its variables.

    ``var`` is its folder, new and empty without. Use it with ``with``: it is started,
    and stopped and forgotten at the end.
    """

    def __init__(self, var: Path | None = None, **environ: str) -> None:
        self.variables = {"GUICHET_TACHES_SECONDES": "0"} | environ
        self.processus = int(self.variables.get("GUICHET_PROCESSUS", "2"))
        self.var = var or Path(tempfile.mkdtemp(prefix="guichet-production-"))
        # PostgreSQL, which refuses to be root, has to get into its part of it.
        self.var.chmod(0o711)
        names = ["port", "mail", "smtp", "idp", "bank", "pg", "stats"]
        zopes = [f"zope{n}" for n in range(1, self.processus + 1)]
        self.ports = dict(
            zip([*names, *zopes], free_ports(len(names) + len(zopes)), strict=True)
        )
        self.port = self.ports["port"]
        self.site = f"http://localhost:{self.port}/carouge"
        self.guichet = f"{self.site}/guichet"
        self.mailbox = f"http://localhost:{self.ports['mail']}"
        self.idp = f"http://localhost:{self.ports['idp']}"
        self.bank = f"http://localhost:{self.ports['bank']}"
        self.process: subprocess.Popen | None = None

    def __enter__(self) -> "Production":
        try:
            self.start()
        except RuntimeError:
            self.__exit__()
            raise
        return self

    def __exit__(self, *details) -> None:
        self.stop()
        shutil.rmtree(self.var, ignore_errors=True)

    @property
    def environ(self) -> dict[str, str]:
        """What its processes are started with."""
        variables = {
            "port": "GUICHET_PORT",
            "zope1": "GUICHET_ZOPE_PORT",
        }
        ports = {
            variables.get(name, f"GUICHET_{name.upper()}_PORT"): str(number)
            for name, number in self.ports.items()
        }
        return {**os.environ, **ports, "GUICHET_VAR": str(self.var), **self.variables}

    def start(self) -> None:
        """Start it and wait until it is ready.

        :raises RuntimeError: it does not start; what it says is told
        """
        self.var.mkdir(mode=0o711, parents=True, exist_ok=True)
        self.said = self.var / "supervisor.log"
        with self.said.open("wb") as output:
            self.process = subprocess.Popen(
                [
                    ROOT / "bin" / "python-guichet",
                    *("-m", "carouge.guichet.demo.production"),
                ],
                cwd=ROOT,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=self.environ,
            )
        deadline = time.monotonic() + 600
        while "La démonstration est prête" not in self.said.read_text("utf-8"):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(self.said.read_text("utf-8")[-3000:])
            time.sleep(0.2)

    def stop(self) -> None:
        """Stop it; its data stay."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(60)

    def pid(self, name: str) -> int | None:
        """The process of that name; None while it is down."""
        return json.loads((self.var / "pids.json").read_text()).get(name)

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> int:
        """End a process as a fault would and wait until it has; its number.

        Until its last thread is gone, its port still takes connections and drops them.

        :raises TimeoutError: it goes on
        """
        pid = self.pid(name)
        assert pid is not None, f"{name} is down"
        os.kill(pid, number)
        deadline = time.monotonic() + 30
        while self.pid(name) == pid:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{name} goes on after {number.name}")
            time.sleep(0.02)
        return pid

    def wait_ready(self, seconds: float = 120) -> None:
        """Wait until every part runs and HAProxy has every Zope.

        :raises TimeoutError: something does not come back
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            up = [f"zope{n}" for n in range(1, self.processus + 1)]
            try:
                # HAProxy takes some seconds to miss one that was killed just now.
                if all(
                    self.states().get(name, "").startswith("UP")
                    and self._answers(self.ports[name])
                    for name in up
                ):
                    health = requests.get(f"{self.site}/@@sante", timeout=10)
                    if health.status_code == 200:
                        return
            except requests.RequestException:
                pass
            time.sleep(0.2)
        raise TimeoutError(f"not ready: {self.said.read_text('utf-8')[-1000:]}")

    @staticmethod
    def _answers(port: int) -> bool:
        url = f"http://localhost:{port}/carouge/@@sante?partie=pret"
        return requests.get(url, timeout=10).status_code == 200

    def states(self) -> dict[str, str]:
        """What HAProxy thinks of each Zope: ``UP``, ``DOWN``, ``UP 1/2``…"""
        return {name: row["status"] for name, row in self.servers().items()}

    def servers(self) -> dict[str, dict[str, str]]:
        """What HAProxy says of each Zope, by the names of the columns of its statistics."""
        lines = requests.get(
            f"http://127.0.0.1:{self.ports['stats']}/;csv", timeout=5
        ).text.splitlines()
        head = lines[0].lstrip("# ").split(",")
        rows = (dict(zip(head, line.split(","), strict=False)) for line in lines[1:])
        return {
            row["svname"]: row
            for row in rows
            if row["pxname"] == "zope" and row["svname"].startswith("zope")
        }

    def command(self, program: str, *arguments: object) -> subprocess.CompletedProcess:
        """Run a program of its ``bin`` with its settings; the output is captured."""
        folder = self.var / "bin"
        return subprocess.run(
            [folder / "reglages", folder / program, *map(str, arguments)],
            cwd=self.var,
            capture_output=True,
            text=True,
            check=False,
        )

    def guichet_command(self, *arguments: object) -> subprocess.CompletedProcess:
        """Run ``bin/guichet`` on its site."""
        return self.command("guichet", *arguments)
