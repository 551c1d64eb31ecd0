"""The comparison of the two books finds whatever is wrong with one of them."""

from concordance import comparer
from concordance import totaux
from copy import deepcopy

import pytest


BANQUE = {
    "operations": [
        {
            "id": "261123000000000001",
            "type": "payment",
            "refno": "a",
            "etat": "settled",
            "debite": 4_000,
            "credite": 1_000,
        },
        {
            "id": "261123000000000002",
            "type": "credit",
            "refno": "a-R1",
            "etat": "settled",
            "debite": 1_000,
            "credite": 0,
        },
        {
            "id": "261123000000000003",
            "type": "payment",
            "refno": "b",
            "etat": "failed",
            "debite": 0,
            "credite": 0,
        },
    ],
    "totaux": {"1100004001": 3_000},
}
GUICHET = {
    "paiements": [
        {"uid": "a", "etat": "remboursee_en_partie", "revue": "", "attendent": []},
        {"uid": "b", "etat": "echouee", "revue": "", "attendent": []},
    ],
    "factures": [
        {
            "id": "f",
            "regie": "VILLE",
            "montant": 2_500,
            "etat": "payee",
            "verrou": "",
            "ecritures": [{"paiement": "a", "montant": 2_500}],
        },
        {
            "id": "g",
            "regie": "VILLE",
            "montant": 1_500,
            "etat": "ouverte",
            "verrou": "",
            "ecritures": [
                {"paiement": "a", "montant": 1_500},
                {"paiement": "a", "montant": -1_000},
            ],
        },
    ],
}


def test_books_that_agree():
    assert comparer(BANQUE, GUICHET) == []
    assert totaux(BANQUE, GUICHET) == {"CCAS": (0, 0), "VILLE": (3_000, 3_000)}


def entry(guichet, facture, **values):
    guichet["factures"][facture]["ecritures"].append({"paiement": "a"} | values)


WRONG = {
    "one centime": lambda b, g: entry(g, 1, montant=1),
    "one centime at the bank": lambda b, g: b["totaux"].update({"1100004001": 3_001}),
    "of another régie": lambda b, g: g["factures"][0].update(regie="CCAS"),
    "taken twice": lambda b, g: b["operations"].append(b["operations"][0]),
    "reserved only": lambda b, g: b["operations"][2].update(etat="authorized"),
    "a payment nobody knows": lambda b, g: b["operations"][2].update(refno="c"),
    "booked and not taken": lambda b, g: entry(g, 1, paiement="b", montant=500),
    "booked for nobody's payment": lambda b, g: entry(g, 1, paiement="z", montant=5),
    "under way": lambda b, g: g["paiements"][1].update(etat="en_attente"),
    "to be looked into": lambda b, g: g["paiements"][1].update(etat="a_verifier"),
    "a refund that waits": lambda b, g: g["paiements"][0].update(attendent=[2]),
    "a lock": lambda b, g: g["factures"][1].update(verrou="b"),
    "paid twice": lambda b, g: entry(g, 0, paiement="", montant=2_500),
    "too much": lambda b, g: g["factures"][0].update(etat="surpayee"),
    "paid, it says": lambda b, g: g["factures"][1].update(etat="payee"),
    "open, it says": lambda b, g: g["factures"][0].update(etat="ouverte"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_whatever_is_wrong_is_found(wrong):
    banque, guichet = deepcopy(BANQUE), deepcopy(GUICHET)
    WRONG[wrong](banque, guichet)
    assert comparer(banque, guichet) != []
