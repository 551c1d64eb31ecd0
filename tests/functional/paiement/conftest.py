"""A guichet with two régies, a household with invoices, a provider in this process."""

from comptes import cookies_of
from comptes import make_compte
from factures import make_regie
from factures import rattacher
from passerelle import passerelle
from visitor import Visitor

import pytest
import transaction


@pytest.fixture
def guichet(functional):
    return functional["portal"].guichet


@pytest.fixture
def banque(guichet):
    with passerelle("test") as found:
        make_regie("VILLE", passerelle="test", titre="Ville de Carouge")
        make_regie("CCAS", passerelle="test", titre="Action sociale")
        yield found


@pytest.fixture
def base(functional):
    return f"http://{functional['host']}:{functional['port']}/plone/guichet"


@pytest.fixture
def compte(guichet, banque):
    found = make_compte()
    rattacher(guichet, found)
    return found


@pytest.fixture
def as_compte(functional, base):
    """A browser in which a compte has logged in; commits."""

    def log_in(compte):
        visitor = Visitor(base)
        visitor.session.cookies.update(cookies_of(functional, compte))
        return visitor

    return log_in


@pytest.fixture
def fresh():
    """See what the server has stored meanwhile."""

    def begin():
        transaction.begin()

    return begin
