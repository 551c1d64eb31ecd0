"""The store: nothing gets lost, and only what must meet does."""

from carouge.guichet.brouillon.content import Brouillon
from carouge.guichet.brouillon.content import Brouillons
from contextlib import contextmanager
from datetime import date
from datetime import datetime
from datetime import timedelta
from datetime import timezone
from transaction import TransactionManager
from ZODB.DB import DB
from ZODB.DemoStorage import DemoStorage
from ZODB.POSException import ConflictError

import pytest


NOW = datetime(2026, 11, 23, 8, tzinfo=timezone.utc)
CAMILLE, MARC = "ge-camille", "ge-marc"


def make(id, owner=CAMILLE, demarche="chien", day=0):
    return Brouillon(
        id=id,
        proprietaire=owner,
        demarche_uid=demarche,
        demarche_titre="Annoncer un chien",
        version="1",
        cree=NOW + timedelta(days=day),
    )


def ids(found):
    return sorted(brouillon.id for brouillon in found)


@pytest.fixture
def store():
    return Brouillons()


def test_by_owner_and_demarche(store):
    for id, owner, demarche in (
        ("a", CAMILLE, "chien"),
        ("b", CAMILLE, "macaron"),
        ("c", CAMILLE, "chien"),
        ("d", MARC, "chien"),
        ("e", f"{CAMILLE}2", "chien"),
    ):
        store.ajouter(make(id, owner, demarche))
    assert ids(store.de(CAMILLE)) == ["a", "b", "c"]
    assert ids(store.de(CAMILLE, "chien")) == ["a", "c"]
    assert ids(store.de(CAMILLE, "chie")) == []
    assert ids(store.de("ge-")) == []
    assert ids(store.de("")) == []
    assert len(store) == 5


def test_an_id_is_taken_once(store):
    store.ajouter(make("a"))
    with pytest.raises(KeyError):
        store.ajouter(make("a", MARC))
    assert ids(store.de(MARC)) == []


def test_by_day_of_creation(store):
    for number in range(4):
        store.ajouter(make(f"j{number}", day=number))
    assert [b.id for b in store.crees_jusqu_au(date(2026, 11, 24))] == ["j0", "j1"]
    assert [b.id for b in store.crees_jusqu_au(date(2026, 11, 22))] == []


def test_removal_frees_the_place(store):
    first, second = make("a"), make("b")
    store.ajouter(first)
    store.ajouter(second)
    store.retirer(first)
    store.ajouter(make("c"))
    assert ids(store.de(CAMILLE, "chien")) == ["b", "c"]
    assert store.get("a") is None
    with pytest.raises(KeyError):
        store.retirer(first)


def test_changing_hands(store):
    for number in range(3):
        store.ajouter(make(f"m{number}", MARC))
        store.ajouter(make(f"c{number}"))
    for brouillon in store.de(MARC):
        store.donner(brouillon, CAMILLE)
    assert ids(store.de(MARC)) == []
    assert ids(store.de(CAMILLE)) == ["c0", "c1", "c2", "m0", "m1", "m2"]


# --- two at the same moment -------------------------------------------------------


class Database:
    """A database with people who do not see each other before they commit."""

    def __init__(self):
        self.db = DB(DemoStorage())
        with self.visit() as (root, commit):
            root["store"] = Brouillons()
            commit()

    @contextmanager
    def visit(self):
        manager = TransactionManager()
        connection = self.db.open(manager)
        try:
            yield connection.root(), manager.commit
        finally:
            manager.abort()
            connection.close()

    @contextmanager
    def both(self):
        """Two visits that began at the same moment."""
        with self.visit() as (one, commit_one), self.visit() as (two, commit_two):
            # Both look before either writes.
            assert len(one["store"]) == len(two["store"])
            yield one["store"], commit_one, two["store"], commit_two

    def stored(self):
        with self.visit() as (root, _commit):
            return {
                brouillon.id: (brouillon.proprietaire, brouillon.saisies)
                for brouillon in root["store"].crees_jusqu_au(date(2030, 1, 1))
            }


@pytest.fixture
def database():
    return Database()


@pytest.fixture
def two_drafts(database):
    with database.visit() as (root, commit):
        root["store"].ajouter(make("a"))
        root["store"].ajouter(make("b", MARC))
        commit()
    return database


