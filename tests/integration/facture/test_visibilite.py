"""Who sees which invoice."""

from carouge.guichet import swisstime
from carouge.guichet.facture import rattachement
from carouge.guichet.facture.creation import creer_facture
from carouge.guichet.facture.domain import Ligne
from carouge.guichet.facture.interfaces import PREFIX
from carouge.guichet.facture.regles import Raison
from carouge.guichet.facture.service import _KEY
from carouge.guichet.facture.service import annuler
from carouge.guichet.facture.visibilite import comptes_de
from carouge.guichet.facture.visibilite import facture_visible
from carouge.guichet.facture.visibilite import partager
from carouge.guichet.facture.visibilite import visibilite_de
from comptes import make_company
from comptes import make_compte
from datetime import date
from datetime import datetime
from datetime import timedelta
from factures import DEBITEUR
from factures import factures_vues
from factures import make_facture
from factures import make_regie
from factures import rattacher
from plone import api
from zope.annotation.interfaces import IAnnotations

import pytest


@pytest.fixture()
def guichet(demo_integration):
    make_regie("VILLE")
    make_regie("CCAS")
    return demo_integration["portal"].guichet


@pytest.fixture()
def compte(guichet):
    return make_compte()


def visibles(guichet, compte, now=None):
    return [resume.numero for resume in factures_vues(guichet, compte, now)]


def test_the_debtor_sees_his_invoices_the_last_issued_first(guichet, compte):
    rattacher(guichet, compte)
    make_facture(guichet, numero="A-1", emise_le=date(2026, 1, 31))
    make_facture(guichet, numero="A-2", regie="CCAS", domaine="social")
    make_facture(guichet, numero="B-1", debiteur="M-000001")
    assert visibles(guichet, compte) == ["A-2", "A-1"]
    assert visibilite_de(guichet, compte).raison is Raison.AUCUNE


def test_somebody_elses_invoice_is_none(guichet, compte):
    rattacher(guichet, compte)
    make_facture(guichet)
    foreign = make_facture(guichet, debiteur="M-000001")
    assert facture_visible(guichet, compte, foreign.id) is None
    assert facture_visible(guichet, compte, "0" * 20) is None


def test_his_own_is_given(guichet, compte):
    rattacher(guichet, compte)
    facture = make_facture(guichet)
    assert facture_visible(guichet, compte, facture.id) is facture


def test_nothing_is_shown_without_a_link(guichet, compte):
    facture = make_facture(guichet)
    assert visibles(guichet, compte) == []
    assert facture_visible(guichet, compte, facture.id) is None
    assert visibilite_de(guichet, compte).raison is Raison.SANS_RATTACHEMENT


def test_a_link_that_nobody_has_validated_shows_nothing(guichet, compte):
    facture = make_facture(guichet)
    lien = rattachement.demander(guichet, compte, DEBITEUR, facture.numero)
    assert visibilite_de(guichet, compte).raison is Raison.A_VALIDER
    assert visibles(guichet, compte) == []
    rattachement.refuser(guichet, lien, par="caisse", motif="Pas ce nom.")
    assert visibilite_de(guichet, compte).raison is Raison.REFUSE
    assert visibilite_de(guichet, compte).motif == "Pas ce nom."
    assert visibles(guichet, compte) == []


def test_a_link_that_was_undone_shows_nothing(guichet, compte):
    lien = rattacher(guichet, compte)
    facture = make_facture(guichet)
    rattachement.delier(guichet, lien, par="caisse")
    assert facture_visible(guichet, compte, facture.id) is None
    assert visibilite_de(guichet, compte).raison is Raison.SANS_RATTACHEMENT


# Friday 30.10.2026 09:00 in Geneva: the 2nd working day is Tuesday 3.11.
OUVERT = datetime(2026, 10, 30, 9, tzinfo=swisstime.ZURICH)


@pytest.mark.parametrize(
    ("moment", "raison"),
    [
        (OUVERT, Raison.TROP_RECENT),
        (datetime(2026, 11, 3, 0, 0, tzinfo=swisstime.ZURICH), Raison.TROP_RECENT),
        (datetime(2026, 11, 3, 23, 59, tzinfo=swisstime.ZURICH), Raison.TROP_RECENT),
        (datetime(2026, 11, 4, 0, 0, tzinfo=swisstime.ZURICH), Raison.AUCUNE),
    ],
)
def test_the_account_is_older_than_two_working_days(guichet, compte, moment, raison):
    rattacher(guichet, compte)
    compte.created = OUVERT
    make_facture(guichet)
    visibilite = visibilite_de(guichet, compte, moment)
    assert visibilite.raison is raison
    assert len(visibles(guichet, compte, moment)) == (raison is Raison.AUCUNE)
    if raison is Raison.TROP_RECENT:
        assert visibilite.depuis == date(2026, 11, 4)


def test_the_days_are_a_setting(guichet, compte):
    rattacher(guichet, compte)
    compte.created = OUVERT
    make_facture(guichet)
    api.portal.set_registry_record(f"{PREFIX}.jours_ouvres", 0)
    assert visibilite_de(guichet, compte, OUVERT).raison is Raison.AUCUNE


