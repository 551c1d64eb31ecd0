"""A key of a REST caller finds its demande again, whatever happens in between."""

from carouge.guichet.demande.queries import demandes_of
from carouge.guichet.formulaire import service
from carouge.guichet.formulaire.compile import compile_form
from carouge.guichet.formulaire.genre import Contexte
from carouge.guichet.formulaire.parcours import Parcours
from carouge.guichet.swisstime import today
from datetime import datetime
from datetime import timezone
from plone.keyring.interfaces import IKeyManager
from zope.component import getUtility

import pytest


NEW_YEARS_EVE = datetime(2026, 12, 31, 23, 59, 50, tzinfo=timezone.utc)
NEW_YEAR = datetime(2027, 1, 1, 0, 0, 10, tzinfo=timezone.utc)


@pytest.fixture
def guichet(demo_integration):
    return demo_integration["portal"]["guichet"]


@pytest.fixture
def demarche(guichet):
    return guichet["dechets"]["signaler-un-depot-sauvage"]


@pytest.fixture
def clock(monkeypatch):
    def set_to(moment):
        monkeypatch.setattr(service, "now", lambda: moment)

    return set_to


def submit(demarche, key):
    contexte = Contexte(None, today())
    parcours = Parcours(compile_form(demarche), {}, contexte, demarche)
    return service.deposit(demarche, parcours, service.stable_jeton(demarche, key))


def test_the_turn_of_the_year(guichet, demarche, clock):
    clock(NEW_YEARS_EVE)
    first = submit(demarche, "cle-0000-0001")
    clock(NEW_YEAR)
    second = submit(demarche, "cle-0000-0001")
    assert first.demande.numero.startswith("2026-")
    assert (second.demande.numero, second.code) == (first.demande.numero, first.code)
    assert (first.created, second.created) == (True, False)
    assert submit(demarche, "cle-0000-0002").demande.numero.startswith("2027-")
    assert len(list(demandes_of(guichet))) == 2


def test_leap_day(demarche, clock):
    clock(datetime(2028, 2, 29, 12, tzinfo=timezone.utc))
    assert submit(demarche, "cle-0000-0001").demande.numero.startswith("2028-")


def test_a_rotation_of_the_keys_of_the_site(guichet, demarche):
    first = submit(demarche, "cle-0000-0001")
    getUtility(IKeyManager).rotate("_system")
    second = submit(demarche, "cle-0000-0001")
    assert second.demande.numero == first.demande.numero
    assert len(list(demandes_of(guichet))) == 1


def test_the_same_key_for_another_demarche(guichet, demarche):
    first = service.stable_jeton(demarche, "cle-0000-0001")
    other = guichet["dechets"]["signaler-un-point-de-recuperation-plein"]
    assert service.stable_jeton(other, "cle-0000-0001").secret != first.secret
