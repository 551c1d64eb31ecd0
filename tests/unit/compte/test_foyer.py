"""The rules of the household."""

from carouge.guichet.compte.domain import Membre
from carouge.guichet.compte.domain import Role
from carouge.guichet.compte.domain import Source
from carouge.guichet.compte.foyer import changed
from carouge.guichet.compte.foyer import DuplicateMembre
from carouge.guichet.compte.foyer import Household
from carouge.guichet.compte.foyer import HouseholdFull
from carouge.guichet.compte.foyer import InvalidMembre
from carouge.guichet.compte.foyer import LockedMembre
from carouge.guichet.compte.foyer import made
from carouge.guichet.compte.foyer import MAX_MEMBRES
from carouge.guichet.compte.saisie import Problem
from dataclasses import replace
from datetime import date
from datetime import datetime
from datetime import timezone

import pytest


NOW = datetime(2026, 11, 23, 10, tzinfo=timezone.utc)
CLOCK = {"today": date(2026, 11, 23), "now": NOW}
EARLIER = datetime(2026, 1, 1, tzinfo=timezone.utc)

LEA = Membre(
    id="lea",
    role=Role.ENFANT,
    prenom="Léa",
    nom="Rochat",
    date_naissance=date(2017, 3, 8),
    at=EARLIER,
)
NOE = Membre(
    id="noe",
    role=Role.ENFANT,
    prenom="Noé",
    nom="Rochat",
    date_naissance=date(2020, 9, 21),
    source=Source.REGISTRE,
    at=EARLIER,
)
HOME = Household((LEA, NOE))
NEW = {
    "role": "enfant",
    "prenom": "Ana",
    "nom": "Rochat",
    "date_naissance": "1.2.2019",
}


def test_a_new_member():
    values = {**NEW, "ecole": "Pinchat", "classe": "3P", "representant": True}
    assert made(HOME, "new", values, **CLOCK) == Membre(
        id="new",
        role=Role.ENFANT,
        prenom="Ana",
        nom="Rochat",
        date_naissance=date(2019, 2, 1),
        ecole="Pinchat",
        classe="3P",
        representant=True,
        at=NOW,
    )


def test_an_adult_needs_no_birth_date_and_has_no_school():
    values = {"role": "adulte", "prenom": "Dominique", "nom": "Favre", "ecole": "X"}
    membre = made(HOME, "new", values, **CLOCK)
    assert (membre.date_naissance, membre.ecole) == (None, "")


@pytest.mark.parametrize(
    "change,problems",
    [
        ({"role": ""}, {"role": Problem.REQUIRED}),
        ({"role": "chat"}, {"role": Problem.CHOICE}),
        ({"prenom": " "}, {"prenom": Problem.REQUIRED}),
        ({"date_naissance": ""}, {"date_naissance": Problem.REQUIRED}),
        ({"date_naissance": "1.2.2030"}, {"date_naissance": Problem.DATE_FUTURE}),
        ({"sexe": "x"}, {"sexe": Problem.CHOICE}),
        ({"representant": "oui"}, {"representant": Problem.CHOICE}),
        ({"classe": "x" * 41}, {"classe": Problem.TOO_LONG}),
        ({"nom": 3}, {"nom": Problem.NOT_TEXT}),
    ],
)
def test_what_is_missing_or_wrong(change, problems):
    with pytest.raises(InvalidMembre) as raised:
        made(HOME, "new", {**NEW, **change}, **CLOCK)
    assert raised.value.problems == problems


def test_all_that_is_missing_is_said_at_once():
    empty = {"prenom": "", "nom": "", "date_naissance": "", "classe": "x" * 41}
    with pytest.raises(InvalidMembre) as raised:
        made(HOME, "new", {"role": "enfant", **empty}, **CLOCK)
    assert list(raised.value.problems.items()) == [
        ("prenom", Problem.REQUIRED),
        ("nom", Problem.REQUIRED),
        ("date_naissance", Problem.REQUIRED),
        ("classe", Problem.TOO_LONG),
    ]
    with pytest.raises(InvalidMembre) as raised:
        made(HOME, "new", empty, **CLOCK)
    assert list(raised.value.problems) == ["role", "prenom", "nom", "classe"]


