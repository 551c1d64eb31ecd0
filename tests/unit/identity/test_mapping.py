"""What claims say, and what the configuration of it may be."""

from carouge.guichet.compte.domain import AccountType
from carouge.guichet.compte.domain import Level
from carouge.guichet.compte.domain import Organisation
from carouge.guichet.identity.domain import identity_of
from carouge.guichet.identity.domain import merged
from carouge.guichet.identity.domain import Problem
from carouge.guichet.identity.domain import UnusableIdentity
from carouge.guichet.identity.domain import Warning
from carouge.guichet.identity.mapping import DEFAULT
from carouge.guichet.identity.mapping import EXAMPLE
from carouge.guichet.identity.mapping import MappingError
from carouge.guichet.identity.mapping import parse_mapping
from datetime import date
from datetime import datetime
from datetime import timezone

import json
import pytest


TODAY = date(2026, 11, 23)
MAPPING = parse_mapping(DEFAULT)
PERSON = {"sub": "G-1", "given_name": "Camille", "family_name": "Rochat"}
COMPANY = PERSON | {
    "account_type": "legal",
    "verified": True,
    "organisation": {
        "id": "O-1",
        "name": "Boulangerie",
        "uid": "CHE-107.482.617",
        "kind": "company",
    },
}


def read(**claims):
    return identity_of(MAPPING, "https://op.example", PERSON | claims, TODAY)


def warning(field, problem=Problem.UNKNOWN_VALUE):
    return Warning(field, problem)


def test_the_claims_of_the_demonstration():
    reading = read(
        account_type="natural",
        verified=True,
        birthdate="1986-04-12",
        gender="female",
        avs="756.1234.5678.97",
        email="camille@example.ch",
        phone_number="+41790000101",
        acr="urn:qa.agov.ch:names:tc:ac:classes:200",
        auth_time=1_795_000_000,
        sid="s1",
    )
    who = reading.identite
    assert reading.warnings == ()
    assert (who.issuer, who.subject) == ("https://op.example", "G-1")
    assert (who.account_type, who.level) == (AccountType.PERSONNE, Level.VERIFIED)
    assert (who.given_name, who.family_name) == ("Camille", "Rochat")
    assert (who.birthdate, who.sex, who.avs) == (
        date(1986, 4, 12),
        "f",
        "7561234567897",
    )
    assert (who.email, who.phone) == ("camille@example.ch", "+41790000101")
    assert who.auth_time == datetime.fromtimestamp(1_795_000_000, timezone.utc)
    assert (who.sid, who.organisation) == ("s1", None)


def test_the_claims_of_a_keycloak():
    """The shape of the canton's public test assertion: flat, Swiss dates, lists."""
    claims = {
        "sub": "G-4d2c7a61",
        "firstname": ["Camille"],
        "familyname": ["Rochat"],
        "dateofbirth": ["12.04.1986"],
        "gender": "F",
        "typeCompte": "PP",
        "niveau": "verifie",
        "acr": "1",
    }
    reading = identity_of(MAPPING, "https://op.example", claims, TODAY)
    who = reading.identite
    assert (who.given_name, who.family_name) == ("Camille", "Rochat")
    assert (who.birthdate, who.sex) == (date(1986, 4, 12), "f")
    assert (who.account_type, who.level) == (AccountType.PERSONNE, Level.VERIFIED)
    assert reading.warnings == ()


@pytest.mark.parametrize(
    ("claims", "warnings"),
    [
        ({}, ()),
        ({"verified": False}, ()),
        ({"verified": "true"}, (warning("level"),)),
        ({"verified": 1}, (warning("level"),)),
        ({"verified": [True]}, (warning("level"),)),
        ({"verified": {"true": True}}, (warning("level"),)),
        ({"verified": "VERIFIE"}, (warning("level"),)),
        ({"acr": "urn:qa.agov.ch:names:tc:ac:classes:100"}, (warning("level"),)),
        # The first path that leads to something counts, not the best one.
        ({"verified": False, "acr": "urn:qa.agov.ch:names:tc:ac:classes:400"}, ()),
        ({"verified": True, "account_type": "robot"}, (warning("account_type"),)),
    ],
)
def test_whatever_is_not_known_is_the_lowest_level(claims, warnings):
    reading = read(**claims)
    assert reading.identite.level is Level.DECLARED
    assert reading.identite.account_type is AccountType.PERSONNE
    assert reading.warnings == warnings


@pytest.mark.parametrize(
    ("claims", "name", "field"),
    [
        ({"avs": "756.1234.5678.98"}, "avs", "avs"),
        ({"avs": 7561234567897}, "avs", "avs"),
        ({"birthdate": "1986"}, "birthdate", "birthdate"),
        ({"birthdate": "1986-04"}, "birthdate", "birthdate"),
        ({"birthdate": "2031-01-01"}, "birthdate", "birthdate"),
        ({"birthdate": "0000-04-12"}, "birthdate", "birthdate"),
        ({"email": "a@b@c"}, "email", "email"),
        ({"phone_number": "1" * 300}, "phone", "phone"),
        ({"given_name": "Cam\nille"}, "given_name", "given_name"),
        ({"given_name": ["Camille", "Anna"]}, "given_name", "given_name"),
    ],
)
def test_values_that_are_not_valid_count_as_missing(claims, name, field):
    reading = read(**claims)
    assert not getattr(reading.identite, name)
    assert warning(field, Problem.NOT_VALID) in reading.warnings


def test_a_company():
    who = identity_of(MAPPING, "i", COMPANY, TODAY).identite
    assert who.account_type is AccountType.ENTREPRISE
    assert who.organisation == Organisation("O-1", "Boulangerie", "CHE107482617")
    assert who.level is Level.VERIFIED


