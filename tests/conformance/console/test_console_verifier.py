"""``bin/guichet verifier``: the environment first, then what the site makes use of."""

from console_zope import Console
from console_zope import said
from postgres import Postgres

import pytest


SECRET = "x7Kp2mQ9vR4tW8zB"


@pytest.fixture(scope="module")
def console(tmp_path_factory):
    var = tmp_path_factory.mktemp("verifier")
    console = Console(var)
    done = console.python("carouge.guichet.demo.site", console.conf)
    assert done.returncode == 0, done.stderr
    del console.environ["GUICHET_TACHES_MINUTES"]
    with Postgres() as postgres:
        console.environ |= {
            "GUICHET_BASE": f"host={postgres.folder} user=chef dbname=postgres",
            "GUICHET_EXIGE": "GUICHET_BASE GUICHET_OIDC_SECRET",
            "GUICHET_OIDC_SECRET": SECRET,
            "GUICHET_SERVEUR": "https://guichet.example.ch",
            "GUICHET_DOSSIER": str(var),
            "GUICHET_FICHIERS": str(var / "blobstorage"),
        }
        for code in ("VILLE", "CCAS"):
            console.environ[f"GUICHET_REGIE_{code}_MOT_DE_PASSE"] = SECRET
            console.environ[f"GUICHET_REGIE_{code}_SIGNATURES"] = SECRET
        yield console


def test_all_is_set(console):
    done = console("verifier")
    assert (done.returncode, done.stdout) == (0, "Tout ce qu'il faut est réglé.\n")


def test_the_environment_is_looked_at_before_the_site(console, monkeypatch):
    monkeypatch.setitem(console.environ, "GUICHET_BASE", "host=/nulle/part dbname=x")
    done = console("verifier", site="/nulle-part")
    assert done.returncode == 1
    assert said(done).startswith(
        "GUICHET_BASE : PostgreSQL ne répond pas ou refuse l'utilisateur "
        "(/nulle/part, base « x »)"
    )


def test_what_the_site_makes_use_of(console, monkeypatch):
    monkeypatch.setitem(console.environ, "GUICHET_EXIGE", "GUICHET_BASE")
    monkeypatch.delitem(console.environ, "GUICHET_OIDC_SECRET")
    monkeypatch.delitem(console.environ, "GUICHET_REGIE_VILLE_MOT_DE_PASSE")
    monkeypatch.delitem(console.environ, "GUICHET_REGIE_CCAS_SIGNATURES")
    done = console("verifier")
    assert (done.returncode, done.stdout) == (1, "")
    assert said(done).splitlines() == [
        "Personne ne peut se connecter : GUICHET_OIDC_SECRET manque dans les secrets.",
        "guichet : Les annonces de paiement de la régie CCAS ne peuvent pas être "
        "vérifiées : GUICHET_REGIE_CCAS_SIGNATURES manque dans les secrets.",
        "guichet : La régie VILLE ne peut pas encaisser en ligne : "
        "GUICHET_REGIE_VILLE_MOT_DE_PASSE manque dans les secrets.",
    ]
