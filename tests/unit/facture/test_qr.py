"""What may not become a QR code, and what it may hold."""

from carouge.guichet.facture import qr
from carouge.guichet.facture.qr import contenu
from carouge.guichet.facture.qr import dessin
from carouge.guichet.facture.qr import lisible
from carouge.guichet.facture.qr import QRInvalide
from carouge.guichet.facture.qr import verifier
from carouge.guichet.facture.qr import verifier_adresse
from carouge.guichet.facture.qr import verifier_texte
from carouge.guichet.facture.qr import Versement
from carouge.guichet.regie.domain import Adresse
from dataclasses import replace
from hypothesis import given
from hypothesis import strategies as st
from lecteur_qr import lire_svg
from lxml import etree

import pytest


VILLE = Adresse("Ville de Carouge", "Place du Marché", "14", "1227", "Carouge")
BON = Versement(
    compte="CH4431999123000889012",
    creancier=VILLE,
    reference="210000000003139471430009017",
    centimes=18735,
    debiteur=Adresse("Camille Rochat", "Rue Vautier", "8", "1227", "Carouge"),
    communication="2026-000123 - Restaurant scolaire",
)


def test_content():
    assert contenu(BON).split("\r\n") == [
        "SPC",
        "0200",
        "1",
        "CH4431999123000889012",
        "S",
        "Ville de Carouge",
        "Place du Marché",
        "14",
        "1227",
        "Carouge",
        "CH",
        *[""] * 7,
        "187.35",
        "CHF",
        "S",
        "Camille Rochat",
        "Rue Vautier",
        "8",
        "1227",
        "Carouge",
        "CH",
        "QRR",
        "210000000003139471430009017",
        "2026-000123 - Restaurant scolaire",
        "EPD",
    ]


def test_written_with_blanks():
    """Account and reference may be in groups, as they are printed."""
    assert contenu(
        replace(
            BON,
            compte="CH44 3199 9123 0008 8901 2",
            reference="21 00000 00003 13947 14300 09017",
        )
    ) == contenu(BON)


@pytest.mark.parametrize(
    ("champ", "valeur", "attendu"),
    [
        # Amounts
        ("centimes", 0, ("montant", "faux")),
        ("centimes", -1, ("montant", "faux")),
        ("centimes", 100_000_000_000, ("montant", "faux")),
        ("centimes", 187.35, ("montant", "faux")),
        ("centimes", True, ("montant", "faux")),
        ("centimes", "187.35", ("montant", "faux")),
        ("devise", "USD", ("devise", "faux")),
        ("devise", "chf", ("devise", "faux")),
        # Accounts
        ("compte", "", ("compte", "faux")),
        ("compte", "CH4431999123000889013", ("compte", "faux")),
        ("compte", "FR1420041010050500013M02606", ("compte", "faux")),
        ("compte", "CH5800791123000889012", ("reference", "compte")),
        # References
        ("reference", "", ("reference", "vide")),
        ("reference", "210000000003139471430009018", ("reference", "faux")),
        ("reference", "21000000000313947143000901", ("reference", "faux")),
        ("reference", "0" * 27, ("reference", "faux")),
        ("reference", "٢10000000003139471430009017", ("reference", "faux")),
        ("reference", "RF18539007547034", ("reference", "faux")),
        # Words
        ("communication", "x" * 141, ("communication", "long")),
        ("communication", "a\r\nEPD", ("communication", "ligne")),
        ("communication", "\x07", ("communication", "caractere")),
        ("communication", "\u202etexte", ("communication", "caractere")),
        ("communication", "Pizza 🍕", ("communication", "caractere")),
        ("communication", "Ωμέγα", ("communication", "caractere")),
        ("communication", "\ttab", ("communication", "caractere")),
        ("communication", "\x7f", ("communication", "caractere")),
        ("facturation", "S1/10", ("facturation", "faux")),
        ("facturation", "//S1/" + "1" * 140, ("facturation", "long")),
        ("alternatives", ("a", "b", "c"), ("alternatives", "long")),
        ("alternatives", ("x" * 101,), ("alternatives", "long")),
    ],
)
def test_refused(champ, valeur, attendu):
    with pytest.raises(QRInvalide) as refus:
        contenu(replace(BON, **{champ: valeur}))
    assert (refus.value.champ, refus.value.raison) == attendu


