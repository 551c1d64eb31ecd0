"""How many, how big, how long: the rules of the brouillons."""

from carouge.guichet.brouillon import domain
from carouge.guichet.brouillon.domain import a_rappeler
from carouge.guichet.brouillon.domain import BrouillonError
from carouge.guichet.brouillon.domain import en_clair
from carouge.guichet.brouillon.domain import est_id
from carouge.guichet.brouillon.domain import est_navigateur
from carouge.guichet.brouillon.domain import fin
from carouge.guichet.brouillon.domain import fusionner
from carouge.guichet.brouillon.domain import nouvel_id
from carouge.guichet.brouillon.domain import principal_de
from carouge.guichet.brouillon.domain import secondes_actives
from carouge.guichet.brouillon.domain import TropLong
from datetime import date
from datetime import timedelta

import pytest


def test_ids_are_random_and_fit_for_an_address():
    ids = {nouvel_id() for _number in range(50)}
    assert len(ids) == 50
    assert all(est_id(id) and len(id) == 32 for id in ids)


@pytest.mark.parametrize(
    "text", ["", "verifier", "x" * 15, "x" * 65, "../" * 8, "é" * 20, "a b" * 8]
)
def test_no_id(text):
    assert est_id(text) is False


def test_the_principal_of_a_browser_does_not_tell_its_key():
    assert principal_de("0" * 32) == (
        "nav-84e0c0eafaa95a34c293f278ac52e45ce537bab5e752a00e6959a13ae103b65a"
    )
    assert est_navigateur(principal_de("x")) is True
    assert est_navigateur("ge-5b1f") is False


def test_names_are_merged_and_none_takes_away():
    before = {"nom": "Rochat", "rue": "Vautier", "enfants": [{"id": "k3f9"}]}
    after = fusionner(before, {"nom": "Keller", "rue": None, "npa": ""})
    assert after == {"nom": "Keller", "enfants": [{"id": "k3f9"}], "npa": ""}
    assert before == {"nom": "Rochat", "rue": "Vautier", "enfants": [{"id": "k3f9"}]}


def test_too_long_to_be_a_form(monkeypatch):
    monkeypatch.setattr(domain, "MAX_SAISIES", 21)
    assert fusionner({}, {"nom": "1234567890"}) == {"nom": "1234567890"}
    with pytest.raises(TropLong):
        fusionner({}, {"nom": "12345678901"})


@pytest.mark.parametrize("value", [b"x", {1, 2}, float("nan"), date(2026, 1, 1)])
def test_only_what_json_knows(value):
    with pytest.raises(BrouillonError):
        fusionner({}, {"nom": value})


def test_the_day_it_ends():
    assert fin(date(2026, 11, 23), 100) == date(2027, 3, 3)


@pytest.mark.parametrize(
    ("today", "told", "expected"),
    [
        (date(2027, 2, 16), None, False),
        (date(2027, 2, 17), None, True),
        (date(2027, 3, 2), None, True),
        (date(2027, 3, 3), None, False),
        (date(2027, 2, 18), date(2027, 2, 17), False),
    ],
)
def test_told_once_in_the_last_fourteen_days(today, told, expected):
    assert a_rappeler(today, date(2027, 3, 3), told) is expected


@pytest.mark.parametrize(
    ("said", "passed", "counted"), [(30, 60, 30), (500, 60, 60), (-5, 60, 0)]
)
def test_nobody_was_active_for_longer_than_it_took(said, passed, counted):
    assert secondes_actives(said, timedelta(seconds=passed)) == counted


@pytest.mark.parametrize(
    ("saisie", "lines"),
    [
        ("rue Vautier 12", ["rue Vautier 12"]),
        ("un canapé\n\nrouge", ["un canapé", "rouge"]),
        ("", []),
        (["lundi", "mardi"], ["lundi", "mardi"]),
        ({"rue": "Vautier 12", "npa": "1227", "localite": ""}, ["Vautier 12 1227"]),
        ({"npa": "", "localite": ""}, []),
        ({"moyen": "poste", "fichiers": ["f1"]}, []),
        (
            [
                {"id": "k3f9", "prenom": "Léa", "jours": ["lundi", "mardi"]},
                {"id": "k3fa", "prenom": "", "jours": []},
            ],
            ["Léa, lundi mardi"],
        ),
    ],
)
def test_what_was_typed_can_be_read_without_its_question(saisie, lines):
    assert list(en_clair(saisie)) == lines
