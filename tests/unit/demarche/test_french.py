"""What the search knows of French."""

from carouge.guichet.demarche.french import alike
from carouge.guichet.demarche.french import content_words
from carouge.guichet.demarche.french import sound
from carouge.guichet.demarche.french import spellings
from carouge.guichet.demarche.french import stem
from carouge.guichet.demarche.french import variants

import pytest


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("conteneur", "conteneurs"),
        ("travail", "travaux"),
        ("sportif", "sportives"),
        ("local", "locaux"),
        ("velo", "velos"),
        ("stationner", "stationnement"),
        ("demenager", "demenagement"),
    ],
)
def test_words_of_one_stem(one, other):
    assert stem(one) == stem(other)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("parascolere", "parascolaire"),
        ("enkombrant", "encombrants"),
        ("poubele", "poubelle"),
        ("otorisasion", "autorisation"),
        ("demenajement", "demenagement"),
        ("marriage", "mariage"),
        ("terase", "terrasses"),
        ("bibliotek", "bibliotheque"),
        ("fotografie", "photographie"),
    ],
)
def test_words_of_one_sound(written, meant):
    assert sound(written) == sound(meant)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("marier", "mariage", True),
        ("inscrire", "inscription", True),
        ("carte", "cartable", False),
        ("chat", "chien", False),
    ],
)
def test_words_of_one_family(one, other, expected):
    assert alike(stem(one), stem(other)) is expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("lecole", ["ecole"]),
        ("quattend", ["attend"]),
        ("demenageons", ["emenageons", "demenager"]),
        ("garent", ["garer"]),
        ("ton", []),
        ("velo", []),
    ],
)
def test_other_writings(word, expected):
    assert [v for v in variants(word) if v != "on"] == expected


def test_content_words():
    assert content_words("J'ai perdu mon chien à l'École") == [
        "perdu",
        "chien",
        "ecole",
    ]


def test_spellings():
    assert spellings("Rendez-vous G.I.A.P., cœur d'été.") == [
        "rendez-vous",
        "giap",
        "cœur",
        "d",
        "été",
    ]
