"""What keeps the books when something happens around them."""

from carouge.guichet import config
from carouge.guichet.facture import rattachement
from carouge.guichet.facture.service import a_des_factures
from carouge.guichet.facture.service import factures_de
from carouge.guichet.regie import service
from carouge.guichet.regie.service import regies
from comptes import make_compte
from factures import make_facture
from factures import make_regie
from plone import api
from zExceptions import Forbidden

import pytest


@pytest.fixture()
def portal(demo_integration):
    make_regie("VILLE")
    make_regie("CCAS")
    return demo_integration["portal"]


@pytest.fixture()
def other(portal):
    """A second guichet, empty."""
    with api.env.adopt_roles(["Manager"]):
        return api.content.create(portal, config.GUICHET, id="g2", title="Guichet 2")


def test_a_guichet_without_invoices_may_go(portal, other):
    assert a_des_factures(other) is False
    with api.env.adopt_roles(["Manager"]):
        api.content.delete(other)
    assert "g2" not in portal


def test_a_guichet_with_invoices_stays(portal, other):
    make_facture(other)
    with api.env.adopt_roles(["Manager"]), pytest.raises(Forbidden) as refused:
        api.content.delete(other)
    assert str(refused.value) == (
        "Ce guichet contient des factures et ne peut pas être supprimé."
    )
    assert "g2" in portal


def test_a_copy_begins_anew(portal, other):
    facture = make_facture(other)
    rattachement.lier(other, make_compte(), "M-1", par="caisse")
    with api.env.adopt_roles(["Manager"]):
        copy = api.content.copy(other, portal, id="g3")
    assert a_des_factures(copy) is False
    assert len(rattachement.rattachements_de(copy)) == 0
    assert factures_de(other).get(facture.id) is facture


def test_a_regie_that_nothing_refers_to_may_go(portal):
    make_facture(portal.guichet, regie="VILLE")
    service.retirer("CCAS")
    assert [*regies()] == ["VILLE"]


def test_a_regie_with_invoices_stays(portal):
    make_facture(portal.guichet, regie="CCAS")
    with pytest.raises(service.RegieUtilisee):
        service.retirer("CCAS")
    assert service.raisons_de_rester("CCAS") == ["There are invoices of this régie."]
    assert [*regies()] == ["CCAS", "VILLE"]


def test_a_regie_where_a_demarche_is_paid_stays(portal):
    portal.guichet.dechets["signaler-un-depot-sauvage"].regie = "CCAS"
    (reason,) = service.raisons_de_rester("CCAS")
    assert reason.mapping == {"demarches": "Signaler un dépôt sauvage"}


def test_an_unknown_regie(portal):
    for code in ("GIAP", "ville", "", "VILLE.titre"):
        with pytest.raises(service.RegieInconnue):
            service.get_regie(code)
    with pytest.raises(service.RegieInconnue):
        service.retirer("GIAP")