def test_a_household_that_was_billed_for_no_such_service_sees_nothing(guichet, compte):
    rattacher(guichet, compte)
    facture = make_facture(guichet, domaine="taxe_chien")
    assert visibilite_de(guichet, compte).raison is Raison.SANS_PRESTATION
    assert facture_visible(guichet, compte, facture.id) is None


def test_one_such_service_shows_all_of_them(guichet, compte):
    rattacher(guichet, compte)
    make_facture(guichet, domaine="taxe_chien", numero="A-1")
    make_facture(guichet, domaine="scolaire", numero="A-2")
    assert visibles(guichet, compte) == ["A-2", "A-1"]


def test_what_was_cancelled_was_not_billed(guichet, compte):
    rattacher(guichet, compte)
    facture = make_facture(guichet)
    annuler(guichet, facture, "Erreur", "caisse")
    assert visibilite_de(guichet, compte).raison is Raison.SANS_PRESTATION


def test_the_services_are_a_setting(guichet, compte):
    rattacher(guichet, compte)
    make_facture(guichet, domaine="taxe_chien")
    api.portal.set_registry_record(f"{PREFIX}.domaines", ("taxe_chien",))
    assert visibilite_de(guichet, compte).raison is Raison.AUCUNE
    api.portal.set_registry_record(f"{PREFIX}.domaines", ())
    assert visibilite_de(guichet, compte).raison is Raison.AUCUNE


def test_the_fee_of_ones_own_demande_is_always_seen(guichet, compte):
    frais = creer_facture(
        guichet,
        regie="VILLE",
        libelle="Macaron",
        lignes=[Ligne("Macaron", 4000)],
        proprietaires=[compte.id],
    )
    make_facture(guichet)
    assert visibles(guichet, compte) == [frais.numero]
    assert facture_visible(guichet, compte, frais.id) is frais
    assert facture_visible(guichet, make_compte("G-autre"), frais.id) is None


def test_colleagues_share_the_fees_of_their_company(guichet):
    laura, marc = make_company("G-laura"), make_company("G-marc")
    frais = creer_facture(
        guichet,
        regie="VILLE",
        libelle="Terrasse",
        lignes=[Ligne("Terrasse", 4000)],
        proprietaires=[laura.id, laura.organisation_principal],
    )
    assert facture_visible(guichet, marc, frais.id) is frais


def test_an_account_that_the_counter_has_not_validated_sees_nothing(guichet, compte):
    class Local:
        valide = False

    rattacher(guichet, compte)
    make_facture(guichet)
    compte.local = Local
    assert visibilite_de(guichet, compte).raison is Raison.COMPTE_A_VALIDER
    assert visibles(guichet, compte) == []
    compte.local = None


def test_recent_and_older_invoices(guichet, compte):
    rattacher(guichet, compte)
    jour = date(2026, 5, 31)
    for n, emise_le in enumerate(
        (date(2026, 2, 27), date(2026, 2, 28), jour, jour + timedelta(days=1))
    ):
        make_facture(guichet, numero=f"A-{n}", emise_le=emise_le)
    recentes, anciennes = partager(factures_vues(guichet, compte), jour)
    assert [one.numero for one in recentes] == ["A-3", "A-2", "A-1"]
    assert [one.numero for one in anciennes] == ["A-0"]


def test_the_same_number_of_another_application_is_somebody_else(guichet, compte):
    make_regie("CCAS", espace_debiteurs="social")
    rattacher(guichet, compte, "1042")
    other = make_compte("G-luc")
    rattacher(guichet, other, "1042", espace="social")
    mine = make_facture(guichet, numero="A-1", debiteur="1042")
    theirs = make_facture(guichet, numero="B-1", regie="CCAS", debiteur="1042")
    assert visibles(guichet, compte) == ["A-1"]
    assert visibles(guichet, other) == ["B-1"]
    assert facture_visible(guichet, compte, theirs.id) is None
    assert facture_visible(guichet, other, mine.id) is None
    assert comptes_de(guichet, mine) == [compte]
    assert comptes_de(guichet, theirs) == [other]


def test_services_billed_to_the_same_number_elsewhere_open_nothing(guichet, compte):
    make_regie("CCAS", espace_debiteurs="social")
    rattacher(guichet, compte, "1042")
    make_facture(guichet, debiteur="1042", domaine="taxe_chien")
    make_facture(guichet, regie="CCAS", debiteur="1042")
    assert visibilite_de(guichet, compte).raison is Raison.SANS_PRESTATION


def test_invoices_made_here_have_the_debtors_of_their_regie(guichet, compte):
    make_regie("CCAS", espace_debiteurs=None)
    rattacher(guichet, compte, "1042", espace="CCAS")
    facture = creer_facture(
        guichet,
        regie="CCAS",
        libelle="Aide",
        lignes=[Ligne("Aide", 100)],
        debiteur="1042",
        domaine="social",
    )
    assert facture.espace == "CCAS"
    assert visibles(guichet, compte) == [facture.numero]
    # Those that share the debtors later on do not see what was billed before.
    make_regie("CCAS", espace_debiteurs="foyers")
    assert facture_visible(guichet, compte, facture.id) is facture


def test_reading_makes_no_store(guichet, compte):
    rattacher(guichet, compte)
    assert visibles(guichet, compte) == []
    assert _KEY not in IAnnotations(guichet)
