"""The receipt of a payment."""

from carouge.guichet.facture import service
from carouge.guichet.facture.domain import Ecriture
from carouge.guichet.facture.domain import Source
from carouge.guichet.paiement.content import Article
from carouge.guichet.paiement.content import Paiement
from carouge.guichet.paiement.domain import Etat
from carouge.guichet.paiement.quittance import numero_de
from carouge.guichet.paiement.quittance import quittance_de_caisse
from carouge.guichet.paiement.quittance import quittance_pdf
from carouge.guichet.paiement.quittance import SansQuittance
from datetime import datetime
from datetime import timedelta
from datetime import timezone
from factures import make_facture
from factures import make_regie
from lecteur_pdf import Document

import pytest


MOMENT = datetime(2026, 11, 20, 9, 30, tzinfo=timezone.utc)


@pytest.fixture
def guichet(demo_integration):
    make_regie()
    return demo_integration["portal"]["guichet"]


@pytest.fixture
def paiement(guichet):
    factures = [
        make_facture(guichet, numero="2026-000123", libelle="Repas", montant=18735),
        make_facture(guichet, numero="2026-000124", libelle="Devoirs", montant=100000),
    ]
    paiement = Paiement(
        payeur="c1",
        regie="VILLE",
        passerelle="datatrans",
        articles=tuple(
            Article(one.id, one.numero, one.montant, one.version) for one in factures
        ),
        devise="CHF",
        moment=MOMENT,
        uid="1a2b3c4d5e6f",
    )
    paiement.moyen = "VIS"
    paiement.reference = "260101234"
    return paiement


def test_card(guichet, paiement):
    paiement.passer(Etat.CAPTUREE, MOMENT, "retour")
    document = Document(quittance_pdf(guichet, paiement))
    document.check_accessible()
    assert numero_de(paiement) == "1A2B-3C4D"
    assert document.title == "Quittance 1A2B-3C4D"
    assert (
        "Payé le 20.11.2026, 10:30 Payé par Visa Payé à Ville de Carouge "
        "Référence du paiement 260101234" in document.text
    )
    assert (
        "2026-000123 Repas CHF 187.35 2026-000124 Devoirs CHF 1'000.00 "
        "Total payé CHF 1'187.35" in document.text
    )
    assert "Remboursé" not in document.text


def test_what_has_gone_back(guichet, paiement):
    """It is what the ledger says: ordered, refused and on its way are not in there."""
    paiement.passer(Etat.CAPTUREE, MOMENT, "retour")
    magasin = service.factures_de(guichet)
    for rang, article in enumerate(paiement.articles, 1):
        facture = magasin.get(article.facture)
        for source, id, centimes, jours in (
            (Source.CARTE, f"a{rang}", article.centimes, 0),
            (Source.REMBOURSEMENT, f"r{rang}", -1000 * rang, 1),
        ):
            moment = MOMENT + timedelta(days=jours)
            ecriture = Ecriture(source, id, centimes, moment, paiement.uid)
            service.ecrire(guichet, facture, ecriture)
    # Money that came otherwise is no part of this payment.
    autre = Ecriture(Source.ESPECES, "c", 500, MOMENT)
    service.ecrire(guichet, facture, autre)
    document = Document(quittance_pdf(guichet, paiement))
    assert "Total payé CHF 1'187.35" in document.text
    assert "Remboursé depuis 21.11.2026, 10:30 -CHF 30.00" in document.text


@pytest.mark.parametrize(
    "etat", [etat for etat in Etat if etat.sans_argent or etat.vivante]
)
def test_nothing_was_taken(guichet, paiement, etat):
    paiement.passer(etat, MOMENT, "retour")
    with pytest.raises(SansQuittance):
        quittance_pdf(guichet, paiement)


def test_cash_at_the_counter(guichet):
    facture = make_facture(
        guichet, numero="2026-000123", libelle="Repas", montant=18733
    )
    for ecriture in (
        Ecriture(Source.ESPECES, "c-1", 18735, MOMENT, par="caisse"),
        Ecriture(Source.ARRONDI, "c-1", -2, MOMENT, par="caisse"),
    ):
        service.ecrire(guichet, facture, ecriture)
    data = quittance_de_caisse(guichet, facture, facture.ecritures, par="Carole Perrin")
    document = Document(data)
    document.check_accessible()
    assert document.title == "Quittance 2026-000123/1"
    assert "Payé par Espèces" in document.text
    assert "Reçu par Carole Perrin" in document.text
    assert (
        "Total payé CHF 187.33 Arrondi des espèces à 5 centimes CHF 0.02 "
        "Payé en espèces CHF 187.35" in document.text
    )


def test_no_receipt_for_a_refund(guichet):
    facture = make_facture(guichet, montant=1000)
    service.ecrire(guichet, facture, Ecriture(Source.TERMINAL, "t-1", 1000, MOMENT))
    service.ecrire(
        guichet, facture, Ecriture(Source.REMBOURSEMENT, "r-1", -500, MOMENT)
    )
    with pytest.raises(SansQuittance):
        quittance_de_caisse(guichet, facture, facture.ecritures[1:])
    document = Document(quittance_de_caisse(guichet, facture, facture.ecritures[:1]))
    assert "Référence du paiement t-1" in document.text
