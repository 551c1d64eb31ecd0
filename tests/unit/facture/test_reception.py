"""One invoice of a business application: what is taken, and each refusal."""

from carouge.guichet.facture import reception
from carouge.guichet.facture.domain import Ligne
from carouge.guichet.facture.reception import Defaut
from carouge.guichet.facture.reception import lire
from carouge.guichet.regie.domain import Adresse
from datetime import date
from mauvaises_entrees import ADRESSE
from mauvaises_entrees import IMPORT

import pytest


JOUR = date(2026, 11, 3)

#: The example of the form.
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


def test_the_example_is_read():
    recue = lire(FACTURE, JOUR)
    assert recue == reception.Recue(
        regie="VILLE",
        numero="2026-000123",
        debiteur="M-004512",
        emise_le=date(2026, 10, 31),
        echeance=date(2026, 11, 30),
        montant=18735,
        domaine="periscolaire",
        libelle="Restaurant scolaire, octobre 2026",
        lignes=(Ligne("Repas × 15", 18735),),
        reference_qr="210000000003139471430009017",
        etat="ouverte",
    )


def test_what_may_be_missing():
    valeurs = dict(FACTURE)
    for nom in ("devise", "reference_qr", "etat", "lignes"):
        del valeurs[nom]
    recue = lire(valeurs, JOUR)
    assert recue.lignes == (Ligne("Restaurant scolaire, octobre 2026", 18735),)
    assert recue.reference_qr == ""
    assert recue.etat == "ouverte"


def test_reductions_and_what_was_free():
    lignes = [
        {"libelle": "Repas", "montant": "200.00"},
        {"libelle": "Rabais", "montant": "-12,65"},
        {"libelle": "Sortie", "montant": "0.00"},
    ]
    recue = lire({**FACTURE, "lignes": lignes}, JOUR)
    assert [ligne.montant for ligne in recue.lignes] == [20000, -1265, 0]


def test_an_address():
    recue = lire({**FACTURE, "adresse": ADRESSE}, JOUR)
    assert recue.adresse == Adresse(**ADRESSE)


def test_swiss_days_in_csv_alone():
    valeurs = {**FACTURE, "emise_le": "31.10.2026", "echeance": "3.11.2026"}
    recue = lire(valeurs, JOUR, suisse=True)
    assert (recue.emise_le, recue.echeance) == (date(2026, 10, 31), date(2026, 11, 3))
    with pytest.raises(Defaut):
        lire(valeurs, JOUR)


def test_the_digest_changes_with_all_but_the_state():
    avant = lire(FACTURE, JOUR).empreinte
    assert lire({**FACTURE, "etat": "payee"}, JOUR).empreinte == avant
    for champ, valeur in {
        "libelle": "Repas",
        "echeance": "2026-12-01",
        "domaine": "scolaire",
        "adresse": ADRESSE,
        "reference_qr": "",
        "lignes": [],
        "debiteur": "M-1",
    }.items():
        assert lire({**FACTURE, champ: valeur}, JOUR).empreinte != avant, champ


@pytest.mark.parametrize(("champ", "valeur", "raison"), [cas[1:] for cas in IMPORT])
def test_what_is_refused(champ, valeur, raison):
    with pytest.raises(Defaut) as refus:
        lire({**FACTURE, champ: valeur}, JOUR)
    assert refus.value.raison == raison


def test_texts_stay_as_they_are():
    for libelle in ("<script>alert(1)</script>", "]]>", "=SOMME(A1)", "é" * 140):
        assert lire({**FACTURE, "libelle": libelle}, JOUR).libelle == libelle


def test_a_name_for_the_report_is_never_what_cannot_be_shown():
    assert reception.nommer({"regie": "VILLE", "numero": "A\x07"}) == ("VILLE", "")
    assert reception.nommer({"numero": 5}) == ("", "")
    assert reception.nommer([1]) == ("", "")
    assert reception.nommer({"regie": "V", "numero": "1" * 300}) == ("V", "1" * 40)
