"""Logging in at the canton and coming back, as a citizen does it."""

from carouge.guichet.compte.domain import AccountType
from carouge.guichet.compte.domain import Level
from carouge.guichet.demo.personas import RESIDENT

import pytest


def test_back_to_the_very_page(browser, guichet):
    """oidcc-client-test"""
    page = f"{guichet}/recherche?q=chien&b_start=0"
    arrived = browser.log_in(retour=page)
    assert (arrived.status_code, arrived.url) == (200, page)
    assert browser.name == "Camille Rochat"


@pytest.mark.parametrize(
    ("persona", "acting_for", "shown", "level", "account_type"),
    [
        ("resident", None, "Camille Rochat", Level.VERIFIED, AccountType.PERSONNE),
        ("nonresident", None, "Marc Dubois", Level.VERIFIED, AccountType.PERSONNE),
        ("nonverifie", None, "Sofia Moreno", Level.DECLARED, AccountType.PERSONNE),
        ("homonyme", None, "Jean Martin", Level.VERIFIED, AccountType.PERSONNE),
        (
            "entreprise",
            "Boulangerie",
            "Boulangerie du Rondeau Sàrl",
            Level.VERIFIED,
            AccountType.ENTREPRISE,
        ),
        (
            "entreprise",
            "Laura Keller",
            "Laura Keller",
            Level.VERIFIED,
            AccountType.PERSONNE,
        ),
        (
            "association",
            None,
            "Chœur du Vieux-Carouge",
            Level.VERIFIED,
            AccountType.ASSOCIATION,
        ),
    ],
)
def test_all_personas(browser, stored, persona, acting_for, shown, level, account_type):
    browser.log_in(f"{persona}@demo.example", acting_for=acting_for)
    assert browser.name == shown
    [compte] = stored()
    assert (compte.level, compte.account_type) == (level, account_type)
    assert compte.issuer == browser.provider.issuer


def test_what_is_stored(browser, stored):
    browser.log_in()
    [compte] = stored()
    assert compte.subject == RESIDENT.sub
    assert compte.value("avs") == "7561234567897"
    assert compte.value("date_naissance") == "1986-04-12"
    assert compte.value("courriel") == "resident@demo.example"
    assert len(compte.sessions) == 1
