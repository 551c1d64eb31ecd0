"""What people type about themselves."""

from carouge.guichet.compte.saisie import format_fact
from carouge.guichet.compte.saisie import InvalidValue
from carouge.guichet.compte.saisie import parse_fact
from carouge.guichet.compte.saisie import parse_facts
from carouge.guichet.compte.saisie import parse_mobile
from carouge.guichet.compte.saisie import Problem
from datetime import date

import pytest


TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    "name,text,stored",
    [
        ("nom", "  Rochat \u00a0 Favre ", "Rochat Favre"),
        ("nom", "Rocha\u200bt", "Rochat"),
        ("nom", "Le\u0301a", "Léa"),
        ("nom", "", ""),
        ("nom", " \t ", ""),
        ("date_naissance", "1986-04-12", "1986-04-12"),
        ("date_naissance", "12.4.1986", "1986-04-12"),
        ("date_naissance", "12/04/1986", "1986-04-12"),
        ("date_naissance", "23.11.2026", "2026-11-23"),
        ("npa", "1227", "1227"),
        ("telephone", "022 307 91 11", "+41223079111"),
        ("telephone", "+41 (0)22 307.91.11", "+41223079111"),
        ("telephone", "0041 22/307-91-11", "+41223079111"),
        ("telephone", "+33 4 50 12 34 56", "+33450123456"),
        ("courriel", "a.b@example.ch", "a.b@example.ch"),
        ("iban", "CH93 0076 2011 6238 5295 7", "CH9300762011623852957"),
        ("iban", "ch9300762011623852957", "CH9300762011623852957"),
        ("avs", "756.1234.5678.97", "7561234567897"),
        ("ide", "CHE-107.482.617", "CHE107482617"),
        ("sexe", "f", "f"),
    ],
)
def test_what_is_taken(name, text, stored):
    assert parse_fact(name, text, TODAY) == stored


@pytest.mark.parametrize(
    "name,value,problem",
    [
        ("nom", "x" * 101, Problem.TOO_LONG),
        ("nom", "a\x00b", Problem.CHARACTERS),
        ("nom", "a\ud800b", Problem.CHARACTERS),
        ("nom", 12, Problem.NOT_TEXT),
        ("nom", ["a"], Problem.NOT_TEXT),
        ("date_naissance", "hier", Problem.DATE),
        ("date_naissance", "31.2.2020", Problem.DATE),
        ("date_naissance", "24.11.2026", Problem.DATE_FUTURE),
        ("date_naissance", "31.12.1899", Problem.DATE_OLD),
        ("npa", "122", Problem.NPA),
        ("npa", "0227", Problem.NPA),
        ("npa", "74100", Problem.NPA),
        ("npa", "١٢٢٧", Problem.NPA),
        ("telephone", "307 91 11", Problem.TELEPHONE),
        ("telephone", "022 307 91 1", Problem.TELEPHONE),
        ("telephone", "022 307 91 111", Problem.TELEPHONE),
        ("telephone", "appelez-moi", Problem.TELEPHONE),
        ("courriel", "a@b", Problem.COURRIEL),
        ("courriel", "a@example.ch, b@example.ch", Problem.COURRIEL),
        ("iban", "CH93 0076 2011 6238 5295 8", Problem.IBAN),
        ("iban", "CH44 3199 9123 0008 8901 2", Problem.QR_IBAN),
        ("avs", "756.1234.5678.98", Problem.AVS),
        ("avs", "123", Problem.AVS),
        ("ide", "CHE-107.482.618", Problem.IDE),
        ("sexe", "x", Problem.CHOICE),
    ],
)
def test_what_is_refused(name, value, problem):
    with pytest.raises(InvalidValue) as raised:
        parse_fact(name, value, TODAY)
    assert raised.value.problem is problem


def test_only_swiss_mobile_numbers_get_text_messages():
    assert parse_mobile("079 123 45 67") == "+41791234567"
    for number in ("022 307 91 11", "+33 6 12 34 56 78", "079"):
        with pytest.raises(InvalidValue) as raised:
            parse_mobile(number)
        assert raised.value.problem is Problem.MOBILE


def test_all_problems_are_told_at_once():
    assert parse_facts({"nom": "Rochat", "npa": "1", "iban": "2"}, TODAY) == (
        {"nom": "Rochat"},
        {"npa": Problem.NPA, "iban": Problem.IBAN},
    )


@pytest.mark.parametrize(
    "name,stored,shown",
    [
        ("telephone", "+41223079111", "+41 22 307 91 11"),
        ("telephone", "+33450123456", "+33450123456"),
        ("iban", "CH9300762011623852957", "CH93 0076 2011 6238 5295 7"),
        ("avs", "7561234567897", "756.1234.5678.97"),
        ("ide", "CHE107482617", "CHE-107.482.617"),
        ("date_naissance", "1986-04-12", "12.04.1986"),
        ("nom", "Rochat", "Rochat"),
        ("avs", "", ""),
    ],
)
def test_how_it_is_shown(name, stored, shown):
    assert format_fact(name, stored) == shown


@pytest.mark.parametrize("name", ["telephone", "iban", "avs", "ide"])
def test_what_is_shown_can_be_sent_back(name):
    stored = {
        "telephone": "+41223079111",
        "iban": "CH9300762011623852957",
        "avs": "7561234567897",
        "ide": "CHE107482617",
    }[name]
    assert parse_fact(name, format_fact(name, stored), TODAY) == stored
