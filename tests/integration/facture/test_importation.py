"""What the business applications send, invoice by invoice (payments note, section 7)."""

from carouge.guichet.facture.domain import Ecriture
from carouge.guichet.facture.domain import EtatFacture
from carouge.guichet.facture.domain import Ligne
from carouge.guichet.facture.domain import Source
from carouge.guichet.facture.importation import Importation
from carouge.guichet.facture.importation import Sort
from carouge.guichet.facture.magasin import cle_debiteur
from carouge.guichet.facture.service import _KEY
from carouge.guichet.facture.service import a_des_factures
from carouge.guichet.facture.service import ecrire
from carouge.guichet.facture.service import factures_de
from carouge.guichet.facture.service import verrouiller
from carouge.guichet.regie.controle import est_reference_qr
from carouge.guichet.regie.controle import reference_complete
from comptes import make_compte
from datetime import date
from datetime import datetime
from datetime import timezone
from factures import ESPACE
from factures import factures_vues
from factures import make_facture
from factures import make_regie
from zope.annotation.interfaces import IAnnotations

import pytest


MOMENT = datetime(2026, 11, 3, 12, tzinfo=timezone.utc)
FACTURE = {
    "regie": "VILLE",
    "numero": "2026-000123",
    "debiteur": "M-004512",
    "emise_le": "2026-10-31",
    "echeance": "2026-11-30",
    "montant": "187.35",
    "devise": "CHF",
    "domaine": "periscolaire",
    "libelle": "Restaurant scolaire, octobre 2026",
    "reference_qr": "210000000003139471430009017",
    "etat": "ouverte",
    "lignes": [{"libelle": "Repas × 15", "montant": "187.35"}],
}


@pytest.fixture()
def guichet(demo_integration):
    make_regie("VILLE")
    make_regie("CCAS")
    return demo_integration["portal"].guichet


@pytest.fixture()
def envoyer(guichet):
    """Send one invoice: what became of it, and why."""

    def envoyer(essai=False, par="erp", **changes):
        passage = Importation(guichet, essai=essai, par=par, now=MOMENT)
        ligne = passage.traiter(1, {**FACTURE, **changes}, suisse=False)
        return (ligne.sort, ligne.raison) if ligne.raison else ligne.sort

    return envoyer


@pytest.fixture()
def trouver(guichet):
    return lambda: factures_de(guichet).par_numero("VILLE", "2026-000123")


def changed(**values):
    return {
        "montant": "200.00",
        "lignes": [{"libelle": "Repas × 16", "montant": "200.00"}],
        **values,
    }


def test_a_new_invoice_is_made(envoyer, trouver):
    assert envoyer() is Sort.CREEE
    facture = trouver()
    assert facture.debiteur == "M-004512"
    assert facture.montant == 18735
    assert facture.lignes == [Ligne("Repas × 15", 18735)]
    assert facture.emise_le == date(2026, 10, 31)
    assert facture.echeance == date(2026, 11, 30)
    assert facture.reference_qr == "210000000003139471430009017"
    assert facture.etat is EtatFacture.OUVERTE


def test_the_same_once_more_writes_nothing(envoyer, trouver):
    envoyer()
    facture = trouver()
    assert envoyer() is Sort.INCHANGEE
    assert trouver() is facture
    assert facture.version == 1
    assert facture.historique == []


def test_a_change_of_an_open_one_is_kept_with_what_was_before(envoyer, trouver):
    envoyer()
    id = trouver().id
    assert envoyer(**changed(echeance="2026-12-15")) is Sort.MODIFIEE
    facture = trouver()
    assert facture.id == id
    assert facture.solde == 20000
    assert facture.version == 2
    assert [
        (one.champ, one.avant, one.apres, one.par) for one in facture.historique
    ] == [
        ("echeance", "2026-11-30", "2026-12-15", "erp"),
        ("montant", "187.35", "200.00", "erp"),
        ("lignes", "Repas × 15 187.35", "Repas × 16 200.00", "erp"),
    ]
    assert envoyer(**changed(echeance="2026-12-15")) is Sort.INCHANGEE


