"""The command line: what is understood, and what is said of the rest."""

from carouge.guichet import console_transfert
from carouge.guichet.console import main
from carouge.guichet.console import Refus

import pytest


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["taches"],
        ["--site", "/carouge"],
        ["--site", "/carouge", "effacer"],
        ["--site", "/carouge", "exporter", "guichet"],
        ["--site", "/carouge", "importer", "guichet"],
    ],
)
def test_not_understood(argv, capsys):
    with pytest.raises(SystemExit) as end:
        main(argv)
    assert end.value.code == 2
    assert "usage: guichet" in capsys.readouterr().err


def test_no_configuration(tmp_path, capsys):
    conf = tmp_path / "zope.conf"
    assert main(["--zope-conf", str(conf), "--site", "/carouge", "taches"]) == 1
    assert capsys.readouterr() == (
        "",
        f"guichet : Il n'y a pas de configuration de Zope « {conf} ».\n",
    )


def test_production_says_itself_which_zope_and_site(tmp_path, monkeypatch, capsys):
    conf = tmp_path / "zope.conf"
    monkeypatch.setenv("GUICHET_ZOPE_CONF", str(conf))
    monkeypatch.setenv("GUICHET_SITE", "/carouge")
    assert main(["taches"]) == 1
    told = f"guichet : Il n'y a pas de configuration de Zope « {conf} ».\n"
    assert capsys.readouterr().err == told


def test_liaisons():
    words = ["service:voirie=travaux", "courriel:a@b.ch=c@d.ch", "categorie:x=+"]
    assert console_transfert._liaisons(words) == {
        "service:voirie": "travaux",
        "courriel:a@b.ch": "c@d.ch",
        "categorie:x": "+",
    }


@pytest.mark.parametrize("word", ["service", "service=travaux", "service:voirie="])
def test_no_liaison(word):
    with pytest.raises(Refus) as refused:
        console_transfert._liaisons([word])
    assert str(refused.value) == (
        f"« {word} » n'est pas une liaison. Exemple : service:voirie=travaux"
    )


def test_a_file_is_there_as_a_whole_or_not_at_all(tmp_path):
    path = tmp_path / "a.zip"
    console_transfert._write(path, b"un")
    console_transfert._write(path, b"deux")
    assert path.read_bytes() == b"deux"
    assert path.stat().st_mode & 0o777 == 0o644
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.zip"]


def test_no_such_folder(tmp_path):
    with pytest.raises(Refus) as refused:
        console_transfert._write(tmp_path / "rien" / "a.zip", b"un")
    assert str(refused.value).startswith("Impossible d'écrire ")


def test_no_such_file(tmp_path):
    with pytest.raises(Refus) as refused:
        console_transfert._read(tmp_path / "a.zip")
    assert str(refused.value).startswith("Impossible de lire ")
