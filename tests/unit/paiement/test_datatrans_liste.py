"""The file of transactions that Datatrans exports."""

from carouge.guichet.paiement.datatrans_liste import lire_liste
from carouge.guichet.paiement.domain import LigneDuPrestataire
from carouge.guichet.paiement.domain import ListeIllisible
from carouge.guichet.paiement.domain import Statut

import pytest


UID = "0123456789abcdef0123456789abcdef"
TETE = "transactionId;refno;type;amount;currency;status;date"


@pytest.mark.parametrize("separateur", [",", ";", "\t"])
def test_a_list(separateur):
    texte = "\r\n".join(
        (
            TETE,
            f"231123151003123456;{UID};payment;187.35;CHF;settled;2026-11-23T15:10:03Z",
            f"231123151003123457;{UID};credit;1\u2019187.35;CHF;transmitted;",
            "231123151003123458;BOUTIQUE-17;payment;;CHF;Initialized;",
            "",
        )
    ).replace(";", separateur)
    assert lire_liste("\ufeff".encode() + texte.encode()) == [
        LigneDuPrestataire("231123151003123456", UID, 18735, "CHF", Statut.CAPTUREE),
        LigneDuPrestataire(
            "231123151003123457", UID, 118735, "CHF", Statut.CAPTUREE, renvoi=True
        ),
        LigneDuPrestataire(
            "231123151003123458", "BOUTIQUE-17", 0, "CHF", Statut.EN_ATTENTE
        ),
    ]


def test_names_of_columns_are_read_generously():
    assert lire_liste(b"Status,Transaction ID\nstrange,12345\n") == [
        LigneDuPrestataire("12345", "", 0, "", Statut.INCONNU)
    ]


def test_what_went_back_may_have_a_minus():
    [ligne] = lire_liste(b"transactionId,status,amount\n1,settled,-1'187.35\n")
    assert ligne.centimes == -118735


@pytest.mark.parametrize(
    ("corps", "raison"),
    [
        (b"", "La colonne « transactionId » manque."),
        (b"transactionId;refno\n1;2\n", "La colonne « status » manque."),
        (b"\xff\xfe", "Le fichier n'est pas en UTF-8."),
        (b'transactionId;status\n"1;settled', "Le fichier n'est pas un CSV."),
        (
            b"transactionId;status\n;settled\n",
            "Ligne 2 : pas de numéro de transaction.",
        ),
        (
            b"transactionId;status;amount\n1;settled;1.234\n",
            "Ligne 2 : « 1.234 » n'est pas un montant.",
        ),
        (
            b"transactionId;status;amount\n1;settled;NaN\n",
            "Ligne 2 : « NaN » n'est pas un montant.",
        ),
        *(
            (
                f"transactionId;status;amount\n1;settled;{montant}\n".encode(),
                f"Ligne 2 : « {montant[:40]} » n'est pas un montant.",
            )
            for montant in ("Infinity", "1e9999999", "--5", "-", "9" * 99, "1'00")
        ),
        (
            b"transactionId;status;amount\n1;settled;douze\n",
            "Ligne 2 : « douze » n'est pas un montant.",
        ),
    ],
)
def test_what_is_no_list(corps, raison):
    with pytest.raises(ListeIllisible) as found:
        lire_liste(corps)
    assert str(found.value) == raison
