"""The clock of the machine jumps by an hour while somebody files."""

from carouge.guichet import swisstime
from carouge.guichet.demande.queries import demandes_of
from carouge.guichet.demande.service import history
from datetime import datetime
from depot_sauvage import REPONSES
from visitor import by_id
from visitor import Visitor

import pytest
import time
import transaction


DEMARCHE = "dechets/signaler-un-depot-sauvage"
HEURE = 3600.0


@pytest.fixture()
def horloge(monkeypatch):
    """Sets the clock of this process, which is also the server's, so many seconds off."""
    real = time.time
    shift = [0.0]

    class Shifted(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.fromtimestamp(real() + shift[0], tz)

    monkeypatch.setattr(swisstime, "datetime", Shifted)
    monkeypatch.setattr(time, "time", lambda: real() + shift[0])
    return lambda seconds: shift.__setitem__(0, seconds)


@pytest.fixture()
def form(functional):
    def form():
        base = f"http://{functional['host']}:{functional['port']}/plone/guichet"
        form = Visitor(base).open_form(DEMARCHE)
        form.fill(**REPONSES)
        form.review()
        return form

    return form


@pytest.mark.parametrize("jump", [HEURE, -HEURE])
def test_in_the_middle_of_a_form(functional, horloge, form, jump):
    begun, other = form(), form()
    numero = by_id(begun.send(), "numero")
    horloge(jump)
    for one in (begun, other):
        # The server closes what has been silent for an hour, as it seems.
        one.visitor.session.close()
    # Sent again it is the same, and what was begun before is filed.
    assert by_id(begun.send(), "numero") == numero
    second = by_id(other.send(), "numero")
    third = by_id(form().send(), "numero")
    horloge(0.0)
    assert by_id(other.send(), "numero") == second
    transaction.begin()
    store = demandes_of(functional["portal"].guichet)
    assert len({numero, second, third}) == 3
    for one in (numero, second, third):
        demande = store.get(one)
        assert [step.transition for step in history(demande)] == [None]
    shift = (store.get(second).depot - store.get(numero).depot).total_seconds()
    assert abs(shift - jump) < HEURE / 2
