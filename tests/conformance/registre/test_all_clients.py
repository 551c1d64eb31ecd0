"""What every client of a residents' register does, whatever lies behind it."""

from carouge.guichet.interfaces import IResidentRegistry
from carouge.guichet.registre.clients.csv import CsvRegistry
from carouge.guichet.registre.clients.http import HttpRegistry
from carouge.guichet.registre.clients.null import NullRegistry
from carouge.guichet.registre.clients.sql import SqlRegistry
from carouge.guichet.registre.domain import decide
from carouge.guichet.registre.domain import fields_to_ask
from carouge.guichet.registre.domain import PROFILE_FIELDS
from carouge.guichet.registre.domain import RegisterUnavailable
from carouge.guichet.registre.domain import ResidentMember
from carouge.guichet.registre.domain import ResidentQuery
from carouge.guichet.registre.domain import ResidentRecord
from carouge.guichet.registre.domain import Status
from contextlib import contextmanager
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from registers import AVS
from registers import COLUMNS
from registers import DOCUMENT
from registers import JsonRegister
from registers import PEOPLE
from registers import settings
from registers import TABLE
from registers import write_csv
from zope.interface.verify import verifyObject

import os
import pytest


TODAY = date(2026, 11, 23)
CAMILLE = ResidentQuery("Rochat", "Camille", date(1986, 4, 12))
JEAN = ResidentQuery("Martin", "Jean", date(1975, 5, 5))
NOBODY = ResidentQuery("Dubois", "Marc", date(1979, 1, 23))

SELECT = """
SELECT * FROM habitants
WHERE avs = :avs OR (birthdate = :birthdate
                     AND :family_name IN (family_name, original_name))
"""
HOUSEHOLD = """
SELECT person_id, family_name, given_names, birthdate, sex FROM habitants
WHERE household = (SELECT household FROM habitants WHERE person_id = :person_id)
ORDER BY person_id
"""


@contextmanager
def csv_client(people, tmp_path, postgres):
    path = tmp_path / "habitants.csv"
    write_csv(path, people)
    yield CsvRegistry(
        lambda: settings(csv_chemin=str(path), donnees=set(PROFILE_FIELDS))
    )


@contextmanager
def http_client(people, tmp_path, postgres):
    with JsonRegister(people) as server:
        yield HttpRegistry(
            lambda: settings(
                http_url=server.url,
                http_corps=DOCUMENT,
                http_correspondance=TABLE,
                donnees=set(PROFILE_FIELDS),
            )
        )


@contextmanager
def sql_client(people, tmp_path, postgres):
    connection = postgres.connect("chef", "habitants")
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS habitants")
        columns = ", ".join(
            f"{name} {'date' if name in ('moved_out', 'deceased') else 'text'}"
            for name in COLUMNS
            if name != "birthdate"
        )
        # A text, so that a test can put nonsense into it.
        kind = "text" if any("?" in row["birthdate"] for row in people) else "date"
        cursor.execute(f"CREATE TABLE habitants ({columns}, birthdate {kind})")
        cursor.execute("GRANT SELECT ON habitants TO guichet")
        for row in people:
            cursor.execute(
                f"INSERT INTO habitants ({', '.join(row)}) "
                f"VALUES ({', '.join(['%s'] * len(row))})",
                [value or None for value in row.values()],
            )
    connection.close()
    select = SELECT
    if kind == "text":
        select = select.replace("birthdate = :birthdate", ":birthdate IS NOT NULL")
    yield SqlRegistry(
        lambda: settings(
            sql_url=postgres.address("guichet", "habitants"),
            sql_requete=select,
            sql_foyer=HOUSEHOLD,
            donnees=set(PROFILE_FIELDS),
        )
    )


CLIENTS = {"csv": csv_client, "http": http_client, "sql": sql_client}


@pytest.fixture(params=sorted(CLIENTS))
def connect(request, tmp_path, postgres):
    """Put people into a register, and get the client that asks it."""
    with ExitStack() as stack:

        def connect(*people):
            return stack.enter_context(
                CLIENTS[request.param](people, tmp_path, postgres)
            )

        yield connect


def find(client, query, *fields):
    return client.find(query, fields_to_ask(query, fields))


def status(client, query):
    return decide(query, find(client, query), 6608, TODAY)[0]


def test_it_is_a_register(connect):
    client = connect(*PEOPLE)
    assert verifyObject(IResidentRegistry, client)
    assert client.check_config() == []


def test_one_finds_out_that_it_is_there(connect):
    assert connect(*PEOPLE).sonde()() is None


