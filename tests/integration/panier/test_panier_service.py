"""The cart of a citizen: what goes in, what is refused, what comes next."""

from carouge.guichet.compte.domain import Level
from carouge.guichet.facture.domain import Ecriture
from carouge.guichet.facture.domain import Source
from carouge.guichet.facture.rattachement import delier
from carouge.guichet.facture.service import annuler
from carouge.guichet.facture.service import ecrire
from carouge.guichet.facture.service import verrouiller
from carouge.guichet.panier import service
from carouge.guichet.panier.domain import MAX_ARTICLES
from carouge.guichet.panier.domain import PanierRefuse
from carouge.guichet.panier.domain import Refus
from carouge.guichet.panier.domain import Situation
from carouge.guichet.regie.service import enregistrer
from carouge.guichet.swisstime import now
from comptes import make_compte
from datetime import timedelta
from factures import make_facture
from factures import make_regie
from factures import rattacher
from passerelle import passerelle

import pytest


@pytest.fixture
def guichet(demo_integration):
    with passerelle("test"):
        make_regie("VILLE", passerelle="test")
        make_regie("CCAS", passerelle="test")
        yield demo_integration["portal"].guichet


@pytest.fixture
def compte(guichet):
    found = make_compte()
    found.lien = rattacher(guichet, found)
    # The household was billed for something, whatever becomes of the others.
    make_facture(guichet)
    return found


def refused(guichet, compte, facture) -> Refus:
    with pytest.raises(PanierRefuse) as error:
        service.ajouter(guichet, compte, getattr(facture, "id", facture))
    return error.value.refus


def ids(guichet, compte) -> tuple[list[str], list[str]]:
    contenu = service.contenu_de(guichet, compte)
    return [one.id for one in contenu.lignes], [one.id for one in contenu.ensuite]


def pay(guichet, facture, montant=None):
    ecrire(
        guichet,
        facture,
        Ecriture(Source.VIREMENT, facture.id, montant or facture.solde, now()),
    )


class TestAdd:
    def test_nothing_at_first(self, guichet, compte):
        assert service.panier_de(guichet, compte) is None
        assert service.contenu_de(guichet, compte) == service.Contenu()
        assert service.nombre(guichet, compte) == 0

    def test_two_of_one_regie(self, guichet, compte):
        first, second = make_facture(guichet, montant=100), make_facture(guichet)
        service.ajouter(guichet, compte, first.id)
        service.ajouter(guichet, compte, second.id)
        contenu = service.contenu_de(guichet, compte)
        assert contenu.attendues == [(first.id, 1), (second.id, 1)]
        assert (contenu.regie, contenu.total) == ("VILLE", 18835)
        assert contenu.payable
        assert service.nombre(guichet, compte) == 2

    def test_what_was_paid_in_part_costs_the_rest(self, guichet, compte):
        facture = make_facture(guichet, montant=10000)
        pay(guichet, facture, 2500)
        service.ajouter(guichet, compte, facture.id)
        assert service.contenu_de(guichet, compte).total == 7500

    def test_twice(self, guichet, compte):
        facture = make_facture(guichet)
        service.ajouter(guichet, compte, facture.id)
        assert refused(guichet, compte, facture) is Refus.DOUBLON
        assert ids(guichet, compte) == ([facture.id], [])

    def test_of_another_regie_waits_once(self, guichet, compte):
        ville, ccas = make_facture(guichet), make_facture(guichet, regie="CCAS")
        service.ajouter(guichet, compte, ville.id)
        assert refused(guichet, compte, ccas) is Refus.REGIE
        assert refused(guichet, compte, ccas) is Refus.REGIE
        assert ids(guichet, compte) == ([ville.id], [ccas.id])

    def test_paid(self, guichet, compte):
        facture = make_facture(guichet)
        pay(guichet, facture)
        assert refused(guichet, compte, facture) is Refus.PAYEE

    def test_overpaid(self, guichet, compte):
        facture = make_facture(guichet, montant=100)
        pay(guichet, facture, 200)
        assert refused(guichet, compte, facture) is Refus.PAYEE

    def test_cancelled(self, guichet, compte):
        facture = make_facture(guichet)
        annuler(guichet, facture, "erreur", "caisse")
        assert refused(guichet, compte, facture) is Refus.IMPOSSIBLE

    def test_locked(self, guichet, compte):
        facture = make_facture(guichet)
        verrouiller(guichet, facture, "another payment")
        assert refused(guichet, compte, facture) is Refus.VERROU

    def test_while_the_cart_is_being_paid(self, guichet, compte):
        first, second = make_facture(guichet), make_facture(guichet)
        service.ajouter(guichet, compte, first.id)
        verrouiller(guichet, first, "my payment")
        assert refused(guichet, compte, first) is Refus.DOUBLON
        assert refused(guichet, compte, second) is Refus.EN_COURS
        assert ids(guichet, compte) == ([first.id], [second.id])
        assert service.contenu_de(guichet, compte).verrou == "my payment"
        assert not service.contenu_de(guichet, compte).payable

    def test_of_a_regie_without_gateway(self, guichet, compte):
        make_regie("PARC")
        facture = make_facture(guichet, regie="PARC")
        assert refused(guichet, compte, facture) is Refus.IMPOSSIBLE

    @pytest.mark.parametrize(
        "id", ["", "x", "../VILLE", "a" * 300, "\x00", "１２", "0" * 20]
    )
    def test_unknown(self, guichet, compte, id):
        assert refused(guichet, compte, id) is Refus.INCONNUE
        assert service.panier_de(guichet, compte) is None

    def test_foreign(self, guichet, compte):
        facture = make_facture(guichet, debiteur="M-999999")
        assert refused(guichet, compte, facture) is Refus.INCONNUE

    def test_the_same_debtor_number_of_another_application(self, guichet, compte):
        make_regie("BAINS", passerelle="test", espace_debiteurs="bains")
        facture = make_facture(guichet, regie="BAINS")
        assert refused(guichet, compte, facture) is Refus.INCONNUE

    def test_without_link(self, guichet):
        facture = make_facture(guichet)
        stranger = make_compte("G-marc", level=Level.DECLARED)
        assert refused(guichet, stranger, facture) is Refus.INCONNUE

    def test_no_more_than_one_payment_holds(self, guichet, compte):
        for _n in range(MAX_ARTICLES):
            service.ajouter(guichet, compte, make_facture(guichet).id)
        one_more = make_facture(guichet)
        assert refused(guichet, compte, one_more) is Refus.PLEIN
        assert service.nombre(guichet, compte) == MAX_ARTICLES


