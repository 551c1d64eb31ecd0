"""The demonstration's régies and invoices, and whom they belong to."""

from carouge.guichet.compte.domain import compte_id
from carouge.guichet.compte.service import get_compte
from carouge.guichet.demo.factures import encaisser_a
from carouge.guichet.demo.factures import facturer
from carouge.guichet.demo.factures import reference
from carouge.guichet.demo.personas import ENTREPRISE
from carouge.guichet.demo.personas import NONRESIDENT
from carouge.guichet.demo.personas import RESIDENT
from carouge.guichet.facture.bulletin import bulletin_de
from carouge.guichet.facture.designation import factures_nommees
from carouge.guichet.facture.domain import EtatFacture
from carouge.guichet.facture.rappels import rappeler
from carouge.guichet.facture.rattachement import rattachements_de
from carouge.guichet.facture.service import factures_de
from carouge.guichet.facture.visibilite import partager
from carouge.guichet.paiement.camt import lire
from carouge.guichet.regie.service import get_regie
from carouge.guichet.regie.service import regies
from collections import Counter
from datetime import datetime
from datetime import timezone
from factures import factures_vues
from importlib.resources import files

import pytest


ISSUER = "http://localhost:9400"
NOW = datetime(2026, 11, 23, 14, 0, tzinfo=timezone.utc)
AUJOURDHUI = NOW.date()


@pytest.fixture
def guichet(demo_integration):
    guichet = demo_integration["portal"]["guichet"]
    encaisser_a(9500)
    facturer(guichet, ISSUER, NOW)
    return guichet


def _compte(persona, organisation="", issuer=ISSUER):
    return get_compte(compte_id(issuer, persona.sub, organisation))


def test_regies_are_merchants_of_the_bank(guichet):
    assert list(regies()) == ["CCAS", "VILLE"]
    for code, marchand in (("VILLE", "1100004001"), ("CCAS", "1100004002")):
        regie = get_regie(code)
        assert regie.passerelle == "datatrans"
        assert regie.adresse_passerelle == "http://localhost:9500"
        assert regie.marchand == marchand


def test_resident_sees_the_invoices_of_the_household(guichet):
    visibles = factures_vues(guichet, _compte(RESIDENT), NOW)
    assert Counter((one.regie, one.etat.value) for one in visibles) == {
        ("VILLE", "ouverte"): 5,
        ("VILLE", "payee"): 2,
        ("VILLE", "annulee"): 1,
        ("CCAS", "ouverte"): 2,
        ("CCAS", "payee"): 1,
    }
    recentes, anciennes = partager(visibles, AUJOURDHUI)
    assert [one.libelle for one in anciennes] == [
        "Restaurant scolaire, juin 2026",
        "Cours de natation",
    ]
    assert recentes[-1].libelle == "Camp d’automne"
    echues = [
        one.libelle
        for one in recentes
        if one.etat is EtatFacture.OUVERTE and one.echeance < AUJOURDHUI
    ]
    assert echues == ["Atelier parents-enfants", "Restaurant scolaire, septembre 2026"]


def test_money_came_after_the_invoice(guichet):
    for facture in factures_de(guichet):
        for ecriture in facture.ecritures:
            assert ecriture.moment <= NOW
            assert facture.payee_le > facture.emise_le


def test_no_reminders_leave_at_the_first_start(guichet):
    assert Counter(len(facture.rappels) for facture in factures_de(guichet))[1] == 2
    assert rappeler(guichet, NOW) == 0


def test_each_open_invoice_has_its_bill(guichet):
    for facture in factures_de(guichet):
        assert (bulletin_de(facture) is not None) is facture.payable


def test_company_sees_its_own(guichet):
    societe = _compte(ENTREPRISE, ENTREPRISE.organisations[0].id)
    visibles = factures_vues(guichet, societe, NOW)
    assert [(one.libelle, one.montant) for one in visibles] == [
        ("Terrasse, taxe d’empiètement de la saison", 61200),
        ("Enseigne lumineuse, émolument d’autorisation", 15000),
    ]
    assert factures_vues(guichet, _compte(NONRESIDENT), NOW) == []


def test_one_request_waits_for_the_cashier(guichet):
    [lien] = rattachements_de(guichet).a_valider
    assert lien.compte == _compte(NONRESIDENT).id
    [nommee] = factures_nommees(guichet, lien)
    assert nommee.libelle == "Abonnement à la piscine"


def test_a_second_start_changes_nothing(guichet):
    avant = (len(factures_de(guichet)), len(rattachements_de(guichet)))
    facturer(guichet, ISSUER)
    assert (len(factures_de(guichet)), len(rattachements_de(guichet))) == avant


def test_another_port_of_the_canton(guichet):
    """Its people are others for the counter: they get the same invoices."""
    ailleurs = "http://localhost:9401"
    facturer(guichet, ailleurs, NOW)
    encaisser_a(9501)
    assert get_regie("VILLE").adresse_passerelle == "http://localhost:9501"
    resident = _compte(RESIDENT, issuer=ailleurs)
    assert len(factures_vues(guichet, resident, NOW)) == 11
    societe = _compte(ENTREPRISE, ENTREPRISE.organisations[0].id, ailleurs)
    assert len(factures_vues(guichet, societe, NOW)) == 2


def test_file_of_the_bank(guichet):
    corps = files("carouge.guichet.demo") / "contenu" / "camt054-exemple.xml"
    mouvements = lire(corps.read_bytes())
    assert {(one.statut, one.credit) for one in mouvements} == {("BOOK", True)}
    magasin = factures_de(guichet)
    found = [magasin.par_reference(one.reference_qr) for one in mouvements]
    assert [
        facture and (facture.regie, facture.libelle, facture.solde - one.centimes)
        for facture, one in zip(found, mouvements, strict=True)
    ] == [
        ("VILLE", "Location de la salle des fêtes", 0),
        ("VILLE", "Accueil du soir, octobre 2026", 0),
        ("VILLE", "Restaurant scolaire, octobre 2026", 1000),
        None,
        ("CCAS", "Repas à domicile, octobre 2026", 0),
    ]
    assert {one.iban for one in mouvements} == {
        regie.qr_iban for regie in regies().values()
    }
    assert mouvements[3].reference_qr == reference("VILLE", 999_999)


def test_the_macaron_is_paid_to_the_town(guichet):
    macaron = guichet["mobilite"]["macaron-stationnement"]
    assert (macaron.regie, macaron.emolument) == ("VILLE", 4000)
