"""The door to the register: never an exception, never a resident by accident."""

from carouge.guichet.interfaces import IResidentRegistry
from carouge.guichet.registre import service
from carouge.guichet.registre.domain import fields_to_ask
from carouge.guichet.registre.domain import PROFILE_FIELDS
from carouge.guichet.registre.domain import RegisterUnavailable
from carouge.guichet.registre.domain import ResidentQuery
from carouge.guichet.registre.domain import ResidentRecord
from carouge.guichet.registre.domain import Status
from carouge.guichet.registre.interfaces import PREFIX
from dataclasses import replace
from datetime import date
from plone import api
from plone.app.testing import login
from plone.app.testing import logout
from plone.app.testing import TEST_USER_NAME
from ZODB.POSException import ConflictError
from zope.component import getGlobalSiteManager

import json
import logging
import pytest
import transaction


AVS = "7561234567897"
CAMILLE = ResidentQuery("Rochat", "Camille", date(1986, 4, 12), avs=AVS)
RECORD = ResidentRecord(
    "42",
    "Rochat",
    "Camille",
    date(1986, 4, 12),
    avs=AVS,
    street="rue Saint-Joseph",
    town="Carouge GE",
    municipality=6608,
)


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


class Register:
    """Answers what the test tells it to, and remembers what it was asked."""

    title = "Test"

    def __init__(self):
        self.answer = [RECORD]
        self.asked = []

    def find(self, query, fields):
        self.asked.append((query, fields))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def check_config(self):
        if isinstance(self.answer, Exception):
            raise self.answer
        return []


@pytest.fixture
def portal(demo_integration):
    return demo_integration["portal"]


@pytest.fixture
def register(portal):
    register = Register()
    site_manager = getGlobalSiteManager()
    site_manager.registerUtility(register, IResidentRegistry, "test")
    choose("test")
    yield register
    site_manager.unregisterUtility(register, IResidentRegistry, "test")


@pytest.fixture
def lines(caplog):
    caplog.set_level(logging.INFO, "carouge.guichet.journal")

    def read():
        return [
            json.loads(entry.message)
            for entry in caplog.records
            if entry.name == "carouge.guichet.journal"
        ]

    return read


def choose(client, **values):
    for name, value in {"client": client, **values}.items():
        api.portal.set_registry_record(f"{PREFIX}.{name}", value)


def ask(query=CAMILLE, fields=PROFILE_FIELDS, breakers=None, **more):
    return service.lookup(
        query,
        fields,
        purpose="connexion",
        subject="ge-1",
        breakers=breakers or service.Breakers(),
        **more,
    )


def test_a_resident_and_what_the_settings_deliver(register):
    choose("test", donnees={"town", "street"}, nom="Registre de Carouge")
    result = ask()
    assert (result.status, result.source) == (Status.RESIDENT, "Registre de Carouge")
    assert result.fields == {"town", "street"}
    assert result.record == ResidentRecord(
        "42",
        "",
        "",
        None,
        street="rue Saint-Joseph",
        town="Carouge GE",
        municipality=6608,
    )
    assert register.asked == [(CAMILLE, fields_to_ask(CAMILLE, {"town", "street"}))]


def test_what_nobody_wants_is_not_asked_for(register):
    ask(fields=("town", "anything"))
    assert register.asked[0][1] == fields_to_ask(CAMILLE, {"town"})


def test_the_number_is_used_only_where_a_law_allows_it(register):
    choose("test", avs_autorise=False)
    assert ask().status is Status.RESIDENT
    ((query, fields),) = register.asked
    assert query == replace(CAMILLE, avs="")


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ([], Status.NOT_RESIDENT),
        ([replace(RECORD, municipality=6628)], Status.NOT_RESIDENT),
        ([RECORD, replace(RECORD, person_id="43")], Status.AMBIGUOUS),
        (RegisterUnavailable("HTTP 500"), Status.UNAVAILABLE),
        (ZeroDivisionError("Rochat"), Status.UNAVAILABLE),
        (["Rochat"], Status.UNAVAILABLE),
        (None, Status.UNAVAILABLE),
    ],
)
def test_only_a_resident_has_a_record(register, answer, status, caplog):
    register.answer = answer
    result = ask()
    assert (result.status, result.record) == (status, None)
    assert "Rochat" not in caplog.text and AVS not in caplog.text


def test_another_municipality(register):
    choose("test", commune_ofs=6628)
    assert ask().status is Status.NOT_RESIDENT
    register.answer = [replace(RECORD, municipality=6628)]
    assert ask().status is Status.RESIDENT


def test_without_birth_date_nobody_is_asked(register):
    assert ask(replace(CAMILLE, birthdate=None)).status is Status.AMBIGUOUS
    assert register.asked == []


def test_no_register(portal, lines):
    choose("aucun")
    assert ask().status is Status.NOT_CONFIGURED
    assert lines() == []


