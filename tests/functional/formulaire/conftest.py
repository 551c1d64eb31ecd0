"""A démarche whose form each test sets itself, and what it leaves behind."""

from carouge.guichet.brouillon import service as brouillons
from carouge.guichet.demande.queries import demandes_of
from comptes import cookies_of
from datetime import date
from formulaires import PATH
from publication import publier
from visitor import Visitor

import pytest
import transaction


_TOUJOURS = date(9999, 12, 31)
_LIBRE = {
    "niveau": "ouvert",
    "types_compte": set(),
    "residents_seulement": False,
    "emolument": 0,
    "formPrologue": None,
    "formEpilogue": None,
}


@pytest.fixture
def base(functional):
    return f"http://{functional['host']}:{functional['port']}/plone/guichet"


@pytest.fixture
def demarche(functional):
    return functional["portal"].guichet.unrestrictedTraverse(PATH)


@pytest.fixture
def publie(demarche):
    """Publish a form: its model, and attributes of the démarche, open to all."""

    def publish(model, **values):
        for name, value in {**_LIBRE, "fields_model": model, **values}.items():
            setattr(demarche, name, value)
        publier(demarche)
        transaction.commit()

    return publish


@pytest.fixture
def anonyme(base):
    """A browser without login."""
    return Visitor(base)


@pytest.fixture
def connecte(functional, base):
    """Log a browser in: another one, or one that has been here before."""

    def log_in(compte, visitor=None):
        visitor = visitor or Visitor(base)
        visitor.session.cookies.update(cookies_of(functional, compte))
        return visitor

    return log_in


@pytest.fixture
def stored(functional):
    """The demandes, the last one first."""

    def read():
        transaction.begin()
        return list(demandes_of(functional["portal"].guichet))

    return read


@pytest.fixture
def gardes(functional, demarche):
    """The brouillons of the démarche, the oldest first."""

    def read():
        transaction.begin()
        magasin = brouillons.magasin_de(functional["portal"].guichet)
        found = [] if magasin is None else magasin.crees_jusqu_au(_TOUJOURS)
        uid = demarche.UID()
        return [one for one in found if one.demarche_uid == uid]

    return read
