"""What only a file can do wrong."""

from carouge.guichet.registre.clients.csv import CsvRegistry
from carouge.guichet.registre.domain import fields_to_ask
from carouge.guichet.registre.domain import RegisterUnavailable
from carouge.guichet.registre.domain import ResidentQuery
from datetime import date
from registers import COLUMNS
from registers import PEOPLE
from registers import settings
from registers import write_csv

import json
import os
import pytest


CAMILLE = ResidentQuery("Rochat", "Camille", date(1986, 4, 12))


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "habitants.csv"
    write_csv(path)
    return path


def client_of(path, **changes):
    values = {"csv_chemin": str(path), "donnees": {"town"}, **changes}
    return CsvRegistry(lambda: settings(**values))


def find(client, query=CAMILLE):
    return client.find(query, fields_to_ask(query, ("household",)))


def words_of(client):
    (message,) = client.check_config()
    words = str(message)
    for name, value in (message.mapping or {}).items():
        words = words.replace(f"${{{name}}}", str(value))
    return words


def test_a_new_file_is_read_at_once(path):
    client = client_of(path)
    assert len(find(client)) == 1
    write_csv(path, PEOPLE[1:])
    assert find(client) == []


def test_an_unchanged_file_is_read_once(path):
    client = client_of(path)
    find(client)
    read = client._read
    find(client)
    assert client._read is read


def test_who_has_left_or_died_is_no_member(path):
    write_csv(
        path,
        [
            PEOPLE[0],
            {**PEOPLE[1], "moved_out": "2020-01-01"},
            {**PEOPLE[2], "deceased": "2021"},
        ],
    )
    (record,) = find(client_of(path))
    assert [member.given_names for member in record.household] == ["Camille"]


def test_who_has_no_household_lives_with_nobody(path):
    write_csv(path, [{**PEOPLE[0], "household": ""}, {**PEOPLE[3], "household": ""}])
    (record,) = find(client_of(path))
    assert record.household == ()


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("1;2;3", "Line 10 of the file is malformed."),
        (
            "9;;Rochat;;Zoé;1986-13-12" + ";" * 13,
            "Line 10 of the file is malformed: birthdate.",
        ),
        ('9;"Ro"chat', "Line 10 of the file is malformed."),
        (
            "9;;;;Zoé;1986-12-12" + ";" * 13,
            "Line 10 of the file is malformed: family_name.",
        ),
    ],
)
def test_one_malformed_line_spoils_the_file(path, line, problem):
    with path.open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    client = client_of(path)
    assert words_of(client) == problem
    with pytest.raises(RegisterUnavailable) as caught:
        find(client)
    assert str(caught.value) == "line 10"


def test_an_old_file_confirms_nothing(path):
    now = path.stat().st_mtime
    client = client_of(path)
    client._clock = lambda: now + 3 * 24 * 3600 - 1
    assert len(find(client)) == 1
    client._clock = lambda: now + 3 * 24 * 3600 + 1
    assert words_of(client) == "The file is older than 3 days."
    with pytest.raises(RegisterUnavailable):
        find(client)


def test_no_limit_of_age(path):
    os.utime(path, (0, 0))
    assert len(find(client_of(path, csv_jours=0))) == 1


def test_another_encoding_and_separator(path):
    text = path.read_text("utf-8").replace(";", ",")
    path.write_bytes(text.encode("cp1252"))
    good = client_of(path, csv_encodage="windows-1252", csv_separateur=",")
    (record,) = find(good)
    assert [member.given_names for member in record.household][-1] == "Léa"
    assert words_of(client_of(path)) == "The encoding of the file is another one."


def test_a_byte_order_mark_is_no_name(path):
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert len(find(client_of(path))) == 1


@pytest.mark.parametrize("content", [b"", b"\n", b"nom;nom\n", b"a;;b\n"])
def test_no_header(path, content):
    path.write_bytes(content)
    client = client_of(path)
    assert len(client.check_config()) == 1
    with pytest.raises(RegisterUnavailable):
        find(client)


def test_names_of_somebody_else(path):
    write_csv(path, columns=[name for name in COLUMNS if name != "moved_out"])
    path.write_text(path.read_text().replace("family_name", "Nom de famille"))
    columns = {name: name for name in COLUMNS} | {
        "family_name": "Nom de famille",
        "moved_out": "=",
    }
    table = json.dumps({"champs": columns})
    assert len(find(client_of(path, csv_correspondance=table))) == 1
    table = json.dumps({"champs": columns | {"sex": "Genre"}})
    client = client_of(path, csv_correspondance=table)
    assert words_of(client) == "The file lacks: Genre"


def test_essential_columns_and_those_the_profile_wants(path):
    write_csv(path, columns=[name for name in COLUMNS if name != "deceased"])
    assert words_of(client_of(path)) == "The table lacks: deceased"
    write_csv(path, columns=[name for name in COLUMNS if name != "town"])
    assert words_of(client_of(path)) == "The file lacks: town"


def test_a_folder_is_no_file(tmp_path):
    client = client_of(tmp_path)
    assert words_of(client) == "The file cannot be read."
    with pytest.raises(RegisterUnavailable):
        find(client)


def test_a_file_that_is_away_is_a_register_that_does_not_answer(path):
    client = client_of(path)
    client.sonde()()
    path.unlink()
    with pytest.raises(RegisterUnavailable):
        client.sonde()
