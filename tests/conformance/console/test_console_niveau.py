"""``bin/guichet mettre-a-niveau`` on the database of a site of the version before."""

from console_zope import Console
from console_zope import ROOT
from console_zope import said

import json
import os
import pytest
import tarfile


VERSIONS = ROOT / "tests" / "setup" / "versions"
AVANT = "1000"

PAS = [
    "1000 → 1001 : Nouveaux réglages : durée de conservation des traces de paiements",
    "1000 → 1001 : Régies : adresse électronique de la caisse",
    "1000 → 1001 : Registres de la caisse : ce qui attend se trouve sans tout lire",
    "1000 → 1001 : Demandes : celles qui arrivent au même moment ne se gênent plus",
]


@pytest.fixture(scope="module")
def console(tmp_path_factory):
    var = tmp_path_factory.mktemp("ancien")
    with tarfile.open(VERSIONS / f"{AVANT}.tar.xz") as archive:
        archive.extractall(var, filter="data")
    os.chmod(var / "blobstorage", 0o700)
    console = Console(var)
    console.environ["PYTHONPATH"] = str(ROOT / "tests" / "support")
    return console


def lines(done) -> list[str]:
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_from_the_shell(console):
    """Rehearsal, failure, upgrade, once more; then what the old code has told is there."""
    assert lines(console("mettre-a-niveau", "--essai")) == [
        *PAS,
        "Essai réussi. Rien n'a été gardé : le site reste à la version 1000.",
    ]
    failed = console.python("niveau_console", console.conf, "echouer")
    assert (failed.returncode, failed.stdout, said(failed)) == (
        1,
        "",
        "L'étape « Régies : adresse électronique de la caisse » a échoué (ValueError : "
        "disque plein). Rien n'a été changé : le site reste à la version 1000.",
    )
    assert lines(console("mettre-a-niveau")) == [*PAS, "Le site est à la version 1001."]
    assert lines(console("mettre-a-niveau")) == [
        "Rien à faire : le site est à la version 1001."
    ]
    told = console.python("niveau_console", console.conf, "dire")
    found = json.loads(told.stdout.splitlines()[-1])
    before = json.loads((VERSIONS / f"{AVANT}.json").read_text("utf-8"))
    del before["profil"]
    kept = {name: found["reglages"].get(name) for name in before["reglages"]}
    assert {**found, "reglages": kept} == before