class TestRemove:
    def test_one(self, guichet, compte):
        first, second = make_facture(guichet), make_facture(guichet)
        service.ajouter(guichet, compte, first.id)
        service.ajouter(guichet, compte, second.id)
        service.retirer(guichet, compte, first.id)
        assert ids(guichet, compte) == ([second.id], [])

    def test_what_is_not_there(self, guichet, compte):
        assert service.retirer(guichet, compte, "x") is None
        facture = make_facture(guichet)
        panier = service.ajouter(guichet, compte, facture.id)
        before = panier.modifie
        service.retirer(guichet, compte, "x")
        assert panier.modifie == before

    def test_from_what_waits(self, guichet, compte):
        ville, ccas = make_facture(guichet), make_facture(guichet, regie="CCAS")
        service.ajouter(guichet, compte, ville.id)
        refused(guichet, compte, ccas)
        service.retirer(guichet, compte, ccas.id)
        assert ids(guichet, compte) == ([ville.id], [])

    def test_the_last_lets_in_what_waits(self, guichet, compte):
        ville, ccas = make_facture(guichet), make_facture(guichet, regie="CCAS")
        service.ajouter(guichet, compte, ville.id)
        refused(guichet, compte, ccas)
        service.retirer(guichet, compte, ville.id)
        assert ids(guichet, compte) == ([ccas.id], [])
        assert service.contenu_de(guichet, compte).regie == "CCAS"


class TestPaid:
    def test_what_waited_comes_in(self, guichet, compte):
        ville, ccas = make_facture(guichet), make_facture(guichet, regie="CCAS")
        service.ajouter(guichet, compte, ville.id)
        refused(guichet, compte, ccas)
        service.payee(guichet, compte.id, [ville.id])
        assert ids(guichet, compte) == ([ccas.id], [])

    def test_paid_otherwise_meanwhile_does_not_come_in(self, guichet, compte):
        ville, ccas = make_facture(guichet), make_facture(guichet, regie="CCAS")
        service.ajouter(guichet, compte, ville.id)
        refused(guichet, compte, ccas)
        pay(guichet, ccas)
        service.payee(guichet, compte.id, [ville.id])
        assert ids(guichet, compte)[0] == []

    def test_part_of_it(self, guichet, compte):
        first, second = make_facture(guichet), make_facture(guichet)
        service.ajouter(guichet, compte, first.id)
        service.ajouter(guichet, compte, second.id)
        service.payee(guichet, compte.id, [first.id])
        assert ids(guichet, compte) == ([second.id], [])

    def test_twice_and_without_cart(self, guichet, compte):
        facture = make_facture(guichet)
        service.payee(guichet, compte.id, [facture.id])
        service.ajouter(guichet, compte, facture.id)
        service.payee(guichet, compte.id, [facture.id])
        service.payee(guichet, compte.id, [facture.id])
        assert ids(guichet, compte) == ([], [])


