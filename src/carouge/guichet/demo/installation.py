"""What buildout makes of ``profiles/production.cfg`` for the demonstration.

The same files a commune gets, in a folder of the demonstration's own: the programs in
``bin``, the configuration of HAProxy in ``etc``, one ``parts/instance…`` for each Zope.
"""

from carouge.guichet.demo.postgresql import programs
from carouge.guichet.demo.preflight import DemoError
from carouge.guichet.demo.settings import checkout
from carouge.guichet.demo.settings import SITE_ID
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import hashlib
import os
import subprocess


BUILDOUT = """\
# Written by the demonstration at each start.
[buildout]
extends = {checkout}/profiles/production.cfg
develop = {checkout}
eggs-directory = {checkout}/eggs
parts += {more_parts}

[reglages]
hote = localhost:{port}
protocole = http
hote-et-port = ${{:hote}}
site = /{site}
racine =
secrets = {secrets}
exige = GUICHET_BASE GUICHET_OIDC_SECRET
var = {var}
serveurs = {servers}
fils = {threads}
ecoute = bind 127.0.0.1:{port}
statistiques = 127.0.0.1:{statistics}
haproxy-socket = {var}/haproxy.sock
haproxy-socket-droits = mode 600 level admin
haproxy-global =
fichiers-cache = 200mb
pg-bin = {postgresql}
modeles = {checkout}/production

[instance1]
eggs +=
    carouge.guichet[demo]
http-address = 127.0.0.1:{first}
zcml-additional =
    <configure xmlns="http://namespaces.zope.org/zope">
      <include package="carouge.guichet" file="demo.zcml" />
    </configure>
"""

INSTANCE = """
[instance{number}]
<= instance1
http-address = 127.0.0.1:{port}
"""


@dataclass(frozen=True)
class Installation:
    """Where the demonstration of production is installed, and with what.

    ``var`` is its folder, ``port`` HAProxy's, ``statistics`` the port of its figures,
    ``zopes`` those of the Zope processes, ``threads`` the number of threads of each.
    """

    var: Path
    port: int
    statistics: int
    zopes: tuple[int, ...]
    threads: int

    @property
    def secrets(self) -> Path:
        """The file of variables that only ``bin/reglages`` reads."""
        return self.var / "secrets"

    @property
    def zope_conf(self) -> Path:
        """The configuration of the first Zope, which commands use as well."""
        return self.var / "parts" / "instance1" / "etc" / "zope.conf"

    @property
    def haproxy_cfg(self) -> Path:
        """The configuration of HAProxy."""
        return self.var / "etc" / "haproxy.cfg"

    def with_settings(self, program: str, *arguments: str) -> list[str]:
        """Return the command that runs a program of ``bin`` with its settings."""
        folder = self.var / "bin"
        return [str(folder / "reglages"), str(folder / program), *arguments]

    def configuration(self) -> str:
        """Return the text of its ``buildout.cfg``."""
        names = [f"instance{number}" for number in range(1, len(self.zopes) + 1)]
        text = BUILDOUT.format(
            checkout=checkout(),
            more_parts=" ".join(names[2:]),
            port=self.port,
            site=SITE_ID,
            secrets=self.secrets,
            # The lines of a buildout option are indented.
            servers="".join(
                f"\n    server zope{number} 127.0.0.1:{port}"
                for number, port in enumerate(self.zopes, 1)
            ),
            threads=self.threads,
            statistics=self.statistics,
            first=self.zopes[0],
            postgresql=programs(),
            var=self.var,
        )
        return text + "".join(
            INSTANCE.format(number=number, port=port)
            for number, port in enumerate(self.zopes[1:], 2)
        )

    def build(self) -> None:
        """Run buildout unless nothing has changed since the last time.

        Raises :class:`DemoError` when it fails; its end is told.
        """
        for name in ("zope", "log", "cache", "fichiers", "sauvegardes"):
            (self.var / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        text = self.configuration()
        file = self.var / "buildout.cfg"
        file.write_text(text, encoding="utf-8")
        mark = self.var / "buildout.sha256"
        digest = self._digest(text)
        if mark.exists() and mark.read_text() == digest:
            return
        command = [checkout() / ".venv" / "bin" / "buildout", "-N", "-c", file]
        result = subprocess.run(
            command,
            cwd=self.var,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode != 0:
            end = "\n".join((result.stdout + result.stderr).splitlines()[-25:])
            raise DemoError(f"buildout a échoué :\n\n{end}")
        mark.write_text(digest)

    def write_secrets(self, values: Mapping[str, str]) -> None:
        """Write the file that ``bin/reglages`` reads, for nobody else to see."""
        lines = [f"{name}='{value}'\n" for name, value in sorted(values.items())]
        handle = os.open(self.secrets, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(handle, "w", encoding="utf-8") as file:
            file.writelines(lines)

    def read_secrets(self) -> dict[str, str]:
        """Return what the last start wrote; {} if nothing."""
        try:
            lines = self.secrets.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return {}
        pairs = (line.split("=", 1) for line in lines)
        return {name: value.strip("'") for name, value in pairs}

    def _digest(self, text: str) -> str:
        known = hashlib.sha256(text.encode())
        sources = [*checkout().glob("profiles/*.cfg"), checkout() / "setup.py"]
        sources += checkout().glob("production/**/*.in")
        sources += checkout().glob("src/carouge/guichet/production/*.http")
        for path in sorted(sources):
            known.update(path.read_bytes())
        return known.hexdigest()
