"""Invoices of the counter itself."""

from carouge.guichet.facture.creation import creer_facture
from carouge.guichet.facture.creation import MontantInvalide
from carouge.guichet.facture.domain import EtatFacture
from carouge.guichet.facture.domain import Ligne
from carouge.guichet.facture.service import factures_de
from carouge.guichet.regie.controle import est_reference_qr
from carouge.guichet.regie.domain import Adresse
from carouge.guichet.regie.service import RegieInconnue
from datetime import date
from factures import make_regie

import pytest
import re


ADRESSE = Adresse("Camille Rochat", "Rue Vautier", "7", "1227", "Carouge")


@pytest.fixture()
def guichet(demo_integration):
    make_regie("VILLE", prefixe_numero="V", prefixe_reference="210000")
    return demo_integration["portal"].guichet


def creer(guichet, **values):
    return creer_facture(
        guichet,
        **{
            "regie": "VILLE",
            "libelle": "Macaron",
            "lignes": [Ligne("Macaron zone I", 5000), Ligne("Rabais", -1000)],
            "emise_le": date(2026, 11, 2),
            **values,
        },
    )


def test_an_invoice_has_number_reference_and_what_is_due(guichet):
    facture = creer(
        guichet, proprietaires=["c-1"], demande="2026-K7QM-4TXC", adresse=ADRESSE
    )
    assert facture.montant == 4000
    assert facture.solde == 4000
    assert facture.etat is EtatFacture.OUVERTE
    assert facture.lignes == [Ligne("Macaron zone I", 5000), Ligne("Rabais", -1000)]
    assert facture.echeance == date(2026, 12, 2)
    assert facture.adresse == ADRESSE
    assert re.fullmatch("V-2026-[0-9A-HJKMNP-TV-Z]{8}", facture.numero)
    assert est_reference_qr(facture.reference_qr)
    assert facture.reference_qr.startswith("210000")


def test_it_is_found_by_all_its_names(guichet):
    facture = creer(guichet, proprietaires=["c-1", "o-1"], demande="2026-K7QM-4TXC")
    magasin = factures_de(guichet)
    assert magasin.get(facture.id) is facture
    assert magasin.par_numero("VILLE", facture.numero) is facture
    assert magasin.par_reference(facture.reference_qr) is facture
    for cle in ("p:c-1", "p:o-1", "n:2026-K7QM-4TXC"):
        assert [one.id for one in magasin.resumes_de([cle])] == [facture.id]


def test_no_two_have_the_same_names(guichet):
    found = [creer(guichet) for _n in range(20)]
    assert len({one.numero for one in found}) == 20
    assert len({one.reference_qr for one in found}) == 20


@pytest.mark.parametrize("montants", [(), (0,), (500, -500), (100, -200), (10**11,)])
def test_an_invoice_of_nothing_is_refused(guichet, montants):
    with pytest.raises(MontantInvalide):
        creer(guichet, lignes=[Ligne("x", montant) for montant in montants])
    assert len(factures_de(guichet)) == 0


def test_an_unknown_regie_is_refused(guichet):
    with pytest.raises(RegieInconnue):
        creer(guichet, regie="GIAP")