def test_the_list_shows_the_change(envoyer, guichet):
    envoyer()
    envoyer(**changed(libelle="Restaurant scolaire, corrigé"))
    (resume,) = factures_de(guichet).resumes_de([cle_debiteur(ESPACE, "M-004512")])
    assert (resume.libelle, resume.solde) == ("Restaurant scolaire, corrigé", 20000)


def test_a_change_while_it_is_being_paid_is_reported_and_not_made(
    envoyer, trouver, guichet
):
    envoyer()
    verrouiller(guichet, trouver(), "p-1")
    assert envoyer(**changed()) == (Sort.ANOMALIE, "verrouillee")
    assert trouver().montant == 18735
    assert trouver().version == 1
    assert envoyer() is Sort.INCHANGEE


def pay(guichet, facture, centimes=18735, source=Source.CARTE):
    ecrire(guichet, facture, Ecriture(source, "p-1", centimes, MOMENT))


def test_another_amount_after_the_payment_is_an_anomaly(envoyer, trouver, guichet):
    envoyer()
    pay(guichet, trouver())
    assert envoyer(**changed()) == (Sort.ANOMALIE, "montant_apres_paiement")
    assert envoyer(libelle="Repas") == (Sort.ANOMALIE, "apres_paiement")
    assert trouver().libelle == "Restaurant scolaire, octobre 2026"
    assert trouver().etat is EtatFacture.PAYEE


def test_after_a_part_payment_it_stays_as_well(envoyer, trouver, guichet):
    envoyer()
    pay(guichet, trouver(), 5000)
    assert envoyer(**changed()) == (Sort.ANOMALIE, "montant_apres_paiement")


def test_cancelled_outside(envoyer, trouver):
    envoyer()
    assert envoyer(etat="annulee") is Sort.ANNULEE
    assert trouver().etat is EtatFacture.ANNULEE
    assert envoyer(etat="annulee") is Sort.INCHANGEE
    assert envoyer() == (Sort.ANOMALIE, "annulee_ici")
    assert envoyer(**changed()) == (Sort.ANOMALIE, "annulee_ici")


def test_cancelled_outside_while_it_is_being_paid(envoyer, trouver, guichet):
    envoyer()
    verrouiller(guichet, trouver(), "p-1")
    assert envoyer(etat="annulee") == (Sort.ANOMALIE, "verrouillee")
    assert trouver().etat is EtatFacture.EN_PAIEMENT


def test_cancelled_outside_after_the_payment(envoyer, trouver, guichet):
    envoyer()
    pay(guichet, trouver())
    assert envoyer(etat="annulee") == (Sort.ANOMALIE, "annulee_apres_paiement")
    assert trouver().etat is EtatFacture.PAYEE


def test_one_that_was_cancelled_before_we_had_it_is_not_made(envoyer, trouver):
    assert envoyer(etat="annulee") is Sort.INCHANGEE
    assert trouver() is None


def test_paid_outside(envoyer, trouver):
    envoyer()
    assert envoyer(etat="payee") is Sort.PAYEE
    (ecriture,) = trouver().ecritures
    assert (ecriture.source, ecriture.montant, ecriture.id_externe, ecriture.par) == (
        Source.ERP,
        18735,
        "2026-000123",
        "erp",
    )
    assert trouver().etat is EtatFacture.PAYEE
    assert envoyer(etat="payee") is Sort.INCHANGEE
    assert len(trouver().ecritures) == 1


def test_paid_outside_before_we_had_it(envoyer, trouver):
    assert envoyer(etat="payee") is Sort.CREEE
    assert trouver().etat is EtatFacture.PAYEE


def test_paid_here_and_told_back_to_us(envoyer, trouver, guichet):
    envoyer()
    pay(guichet, trouver())
    assert envoyer(etat="payee") is Sort.INCHANGEE
    assert envoyer(etat="ouverte") is Sort.INCHANGEE
    assert [one.source for one in trouver().ecritures] == [Source.CARTE]


def test_paid_outside_while_a_payment_is_under_way(envoyer, trouver, guichet):
    envoyer()
    verrouiller(guichet, trouver(), "p-1")
    assert envoyer(etat="payee") == (Sort.PAYEE, "paiement_en_cours")
    assert trouver().verrou == "p-1"
    assert trouver().recu == 18735


