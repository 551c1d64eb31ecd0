"""Several connections write the index and the store at the same moment and do not meet."""

from BTrees.OOBTree import OOBTree
from carouge.guichet.demande.catalog import GuichetCatalog
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.content import Demandes
from carouge.guichet.demande.domain import candidate_numbers
from carouge.guichet.demande.ligne import Ligne
from carouge.guichet.demande.listes import bureau
from carouge.guichet.demande.listes import par_demarche
from ZODB.DB import DB
from ZODB.FileStorage import FileStorage
from ZODB.POSException import ConflictError

import pytest
import transaction


CLIENTS = 8


def ligne(index, **values):
    numero = next(candidate_numbers(str(index).encode(), 2026))
    depot = 1_790_000_000 + index
    return Ligne(
        numero,
        "Commander un conteneur",
        "deposee",
        "voirie",
        "conteneur",
        depot,
        depot,
        attendu=740_000,
        **values,
    )


class Client:
    """A connection of its own, as a thread of the server has."""

    def __init__(self, database):
        self.manager = transaction.TransactionManager()
        self.connection = database.open(self.manager)

    @property
    def catalog(self):
        return self.connection.root()["catalog"]

    @property
    def demandes(self):
        return self.connection.root()["demandes"]

    def add(self, numero):
        demande = Demande(numero)
        demande.numero = numero
        self.demandes.add(demande)

    def commit(self):
        """True when it is stored, False after a conflict."""
        try:
            self.manager.commit()
        except ConflictError:
            self.manager.abort()
            return False
        return True


@pytest.fixture
def clients(tmp_path):
    database = DB(FileStorage(str(tmp_path / "Data.fs")), pool_size=CLIENTS + 1)
    first = Client(database)
    first.connection.root().update(catalog=GuichetCatalog(), demandes=Demandes())
    # The first demande of a service makes its lists.
    first.catalog.noter(ligne(0))
    assert first.commit()
    yield [Client(database) for _client in range(CLIENTS)]
    database.close()


def test_submissions_of_one_demarche_at_the_same_moment(clients):
    done = 1
    for _round in range(12):
        for client in clients:
            client.manager.begin()
            person = {"par": f"ge-{done}", "deposant": f"Prénom{done} Nom{done}"}
            client.catalog.noter(ligne(done, **person))
            done += 1
        assert [client.commit() for client in clients] == [True] * CLIENTS
    catalog = clients[0].catalog
    clients[0].manager.begin()
    assert len(catalog) == done
    assert len(catalog.listes.reunion(par_demarche("conteneur"))) == done
    assert len(catalog.listes.reunion(bureau("voirie", "deposee", False))) == done
    assert {catalog.ligne(catalog.rid(ligne(n).numero)).depot for n in range(done)} == {
        ligne(n).depot for n in range(done)
    }


def test_demandes_added_at_the_same_moment(clients):
    numeros = [ligne(number).numero for number in range(30 * CLIENTS)]
    for first in range(0, len(numeros), CLIENTS):
        together = numeros[first : first + CLIENTS]
        for client, numero in zip(clients, together, strict=True):
            client.manager.begin()
            client.add(numero)
        assert [client.commit() for client in clients] == [True] * CLIENTS
    clients[0].manager.begin()
    demandes = clients[0].demandes
    assert len(demandes) == len(numeros)
    assert {demande.numero for demande in demandes} == {*numeros}
    assert all(demandes.get(numero).numero == numero for numero in numeros)


@pytest.mark.parametrize("filed_first", [True, False])
def test_what_is_filed_while_demandes_are_spread(clients, filed_first):
    upgrade, person = clients[:2]
    before, meanwhile = ligne(1).numero, ligne(2).numero
    upgrade.manager.begin()
    store = upgrade.demandes
    del store._par_numero
    store._years = OOBTree()
    upgrade.add(before)
    assert upgrade.commit()
    for client in (upgrade, person):
        client.manager.begin()
    work = {upgrade: upgrade.demandes.repartir, person: lambda: person.add(meanwhile)}
    for begun in work.values():
        begun()
    order = [person, upgrade] if filed_first else [upgrade, person]
    assert [client.commit() for client in order] == [True, False]
    again = order[1]
    again.manager.begin()
    work[again]()
    assert again.commit()
    for client in (upgrade, person):
        client.manager.begin()
        assert {demande.numero for demande in client.demandes} == {before, meanwhile}
        assert client.demandes._years is None


def test_moves_of_neighbours_at_the_same_moment(clients):
    one, other = clients[:2]
    for number in range(1, 6):
        one.catalog.noter(ligne(number))
    # The first of a day in a state makes the set of that day.
    one.catalog.noter(ligne(5, agent="carla"))
    assert one.commit()
    one.manager.begin()
    other.manager.begin()
    one.catalog.noter(ligne(1, agent="anne"))
    other.catalog.noter(ligne(2, agent="bruno"))
    assert [one.commit(), other.commit()] == [True, True]
    one.manager.begin()
    agents = [
        one.catalog.ligne(one.catalog.rid(ligne(number).numero)).agent
        for number in range(6)
    ]
    assert agents == ["", "anne", "bruno", "", "", "carla"]


def test_two_changes_of_the_same_demande_conflict(clients):
    one, other = clients[:2]
    one.manager.begin()
    other.manager.begin()
    one.catalog.noter(ligne(0, agent="anne"))
    other.catalog.noter(ligne(0, agent="bruno"))
    assert [one.commit(), other.commit()] == [True, False]


def test_what_an_aborted_transaction_had_begun_is_not_missed(clients):
    one = clients[0]
    one.catalog.noter(ligne(1))
    one.manager.abort()
    one.catalog.noter(ligne(2))
    assert one.commit()
    assert one.catalog.rid(ligne(1).numero) is None
    assert one.catalog.ligne(one.catalog.rid(ligne(2).numero)) == ligne(2)


def test_a_large_set_keeps_all_of_its_lines(clients):
    one = clients[0]
    for number in range(1, 300):
        one.catalog.noter(ligne(number))
    assert one.commit()
    listes = one.catalog.listes
    [(rank, rids)] = listes.ordre(bureau("voirie", "deposee", False))
    assert (rank, len(rids), len({*rids})) == (740_000, 300, 300)
    assert all(rid in rids for rid in [*rids])
    for number in range(300):
        one.catalog.noter(ligne(number, agent="anne"))
    assert [*listes.ordre(bureau("voirie", "deposee", False))] == []
    assert listes.nombre(bureau("voirie", "deposee", True)) == 300
