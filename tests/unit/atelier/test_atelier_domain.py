"""Recorded walks: what is kept of them, and what is refused as one."""

from carouge.guichet.atelier.domain import ajouter
from carouge.guichet.atelier.domain import Constat
from carouge.guichet.atelier.domain import Marche
from carouge.guichet.atelier.domain import Page
from carouge.guichet.atelier.domain import Scenario
from copy import deepcopy
from datetime import date

import json
import pytest


SCENARIO = Scenario(
    id="ab12cd34",
    nom="Une famille",
    marche=Marche(
        profil="resident",
        jour=date(2026, 11, 23),
        pages=(
            Page("vous", {"nom": "", "jours": ["lu", "ma"]}),
            Page("enfants", {"enfants": [{"id": "k3f9", "prenom": "Lou"}]}, False),
            Page("vous", {"photo": {"moyen": "", "fichiers": ["f1"]}, "nom": None}),
        ),
        fichiers={"f1": {"nom": "a.png", "type": "image/png", "taille": 12}},
    ),
    attendu=Constat(
        acces="",
        etapes=("vous", "enfants"),
        refus=(("vous", "nom"), ("enfants", "")),
        prix=2000,
        pieces=("photo",),
        complet=True,
    ),
)


def test_json_and_back():
    raw = json.loads(json.dumps(SCENARIO.to_json()))
    assert Scenario.from_json(raw) == SCENARIO
    assert Scenario.from_json(raw).to_json() == raw


def put(raw, path, value):
    *parts, last = path
    for part in parts:
        raw = raw[part]
    raw[last] = value


@pytest.mark.parametrize(
    "path,value",
    [
        (["id"], 3),
        (["nom"], None),
        (["marche"], []),
        (["marche", "profil"], "roi"),
        (["marche", "profil"], ["resident"]),
        (["marche", "jour"], "23.11.2026"),
        (["marche", "jour"], 20261123),
        (["marche", "pages"], 5),
        (["marche", "pages", 0], ["vous", {}]),
        (["marche", "pages", 0, 0], 1),
        (["marche", "pages", 0, 1], ["nom"]),
        (["marche", "pages", 0, 1, "nom"], 12),
        (["marche", "pages", 0, 1, "nom"], True),
        (["marche", "pages", 1, 1, "enfants"], [{"prenom": "Lou"}]),
        (["marche", "pages", 1, 1, "enfants"], [{"id": 1}]),
        (["marche", "fichiers"], []),
        (["marche", "fichiers", "f1"], {}),
        (["marche", "fichiers", "f1", "taille"], "12"),
        (["attendu"], None),
        (["attendu", "prix"], "2000"),
        (["attendu", "prix"], True),
        (["attendu", "etapes"], [1]),
        (["attendu", "refus"], [["vous"]]),
        (["attendu", "pieces"], None),
    ],
)
def test_what_is_no_scenario(path, value):
    raw = deepcopy(SCENARIO.to_json())
    put(raw, path, value)
    with pytest.raises(ValueError):
        Scenario.from_json(raw)


@pytest.mark.parametrize("raw", [None, [], "x", {}, {"id": "a"}])
def test_nothing_like_it(raw):
    with pytest.raises(ValueError):
        Scenario.from_json(raw)


def test_what_was_typed_in_the_end():
    assert SCENARIO.marche.saisies == {
        "jours": ["lu", "ma"],
        "enfants": [{"id": "k3f9", "prenom": "Lou"}],
        "photo": {"moyen": "", "fichiers": ["f1"]},
    }
    saisies = {"a": "1"}
    ajouter(saisies, {"a": None, "b": "2", "c": None})
    assert saisies == {"b": "2"}


def test_pages_that_were_not_looked_at_become_one():
    marche = Marche("anonyme", date(2026, 11, 23))
    marche = marche.avec(Page("vous", {"nom": "a", "rue": "b"}, valide=False))
    marche = marche.avec(Page("vous", {"nom": "c"}))
    assert marche.pages == (Page("vous", {"nom": "c", "rue": "b"}),)
    marche = marche.avec(Page("vous", {"nom": "d"}))
    marche = marche.avec(Page("fin", {}))
    assert [page.etape for page in marche.pages] == ["vous", "vous", "fin"]
