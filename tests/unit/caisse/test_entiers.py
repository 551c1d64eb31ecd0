"""Whole numbers as they are typed: what Python calls a digit is none."""

from carouge.guichet.entiers import lire_entier

import pytest


@pytest.mark.parametrize(
    "texte, nombre",
    [
        ("0", 0),
        ("7", 7),
        ("007", 7),
        ("1000000000", 10**9),
        ("1000000001", None),
        ("", None),
        (" 7", None),
        ("-1", None),
        ("+1", None),
        ("1.0", None),
        ("1_000", None),
        ("²", None),
        ("٣", None),
        ("１２", None),
        ("Ⅷ", None),
        ("9" * 5000, None),
        ("0" * 5000, None),
        (None, None),
        (7, None),
        (["7"], None),
    ],
)
def test_numbers(texte, nombre):
    assert lire_entier(texte) == nombre


@pytest.mark.parametrize(
    "texte, nombre", [("0", None), ("1", 1), ("3", 3), ("4", None)]
)
def test_from_to(texte, nombre):
    assert lire_entier(texte, moins=1, plus=3) == nombre