class TestAsItStandsNow:
    def situation(self, guichet, compte):
        return service.contenu_de(guichet, compte).lignes[0].situation

    @pytest.fixture
    def facture(self, guichet, compte):
        facture = make_facture(guichet)
        service.ajouter(guichet, compte, facture.id)
        return facture

    def test_ready(self, guichet, compte, facture):
        assert self.situation(guichet, compte) is Situation.PRETE

    def test_changed(self, guichet, compte, facture):
        facture.version += 1
        contenu = service.contenu_de(guichet, compte)
        assert contenu.lignes[0].situation is Situation.CHANGEE
        assert contenu.attendues == [(facture.id, 2)]
        assert contenu.payable

    def test_paid(self, guichet, compte, facture):
        pay(guichet, facture)
        contenu = service.contenu_de(guichet, compte)
        assert contenu.lignes[0].situation is Situation.PAYEE
        assert (contenu.total, contenu.payable) == (0, False)

    def test_cancelled(self, guichet, compte, facture):
        annuler(guichet, facture, "erreur", "caisse")
        assert self.situation(guichet, compte) is Situation.ANNULEE

    def test_being_paid(self, guichet, compte, facture):
        verrouiller(guichet, facture, "p")
        assert self.situation(guichet, compte) is Situation.EN_PAIEMENT

    def test_looked_into(self, guichet, compte, facture):
        verrouiller(guichet, facture, "p")
        facture.mettre_en_revue("p")
        assert self.situation(guichet, compte) is Situation.A_VERIFIER

    def test_no_longer_the_debtor(self, guichet, compte, facture):
        delier(guichet, compte.lien, par="caisse")
        contenu = service.contenu_de(guichet, compte)
        assert contenu.lignes[0].situation is Situation.DISPARUE
        assert contenu.lignes[0].facture is None
        assert contenu.attendues == [(facture.id, 0)]

    def test_the_regie_stopped_online(self, guichet, compte, facture):
        enregistrer("VILLE", passerelle=None)
        assert self.situation(guichet, compte) is Situation.HORS_LIGNE


class TestForgotten:
    def test_after_a_day(self, guichet, compte):
        facture, moment = make_facture(guichet), now()
        later = moment + timedelta(hours=24)
        service.ajouter(guichet, compte, facture.id, now=moment)
        assert service.panier_de(guichet, compte, now=later) is None
        panier = service.ajouter(guichet, compte, facture.id, now=later)
        assert [one.facture for one in panier.articles] == [facture.id]

    def test_what_waited_is_forgotten_as_well(self, guichet, compte):
        ville, ccas = make_facture(guichet), make_facture(guichet, regie="CCAS")
        service.ajouter(guichet, compte, ville.id)
        refused(guichet, compte, ccas)
        later = now() + timedelta(hours=25)
        panier = service.ajouter(guichet, compte, ccas.id, now=later)
        assert ([one.facture for one in panier.articles], panier.ensuite) == (
            [ccas.id],
            (),
        )

    def test_by_the_task(self, guichet, compte):
        service.ajouter(guichet, compte, make_facture(guichet).id)
        later = now() + timedelta(hours=25)
        assert service.oublier_abandonnes(guichet, now()) == 0
        assert service.oublier_abandonnes(guichet, later) == 1
        assert service.oublier_abandonnes(guichet, later) == 0
        assert service.panier_de(guichet, compte) is None

    def test_with_the_compte(self, guichet, compte):
        service.ajouter(guichet, compte, make_facture(guichet).id)
        service.oublier(guichet, compte.id)
        service.oublier(guichet, compte.id)
        assert service.panier_de(guichet, compte) is None

    def test_each_compte_has_its_own(self, guichet, compte):
        facture = make_facture(guichet)
        service.ajouter(guichet, compte, facture.id)
        partner = make_compte("G-dominique", prenom="Dominique", nom="Favre", avs="")
        rattacher(guichet, partner)
        assert service.nombre(guichet, partner) == 0
        service.ajouter(guichet, partner, facture.id)
        assert ids(guichet, partner) == ([facture.id], [])