def test_a_client_that_is_gone(register):
    getGlobalSiteManager().unregisterUtility(register, IResidentRegistry, "test")
    assert ask().status is Status.UNAVAILABLE
    assert service.check_config() == ["This connection does not exist here: ${name}"]


def test_a_conflict_of_the_database_is_not_swallowed(register):
    register.answer = ConflictError()
    with pytest.raises(ConflictError):
        ask()
    with pytest.raises(ConflictError):
        service.check_config()


def test_after_five_failures_nobody_waits_for_a_minute(register):
    clock = Clock()
    breakers = service.Breakers(clock)
    register.answer = RegisterUnavailable("TimeoutError")
    for _time in range(7):
        assert ask(breakers=breakers).status is Status.UNAVAILABLE
    assert len(register.asked) == 5
    register.answer = [RECORD]
    assert ask(breakers=breakers).status is Status.UNAVAILABLE
    clock.now = 60
    assert ask(breakers=breakers).status is Status.RESIDENT
    assert ask(breakers=breakers).status is Status.RESIDENT


def test_nobody_found_is_no_failure(register):
    breakers = service.Breakers()
    register.answer = []
    for _time in range(6):
        ask(breakers=breakers)
    assert len(register.asked) == 6


def test_a_trial_asks_at_once_and_opens_the_door_again(register):
    breakers = service.Breakers()
    register.answer = RegisterUnavailable("TimeoutError")
    for _time in range(5):
        ask(breakers=breakers)
    register.answer = [RECORD]
    assert ask(breakers=breakers).status is Status.UNAVAILABLE
    assert ask(breakers=breakers, trial=True).status is Status.RESIDENT
    assert ask(breakers=breakers).status is Status.RESIDENT


def test_the_journal_says_who_asked_and_no_more(register, lines):
    login(api.portal.get(), TEST_USER_NAME)
    ask()
    logout()
    register.answer = RegisterUnavailable("HTTP 500")
    ask()
    # A question was asked, whatever becomes of the request.
    transaction.abort()
    first, second = lines()
    assert set(first) == {
        "time",
        "actor",
        "action",
        "subject",
        "purpose",
        "backend",
        "status",
    }
    del first["time"], second["time"]
    assert first == {
        "actor": "test_user_1_",
        "action": "registre.interroger",
        "subject": "ge-1",
        "purpose": "connexion",
        "backend": "test",
        "status": "resident",
    }
    assert second == {**first, "actor": "anonymous", "status": "unavailable"}


def test_the_check_never_breaks(register):
    assert service.check_config() == []
    register.answer = ZeroDivisionError()
    assert service.check_config() == ["The settings cannot be checked."]


PERSONAS = [
    (CAMILLE, Status.RESIDENT),
    (
        ResidentQuery("Dubois", "Marc", date(1979, 1, 23), "m", "7562314501787"),
        Status.NOT_RESIDENT,
    ),
    (ResidentQuery("Martin", "Jean", date(1975, 5, 5), "m"), Status.AMBIGUOUS),
    (ResidentQuery("Favre", "Dominique", date(1984, 11, 30), "m"), Status.RESIDENT),
    # Secondary residence, moved out, deceased, another municipality.
    (ResidentQuery("Monney", "Patrick", date(1970, 10, 10)), Status.NOT_RESIDENT),
    (ResidentQuery("Corbaz", "Lucie", date(1991, 3, 21)), Status.NOT_RESIDENT),
    (ResidentQuery("Jaquier", "Albert", date(1938, 11, 28)), Status.NOT_RESIDENT),
    (ResidentQuery("Berset", "Hugo", date(1997, 4, 16)), Status.NOT_RESIDENT),
    # As the canton may write them.
    (
        ResidentQuery("BURGISSER-OEUVRAY", "Jean Pierre", date(1958, 7, 2)),
        Status.RESIDENT,
    ),
    (ResidentQuery("Lukasiewicz", "Pawel", date(1982, 3, 29)), Status.RESIDENT),
    (ResidentQuery("D'Angelo", "Chiara", date(1990, 1, 17)), Status.RESIDENT),
    (ResidentQuery("Benali", "Inès", date(1989, 10, 12)), Status.RESIDENT),
]


@pytest.mark.parametrize(("query", "status"), PERSONAS)
def test_the_register_of_the_demonstration(portal, query, status):
    assert service.check_config() == []
    assert ask(query).status is status


def test_the_household_of_the_demonstration(portal):
    record = ask().record
    assert (record.street, record.house_number) == ("rue Saint-Joseph", "12")
    assert (record.swiss_zip, record.town) == ("1227", "Carouge GE")
    assert [
        (member.given_names, member.family_name, member.birthdate, member.role)
        for member in record.household
    ] == [
        ("Camille", "Rochat", date(1986, 4, 12), "adulte"),
        ("Dominique", "Favre", date(1984, 11, 30), "adulte"),
        ("Léa", "Rochat", date(2017, 3, 8), "enfant"),
        ("Noé", "Rochat", date(2020, 9, 21), "enfant"),
    ]
