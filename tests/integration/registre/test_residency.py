"""What the register's answer does to a compte, and how long it counts."""

from carouge.guichet import swisstime
from carouge.guichet.compte import residency
from carouge.guichet.compte.domain import AccountType
from carouge.guichet.compte.domain import Identite
from carouge.guichet.compte.domain import Level
from carouge.guichet.compte.domain import LockedFact
from carouge.guichet.compte.domain import Membre
from carouge.guichet.compte.domain import Organisation
from carouge.guichet.compte.domain import Role
from carouge.guichet.compte.domain import Source
from carouge.guichet.compte.service import change_facts
from carouge.guichet.compte.service import connect
from carouge.guichet.registre.domain import PROFILE_FIELDS
from carouge.guichet.registre.domain import ResidentMember
from carouge.guichet.registre.domain import ResidentQuery
from carouge.guichet.registre.domain import ResidentRecord
from carouge.guichet.registre.domain import ResidentResult
from carouge.guichet.registre.domain import Status
from dataclasses import replace
from datetime import date
from datetime import datetime
from datetime import timedelta
from datetime import timezone

import pytest


NOW = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)
LATER = NOW + timedelta(hours=2)
SOURCE = "Registre des habitants"

CAMILLE = Identite(
    issuer="https://edemarches.example",
    subject="G-camille",
    account_type=AccountType.PERSONNE,
    level=Level.VERIFIED,
    given_name="Camille",
    family_name="Rochat",
    birthdate=date(1986, 4, 12),
    sex="f",
    avs="7561234567897",
    email="camille@example.ch",
    phone="+41790000101",
)
QUERY = ResidentQuery("Rochat", "Camille", date(1986, 4, 12), "f", "7561234567897")
LEA = ResidentMember("3", "Rochat", "Léa", date(2017, 3, 8), "f", "enfant")
DOMINIQUE = ResidentMember("2", "Favre", "Dominique", date(1984, 11, 30), "m")
RECORD = ResidentRecord(
    "1",
    "Rochat",
    "Camille Anne",
    date(1986, 4, 12),
    sex="f",
    avs="7561234567897",
    nationality="Suisse",
    street="rue Saint-Joseph",
    house_number="12",
    swiss_zip="1227",
    town="Carouge GE",
    municipality=6608,
    household=(
        ResidentMember("1", "Rochat", "Camille Anne", date(1986, 4, 12), "f"),
        DOMINIQUE,
        LEA,
    ),
)
ALL = frozenset(PROFILE_FIELDS)


def answer(status=Status.RESIDENT, record=RECORD, at=NOW, fields=ALL):
    if status is not Status.RESIDENT:
        record = None
    return ResidentResult(status, SOURCE, at, record, fields)


@pytest.fixture
def clock(monkeypatch):
    clock = [NOW]
    monkeypatch.setattr(swisstime, "now", lambda: clock[0])
    return clock


@pytest.fixture
def register(monkeypatch, clock):
    """Stands for the network: what is answered, and what was asked."""

    class Register:
        status = Status.RESIDENT
        record = RECORD
        asked: list = []

        def lookup(self, query, fields, *, purpose, subject):
            self.asked.append((query, purpose, subject))
            return answer(self.status, self.record, clock[0], frozenset(fields))

    register = Register()
    register.asked = []
    monkeypatch.setattr(residency, "lookup", register.lookup)
    return register


@pytest.fixture
def compte(demo_integration):
    return connect(CAMILLE, now=NOW)


def sources(compte):
    return {name: fact.source.value for name, fact in compte.facts.items()}


# --- asking -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "identite",
    [
        replace(CAMILLE, level=Level.DECLARED),
        replace(
            CAMILLE,
            account_type=AccountType.ENTREPRISE,
            organisation=Organisation("O-1", "Boulangerie", "CHE107482617"),
        ),
        replace(
            CAMILLE,
            account_type=AccountType.ASSOCIATION,
            organisation=Organisation("O-2", "Chœur"),
        ),
    ],
)
def test_only_verified_natural_persons_are_looked_up(
    demo_integration, register, identite
):
    assert residency.ask(identite, purpose="connexion") is None
    assert register.asked == []


def test_the_first_login_asks(demo_integration, register):
    result = residency.ask(CAMILLE, purpose="connexion")
    assert result.status is Status.RESIDENT
    assert register.asked == [(QUERY, "connexion", connect(CAMILLE).id)]


@pytest.mark.parametrize(
    ("status", "kept"),
    [
        (Status.RESIDENT, timedelta(hours=24)),
        (Status.NOT_RESIDENT, timedelta(hours=1)),
        (Status.AMBIGUOUS, timedelta(hours=1)),
        (Status.UNAVAILABLE, timedelta(minutes=5)),
    ],
)
def test_an_answer_is_kept_for_a_while(compte, register, clock, status, kept):
    residency.apply(compte, answer(status))
    clock[0] = NOW + kept
    assert residency.ask(CAMILLE, purpose="connexion") is None
    assert len(register.asked) == 0
    clock[0] += timedelta(seconds=1)
    assert residency.ask(CAMILLE, purpose="connexion") is not None
    assert len(register.asked) == 1


