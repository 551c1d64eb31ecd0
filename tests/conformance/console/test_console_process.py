"""``bin/guichet`` as a process of its own, on a real database."""

from carouge.guichet.demo.instance import environment
from carouge.guichet.demo.instance import write_instance
from carouge.guichet.demo.settings import Settings
from carouge.guichet.demo.settings import SITE_PORT
from pathlib import Path

import json
import os
import pytest
import subprocess


ROOT = Path(__file__).parents[3]
DEMARCHE = "dechets/commander-un-conteneur"


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


@pytest.fixture(scope="module")
def console(tmp_path_factory):
    console = Console(tmp_path_factory.mktemp("console"))
    done = console.python("carouge.guichet.demo.site", console.conf)
    assert done.returncode == 0, done.stderr
    return console


def said(done) -> str:
    """What was said to the person who typed the command."""
    lines = done.stderr.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("guichet : "))
    return "\n".join(lines[start:]).removeprefix("guichet : ")


def test_export_and_import(console, tmp_path):
    first = tmp_path / "un.zip"
    done = console("exporter", "guichet", DEMARCHE, "-o", first)
    assert (done.returncode, done.stdout) == (
        0,
        f"1 démarche dans {first} ({first.stat().st_size} octets).\n",
    )

    done = console("importer", "guichet", first)
    assert (done.returncode, done.stdout) == (
        0,
        "Commander un conteneur : rien à changer\n"
        "0 démarches importées ; rien n'est publié.\n",
    )


def test_tasks(console):
    done = console("taches")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stderr
    assert {line["etat"] for line in lines} == {"fait"}
    assert {line["guichet"] for line in lines} == {"/carouge/guichet"}
    assert {"antivirus", "brouillons"} <= {line["subject"] for line in lines}


@pytest.mark.parametrize(
    "words, site, message",
    [
        (["taches"], "/nulle-part", "Il n'y a pas de site Plone sous « /nulle-part »."),
        (
            ["importer", "guichet", __file__],
            "/carouge",
            "Le fichier est endommagé, ou n’est pas un fichier ZIP. Refaites l’export.",
        ),
    ],
)
def test_refused(console, words, site, message):
    done = console(*words, site=site)
    assert (done.returncode, done.stdout, said(done)) == (1, "", message)