def test_no_role_is_a_missing_answer():
    values = {name: value for name, value in NEW.items() if name != "role"}
    with pytest.raises(InvalidMembre) as raised:
        made(HOME, "new", values, **CLOCK)
    assert raised.value.problems == {"role": Problem.REQUIRED}


def test_an_unknown_name():
    with pytest.raises(KeyError):
        made(HOME, "new", {**NEW, "source": "registre"}, **CLOCK)


@pytest.mark.parametrize("prenom", ["Léa", "LEA", " lea "])
def test_nobody_is_there_twice(prenom):
    values = {**NEW, "prenom": prenom, "date_naissance": "8.3.2017"}
    with pytest.raises(DuplicateMembre) as raised:
        made(HOME, "new", values, **CLOCK)
    assert raised.value.membre is LEA


def test_the_same_name_of_another_day_is_somebody_else():
    values = {**NEW, "prenom": "Léa", "date_naissance": "9.3.2017"}
    assert made(HOME, "new", values, **CLOCK).prenom == "Léa"


def test_a_change_cannot_make_somebody_twice():
    with pytest.raises(DuplicateMembre):
        changed(HOME, LEA, {"prenom": "Noé", "date_naissance": "21.9.2020"}, **CLOCK)


def test_a_household_has_limits():
    many = tuple(replace(LEA, id=str(n), prenom=str(n)) for n in range(MAX_MEMBRES))
    assert made(Household(many[:-1]), "new", NEW, **CLOCK).id == "new"
    with pytest.raises(HouseholdFull):
        made(Household(many), "new", NEW, **CLOCK)


def test_a_declared_member_is_changed():
    assert changed(HOME, LEA, {"prenom": "Lea-Marie"}, **CLOCK) == replace(
        LEA, prenom="Lea-Marie", at=NOW
    )


def test_nothing_changed_keeps_the_date():
    assert changed(HOME, LEA, {"prenom": "Léa"}, **CLOCK) == LEA


def test_of_a_member_from_the_register_only_our_own_fields_change():
    assert changed(
        HOME, NOE, {"ecole": "Pinchat", "classe": "1P", "representant": True}, **CLOCK
    ) == replace(NOE, ecole="Pinchat", classe="1P", representant=True)


@pytest.mark.parametrize(
    "change",
    [
        {"prenom": "Noah"},
        {"nom": ""},
        {"date_naissance": "22.9.2020"},
        {"date_naissance": "jamais"},
        {"sexe": "m"},
        {"role": "adulte"},
    ],
)
def test_what_the_register_says_is_locked(change):
    with pytest.raises(LockedMembre) as raised:
        changed(HOME, NOE, change, **CLOCK)
    assert raised.value.names == tuple(change)


def test_repeating_what_the_register_says_is_no_change():
    assert changed(HOME, NOE, {"prenom": "Noé", "classe": "1P"}, **CLOCK) == replace(
        NOE, classe="1P"
    )


def test_schools_are_chosen_among_those_of_the_list():
    home = Household((LEA,), ecoles=("Pinchat", "Val d'Arve"))
    assert changed(home, LEA, {"ecole": "Pinchat"}, **CLOCK).ecole == "Pinchat"
    with pytest.raises(InvalidMembre) as raised:
        changed(home, LEA, {"ecole": "Poudlard"}, **CLOCK)
    assert raised.value.problems == {"ecole": Problem.CHOICE}


def test_a_school_that_left_the_list_stays_with_its_pupil():
    home = Household((), ecoles=("Pinchat",))
    pupil = replace(LEA, ecole="Fermée")
    assert changed(home, pupil, {"ecole": "Fermée"}, **CLOCK).ecole == "Fermée"
