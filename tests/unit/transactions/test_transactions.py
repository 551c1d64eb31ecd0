"""What is done after the commit, and what is forgotten with a part rolled back."""

from carouge.guichet.transactions import apres_commit
from carouge.guichet.transactions import tout_ou_rien

import pytest
import transaction


@pytest.fixture(autouse=True)
def clean():
    transaction.abort()
    yield
    transaction.abort()


class Storage:
    """Notes when it is written; its name sorts as late as a database's can."""

    def __init__(self, done) -> None:
        self.done = done
        self.transaction_manager = transaction.manager

    def sortKey(self):
        return "zzz:database"

    def tpc_finish(self, txn):
        self.done.append("database")

    def savepoint(self):
        return self

    def rollback(self):
        pass

    def nothing(self, txn):
        pass

    tpc_begin = commit = tpc_vote = abort = tpc_abort = nothing


def test_it_is_done_once_the_database_is_written():
    done = []
    apres_commit(lambda: done.append("told"), oubli=lambda: done.append("forgotten"))
    transaction.get().join(Storage(done))
    assert done == []
    transaction.commit()
    assert done == ["database", "told"]


def test_it_is_forgotten_when_the_transaction_is_aborted():
    done = []
    apres_commit(lambda: done.append("told"), oubli=lambda: done.append("forgotten"))
    transaction.abort()
    assert done == ["forgotten"]


def test_it_is_forgotten_with_the_part_that_is_rolled_back():
    done = []
    apres_commit(lambda: done.append("before"))
    with pytest.raises(ValueError, match="half"), tout_ou_rien():
        apres_commit(lambda: done.append("told"), oubli=lambda: done.append("gone"))
        raise ValueError("half of it")
    assert done == ["gone"]
    apres_commit(lambda: done.append("after"))
    transaction.commit()
    assert done == ["gone", "before", "after"]


def test_what_ends_well_remains():
    done = []
    with tout_ou_rien():
        apres_commit(lambda: done.append("told"))
    transaction.commit()
    assert done == ["told"]


def test_what_fails_then_harms_nobody(caplog):
    done = []

    def fail():
        raise OSError("disk full")

    apres_commit(fail)
    apres_commit(lambda: done.append("told"))
    transaction.commit()
    assert done == ["told"]
    assert "disk full" in caplog.text
