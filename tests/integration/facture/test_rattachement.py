"""Who is which debtor: the citizen asks, the cashier decides."""

from carouge.guichet.facture import rattachement
from carouge.guichet.facture.designation import factures_nommees
from carouge.guichet.facture.rattachement import debiteurs_de
from carouge.guichet.facture.rattachement import DejaDecide
from carouge.guichet.facture.rattachement import DejaDemande
from carouge.guichet.facture.rattachement import EspaceInconnu
from carouge.guichet.facture.rattachement import NumeroInvalide
from carouge.guichet.facture.rattachement import rattachements_de
from carouge.guichet.facture.rattachement import Statut
from carouge.guichet.facture.rattachement import TropDeDemandes
from carouge.guichet.identity.events import CompteForgotten
from comptes import make_compte
from factures import ESPACE
from factures import make_facture
from factures import make_regie
from zope.event import notify

import pytest


@pytest.fixture()
def guichet(demo_integration):
    make_regie("VILLE")
    make_regie("CCAS")
    return demo_integration["portal"].guichet


@pytest.fixture()
def compte(guichet):
    return make_compte()


def demander(guichet, compte, debiteur="M-004512", facture="2026-000123"):
    return rattachement.demander(guichet, compte, debiteur, facture)


def test_nothing_is_stored_by_looking(guichet, compte):
    assert debiteurs_de(guichet, compte) == []
    assert rattachements_de(guichet) is not rattachements_de(guichet)


def test_asked_and_validated(guichet, compte):
    lien = demander(guichet, compte, " M-004512 ", " 2026-000123 ")
    assert (lien.debiteur, lien.facture) == ("M-004512", "2026-000123")
    assert rattachements_de(guichet).a_valider == [lien]
    assert debiteurs_de(guichet, compte) == []
    rattachement.valider(guichet, lien, par="caisse")
    assert rattachements_de(guichet).a_valider == []
    assert debiteurs_de(guichet, compte) == ["M-004512"]
    assert (lien.statut, lien.decide_par) == (Statut.VALIDE, "caisse")


def test_asked_and_refused_and_asked_again(guichet, compte):
    lien = demander(guichet, compte)
    rattachement.refuser(guichet, lien, par="caisse", motif="Autre nom.")
    assert (lien.statut, lien.motif) == (Statut.REFUSE, "Autre nom.")
    assert debiteurs_de(guichet, compte) == []
    again = demander(guichet, compte)
    assert rattachements_de(guichet).a_valider == [again]
    assert rattachements_de(guichet).du_compte(compte.id) == [lien, again]


def test_undone(guichet, compte):
    lien = demander(guichet, compte)
    rattachement.valider(guichet, lien, par="caisse")
    rattachement.delier(guichet, lien, par="caisse")
    assert lien.statut is Statut.DELIE
    assert debiteurs_de(guichet, compte) == []


def test_a_decision_is_made_once(guichet, compte):
    lien = demander(guichet, compte)
    with pytest.raises(DejaDecide):
        rattachement.delier(guichet, lien, par="caisse")
    rattachement.refuser(guichet, lien, par="caisse")
    for action in (rattachement.valider, rattachement.refuser, rattachement.delier):
        with pytest.raises(DejaDecide):
            action(guichet, lien, par="caisse")


def test_the_same_is_asked_once(guichet, compte):
    lien = demander(guichet, compte)
    with pytest.raises(DejaDemande):
        demander(guichet, compte)
    rattachement.valider(guichet, lien, par="caisse")
    with pytest.raises(DejaDemande):
        demander(guichet, compte)


def test_nobody_tries_many(guichet, compte):
    for n in range(rattachement.MAX_DEMANDES):
        demander(guichet, compte, f"M-{n}")
    with pytest.raises(TropDeDemandes):
        demander(guichet, compte, "M-9")
    assert len(rattachements_de(guichet)) == rattachement.MAX_DEMANDES


@pytest.mark.parametrize(
    ("debiteur", "facture"),
    [
        ("", "1"),
        ("M 4512", "1"),
        ("Ｍ-4512", "1"),
        ("M-1\x00", "1"),
        ("<b>", "1"),
        ("x" * 41, "1"),
        ("M-1", ""),
        ("M-1", "  "),
        ("M-1", "x" * 61),
        ("M-1", "1\x07"),
        ("M-1", "1\u202e"),
    ],
)
def test_what_is_no_number(guichet, compte, debiteur, facture):
    with pytest.raises(NumeroInvalide):
        demander(guichet, compte, debiteur, facture)
    assert len(rattachements_de(guichet)) == 0


def test_tied_by_hand(guichet, compte):
    lien = rattachement.lier(guichet, compte, "M-004512", par="caisse")
    assert debiteurs_de(guichet, compte) == ["M-004512"]
    assert lien.facture == ""
    with pytest.raises(DejaDemande):
        rattachement.lier(guichet, compte, "M-004512", par="caisse")
    with pytest.raises(NumeroInvalide):
        rattachement.lier(guichet, compte, "", par="caisse")


def test_by_hand_settles_what_was_asked(guichet, compte):
    lien = demander(guichet, compte)
    assert rattachement.lier(guichet, compte, "M-004512", par="caisse") is lien
    assert rattachements_de(guichet).a_valider == []
    assert len(rattachements_de(guichet)) == 1