def test_an_association_without_number():
    organisation = {"id": "O-2", "name": "Chœur", "kind": "association"}
    who = identity_of(MAPPING, "i", COMPANY | {"organisation": organisation}, TODAY)
    assert who.identite.account_type is AccountType.ASSOCIATION
    assert who.identite.organisation == Organisation("O-2", "Chœur", "")


def test_flat_claims_of_an_organisation():
    claims = PERSON | {"account_type": "PM", "ide": "CHE-107.482.617"}
    who = identity_of(MAPPING, "i", claims, TODAY).identite
    assert who.account_type is AccountType.ENTREPRISE
    assert who.organisation == Organisation(
        "CHE107482617", "CHE107482617", "CHE107482617"
    )


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"given_name": "", "family_name": ""}, "person"),
        ({"organisation": {}}, "organisation"),
        ({"organisation": None}, "organisation"),
        ({"organisation": {"id": "O-1", "kind": "company"}}, "uid"),
        (
            {"organisation": {"id": "O", "uid": "CHE-107.482.618", "kind": "company"}},
            "uid",
        ),
    ],
)
def test_organisations_nobody_can_be_let_in_for(changes, reason):
    with pytest.raises(UnusableIdentity) as caught:
        identity_of(MAPPING, "i", COMPANY | changes, TODAY)
    assert caught.value.reason == reason


def test_who_acts_for_himself_acts_for_no_organisation():
    who = identity_of(MAPPING, "i", COMPANY | {"account_type": "natural"}, TODAY)
    assert who.identite.organisation is None


def test_userinfo_cannot_say_what_only_the_signed_token_says():
    claims = merged(
        {"sub": "a", "acr": "low", "given_name": "Old"},
        {"sub": "b", "acr": "high", "sid": "x", "auth_time": 1, "given_name": "New"},
    )
    assert claims == {"sub": "a", "acr": "low", "given_name": "New"}


def test_a_group_in_the_claims_is_nobody_s_business():
    assert read(groups=["Administrators"], roles=["Manager"]) == read()


# --- the configuration ----------------------------------------------------------


def test_the_example_is_usable():
    reading = identity_of(MAPPING, "i", json.loads(EXAMPLE), TODAY)
    assert reading.identite.level is Level.VERIFIED
    assert reading.warnings == ()


LEAST = {
    "level": {"paths": [["verified"]], "values": {"verified": [True]}},
    "given_name": {"paths": [["given_name"]]},
    "family_name": {"paths": [["family_name"]]},
}


def test_the_least_configuration():
    mapping = parse_mapping(json.dumps(LEAST))
    who = identity_of(mapping, "i", COMPANY | {"avs": "x"}, TODAY)
    assert who.identite.level is Level.VERIFIED
    assert who.identite.account_type is AccountType.PERSONNE
    assert who.warnings == ()


@pytest.mark.parametrize(
    ("changes", "problem", "where"),
    [
        ({"groups": {"paths": [["groups"]]}}, "field", "groups"),
        ({"level": None}, "rule", "level"),
        ({"level": {"paths": [["a"]]}}, "values", "level"),
        ({"level": {"paths": [["a"]], "values": {}}}, "values", "level"),
        (
            {"level": {"paths": [["a"]], "values": {"verified": True}}},
            "values",
            "level",
        ),
        (
            {"level": {"paths": [["a"]], "values": {"verified": [False]}}},
            "values",
            "level",
        ),
        (
            {"level": {"paths": [["a"]], "values": {"verified": [""]}}},
            "values",
            "level",
        ),
        (
            {"level": {"paths": [["a"]], "values": {"verified": [None]}}},
            "values",
            "level",
        ),
        ({"level": {"paths": [["a"]], "values": {"admin": [True]}}}, "values", "level"),
        (
            {"sex": {"paths": [["a"]], "values": {"f": ["x"], "m": ["x"]}}},
            "values",
            "sex",
        ),
        ({"given_name": {"paths": []}}, "paths", "given_name"),
        ({"given_name": {"paths": ["given_name"]}}, "paths", "given_name"),
        ({"given_name": {"paths": [[""]]}}, "paths", "given_name"),
        ({"given_name": {"paths": [["a"]] * 21}}, "paths", "given_name"),
        (
            {"given_name": {"paths": [["a"]], "values": {}}},
            "rule",
            "given_name",
        ),
        (
            {"birthdate": {"paths": [["a"]], "formats": ["%s"]}},
            "formats",
            "birthdate",
        ),
        ({"birthdate": {"paths": [["a"]], "formats": [{}]}}, "formats", "birthdate"),
    ],
)
def test_configurations_that_are_refused(changes, problem, where):
    with pytest.raises(MappingError) as caught:
        parse_mapping(json.dumps(LEAST | changes))
    assert (caught.value.problem, caught.value.where) == (problem, where)


@pytest.mark.parametrize("name", ["level", "given_name", "family_name"])
def test_what_no_configuration_can_do_without(name):
    rest = {key: value for key, value in LEAST.items() if key != name}
    with pytest.raises(MappingError) as caught:
        parse_mapping(json.dumps(rest))
    assert (caught.value.problem, caught.value.where) == ("missing", name)


@pytest.mark.parametrize(
    ("text", "problem"),
    [("", "json"), ("{", "json"), ("[]", "object"), ("[" * 100_000, "json")],
)
def test_no_configuration_at_all(text, problem):
    with pytest.raises(MappingError) as caught:
        parse_mapping(text)
    assert caught.value.problem == problem