@pytest.mark.parametrize(
    ("champ", "valeur", "raison"),
    [
        ("nom", "", "vide"),
        ("nom", "  ", "vide"),
        ("nom", "x" * 71, "long"),
        ("nom", "Ville\nde Carouge", "ligne"),
        ("nom", "Ville\rde Carouge", "ligne"),
        ("nom", "Ville\u2028de Carouge", "caractere"),
        ("nom", "Ville\x0bde Carouge", "caractere"),
        ("rue", "x" * 71, "long"),
        ("numero", "x" * 17, "long"),
        ("numero", "14\nS", "ligne"),
        ("npa", "", "vide"),
        ("npa", "1227\r\nZürich", "ligne"),
        ("npa", "x" * 17, "long"),
        ("localite", "", "vide"),
        ("localite", "Carouge\nFR", "ligne"),
        ("localite", "x" * 36, "long"),
        ("pays", "XX", "faux"),
        ("pays", "Suisse", "faux"),
        ("pays", "ch", "faux"),
        ("pays", "", "faux"),
    ],
)
def test_address_refused(champ, valeur, raison):
    with pytest.raises(QRInvalide) as refus:
        verifier_adresse(replace(VILLE, **{champ: valeur}))
    assert (refus.value.champ, refus.value.raison) == (f"adresse.{champ}", raison)


def test_address_that_just_fits():
    longue = Adresse("n" * 70, "r" * 70, "1" * 16, "2" * 16, "l" * 35, "LI")
    assert verifier_adresse(longue) == longue


def test_street_may_be_missing():
    assert verifier_adresse(replace(VILLE, rue="", numero="")).rue == ""


@pytest.mark.parametrize(
    "texte", ["<script>alert(1)</script>", "]]>", "&amp;", "Șț €", "Œuvre à Čapek"]
)
def test_characters_of_the_specification(texte):
    bon = replace(BON, communication=texte)
    assert contenu(bon).split("\r\n")[-2] == texte
    svg = dessin(contenu(bon))
    etree.fromstring(svg.encode())
    assert lire_svg(svg).texte == contenu(bon)


def test_combining_accents_are_one_letter():
    assert verifier_texte("Marche\u0301", 6) == "Marché"


def test_what_can_be_carried_of_any_text():
    assert lisible("L\u2019eau \u2013 \u00ab pure \u00bb\u2026\r\n🍕 x", 140) == (
        "L'eau - \u00ab pure \u00bb... x"
    )
    assert lisible("abc def", 4) == "abc"


@given(st.text(max_size=200), st.integers(0, 140))
def test_carried_text_is_always_accepted(texte, longueur):
    lu = lisible(texte, longueur)
    assert verifier_texte(lu, longueur) == lu


@given(
    st.text(max_size=80),
    st.text(max_size=80),
    st.text(max_size=20),
    st.text(max_size=20),
    st.text(max_size=40),
    st.text(max_size=150),
)
def test_no_text_shifts_the_fields(nom, rue, numero, npa, localite, communication):
    """Whatever is typed: it is refused, or the content has its 31 lines."""
    bon = replace(
        BON,
        debiteur=Adresse(nom, rue, numero, npa, localite),
        communication=communication,
    )
    try:
        lignes = contenu(bon).split("\r\n")
    except QRInvalide:
        return
    assert len(lignes) == 31
    assert lignes[18:20] == ["187.35", "CHF"]
    assert lignes[27:29] == ["QRR", BON.reference]
    assert lignes[30] == "EPD"


@given(st.integers(1, qr.MAX_CENTIMES))
def test_amount_has_its_two_decimals(centimes):
    montant = contenu(replace(BON, centimes=centimes)).split("\r\n")[18]
    assert montant == f"{centimes // 100}.{centimes % 100:02d}"


def test_too_much_for_the_paper():
    """Every field is full, of letters of two bytes: no code of 46 mm holds that."""
    plein = Adresse("é" * 70, "é" * 70, "é" * 16, "é" * 16, "é" * 35)
    bon = replace(
        BON,
        creancier=plein,
        debiteur=plein,
        communication="é" * 140,
        alternatives=("é" * 100, "é" * 100),
    )
    with pytest.raises(QRInvalide) as refus:
        contenu(bon)
    assert (refus.value.champ, refus.value.raison) == ("contenu", "grand")


def test_largest_version():
    assert 'viewBox="0 0 117 117"' in dessin("x" * 997)
    with pytest.raises(QRInvalide):
        dessin("x" * 998)


def test_checked_values_are_those_encoded():
    bon = verifier(replace(BON, creancier=replace(VILLE, nom=" Ville de Carouge ")))
    assert bon.creancier == VILLE
