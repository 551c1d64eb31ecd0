"""``bin/guichet`` as a process of its own, on a real database."""

from console_zope import Console
from console_zope import ROOT
from console_zope import said

import json
import pytest
import subprocess
import threading


DEMARCHE = "dechets/commander-un-conteneur"


@pytest.fixture(scope="module")
def console(tmp_path_factory):
    console = Console(tmp_path_factory.mktemp("console"))
    done = console.python("carouge.guichet.demo.site", console.conf)
    assert done.returncode == 0, done.stderr
    return console


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


def test_tasks(console, monkeypatch, tmp_path):
    journal = tmp_path / "journal"
    monkeypatch.setitem(console.environ, "GUICHET_JOURNAL", str(journal))
    done = console("taches")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stderr
    assert {line["etat"] for line in lines} == {"fait"}
    assert {line["guichet"] for line in lines} == {"/carouge/guichet"}
    assert {"antivirus", "brouillons"} <= {line["subject"] for line in lines}
    noted = [json.loads(line) for line in journal.read_text("utf-8").splitlines()]
    assert [one for one in noted if one["action"] == "tache.executer"] == lines


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


def test_killed_in_the_midst_of_a_job(console, monkeypatch):
    """SIGKILL while demandes are written to; the next run does the rest, once."""
    monkeypatch.setitem(console.environ, "PYTHONPATH", str(ROOT / "tests" / "support"))
    count = 300
    done = console.python("lot_console", console.conf, "commander", count)
    assert done.returncode == 0, done.stderr
    data = console.conf.parents[1] / "filestorage" / "Data.fs"
    code = "import sys; from carouge.guichet.console import main; sys.exit(main(["
    code += f"'--zope-conf', {str(console.conf)!r}, '--site', '/carouge', 'taches']))"
    process = subprocess.Popen(
        [ROOT / "bin" / "python-test", "-c", code],
        cwd=ROOT,
        env=console.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    # The task of the jobs is the last one but that of the webhooks.
    for line in process.stdout:
        if '"subject": "travaux"' in line:
            break
    size = data.stat().st_size
    # Some batches of the job are written.
    while process.poll() is None and data.stat().st_size < size + 200_000:
        threading.Event().wait(0.01)
    process.kill()
    process.wait(60)

    def state():
        found = console.python("lot_console", console.conf, "dire")
        return json.loads(found.stdout.splitlines()[-1])

    killed = state()
    assert killed["etat"] == "en_cours"
    assert 0 < killed["fait"] < count
    assert killed["lignes"] == killed["fait"] == killed["notes"]["1"]
    assert killed["notes"]["0"] == count - killed["fait"]
    assert console("taches").returncode == 0
    assert state() == {
        "etat": "fini",
        "fait": count,
        "lignes": count,
        "notes": {"1": count},
    }
