"""What a counter in production does not start without, told in one line."""

from carouge.guichet.production.verification import MauvaisReglage
from carouge.guichet.production.verification import PasEncore
from carouge.guichet.production.verification import verifier

import os
import psycopg2
import pytest


SECRET = "x7Kp2mQ9vR4tW8zB"


class Connection:
    """Stands in for PostgreSQL, which another test starts."""

    def __init__(self, encoding="UTF8"):
        self.encoding = encoding
        self.closed = False

    def __enter__(self):
        return self

    def __exit__(self, *details):
        pass

    def cursor(self):
        return self

    def execute(self, statement):
        assert statement == "show server_encoding"

    def fetchone(self):
        return (self.encoding,)

    def close(self):
        self.closed = True


@pytest.fixture
def database(monkeypatch):
    connection = Connection()
    monkeypatch.setattr(psycopg2, "connect", lambda dsn, connect_timeout: connection)
    return connection


@pytest.fixture
def environ(tmp_path):
    (tmp_path / "fichiers").mkdir()
    return {
        "GUICHET_BASE": "host=localhost dbname=guichet user=guichet",
        "GUICHET_SERVEUR": "https://guichet.example.ch",
        "GUICHET_EXIGE": "GUICHET_BASE GUICHET_OIDC_SECRET",
        "GUICHET_OIDC_SECRET": SECRET,
        "GUICHET_DOSSIER": str(tmp_path),
        "GUICHET_FICHIERS": str(tmp_path / "fichiers"),
    }


def fault(environ, *, passing=False) -> str:
    with pytest.raises(MauvaisReglage) as caught:
        verifier(environ)
    assert isinstance(caught.value, PasEncore) is passing
    text = str(caught.value)
    assert "\n" not in text
    assert "geheim" not in text
    return text


def test_all_settings_as_they_should_be(environ, database):
    verifier(environ)
    assert database.closed


def test_the_demonstration_needs_no_certificate(environ, database):
    verifier(environ | {"GUICHET_SERVEUR": "http://localhost:8080"})


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"GUICHET_BASE": ""}, "GUICHET_BASE manque : écrivez dans le fichier"),
        ({"GUICHET_OIDC_SECRET": " "}, "GUICHET_OIDC_SECRET manque : écrivez-le dans"),
        ({"GUICHET_OIDC_SECRET": "court"}, "GUICHET_OIDC_SECRET est trop court"),
        (
            {"GUICHET_EXIGE": "GUICHET_REGIE_VILLE_MOT_DE_PASSE"},
            "GUICHET_REGIE_VILLE_MOT_DE_PASSE manque",
        ),
        ({"GUICHET_SERVEUR": ""}, "GUICHET_SERVEUR manque : réglez « hote »"),
        ({"GUICHET_SERVEUR": "http://guichet.example.ch"}, "il faut https"),
        ({"GUICHET_SERVEUR": "http://localhost.example.ch"}, "il faut https"),
        ({"GUICHET_SERVEUR": "ftp://localhost"}, "il faut https"),
        ({"GUICHET_SERVEUR": "guichet.example.ch"}, "il faut une adresse comme"),
        ({"GUICHET_SERVEUR": "https://a.ch/guichet"}, "sans rien après le nom"),
        ({"GUICHET_SERVEUR": "https://moi@a.ch"}, "sans rien après le nom"),
        ({"GUICHET_SERVEUR": "https://a.ch:port"}, "sans rien après le nom"),
        ({"GUICHET_TACHES_MINUTES": "5"}, "GUICHET_TACHES_MINUTES est réglé"),
        ({"GUICHET_DOSSIER": ""}, "lancez la commande par bin/reglages"),
        ({"GUICHET_FICHIERS": "/nulle/part"}, "/nulle/part, qui n'existe pas"),
        ({"GUICHET_BASE": "geheim"}, "GUICHET_BASE ne se lit pas"),
        ({"GUICHET_BASE": "dbname=x password=geheim"}, "contient le mot de passe"),
        ({"GUICHET_BASE": "postgresql://me:geheim@host/x"}, "sa propre ligne, PGPASS"),
        ({"GUICHET_BASE": "", "GUICHET_BASE_FILE": "/x"}, "GUICHET_BASE manque"),
        ({"GUICHET_SMS_SECRET_FILE": "/nulle/part"}, "qui ne peut pas être lu"),
    ],
)
def test_one_line_says_what_to_set(environ, database, changes, told):
    assert told in fault(environ | changes)


def test_a_secret_may_lie_in_a_file(environ, database, tmp_path):
    file = tmp_path / "oidc"
    file.write_text(SECRET)
    del environ["GUICHET_OIDC_SECRET"]
    environ["GUICHET_OIDC_SECRET_FILE"] = str(file)
    verifier(environ)
    file.write_text("\n")
    assert fault(environ) == f"GUICHET_OIDC_SECRET_FILE indique {file}, qui est vide."


def test_a_folder_nothing_can_be_written_to(environ, database, monkeypatch):
    def full(dir):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.TemporaryFile", full)
    assert os.strerror(28) in fault(environ, passing=True)


def test_a_database_that_does_not_answer(environ, monkeypatch):
    def refuse(dsn, connect_timeout):
        assert connect_timeout == 5
        raise psycopg2.OperationalError("password geheim refused")

    monkeypatch.setattr(psycopg2, "connect", refuse)
    told = fault(environ, passing=True)
    assert told.startswith("GUICHET_BASE : PostgreSQL ne répond pas")
    assert "localhost, base « guichet »" in told


def test_a_database_that_loses_accents(environ, database):
    database.encoding = "SQL_ASCII"
    assert "est en SQL_ASCII : créez-la en UTF8" in fault(environ)
