"""A cashier in front of the desk, with régies and invoices to be found there."""

from __future__ import annotations

from bureau import Agent
from carouge.guichet import config
from carouge.guichet.facture.service import get_facture
from factures import make_facture
from factures import make_regie
from plone import api

import transaction


CAISSIER = "caisse"


def deux_regies(guichet, **values):
    """The régies VILLE and CCAS, committed."""
    for code in ("VILLE", "CCAS"):
        make_regie(code, **values)
    transaction.commit()
    return guichet


def facture(guichet, **values) -> str:
    """An invoice, committed; its id."""
    made = make_facture(guichet, **values)
    transaction.commit()
    return made.id


class Caissier(Agent):
    """The cashier's browser; paths are those below his desk."""

    def __init__(self, layer, login=CAISSIER) -> None:
        super().__init__(layer, login)
        self.base += "/agents/caisse"

    def _url(self, path):
        return path if path.startswith("http") else f"{self.base}/{path}".rstrip("/")

    def open(self, id: str):
        """The page of an invoice."""
        return self.get(f"factures/{id}")

    def search(self, text: str):
        return self.get("").send("caisse-chercher", q=text)


def collegue(layer) -> Caissier:
    """A second cashier, committed."""
    api.user.grant_roles(username="editeur", roles=[config.ROLE_CAISSIER])
    transaction.commit()
    return Caissier(layer, "editeur")


def relire(guichet, id: str):
    """The invoice as it is stored now."""
    transaction.begin()
    return get_facture(guichet, id)