def test_paid_outside_once_more_after_the_money_went_back(envoyer, trouver, guichet):
    envoyer(etat="payee")
    ecrire(guichet, trouver(), Ecriture(Source.REMBOURSEMENT, "r-1", -18735, MOMENT))
    assert envoyer(etat="payee") == (Sort.ANOMALIE, "encaissee_avant")
    assert trouver().solde == 18735


def test_a_debtor_never_changes(envoyer, trouver):
    envoyer()
    assert envoyer(debiteur="M-000001") == (Sort.ANOMALIE, "debiteur")
    assert trouver().debiteur == "M-004512"


def test_a_reference_never_changes(envoyer, trouver):
    envoyer()
    autre = reference_complete("21000000000313947143000902")
    assert envoyer(reference_qr=autre) == (Sort.ANOMALIE, "reference_change")
    assert trouver().reference_qr == FACTURE["reference_qr"]


def test_without_a_reference_one_is_made_and_stays(envoyer, trouver):
    assert envoyer(reference_qr="") is Sort.CREEE
    reference = trouver().reference_qr
    assert est_reference_qr(reference)
    assert reference.startswith("210000")
    assert envoyer(reference_qr="", libelle="Repas") is Sort.MODIFIEE
    assert trouver().reference_qr == reference


def test_a_reference_belongs_to_one_invoice(envoyer, guichet):
    make_facture(guichet, reference_qr=FACTURE["reference_qr"])
    assert envoyer() == (Sort.REFUSEE, "reference_prise")


def test_the_same_number_in_two_regies_is_two_invoices(envoyer, guichet):
    envoyer()
    assert envoyer(regie="CCAS", reference_qr="") is Sort.CREEE
    assert len(factures_de(guichet)) == 2


def test_an_unknown_regie(envoyer):
    assert envoyer(regie="GIAP") == (Sort.REFUSEE, "regie")


def test_twice_in_one_file(guichet):
    passage = Importation(guichet, now=MOMENT)
    other = {**FACTURE, "numero": "2026-000124"}
    assert [
        passage.traiter(rang, valeurs, suisse=False).sort
        for rang, valeurs in enumerate([FACTURE, FACTURE, other], 1)
    ] == [Sort.CREEE, Sort.REFUSEE, Sort.REFUSEE]
    assert len(factures_de(guichet)) == 1


@pytest.mark.parametrize("valeurs", [None, 1, "x", [], {}])
def test_what_is_no_invoice(guichet, valeurs):
    passage = Importation(guichet, now=MOMENT)
    assert passage.traiter(1, valeurs, suisse=False).sort is Sort.REFUSEE


@pytest.mark.parametrize(
    ("changes", "sort"),
    [
        ({"numero": "2026-000999", "reference_qr": ""}, Sort.CREEE),
        ({}, Sort.INCHANGEE),
        (changed(), Sort.MODIFIEE),
        ({"etat": "payee"}, Sort.PAYEE),
        ({"etat": "annulee"}, Sort.ANNULEE),
        ({"debiteur": "M-1"}, (Sort.ANOMALIE, "debiteur")),
        ({"montant": "0"}, (Sort.REFUSEE, "montant")),
    ],
)
def test_a_rehearsal_says_the_same_and_writes_nothing(
    envoyer, trouver, guichet, changes, sort
):
    envoyer()
    before = repr(vars(trouver()))
    assert envoyer(essai=True, **changes) == sort
    assert repr(vars(trouver())) == before
    assert len(factures_de(guichet)) == 1
    assert envoyer(**changes) == sort


def test_nobody_sees_what_belongs_to_no_household(envoyer, guichet):
    envoyer()
    assert factures_vues(guichet, make_compte()) == []


def test_a_rehearsal_makes_no_store(guichet):
    essai = Importation(guichet, essai=True, now=MOMENT)
    assert essai.traiter(1, FACTURE, suisse=False).sort is Sort.CREEE
    assert not a_des_factures(guichet)
    assert _KEY not in IAnnotations(guichet)


def test_whose_debtor_it_is_stays_with_the_invoice(envoyer, trouver):
    envoyer()
    assert trouver().espace == ESPACE
    make_regie("VILLE", espace_debiteurs="autre")
    envoyer(**changed(libelle="Restaurant scolaire, corrigé"))
    assert trouver().espace == ESPACE
