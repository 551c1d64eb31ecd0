"""The fictitious people an editor can walk as."""

from carouge.guichet.access.domain import Conditions
from carouge.guichet.access.domain import decide
from carouge.guichet.access.service import current_usager
from carouge.guichet.access.service import usager_of
from carouge.guichet.atelier import domain
from carouge.guichet.atelier.profils import compte_de
from carouge.guichet.atelier.profils import PROFILS
from carouge.guichet.atelier.profils import usager_de
from carouge.guichet.compte.domain import AccountType
from carouge.guichet.compte.domain import Level
from carouge.guichet.compte.service import acting_as
from carouge.guichet.compte.service import comptes
from carouge.guichet.compte.service import current_compte
from carouge.guichet.formulaire.lecture import usager_pour
from carouge.guichet.swisstime import now

import pytest


def test_all_kinds_are_known():
    assert tuple(PROFILS) == domain.PROFILS


@pytest.mark.parametrize(
    "profil,expected",
    [
        ("anonyme", ("anonyme", "anonyme", "non")),
        ("declare", ("personne", "declare", "non")),
        ("resident", ("personne", "verifie", "oui")),
        ("non_resident", ("personne", "verifie", "non")),
        ("entreprise", ("entreprise", "verifie", "non")),
        ("association", ("association", "verifie", "non")),
        ("agent", ("agent", "anonyme", "non")),
    ],
)
def test_what_conditions_see(demo_integration, profil, expected):
    usager = usager_de(profil) or usager_pour(compte_de(profil))
    assert (usager["type"], usager["niveau"], usager["resident"]) == expected


@pytest.mark.parametrize(
    "profil,conditions,allowed",
    [
        ("declare", Conditions(level=Level.VERIFIED), False),
        ("resident", Conditions(residents_only=True), True),
        ("non_resident", Conditions(residents_only=True), False),
        (
            "entreprise",
            Conditions(account_types=frozenset({AccountType.ENTREPRISE})),
            True,
        ),
        (
            "association",
            Conditions(account_types=frozenset({AccountType.ENTREPRISE})),
            False,
        ),
    ],
)
def test_what_the_policy_says(demo_integration, profil, conditions, allowed):
    usager = usager_of(compte_de(profil), now())
    assert decide(usager, conditions, now()).allowed is allowed


def test_always_the_same_person(demo_integration):
    one, other = compte_de("resident"), compte_de("resident")
    assert one is not other
    assert [fact.value for fact in one.facts.values()] == [
        fact.value for fact in other.facts.values()
    ]
    assert one.foyer == other.foyer
    assert [membre.prenom for membre in one.foyer] == ["Dominique", "Lou", "Noé"]


def test_nobody_is_stored(demo_integration):
    for profil in PROFILS:
        compte_de(profil)
    assert list(comptes()) == []
    with pytest.raises(KeyError):
        compte_de("roi")


def test_acting_as_somebody_ends_with_the_block(demo_integration):
    compte = compte_de("entreprise")
    before = current_compte()
    with acting_as(compte):
        assert current_compte() is compte
        assert current_usager().account_type is AccountType.ENTREPRISE
        with acting_as(None):
            assert current_compte() is None
        assert current_compte() is compte
    assert current_compte() is before
    with pytest.raises(LookupError), acting_as(compte):
        raise LookupError
    assert current_compte() is before
