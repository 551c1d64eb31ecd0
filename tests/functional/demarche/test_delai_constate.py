"""How long a démarche really takes, on its page and for programs."""

from carouge.guichet.demarche.delais import DelaiConstate
from carouge.guichet.demarche.delais import garder_delais
from datetime import date
from visitor import by_id
from visitor import Visitor

import pytest
import transaction


PATH = "dechets/signaler-un-depot-sauvage"


@pytest.fixture
def visitor(functional):
    return Visitor(f"http://{functional['host']}:{functional['port']}/plone/guichet")


@pytest.fixture
def observe(functional):
    guichet = functional["portal"].guichet

    def observe(jours):
        uid = guichet.unrestrictedTraverse(PATH).UID()
        garder_delais(guichet, {uid: DelaiConstate(jours, 53)}, date(2026, 11, 23))
        transaction.commit()

    return observe


def rest(visitor):
    root, _slash, name = visitor.base.rpartition("/")
    return visitor.session.get(
        f"{root}/++api++/{name}/@demarches/{PATH}",
        headers={"Accept": "application/json"},
    ).json()["delai_constate"]


def test_nothing_is_said_as_long_as_nothing_is_known(visitor):
    response = visitor.get(f"/{PATH}")
    assert response.status_code == 200
    assert 'id="guichet-constate"' not in response.text
    assert rest(visitor) is None


@pytest.mark.parametrize(
    ("jours", "words"),
    [
        (7, "9 demandes sur 10 sont traitées en 7 jours ouvrables (12 derniers mois)"),
        (1, "9 demandes sur 10 sont traitées en 1 jour ouvrable (12 derniers mois)"),
        (0, "9 demandes sur 10 sont traitées le jour même (12 derniers mois)"),
    ],
)
def test_said_beside_the_promise(visitor, observe, jours, words):
    # The page is kept in memory before the figure changes.
    visitor.get(f"/{PATH}")
    observe(jours)
    assert by_id(visitor.get(f"/{PATH}"), "guichet-constate") == words
    assert rest(visitor) == {"jours": jours, "cas": 53}