def test_two_people_begin_at_the_same_moment(database):
    with database.both() as (one, commit_one, two, commit_two):
        one.ajouter(make("a"))
        two.ajouter(make("b", MARC))
        commit_one()
        commit_two()
    assert sorted(database.stored()) == ["a", "b"]


def test_one_person_begins_two_at_the_same_moment(two_drafts):
    # So that the limit holds: the second is made again and counts the first.
    with two_drafts.both() as (one, commit_one, two, commit_two):
        one.ajouter(make("c"))
        two.ajouter(make("d"))
        commit_one()
        with pytest.raises(ConflictError):
            commit_two()


def test_double_click(two_drafts):
    with two_drafts.both() as (one, commit_one, two, commit_two):
        one.ajouter(make("c"))
        two.ajouter(make("c"))
        commit_one()
        with pytest.raises(ConflictError):
            commit_two()


def test_saves_of_different_drafts_do_not_meet(two_drafts):
    with two_drafts.both() as (one, commit_one, two, commit_two):
        one.get("a").saisies = {"nom": "Rochat"}
        two.get("b").saisies = {"nom": "Dubois"}
        commit_one()
        commit_two()
    assert two_drafts.stored() == {
        "a": (CAMILLE, {"nom": "Rochat"}),
        "b": (MARC, {"nom": "Dubois"}),
    }


def test_a_save_and_somebody_else_s_new_draft_do_not_meet(two_drafts):
    with two_drafts.both() as (one, commit_one, two, commit_two):
        one.get("a").saisies = {"nom": "Rochat"}
        two.ajouter(make("c", MARC))
        commit_one()
        commit_two()
    assert two_drafts.stored()["a"] == (CAMILLE, {"nom": "Rochat"})


def test_saves_of_one_draft_do_meet(two_drafts):
    with two_drafts.both() as (one, commit_one, two, commit_two):
        one.get("a").saisies = {"nom": "Rochat"}
        two.get("a").saisies = {"prenom": "Camille"}
        commit_one()
        with pytest.raises(ConflictError):
            commit_two()
    assert two_drafts.stored()["a"] == (CAMILLE, {"nom": "Rochat"})


def test_files_of_one_draft_do_not_meet_nor_a_save(two_drafts):
    with two_drafts.visit() as (third, commit_third):
        third["store"].get("a").saisies = {"photo": "f1"}
        with two_drafts.both() as (one, commit_one, two, commit_two):
            one.get("a").fichiers["f1"] = "un"
            two.get("a").fichiers["f2"] = "deux"
            commit_one()
            commit_two()
        commit_third()
    with two_drafts.visit() as (root, _commit):
        brouillon = root["store"].get("a")
        assert dict(brouillon.fichiers) == {"f1": "un", "f2": "deux"}
        assert brouillon.saisies == {"photo": "f1"}


def test_the_last_one_goes_while_the_next_one_comes(two_drafts):
    with two_drafts.visit() as (root, commit):
        root["store"].ajouter(make("0", "ge-alice"))
        commit()
    with two_drafts.both() as (one, commit_one, two, commit_two):
        one.retirer(one.get("a"))
        two.ajouter(make("c", demarche="macaron"))
        commit_one()
        commit_two()
    assert sorted(two_drafts.stored()) == ["0", "b", "c"]
    with two_drafts.visit() as (root, _commit):
        assert ids(root["store"].de(CAMILLE)) == ["c"]


def test_the_only_one_of_all_goes_while_another_one_comes(database):
    with database.visit() as (root, commit):
        root["store"].ajouter(make("a"))
        commit()
    with database.both() as (one, commit_one, two, commit_two):
        one.retirer(one.get("a"))
        two.ajouter(make("b", MARC))
        commit_one()
        commit_two()
    assert sorted(database.stored()) == ["b"]
    with database.visit() as (root, _commit):
        assert len(root["store"]) == 1


def test_a_save_writes_one_object(two_drafts):
    with two_drafts.visit() as (root, commit):
        brouillon = root["store"].get("a")
        brouillon.saisies = {"nom": "Rochat"}
        written = [object for object in brouillon._p_jar._registered_objects if object]
        assert written == [brouillon]
        commit()