def test_the_whole_record_of_one_person(connect):
    query = replace(CAMILLE, avs=AVS)
    assert find(connect(*PEOPLE), query, *PROFILE_FIELDS) == [
        ResidentRecord(
            person_id="1",
            family_name="Rochat",
            given_names="Camille",
            birthdate=date(1986, 4, 12),
            original_name="Monnier",
            sex="f",
            avs=AVS,
            street="rue Saint-Joseph",
            house_number="12",
            swiss_zip="1227",
            town="Carouge GE",
            municipality=6608,
            residence="principale",
            household=(
                ResidentMember(
                    "1", "Rochat", "Camille", date(1986, 4, 12), "f", "adulte"
                ),
                ResidentMember(
                    "2", "Favre", "Dominique", date(1984, 11, 30), "m", "adulte"
                ),
                ResidentMember("3", "Rochat", "Léa", date(2017, 3, 8), "f", "enfant"),
            ),
        )
    ]


def test_no_field_that_was_not_asked_for(connect):
    (record,) = find(connect(*PEOPLE), CAMILLE, "town")
    assert record == ResidentRecord(
        person_id="1",
        family_name="Rochat",
        given_names="Camille",
        birthdate=date(1986, 4, 12),
        original_name="Monnier",
        sex="f",
        town="Carouge GE",
        municipality=6608,
        residence="principale",
    )


def test_found_by_the_number_alone(connect):
    query = ResidentQuery("", "", date(1986, 4, 12), avs=AVS)
    assert [record.person_id for record in find(connect(*PEOPLE), query)] == ["1"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (CAMILLE, Status.RESIDENT),
        (replace(CAMILLE, avs=AVS), Status.RESIDENT),
        (replace(CAMILLE, family_name="Monnier"), Status.RESIDENT),
        (NOBODY, Status.NOT_RESIDENT),
        (JEAN, Status.AMBIGUOUS),
        (replace(CAMILLE, birthdate=date(1986, 4, 13), avs=AVS), Status.AMBIGUOUS),
        (replace(CAMILLE, birthdate=date(1986, 4, 13)), Status.NOT_RESIDENT),
        (ResidentQuery("Tran", "Minh", date(1996, 2, 14)), Status.NOT_RESIDENT),
        (ResidentQuery("Berset", "Hugo", date(1997, 4, 16)), Status.NOT_RESIDENT),
    ],
)
def test_the_same_answer_from_every_register(connect, query, expected):
    assert status(connect(*PEOPLE), query) is expected


def test_a_row_told_twice_is_one_person(connect):
    assert status(connect(PEOPLE[0], PEOPLE[0]), CAMILLE) is Status.RESIDENT


@pytest.mark.parametrize(
    "attack", ["' OR '1'='1", "%", "*", "Rochat'; DROP TABLE habitants; --", "{avs}"]
)
def test_a_name_is_never_more_than_a_name(connect, attack):
    client = connect(*PEOPLE)
    query = replace(CAMILLE, family_name=attack)
    assert status(client, query) is Status.NOT_RESIDENT
    assert status(client, CAMILLE) is Status.RESIDENT


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("birthdate", "?1986"),
        ("municipality", ""),
        ("municipality", "Carouge"),
        ("residence", ""),
        ("residence", "hotel"),
        ("family_name", ""),
        ("town", "x" * 300),
    ],
)
def test_a_malformed_answer_is_no_answer(connect, column, value):
    row = {**PEOPLE[0], column: value}
    # Found by its number, or by its name.
    query = replace(CAMILLE, avs=AVS)
    client = connect(row)
    with pytest.raises(RegisterUnavailable) as caught:
        find(client, query, "town")
    words = str(caught.value)
    assert value[:5] not in words or not value
    assert "Rochat" not in words and AVS not in words


def test_nothing_behind_it_any_more(tmp_path, postgres):
    for client in (
        CsvRegistry(lambda: settings(csv_chemin=str(tmp_path / "absent.csv"))),
        HttpRegistry(
            lambda: settings(
                http_url="http://localhost:9/",
                http_corps=DOCUMENT,
                http_correspondance=TABLE,
            )
        ),
        SqlRegistry(
            lambda: settings(
                sql_url=postgres.address("guichet", "absente"), sql_requete=SELECT
            )
        ),
        NullRegistry(),
    ):
        with pytest.raises(RegisterUnavailable):
            find(client, CAMILLE)


def test_nothing_filled_in():
    for client in (
        CsvRegistry(settings),
        HttpRegistry(settings),
        SqlRegistry(settings),
        NullRegistry(),
    ):
        assert verifyObject(IResidentRegistry, client)
        assert len(client.check_config()) == 1
        with pytest.raises(RegisterUnavailable):
            find(client, CAMILLE)


def test_settings_that_came_around_the_control_panel(tmp_path):
    for client in (
        CsvRegistry(lambda: settings(csv_chemin="../habitants.csv")),
        HttpRegistry(
            lambda: settings(
                http_url="http://registre.example.ch/",
                http_corps=DOCUMENT,
                http_correspondance=TABLE,
            )
        ),
        SqlRegistry(
            lambda: settings(
                sql_url="sqlite:///" + os.fspath(tmp_path / "base"),
                sql_requete="DELETE FROM habitants WHERE avs = :avs",
            )
        ),
    ):
        assert len(client.check_config()) == 1
        with pytest.raises(RegisterUnavailable):
            find(client, CAMILLE)
