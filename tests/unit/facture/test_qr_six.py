"""The sample data of SIX (« Datenschema », IG QR-bill v2.3): one code for each.

Nine have structured addresses and are reproduced byte for byte. Nine older ones have
combined addresses (``K``), which are not allowed any more.
"""

from carouge.guichet.facture.qr import contenu
from carouge.guichet.facture.qr import dessin
from carouge.guichet.facture.qr import QRInvalide
from carouge.guichet.facture.qr import Versement
from carouge.guichet.regie.domain import Adresse
from lecteur_qr import lire_svg

import pytest


_CREANCIER = Adresse("Health insurance fit&kicking", "Am Wasser", "1", "3000", "Bern")
_DEBITEUR = Adresse("Sarah Beispiel", "Mustergasse", "1", "3600", "Thun")
_SUJET = "Premium calculation July 2020"
_TVA = (
    "//S1/10/10201409/11/200630/20/140.000-53/30/102673831/31/200630/32/7.7/33/7.7:{}"
    "/40/0:30"
)
_DON = "//S1/10/10201409/11/200630/20/140.000-53/30/102673831/31/200630"
_EBILL = "eBill/B/sarah.beispiel@einfach-zahlen.ch"
_SANS_QR_IBAN = "CH5800791123000889012"

# Number of the sample, account, amount, kind and reference, VAT in the billing
# information, with eBill.
STRUCTURES = [
    (1, "CH6431961000004421557", "111.00", "QRR", "000008207791225857421286694", "", 0),
    (
        5,
        "CH2231989000007611146",
        "121.00",
        "QRR",
        "000003701588132583136809972",
        "9.30",
        1,
    ),
    (
        13,
        "CH7331955000007324129",
        "141.00",
        "QRR",
        "000003983456426900478123999",
        "10.85",
        0,
    ),
    (17, _SANS_QR_IBAN, "211.00", "SCOR", "RF240191230100405JSH0438", "", 0),
    (21, _SANS_QR_IBAN, "221.00", "SCOR", "RF7420191230100521UPV0857", "17.00", 1),
    (29, _SANS_QR_IBAN, "241.00", "SCOR", "RF8720191230100610TBL0982", "18.55", 0),
    (33, _SANS_QR_IBAN, "311.00", "NON", "", "", 0),
    (37, _SANS_QR_IBAN, "321.00", "NON", "", "24.70", 1),
    (45, _SANS_QR_IBAN, "341.00", "NON", "", "26.25", 0),
]

# Those with combined addresses: account, kind, reference, billing information, eBill.
COMBINES = [
    (2, "CH6631996000002544373", "QRR", "000006317171245565959226487", "", 0),
    (6, "CH4831988000006669440", "QRR", "000008639361539912849842165", _DON, 1),
    (14, "CH2031975000007781535", "QRR", "000009003770120603761188776", _DON, 0),
    (18, "CH5204835012345671000", "SCOR", "RF8420191230100503QYP0627", "", 0),
    (22, "CH5204835012345671000", "SCOR", "RF9120191230100533PYZ0768", _DON, 1),
    (30, "CH5204835012345671000", "SCOR", "RF4520191230100622HHM0593", _DON, 0),
    (34, "CH5204835012345671000", "NON", "", "", 0),
    (38, "CH5204835012345671000", "NON", "", _DON, 1),
    (46, "CH5204835012345671000", "NON", "", _DON, 0),
]


def _attendu(compte, montant, genre, reference, tva, ebill) -> list[str]:
    """The sample of SIX, line by line."""
    lignes = f"""SPC
0200
1
{compte}
S
Health insurance fit&kicking
Am Wasser
1
3000
Bern
CH







{montant}
CHF
S
Sarah Beispiel
Mustergasse
1
3600
Thun
CH
{genre}
{reference}
Premium calculation July 2020
EPD""".split("\n")
    if tva:
        lignes.append(_TVA.format(tva))
    if ebill:
        lignes.append(_EBILL)
    return lignes


def _versement(compte, montant, reference, tva, ebill) -> Versement:
    return Versement(
        compte=compte,
        creancier=_CREANCIER,
        reference=reference,
        centimes=int(montant.replace(".", "")),
        debiteur=_DEBITEUR,
        communication=_SUJET,
        facturation=_TVA.format(tva) if tva else "",
        alternatives=(_EBILL,) if ebill else (),
    )


@pytest.mark.parametrize(
    ("numero", "compte", "montant", "genre", "reference", "tva", "ebill"), STRUCTURES
)
def test_structured_sample(numero, compte, montant, genre, reference, tva, ebill):
    texte = contenu(_versement(compte, montant, reference, tva, ebill))
    # Nothing follows the last element in use, not even a line break (4.1.4).
    assert texte == "\r\n".join(_attendu(compte, montant, genre, reference, tva, ebill))
    lu = lire_svg(dessin(texte))
    assert lu.texte == texte
    assert lu.niveau == "M"
    assert lu.cotes == pytest.approx((46, 46), abs=0.5)


@pytest.mark.parametrize(
    ("numero", "compte", "genre", "reference", "facturation", "ebill"), COMBINES
)
def test_combined_sample(numero, compte, genre, reference, facturation, ebill):
    """« PO Box / 3001 Bern » in two lines has no postal code and no town."""
    don = Versement(
        compte=compte,
        creancier=Adresse("Better World Foundation", "PO Box", "3001 Bern", "", ""),
        reference=reference,
        facturation=facturation,
        alternatives=(_EBILL,) if ebill else (),
    )
    with pytest.raises(QRInvalide) as refus:
        contenu(don)
    assert (refus.value.champ, refus.value.raison) == ("creancier.npa", "vide")


@pytest.mark.parametrize(
    ("numero", "compte", "genre", "reference", "facturation", "ebill"), COMBINES
)
def test_combined_sample_with_a_structured_address(
    numero, compte, genre, reference, facturation, ebill
):
    """The same gift as it has to be written today: nothing else of it is refused."""
    texte = contenu(
        Versement(
            compte=compte,
            creancier=Adresse("Better World Foundation", "PO Box", "", "3001", "Bern"),
            reference=reference,
            facturation=facturation,
            alternatives=(_EBILL,) if ebill else (),
        )
    )
    lignes = texte.split("\r\n")
    assert lignes[4:11] == [
        "S",
        "Better World Foundation",
        "PO Box",
        "",
        "3001",
        "Bern",
        "CH",
    ]
    # Neither amount nor payer: both are filled in by hand.
    assert lignes[18:27] == ["", "CHF", "", "", "", "", "", "", ""]
    assert lignes[27:29] == [genre, reference]
    assert lire_svg(dessin(texte)).texte == texte
