"""What only a database can do wrong; a real PostgreSQL."""

from carouge.guichet.registre.clients.sql import Limits
from carouge.guichet.registre.clients.sql import SqlRegistry
from carouge.guichet.registre.domain import fields_to_ask
from carouge.guichet.registre.domain import PROFILE_FIELDS
from carouge.guichet.registre.domain import RegisterUnavailable
from carouge.guichet.registre.domain import ResidentMember
from carouge.guichet.registre.domain import ResidentQuery
from datetime import date
from registers import AVS
from registers import settings

import json
import pytest
import time


LIMITS = Limits()
CAMILLE = ResidentQuery("Rochat", "Camille", date(1986, 4, 12), avs=AVS)

# A table as somebody else made it.
TABLE = """
CREATE TABLE "Personne" (
    "NumPers" integer PRIMARY KEY,
    "Nom" text, "Prenoms" text, "Naissance" date, "Genre" text, "Menage" integer,
    "Depart" date
);
INSERT INTO "Personne" VALUES
    (1, 'Rochat', 'Camille', '1986-04-12', 'F', 7, NULL),
    (2, 'Favre', 'Dominique', '1984-11-30', 'H', 7, NULL);
CREATE SEQUENCE compteur;
CREATE FUNCTION noter() RETURNS text LANGUAGE sql AS
    $$ DELETE FROM "Personne"; SELECT 'x'::text $$;
GRANT SELECT ON "Personne" TO guichet;
"""
SELECT = """
SELECT "NumPers", "Nom", "Prenoms", "Naissance", "Genre", "Depart"
FROM "Personne" WHERE "Nom" = :family_name AND "Naissance" = :birthdate
"""
HOUSEHOLD = """
SELECT "NumPers", "Nom", "Prenoms", "Naissance" FROM "Personne"
WHERE "Menage" =
    (SELECT "Menage" FROM "Personne" WHERE "NumPers"::text = :person_id)
ORDER BY 1
"""
COLUMNS = {
    "champs": {
        "person_id": "NumPers",
        "family_name": "Nom",
        "given_names": "Prenoms",
        "birthdate": "Naissance",
        "sex": {"chemin": "Genre", "valeurs": {"H": "m", "F": "f"}},
        "municipality": "=6608",
        "residence": "=principale",
        "moved_out": "Depart",
        "deceased": "=",
    },
    "foyer": {
        "champs": {
            "person_id": "NumPers",
            "family_name": "Nom",
            "given_names": "Prenoms",
            "birthdate": "Naissance",
        }
    },
}


@pytest.fixture(scope="module")
def base(postgres):
    connection = postgres.connect("chef", "postgres")
    with connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE personnes")
    connection.close()
    connection = postgres.connect("chef", "personnes")
    with connection.cursor() as cursor:
        cursor.execute(TABLE)
    connection.close()
    return postgres


def client_of(base, user="guichet", limits=LIMITS, **changes):
    values = {
        "sql_url": base.address(user, "personnes"),
        "sql_requete": SELECT,
        "sql_foyer": HOUSEHOLD,
        "sql_correspondance": json.dumps(COLUMNS),
        "donnees": {"sex", "household"},
        **changes,
    }
    return SqlRegistry(lambda: settings(**values), limits)


def find(client):
    return client.find(CAMILLE, fields_to_ask(CAMILLE, PROFILE_FIELDS))


def count(base):
    connection = base.connect("chef", "personnes")
    with connection.cursor() as cursor:
        cursor.execute('SELECT count(*) FROM "Personne"')
        (number,) = cursor.fetchone()
    connection.close()
    return number


def test_columns_of_somebody_else(base):
    client = client_of(base)
    assert client.check_config() == []
    (record,) = find(client)
    assert (record.person_id, record.sex, record.municipality) == ("1", "f", 6608)
    assert record.household == (
        ResidentMember("1", "Rochat", "Camille", date(1986, 4, 12)),
        ResidentMember("2", "Favre", "Dominique", date(1984, 11, 30)),
    )