def test_no_register_is_no_answer_to_keep(compte, register):
    residency.apply(compte, answer(Status.NOT_CONFIGURED))
    assert residency.ask(CAMILLE, purpose="connexion") is not None


def test_who_insists_is_asked_about(compte, register):
    residency.apply(compte, answer())
    assert residency.ask(CAMILLE, purpose="connexion", force=True) is not None


@pytest.mark.parametrize(
    "change",
    [
        {"family_name": "Favre"},
        {"birthdate": date(1986, 4, 13)},
        {"birthdate": None},
        {"avs": ""},
    ],
)
def test_an_answer_about_somebody_else_does_not_count(compte, register, change):
    residency.apply(compte, answer())
    assert residency.ask(replace(CAMILLE, **change), purpose="connexion") is not None


def test_what_counts_at_a_moment(compte):
    assert residency.current_residency(compte, NOW) is None
    residency.apply(compte, answer())
    day = NOW + timedelta(hours=24)
    assert residency.current_residency(compte, day) is Status.RESIDENT
    assert (
        residency.current_residency(compte, day + timedelta(seconds=1))
        is Status.UNAVAILABLE
    )


# --- facts ------------------------------------------------------------------------


def test_a_resident_has_the_facts_of_the_register_and_they_are_locked(compte):
    residency.apply(compte, answer())
    assert (compte.residency, compte.residency_at, compte.residency_source) == (
        Status.RESIDENT,
        NOW,
        SOURCE,
    )
    assert {
        name: (fact.value, fact.source.value, fact.locked)
        for name, fact in compte.facts.items()
    } == {
        "prenom": ("Camille Anne", "registre", True),
        "nom": ("Rochat", "registre", True),
        "date_naissance": ("1986-04-12", "registre", True),
        "sexe": ("f", "registre", True),
        "nationalite": ("Suisse", "registre", True),
        "avs": ("7561234567897", "registre", True),
        "rue": ("rue Saint-Joseph", "registre", True),
        "numero": ("12", "registre", True),
        "npa": ("1227", "registre", True),
        "localite": ("Carouge GE", "registre", True),
        "courriel": ("camille@example.ch", "edemarches", False),
        "telephone": ("+41790000101", "edemarches", False),
    }
    with pytest.raises(LockedFact):
        change_facts(compte, {"rue": "rue Ailleurs"})


def test_an_empty_value_is_not_locked(compte):
    residency.apply(compte, answer())
    change_facts(compte, {"complement": "c/o Favre", "etat_civil": "célibataire"})
    assert compte.value("complement") == "c/o Favre"
    # It stays the person's own when the register is read again.
    residency.apply(compte, answer(at=LATER))
    assert compte.fact("complement").source is Source.DECLARE


def test_only_what_was_delivered_is_locked(compte):
    record = replace(RECORD, street="", family_name="", given_names="", avs="")
    residency.apply(compte, answer(record=record, fields=frozenset({"town"})))
    assert sources(compte) == {
        "prenom": "edemarches",
        "nom": "edemarches",
        "date_naissance": "edemarches",
        "sexe": "edemarches",
        "avs": "edemarches",
        "localite": "registre",
        "courriel": "edemarches",
        "telephone": "edemarches",
    }


def test_what_is_not_delivered_any_more_becomes_the_persons_own(compte):
    residency.apply(compte, answer())
    residency.apply(compte, answer(at=LATER, fields=frozenset({"town", "household"})))
    assert compte.fact("localite").locked is True
    fact = compte.fact("rue")
    assert (fact.value, fact.source, fact.at) == (
        "rue Saint-Joseph",
        Source.DECLARE,
        NOW,
    )


@pytest.mark.parametrize("status", [Status.UNAVAILABLE, Status.AMBIGUOUS])
def test_no_answer_keeps_the_last_values_with_their_date(compte, status):
    residency.apply(compte, answer())
    residency.apply(compte, answer(status, at=LATER))
    assert (compte.residency, compte.residency_at) == (status, LATER)
    fact = compte.fact("rue")
    assert (fact.value, fact.at, fact.locked) == ("rue Saint-Joseph", NOW, True)
    assert [membre.locked for membre in compte.foyer] == [True, True]
    # And it opens nothing.
    assert residency.current_residency(compte, LATER) is status


@pytest.mark.parametrize("status", [Status.NOT_RESIDENT, Status.NOT_CONFIGURED])
def test_who_is_no_resident_has_his_data_to_himself(compte, status):
    residency.apply(compte, answer())
    residency.apply(compte, answer(status, at=LATER))
    assert compte.residency is status
    assert Source.REGISTRE.value not in sources(compte).values()
    change_facts(compte, {"rue": "avenue Eugène-Lance", "localite": "Grand-Lancy"})
    assert compte.value("rue") == "avenue Eugène-Lance"
    assert compte.value("npa") == "1227"
    # What the canton proves stays proved.
    assert compte.fact("nom").source is Source.EDEMARCHES
    assert [(membre.prenom, membre.locked) for membre in compte.foyer] == [
        ("Dominique", False),
        ("Léa", False),
    ]