def test_two_people_of_a_household_and_two_debtors(guichet, compte):
    other = make_compte("G-luc", prenom="Luc")
    rattachement.lier(guichet, compte, "M-1", par="caisse")
    rattachement.lier(guichet, other, "M-1", par="caisse")
    rattachement.lier(guichet, compte, "M-2", par="caisse")
    assert debiteurs_de(guichet, compte) == ["M-1", "M-2"]
    comptes = [
        one.compte for one in rattachements_de(guichet).du_debiteur(ESPACE, "M-1")
    ]
    assert comptes == [compte.id, other.id]


def test_the_cashier_sees_whether_the_numbers_fit(guichet, compte):
    facture = make_facture(guichet, regie="CCAS", numero="2026-000123")
    make_facture(guichet, regie="VILLE", numero="2026-000123", debiteur="M-1")
    fits = demander(guichet, compte)
    assert factures_nommees(guichet, fits) == [facture]
    wrong = demander(guichet, compte, "M-2")
    assert factures_nommees(guichet, wrong) == []
    by_hand = rattachement.lier(guichet, compte, "M-3", par="caisse")
    assert factures_nommees(guichet, by_hand) == []


def test_an_erased_compte_leaves_nothing(guichet, compte):
    other = make_compte("G-luc")
    rattachement.lier(guichet, compte, "M-1", par="caisse")
    demander(guichet, compte)
    kept = rattachement.lier(guichet, other, "M-1", par="caisse")
    notify(CompteForgotten(compte))
    assert [*rattachements_de(guichet)] == [kept]
    assert rattachements_de(guichet).a_valider == []
    assert rattachements_de(guichet).du_compte(compte.id) == []
    assert rattachements_de(guichet).du_debiteur(ESPACE, "M-004512") == []


class TestTwoApplications:
    """The CCAS has its debtors from an application of its own."""

    @pytest.fixture(autouse=True)
    def regies(self, guichet):
        make_regie("CCAS", espace_debiteurs="social")

    def test_the_invoice_that_is_named_says_whose_debtor(self, guichet, compte):
        make_facture(guichet, regie="CCAS", numero="S-1", debiteur="1042")
        lien = demander(guichet, compte, "1042", "S-1")
        assert lien.espace == ""
        rattachement.valider(guichet, lien, par="caisse")
        assert lien.espace == "social"
        liens = rattachements_de(guichet)
        assert liens.du_debiteur("social", "1042") == [lien]
        assert liens.du_debiteur(ESPACE, "1042") == []
        assert liens.du_numero("1042") == [lien]

    def test_both_give_the_same_two_numbers(self, guichet, compte):
        of_ville = make_facture(guichet, numero="1", debiteur="1042")
        of_ccas = make_facture(guichet, regie="CCAS", numero="1", debiteur="1042")
        lien = demander(guichet, compte, "1042", "1")
        named = factures_nommees(guichet, lien)
        assert {one.id for one in named} == {of_ville.id, of_ccas.id}
        with pytest.raises(EspaceInconnu):
            rattachement.valider(guichet, lien, par="caisse")
        assert lien.statut is Statut.A_VALIDER
        rattachement.valider(guichet, lien, par="caisse", espace="social")
        assert factures_nommees(guichet, lien) == [of_ccas]

    @pytest.mark.parametrize("espace", ["", "VILLE", "Social", "x:y"])
    def test_no_invoice_and_no_choice(self, guichet, compte, espace):
        lien = demander(guichet, compte, "1042", "inconnue")
        with pytest.raises(EspaceInconnu):
            rattachement.valider(guichet, lien, par="caisse", espace=espace)
        with pytest.raises(EspaceInconnu):
            rattachement.lier(guichet, compte, "1042", par="caisse", espace=espace)
        assert debiteurs_de(guichet, compte) == []

    def test_one_number_in_both(self, guichet, compte):
        for espace in (ESPACE, "social"):
            rattachement.lier(guichet, compte, "1042", par="caisse", espace=espace)
        assert debiteurs_de(guichet, compte) == ["1042", "1042"]
        with pytest.raises(DejaDemande):
            rattachement.lier(guichet, compte, "1042", par="caisse", espace="social")

    def test_by_hand_leaves_the_request_for_another_ones(self, guichet, compte):
        make_facture(guichet, numero="V-1", debiteur="1042")
        lien = demander(guichet, compte, "1042", "V-1")
        by_hand = rattachement.lier(
            guichet, compte, "1042", par="caisse", espace="social"
        )
        assert by_hand is not lien
        assert rattachements_de(guichet).a_valider == [lien]

    def test_tied_in_another_way_meanwhile(self, guichet, compte):
        rattachement.lier(guichet, compte, "1042", par="caisse", espace="social")
        lien = demander(guichet, compte, "1042", "inconnue")
        with pytest.raises(DejaDemande):
            rattachement.valider(guichet, lien, par="caisse", espace="social")
        assert lien.statut is Statut.A_VALIDER

    def test_asking_tells_nothing_of_invoices_of_others(self, guichet, compte):
        """The answer is the same whether somebody has such an invoice."""
        make_facture(guichet, regie="CCAS", numero="S-1", debiteur="1042")
        rattachement.lier(guichet, compte, "1042", par="caisse", espace=ESPACE)
        assert demander(guichet, compte, "1042", "S-1").espace == ""
        other = make_compte("G-luc")
        rattachement.lier(guichet, other, "1042", par="caisse", espace=ESPACE)
        assert demander(guichet, other, "1042", "S-2").espace == ""
        for numero in ("S-1", "S-3"):
            with pytest.raises(DejaDemande):
                demander(guichet, other, "1042", numero)