@pytest.mark.parametrize("function", ["noter()", "nextval('compteur')::text"])
def test_the_transaction_only_reads_even_for_the_owner(base, function):
    statement = SELECT.replace('"Genre"', f'{function} AS "Genre"')
    with pytest.raises(RegisterUnavailable) as caught:
        find(client_of(base, user="chef", sql_requete=statement))
    assert str(caught.value) == "ReadOnlySqlTransaction 25006"
    assert count(base) == 2


def test_a_slow_statement_is_broken_off(base):
    statement = SELECT.replace('"Genre"', 'pg_sleep(20)::text AS "Genre"')
    began = time.monotonic()
    with pytest.raises(RegisterUnavailable) as caught:
        find(client_of(base, limits=Limits(statement=0.3), sql_requete=statement))
    assert str(caught.value) == "QueryCanceled 57014"
    assert time.monotonic() - began < 5


def test_a_crowd_is_no_answer(base):
    statement = SELECT.rstrip() + " UNION ALL " + SELECT + "UNION ALL" + SELECT
    with pytest.raises(RegisterUnavailable):
        find(client_of(base, limits=Limits(rows=2), sql_requete=statement))


def test_an_error_of_the_database_repeats_nothing(base):
    statement = SELECT.replace('"Genre"', "('x' || :avs)::integer AS \"Genre\"")
    with pytest.raises(RegisterUnavailable) as caught:
        find(client_of(base, sql_requete=statement))
    assert str(caught.value) == "InvalidTextRepresentation 22P02"
    assert caught.value.__cause__ is None


def test_the_whole_address_may_come_from_the_environment(base, monkeypatch):
    monkeypatch.setenv("GUICHET_REGISTRE_SQL_URL", base.address("guichet", "personnes"))
    client = client_of(base, sql_url="")
    assert client.check_config() == []
    assert len(find(client)) == 1


def test_an_address_that_is_none(base, monkeypatch):
    monkeypatch.setenv("GUICHET_REGISTRE_SQL_URL", "habitants")
    with pytest.raises(RegisterUnavailable):
        find(client_of(base))
    monkeypatch.setenv("GUICHET_REGISTRE_SQL_URL", "inconnue://x/y")
    with pytest.raises(RegisterUnavailable):
        find(client_of(base))


def test_the_password_comes_from_the_environment(base, monkeypatch):
    monkeypatch.setenv("GUICHET_REGISTRE_SQL_MOT_DE_PASSE", "secret")
    client = client_of(base)
    assert len(find(client)) == 1
    assert client._engine[0].password == "secret"


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"sql_url": ""}, "The address of the database is needed."),
        ({"sql_requete": ""}, "The statement that finds a person is needed."),
        ({"sql_foyer": ""}, "The statement that finds a household is needed."),
        (
            {"sql_requete": "SELECT 1 AS x WHERE :avs = ''"},
            "The answer lacks: Depart, Genre, Naissance, Nom, NumPers, Prenoms",
        ),
        (
            {"sql_requete": "SELECT nom FROM absente WHERE nom = :family_name"},
            "The database does not answer: UndefinedTable 42P01",
        ),
        (
            {"sql_correspondance": ""},
            "The table lacks: family_name, given_names, birthdate, municipality, "
            "residence, moved_out, deceased",
        ),
    ],
)
def test_what_the_trial_tells(base, changes, problem):
    (message,) = client_of(base, **changes).check_config()
    words = str(message)
    for name, value in (message.mapping or {}).items():
        words = words.replace(f"${{{name}}}", value)
    assert words.casefold() == problem.casefold()


def test_one_finds_out_whether_it_lets_us_in(base):
    client_of(base).sonde()()
    with pytest.raises(RegisterUnavailable):
        client_of(base, user="inconnu").sonde()()
    with pytest.raises(RegisterUnavailable):
        client_of(base, sql_requete="").sonde()
