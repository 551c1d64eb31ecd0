"""What the control panel refuses, and how it says so."""

from carouge.guichet.registre import checks
from zope.interface import Invalid

import json
import pytest


def refusal(check, value):
    with pytest.raises(Invalid) as caught:
        check(value)
    message = caught.value.args[0]
    words = str(message)
    for name, entry in (message.mapping or {}).items():
        words = words.replace(f"${{{name}}}", str(entry))
    return words


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://registre.example.ch/personnes",
        "https://registre.example.ch:8443/p?nom={family_name}&ne={birthdate}",
        "http://localhost:8000/{person_id}",
        "http://127.0.0.1/",
        "http://[::1]:80/",
    ],
)
def test_addresses(url):
    assert checks.check_http_url(url) is True


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("registre.example.ch", "This is not a web address."),
        ("https:///chemin", "This is not a web address."),
        ("https://registre.example.ch:port/", "This is not a web address."),
        ("https://registre.example.ch/a b", "This is not a web address."),
        ("http://registre.example.ch/", "The address must begin with https://."),
        ("http://127.0.0.1.example.ch/", "The address must begin with https://."),
        ("ftp://localhost/", "The address must begin with https://."),
        (
            "https://moi:secret@registre.example.ch/",
            "No password in an address: use the environment.",
        ),
        (
            "https://{family_name}.example.ch/",
            "Placeholders may stand in the path and after the ? only.",
        ),
        (
            "https://registre.example.ch/{avs}",
            "The AVS number must not stand in an address: send a document (POST).",
        ),
        (
            "https://registre.example.ch/{nom}",
            "Unknown placeholder nom. These exist: family_name, given_names, "
            "first_name, birthdate, sex, person_id, avs.",
        ),
    ],
)
def test_addresses_refused(url, words):
    assert refusal(checks.check_http_url, url) == words


def test_documents():
    body = {"vn": "{avs}", "who": ["{family_name}"], "fields": "{fields}"}
    assert checks.check_http_body(json.dumps(body)) is True
    assert checks.check_http_body("") is True
    assert refusal(checks.check_http_body, "{") == "This is not valid JSON."
    assert refusal(checks.check_http_body, "[" * 100_000) == "This is not valid JSON."
    assert (
        refusal(checks.check_http_body, "[]") == "The document must be a JSON object."
    )
    assert refusal(checks.check_http_body, '{"a": "{email}"}').startswith(
        "Unknown placeholder email."
    )


ESSENTIALS = {
    "family_name": "nom",
    "given_names": "prenoms",
    "birthdate": "ne_le",
    "municipality": "=6608",
    "residence": "genre",
    "moved_out": "=",
    "deceased": "=",
}


def table(**parts):
    return json.dumps({"champs": ESSENTIALS, **parts})


def test_tables():
    assert checks.check_http_table("") is True
    assert checks.check_http_table(table(personnes="reponse.liste")) is True
    assert checks.check_column_table(table()) is True


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nom", "This is not valid JSON."),
        ("[]", 'The table must be a JSON object with a part "champs".'),
        (table(extra=1), "Unknown name: extra"),
        (
            json.dumps({"champs": {"family_name": "a", "given_names": "b"}}),
            "The table lacks: birthdate, municipality, residence, moved_out, deceased",
        ),
        (
            json.dumps({"champs": {**ESSENTIALS, "salaire": "s"}}),
            "Unknown name: salaire",
        ),
        (
            json.dumps({"champs": {**ESSENTIALS, "sex": 3}}),
            "The entry sex is not a path.",
        ),
        (
            json.dumps(
                {"champs": {**ESSENTIALS, "sex": {"chemin": "s", "valeurs": 1}}}
            ),
            "The entry sex is not a path.",
        ),
        (
            table(foyer={"chemin": "f"}),
            'The part "foyer" must be a JSON object with a part "champs".',
        ),
        (
            table(foyer={"chemin": "f", "champs": {"person_id": "id"}}),
            "The table lacks: family_name, given_names, birthdate",
        ),
        (table(personnes=3), "A path is a text."),
        (
            json.dumps({"champs": {**ESSENTIALS, "household": "f"}}),
            "Unknown name: household",
        ),
    ],
)
def test_tables_refused(text, words):
    assert refusal(checks.check_http_table, text) == words


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM p WHERE nom = :family_name",
        "select nom as family_name from p where ne = :birthdate;",
        "WITH x AS (SELECT 1) SELECT * FROM x, p WHERE p.avs = :avs",
        "SELECT 'delete; --' AS a FROM p WHERE id = :person_id",
        "SELECT \"update\" FROM p WHERE id = :person_id AND d::text <> ''",
    ],
)
def test_statements(statement):
    assert checks.check_statement(statement) is True


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (
            "DELETE FROM p WHERE id = :person_id",
            "The statement must be one single SELECT.",
        ),
        (
            "SELECT 1 FROM p WHERE id = :person_id; SELECT 2",
            "The statement must be one single SELECT.",
        ),
        (
            "WITH x AS (DELETE FROM p RETURNING *) SELECT * FROM x WHERE id=:person_id",
            "The statement must only read: delete is not allowed.",
        ),
        (
            "SELECT * INTO copie FROM p WHERE id = :person_id",
            "The statement must only read: into is not allowed.",
        ),
        ("SELECT * FROM p -- :avs", "No comments in a statement."),
        (
            "SELECT * FROM p",
            "The statement asks for nobody: use parameters as :family_name.",
        ),
        (
            "SELECT * FROM p WHERE nom = ':family_name'",
            "The statement asks for nobody: use parameters as :family_name.",
        ),
    ],
)
def test_statements_refused(statement, words):
    assert refusal(checks.check_statement, statement) == words


def test_the_household_has_one_parameter():
    good = "SELECT * FROM p WHERE foyer = (SELECT foyer FROM p WHERE id = :person_id)"
    assert checks.check_household_statement("") is True
    assert checks.check_household_statement(good) is True
    assert (
        refusal(checks.check_household_statement, good + " AND nom = :family_name")
        == "The statement must have exactly one parameter: :person_id."
    )


def test_databases():
    assert checks.check_sql_url("postgresql://guichet@db.example.ch/habitants") is True
    assert checks.check_sql_url("mysql+pymysql://guichet@db/habitants") is True
    for url in (
        "postgresql://guichet:secret@db/habitants",
        "postgresql://guichet@db/habitants?password=secret",
    ):
        assert (
            refusal(checks.check_sql_url, url)
            == "No password in an address: use the environment."
        )
    assert (
        refusal(checks.check_sql_url, "habitants")
        == "This is no address of a database, as postgresql://user@host/base."
    )


def test_paths():
    assert checks.check_path("") is True
    assert checks.check_path("/srv/registre.csv") is True
    assert (
        refusal(checks.check_path, "registre.csv")
        == "The path of the file must be absolute, as /srv/registre.csv."
    )
