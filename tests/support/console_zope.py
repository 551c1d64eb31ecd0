"""``bin/guichet`` as a process of its own, on a Zope with a real database."""

from __future__ import annotations

from carouge.guichet.demo.instance import environment
from carouge.guichet.demo.instance import write_instance
from carouge.guichet.demo.settings import Settings
from carouge.guichet.demo.settings import SITE_PORT
from pathlib import Path

import os
import subprocess


ROOT = Path(__file__).parents[2]


class Console:
    """Runs commands on one Zope instance."""

    def __init__(self, var) -> None:
        settings = Settings({SITE_PORT: 8080}, var, 1)
        self.conf, _ini = write_instance(settings)
        self.environ = {
            **os.environ,
            **environment(var),
            "GUICHET_COURRIELS": str(var / "courriels"),
        }

    def python(self, module, *words):
        """Run the ``main`` of a module, as a console script would."""
        code = f"import sys; from {module} import main; "
        code += f"sys.exit(main({[str(word) for word in words]!r}))"
        return subprocess.run(
            [ROOT / "bin" / "python-test", "-c", code],
            cwd=ROOT,
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=600,
        )

    def __call__(self, *words, site="/carouge"):
        done = self.python(
            "carouge.guichet.console",
            *("--zope-conf", self.conf, "--site", site),
            *words,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done


def said(done) -> str:
    """What was said to the person who typed the command."""
    lines = done.stderr.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("guichet : "))
    return "\n".join(lines[start:]).removeprefix("guichet : ")
