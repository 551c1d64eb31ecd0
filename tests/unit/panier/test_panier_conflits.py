"""Two tabs at once: what the database says of two writes to one cart."""

from carouge.guichet.panier.content import Paniers
from carouge.guichet.panier.domain import ArticleDuPanier
from datetime import datetime
from datetime import timezone
from ZODB.MappingStorage import MappingStorage
from ZODB.POSException import ConflictError

import pytest
import transaction
import ZODB


NOW = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)


@pytest.fixture
def tabs():
    """Two connections to one database, with the carts of a guichet in each."""
    db = ZODB.DB(MappingStorage())
    managers = [transaction.TransactionManager() for _n in range(2)]
    connections = [db.open(manager) for manager in managers]
    connections[0].root()["paniers"] = Paniers()
    managers[0].commit()
    managers[1].begin()
    yield [
        (manager, connection.root()["paniers"])
        for manager, connection in zip(managers, connections, strict=True)
    ]
    for manager, connection in zip(managers, connections, strict=True):
        manager.abort()
        connection.close()
    db.close()


def put(paniers, facture, regie, compte="camille"):
    panier = paniers.ouvrir(compte)
    panier.mettre([*panier.articles, ArticleDuPanier(facture, 1)], regie, NOW)


def test_two_first_invoices_meet(tabs):
    (first, one), (second, other) = tabs
    put(one, "v", "VILLE")
    put(other, "c", "CCAS")
    first.commit()
    with pytest.raises(ConflictError):
        second.commit()


def test_two_invoices_in_a_cart_that_is_there_meet(tabs):
    (first, one), (second, other) = tabs
    put(one, "v", "VILLE")
    first.commit()
    second.begin()
    put(one, "w", "VILLE")
    put(other, "w", "VILLE")
    first.commit()
    with pytest.raises(ConflictError):
        second.commit()


def test_what_is_refused_and_what_is_paid_meet(tabs):
    (first, one), (second, other) = tabs
    put(one, "v", "VILLE")
    first.commit()
    second.begin()
    one.get("camille").ensuite = ("c",)
    other.get("camille").mettre([], "", NOW)
    first.commit()
    with pytest.raises(ConflictError):
        second.commit()


def test_two_people_do_not_meet(tabs):
    (first, one), (second, other) = tabs
    for paniers, compte in ((one, "camille"), (one, "dominique")):
        put(paniers, "v", "VILLE", compte)
    first.commit()
    second.begin()
    put(one, "w", "VILLE")
    put(other, "w", "VILLE", "dominique")
    first.commit()
    second.commit()
