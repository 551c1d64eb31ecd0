"""Comptes are found by birth date, whatever changes it."""

from carouge.guichet.compte.content import Compte
from carouge.guichet.compte.content import Comptes
from carouge.guichet.compte.domain import AccountType
from carouge.guichet.compte.domain import Source
from carouge.guichet.compte.noms import meme_famille
from carouge.guichet.compte.noms import meme_organisation
from carouge.guichet.compte.noms import meme_prenom
from datetime import date
from datetime import datetime
from datetime import timezone

import pytest


NOW = datetime(2026, 11, 23, 8, 0, tzinfo=timezone.utc)
DAY, OTHER = date(1986, 4, 12), date(1986, 4, 13)


def compte(id, born="1986-04-12", source=Source.EDEMARCHES):
    one = Compte(id, "issuer", id, AccountType.PERSONNE)
    one.set_facts(source, {"date_naissance": born}, NOW)
    return one


def ids(store, day):
    return [one.id for one in store.nes_le(day)]


def test_of_that_day_only():
    store = Comptes()
    for id, born in (("b", "1986-04-12"), ("a", "1986-04-12"), ("c", "1986-04-13")):
        store.add(compte(id, born))
    store.add(compte("d", ""))
    assert ids(store, DAY) == ["a", "b"]
    assert ids(store, OTHER) == ["c"]
    assert ids(store, date(1986, 4, 1)) == []


def test_a_corrected_date():
    store = Comptes()
    one = store.add(compte("a"))
    one.set_facts(Source.REGISTRE, {"date_naissance": "1986-04-13"}, NOW)
    assert (ids(store, DAY), ids(store, OTHER)) == ([], ["a"])
    # The register knows nothing any more: what the login says counts again.
    one.set_facts(Source.REGISTRE, {"date_naissance": ""}, NOW)
    assert (ids(store, DAY), ids(store, OTHER)) == (["a"], [])
    one.set_facts(Source.EDEMARCHES, {"date_naissance": ""}, NOW)
    assert ids(store, DAY) == []


def test_a_date_that_counts_less_changes_nothing():
    store = Comptes()
    one = store.add(compte("a"))
    one.set_facts(Source.DECLARE, {"date_naissance": "1986-04-13"}, NOW)
    assert (ids(store, DAY), ids(store, OTHER)) == (["a"], [])


def test_erased():
    store = Comptes()
    one = store.add(compte("a"))
    store.remove("a")
    assert ids(store, DAY) == []
    one.set_facts(Source.REGISTRE, {"date_naissance": "1986-04-13"}, NOW)
    assert ids(store, OTHER) == []
    with pytest.raises(KeyError):
        store.remove("a")


def test_a_store_from_before():
    store = Comptes()
    store._naissances = None
    one = store.add(compte("a"))
    assert ids(store, DAY) == ["a"]
    assert store.inscrire_naissances() is True
    assert store.inscrire_naissances() is False
    assert ids(store, DAY) == ["a"]
    one.set_facts(Source.REGISTRE, {"date_naissance": "1986-04-13"}, NOW)
    assert (ids(store, DAY), ids(store, OTHER)) == ([], ["a"])


@pytest.mark.parametrize(
    ("typed", "known", "same"),
    [
        ("rochat", ("Rochat",), True),
        ("ROCHAT", ("Röchat",), True),
        ("Rochat", ("Rochat-Favre",), True),
        ("Favre Rochat", ("Rochat-Favre",), True),
        ("Rochat-Favre", ("Rochat", ""), True),
        ("Favre", ("Rochat", "Favre"), True),
        ("De La Tour", ("de la tour",), True),
        ("Roch", ("Rochat",), False),
        ("Rochat-Dubois", ("Rochat-Favre",), False),
        ("Rochat", ("", ""), False),
        ("", ("Rochat",), False),
        ("-", ("Rochat",), False),
    ],
)
def test_family_names(typed, known, same):
    assert meme_famille(typed, known) is same


@pytest.mark.parametrize(
    ("typed", "known", "same"),
    [
        ("éva", "Eva Marie", True),
        ("Eva", "Eve", False),
        ("Jean-Pierre", "Jean Pierre Louis", True),
        ("Jean", "Jean-Pierre", False),
        ("Marie", "Eva Marie", False),
        ("", "Eva", False),
    ],
)
def test_given_names(typed, known, same):
    assert meme_prenom(typed, known) is same


@pytest.mark.parametrize(
    ("typed", "known", "same"),
    [
        ("boulangerie du rondeau sarl", "Boulangerie du Rondeau Sàrl", True),
        ("Boulangerie du Rondeau", "Boulangerie du Rondeau Sàrl", False),
        ("", "", False),
    ],
)
def test_organisations(typed, known, same):
    assert meme_organisation(typed, known) is same
