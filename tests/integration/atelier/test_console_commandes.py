"""What the commands of ``bin/guichet`` do and say, once the site is open."""

from carouge.guichet import config
from carouge.guichet import console
from carouge.guichet.console import _parser
from carouge.guichet.console import guichets_de
from carouge.guichet.console import Refus
from plone import api

import pytest


DEMARCHE = "dechets/commander-un-conteneur"


@pytest.fixture
def run(demo_integration, monkeypatch):
    """Run a command on the site of the test; its exit code."""
    # What is committed here would stay for the other tests.
    monkeypatch.setattr(console.transaction, "commit", lambda: None)

    def run(*words):
        options = _parser().parse_args(["--site", "/plone", *map(str, words)])
        with api.env.adopt_roles(["Manager"]):
            return options.commande(demo_integration["portal"], options)

    return run


@pytest.fixture
def ailleurs(demo_integration):
    with api.env.adopt_roles(["Manager"]):
        return api.content.create(
            demo_integration["portal"], config.GUICHET, id="autre", title="Autre"
        )


def test_the_same_bytes_each_time(run, tmp_path, capsys):
    first, second = tmp_path / "un.zip", tmp_path / "deux.zip"
    assert run("exporter", "guichet", DEMARCHE, "-o", first) == 0
    assert run("exporter", "guichet", DEMARCHE, "-o", second) == 0
    assert second.read_bytes() == first.read_bytes()
    assert capsys.readouterr().out.splitlines()[0] == (
        f"1 démarche dans {first} ({first.stat().st_size} octets)."
    )


def test_import_with_what_stands_for_what(run, ailleurs, tmp_path, capsys):
    path = tmp_path / "un.zip"
    run("exporter", "guichet", DEMARCHE, "-o", path)
    with pytest.raises(Refus) as refused:
        run("importer", "autre", path)
    assert str(refused.value) == (
        "Il manque des liaisons. Ajoutez à la commande :\n"
        '  --liaison "categorie:dechets=+"   (Déchets)\n'
        '  --liaison "service:service-voirie=+"   '
        "(Service voirie, espaces verts et matériel)\n"
        "« + » crée ce qui manque ; sinon, donnez l'identifiant de ce qui existe."
    )
    answers = [
        "--liaison",
        "categorie:dechets=+",
        "--liaison",
        "service:service-voirie=+",
    ]
    capsys.readouterr()
    assert run("importer", "autre", path, "--essai", *answers) == 0
    assert capsys.readouterr().out == (
        "Commander un conteneur : nouveau brouillon\nEssai : rien n'a été changé.\n"
    )
    assert "dechets" not in ailleurs.objectIds()
    assert run("importer", "autre", path, *answers) == 0
    assert capsys.readouterr().out == (
        "Commander un conteneur : nouveau brouillon\n"
        "1 démarche importée ; rien n'est publié.\n"
    )
    assert list(ailleurs.dechets.objectIds()) == ["commander-un-conteneur"]


def test_guichets_by_path(demo_integration, ailleurs):
    found = guichets_de(demo_integration["portal"])
    assert [guichet.getId() for guichet in found] == ["autre", "guichet"]


@pytest.mark.parametrize(
    "words, message",
    [
        (
            ["exporter", "guichets", "-o", "x.zip"],
            "Il n'y a pas de guichet « guichets » dans ce site.",
        ),
        (
            ["exporter", "guichet/dechets", "-o", "x.zip"],
            "Il n'y a pas de guichet « guichet/dechets » dans ce site.",
        ),
        (
            ["exporter", "guichet", "dechets/rien", "-o", "x.zip"],
            "Il n'y a pas de démarche « dechets/rien » dans ce guichet.",
        ),
        (
            ["importer", "guichet", "/nulle/part.zip"],
            "Impossible de lire /nulle/part.zip : No such file or directory.",
        ),
        (
            ["importer", "guichet", "x.zip", "--liaison", "service"],
            "« service » n'est pas une liaison. Exemple : service:voirie=travaux",
        ),
    ],
)
def test_refused(run, words, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.zip").write_bytes(b"")
    with pytest.raises(Refus) as refused:
        run(*words)
    assert str(refused.value) == message


def test_a_guichet_without_demarche(run, ailleurs, tmp_path):
    with pytest.raises(Refus) as refused:
        run("exporter", "autre", "-o", tmp_path / "x.zip")
    assert str(refused.value) == "Ce guichet n'a pas de démarche."