def test_who_is_verified_no_more_is_no_resident_any_more(compte):
    residency.apply(compte, answer())
    connect(replace(CAMILLE, level=Level.DECLARED), now=LATER)
    residency.apply(compte, None)
    assert (compte.residency, compte.residency_at) == (None, None)
    assert Source.REGISTRE.value not in sources(compte).values()


def test_nothing_new_changes_nothing(compte):
    residency.apply(compte, answer())
    before = (compte.facts, compte.foyer, compte.residency_at)
    residency.apply(compte, None)
    assert (compte.facts, compte.foyer, compte.residency_at) == before


# --- household --------------------------------------------------------------------


def test_the_household_is_the_others(compte):
    residency.apply(compte, answer())
    assert [replace(membre, id="", representant=False) for membre in compte.foyer] == [
        Membre(
            id="",
            role=Role.ADULTE,
            prenom="Dominique",
            nom="Favre",
            date_naissance=date(1984, 11, 30),
            sexe="m",
            source=Source.REGISTRE,
            at=NOW,
            registre_id="2",
        ),
        Membre(
            id="",
            role=Role.ENFANT,
            prenom="Léa",
            nom="Rochat",
            date_naissance=date(2017, 3, 8),
            sexe="f",
            source=Source.REGISTRE,
            at=NOW,
            registre_id="3",
        ),
    ]
    assert len({membre.id for membre in compte.foyer}) == 2


def test_what_the_holder_says_of_a_child_outlasts_the_register(compte):
    residency.apply(compte, answer())
    lea = compte.foyer[1]
    compte.put_membre(
        replace(lea, ecole="Jacques-Dalphin", classe="5P", representant=True)
    )
    renamed = replace(LEA, family_name="Rochat-Favre")
    record = replace(RECORD, household=(DOMINIQUE, renamed))
    residency.apply(compte, answer(record=record, at=LATER))
    assert compte.foyer[1] == replace(
        lea,
        nom="Rochat-Favre",
        ecole="Jacques-Dalphin",
        classe="5P",
        representant=True,
        at=LATER,
    )


def test_who_left_the_household_is_removed_unless_declared(compte):
    residency.apply(compte, answer())
    compte.put_membre(Membre("own", Role.ADULTE, "Lucie", "Rochat", date(1950, 1, 1)))
    record = replace(RECORD, household=(LEA,))
    residency.apply(compte, answer(record=record, at=LATER))
    assert [membre.prenom for membre in compte.foyer] == ["Lucie", "Léa"]


def test_a_declared_child_is_recognised(compte):
    compte.put_membre(
        Membre(
            "own",
            Role.ENFANT,
            "LEA Marie",
            "rochat",
            date(2017, 3, 8),
            ecole="Jacques-Dalphin",
        )
    )
    residency.apply(compte, answer())
    lea = compte.membre("own")
    assert (lea.prenom, lea.nom, lea.ecole) == ("Léa", "Rochat", "Jacques-Dalphin")
    assert (lea.source, lea.registre_id) == (Source.REGISTRE, "3")
    assert len(compte.foyer) == 2


def test_a_child_comes_back_as_the_same(compte):
    residency.apply(compte, answer())
    ids = [membre.id for membre in compte.foyer]
    residency.apply(compte, answer(Status.NOT_RESIDENT))
    residency.apply(compte, answer(at=LATER))
    assert [membre.id for membre in compte.foyer] == ids
    assert [membre.locked for membre in compte.foyer] == [True, True]


def test_a_register_without_households_leaves_them_alone(compte):
    compte.put_membre(Membre("own", Role.ENFANT, "Noé", "Rochat", None))
    residency.apply(compte, answer(fields=ALL - {"household"}))
    assert [membre.id for membre in compte.foyer] == ["own"]


# --- the button -------------------------------------------------------------------


def test_the_button_asks_by_what_the_login_proved(compte, register, clock):
    residency.apply(compte, answer())
    change_facts(compte, {"complement": "Martin"})
    clock[0] = NOW + timedelta(minutes=1)
    register.status = Status.UNAVAILABLE
    assert residency.refresh(compte, purpose="espace") is Status.UNAVAILABLE
    assert register.asked == [(QUERY, "espace", compte.id)]
    assert compte.residency_at == clock[0]
    # The name of the register is not the name the canton proved.
    assert compte.value("prenom") == "Camille Anne"


def test_pressing_again_and_again_asks_once(compte, register, clock):
    register.status = Status.UNAVAILABLE
    for _time in range(3):
        assert residency.refresh(compte) is Status.UNAVAILABLE
    assert len(register.asked) == 1
    clock[0] = NOW + timedelta(seconds=16)
    register.status = Status.RESIDENT
    assert residency.refresh(compte) is Status.RESIDENT
    assert len(register.asked) == 2


def test_the_button_of_somebody_who_is_not_looked_up(demo_integration, register):
    compte = connect(replace(CAMILLE, level=Level.DECLARED), now=NOW)
    assert residency.refresh(compte) is None
    assert register.asked == []
