"""What is typed at the desk of the cashier."""

from carouge.guichet.caisse.domain import Genre
from carouge.guichet.caisse.domain import lire_jour
from carouge.guichet.caisse.domain import lire_recherche
from carouge.guichet.caisse.domain import MAX_RECHERCHE
from carouge.guichet.money import read_amount
from datetime import date
from decimal import Decimal

import pytest


REFERENCE = "210000000003139471430009017"

SCAN = [
    "SPC", "0200", "1", "CH4431999123000889012",
    "S", "Ville de Carouge", "Place du Marché", "14", "1227", "Carouge", "CH",
    "", "", "", "", "", "", "",
    "187.35", "CHF",
    "S", "Camille Rochat", "Rue Saint-Joseph", "12", "1227", "Carouge", "CH",
    "QRR", REFERENCE, "Facture 2026-1", "EPD",
]  # fmt: skip


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\r\r\n", "\n\n"])
def test_of_a_scan_nothing_stays_but_the_reference(end):
    found = lire_recherche(end.join(SCAN) + end)
    assert (found.genre, found.valeur) == (Genre.REFERENCE, REFERENCE)


def test_a_scanner_that_sends_no_line_ends():
    found = lire_recherche("|".join(SCAN))
    assert (found.genre, found.valeur) == (Genre.REFERENCE, REFERENCE)


@pytest.mark.parametrize("reference", ["", "RF18539007547034", "21000", "x" * 27])
def test_a_scan_without_a_reference_of_ours(reference):
    lines = [*SCAN]
    lines[28] = reference
    found = lire_recherche("\n".join(lines))
    assert (found.genre, found.valeur) == (Genre.SCAN_INCONNU, "")


def test_a_reference_in_groups():
    found = lire_recherche(" 21 00000 00003 13947 14300 09017 ")
    assert (found.genre, found.valeur) == (Genre.REFERENCE, REFERENCE)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026-000123", "2026-000123"),
        ("  a \n b ", "a b"),
        ("SPC", "SPC"),
        ("\x00M-004512", "M-004512"),
        ("２" * 27, "２" * 27),
    ],
)
def test_a_number(text, value):
    found = lire_recherche(text)
    assert (found.genre, found.valeur) == (Genre.NUMERO, value)


def test_nothing():
    assert lire_recherche(" \n\t ").genre is Genre.RIEN


def test_endless_text_is_cut():
    assert len(lire_recherche("1" * 10 * MAX_RECHERCHE).valeur) == 200


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("187.35", "187.35"),
        ("187,35", "187.35"),
        ("CHF 1'200.00", "1200.00"),
        ("1 200", "1200"),
        ("1’200.5", "1200.5"),
        ("0", "0"),
        ("007", "7"),
        ("12.-", "12"),
        ("CHF 1'200.–", "1200"),
    ],
)
def test_amounts(text, value):
    assert read_amount(text) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "-0.01", "-0.5", "+1", "1.999", "1e3", "NaN", "Infinity", "１２", "٢",
        "1'00", "1'0000", "12.", ".5", "1.2.3", "EUR 10", "chf 10", "10 CHF", "1 2",
        "9999999999", "1,200.00", "12.50.-", ".-", "12-", "0x10", "1_000", "\x0010",
    ],
)  # fmt: skip
def test_no_amounts(text):
    assert read_amount(text) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-23", date(2026, 11, 23)),
        ("23.11.2026", date(2026, 11, 23)),
        ("1.2.2026", date(2026, 2, 1)),
        ("29.02.2028", date(2028, 2, 29)),
    ],
)
def test_days(text, day):
    assert lire_jour(text) == day


@pytest.mark.parametrize(
    "text", ["", "29.02.2026", "31.11.2026", "2026-13-01", "11/23/2026", "٢٣.11.2026"]
)
def test_no_days(text):
    assert lire_jour(text) is None
