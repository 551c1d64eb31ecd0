"""A demonstration counter of one's own, on free ports and in a directory of its own."""

from carouge.guichet.demo.content import PASSWORD
from carouge.guichet.demo.settings import bank_secrets
from collections.abc import Iterator
from contextlib import contextmanager
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
    """A demonstration counter in a directory of its own.

    ``arguments`` are those of ``guichet-demo``, ``environ`` more variables of its
    processes. Its bank knows the counter by the same secrets at each start.
    """

    def __init__(self, *arguments: str, **environ: str) -> None:
        self.arguments = arguments
        self.variables = bank_secrets(os.environ) | environ
        self.var = Path(tempfile.mkdtemp(prefix="guichet-bench-"))
        ports = free_ports(5)
        self.port, self.mail_port, self.smtp_port, self.idp_port, self.bank_port = ports
        self.site = f"http://localhost:{self.port}/carouge"
        self.guichet = f"{self.site}/guichet"
        self.mailbox = f"http://localhost:{self.mail_port}"
        self.idp = f"http://localhost:{self.idp_port}"
        self.bank = f"http://localhost:{self.bank_port}"
        self.process: subprocess.Popen | None = None

    def copy(self) -> "Demonstration":
        """Another one with the same data, not started; this one must stand still."""
        other = Demonstration(*self.arguments, **self.variables)
        shutil.copytree(self.var, other.var, dirs_exist_ok=True)
        for file in (other.var / "etc").iterdir():
            # Its commands shall not work on the data it was copied from.
            text = file.read_text("utf-8")
            file.write_text(text.replace(str(self.var), str(other.var)), "utf-8")
        return other

    def __enter__(self) -> "Demonstration":
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
    def health(self) -> str:
        """The page that answers 200 when the demonstration can be used."""
        bare = "--sans-guichet" in self.arguments
        return self.site if bare else f"{self.site}/@@sante"

    @property
    def environ(self) -> dict[str, str]:
        """What its processes are started with."""
        return {
            **os.environ,
            "GUICHET_PORT": str(self.port),
            "GUICHET_MAIL_PORT": str(self.mail_port),
            "GUICHET_SMTP_PORT": str(self.smtp_port),
            "GUICHET_IDP_PORT": str(self.idp_port),
            "GUICHET_BANK_PORT": str(self.bank_port),
            "GUICHET_PASSERELLES": f"localhost:{self.bank_port}",
            "GUICHET_VAR": str(self.var),
            **self.variables,
        }

    def start(self) -> None:
        """Start it and wait until it is ready.

        :raises RuntimeError: it does not start; the end of its log is told
        """
        self.launch()
        self.wait()

    def launch(self) -> None:
        """Begin to start it."""
        self.process = subprocess.Popen(
            [ROOT / "bin" / "guichet-demo", *self.arguments],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            env=self.environ,
        )

    def wait(self) -> None:
        """Wait until the counter answers.

        :raises RuntimeError: it does not; the end of its log is told
        """
        deadline = time.monotonic() + 300
        while time.monotonic() < deadline:
            try:
                if requests.get(self.health, timeout=5).status_code == 200:
                    return
            except requests.RequestException:
                pass
            if self.process.poll() is not None:
                break
            time.sleep(0.5)
        log = self.var / "log" / "zope.log"
        tail = log.read_text("utf-8", "replace")[-3000:] if log.exists() else ""
        raise RuntimeError(f"the demonstration did not start:\n{tail}")

    def start_timed(self) -> tuple[float, float]:
        """Start it; Zope's seconds until the site's first page, and those it computed."""
        self.launch()
        while True:
            try:
                if requests.get(self.site, timeout=60).status_code == 200:
                    break
            except requests.RequestException:
                time.sleep(0.02)
        now = time.clock_gettime(time.CLOCK_BOOTTIME)
        stat = Path(f"/proc/{self.pids[0]}/stat").read_text().rpartition(")")[2].split()
        ticks = os.sysconf("SC_CLK_TCK")
        born, computed = int(stat[19]), int(stat[11]) + int(stat[12])
        self.wait()
        return now - born / ticks, computed / ticks

    def stop(self) -> None:
        """Stop it; its data stay."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(60)

    @contextmanager
    def bank_alone(self) -> Iterator[None]:
        """The bank, while all the rest is stopped."""
        bank = subprocess.Popen(
            [ROOT / "bin" / "python-guichet", "-m", "carouge.guichet.demo.banque"],
            cwd=ROOT,
            stderr=subprocess.DEVNULL,
            env=self.environ,
        )
        try:
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline:
                try:
                    requests.get(f"{self.bank}/defauts", timeout=5)
                    break
                except requests.RequestException:
                    time.sleep(0.2)
            yield
        finally:
            bank.terminate()
            bank.wait(30)

    def generate(self, demandes: int, personnes: int) -> None:
        """Invent people and demandes beside what is there already, and start it."""
        self.stop()
        command = [
            ROOT / "bin" / "guichet",
            "--zope-conf",
            self.var / "etc" / "zope.conf",
            "--site",
            "/carouge",
            "generer",
            "guichet",
            "--demandes",
            str(demandes),
            "--personnes",
            str(personnes),
            "--force",
        ]
        subprocess.run(command, cwd=ROOT, env=self.environ, check=True)
        self.start()

    @property
    def database(self) -> int:
        """Bytes of the FileStorage."""
        return (self.var / "filestorage" / "Data.fs").stat().st_size

    @property
    def pids(self) -> list[int]:
        """The numbers of the processes that answer: here one, Zope's."""
        return [int((self.var / "zope.pid").read_text())]

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
