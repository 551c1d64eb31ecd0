"""The first administrator: the password is asked for, and is nowhere else."""

from carouge.guichet.production.administrateur import creer

import pytest


class Users:
    """A user folder; ``made`` are those it was told to add."""

    def __init__(self):
        self.made = []

    def getUser(self, name):
        return object() if name == "ancien" else None

    def _doAddUser(self, *words):
        self.made.append(words)


def answers(*words):
    left = list(words)
    return lambda question: left.pop(0)


def test_who_types_it_twice_is_made_a_manager():
    users = Users()
    told = creer(users, ["admin"], answers("correct horse", "correct horse"))
    assert told == "« admin » est administrateur."
    assert users.made == [("admin", "correct horse", ["Manager"], [])]


@pytest.mark.parametrize(
    ("names", "typed", "told"),
    [
        ([], [], "Usage :"),
        (["admin", "secret"], [], "Usage :"),
        (["ancien"], [], "« ancien » existe déjà"),
        (["admin"], ["court"], "au moins 12 caractères"),
        (["admin"], ["correct horse", "correct hors"], "deux fois le même"),
    ],
)
def test_nobody_is_made_by_mistake(names, typed, told):
    users = Users()
    with pytest.raises(ValueError, match=told):
        creer(users, names, answers(*typed))
    assert users.made == []
