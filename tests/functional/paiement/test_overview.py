"""The overview of the espace says what is due."""

from comptes import make_compte
from datetime import date
from factures import make_facture
from visitor import by_id


def test_what_is_due(guichet, compte, as_compte):
    make_facture(guichet, montant=10000)
    make_facture(guichet, montant=2550, echeance=date(2026, 1, 1))
    page = as_compte(compte).get("/mon-espace")
    assert " ".join(by_id(page, "espace-du").split()) == "À payer en tout : CHF 125.50"
    assert by_id(page, "espace-a-payer") == "Factures à payer"
    assert "Rien ne vous attend." not in page.text
    assert "Échéance dépassée : 1" in " ".join(page.text.split())


def test_nothing_and_why(guichet, banque, as_compte):
    page = as_compte(make_compte()).get("/mon-espace")
    assert "Vous n'avez aucune facture à payer." in page.text
    assert "indiquez-nous votre numéro de débiteur" in page.text
