"""What each kind of question takes, and what it says of the rest."""

from carouge.guichet.formulaire import fields
from carouge.guichet.formulaire.genre import Contexte
from carouge.guichet.formulaire.genre import Illisible
from carouge.guichet.formulaire.genres import genre_de
from carouge.guichet.formulaire.valeurs import AdressePostale
from carouge.guichet.formulaire.valeurs import Lieu
from datetime import date
from decimal import Decimal
from genres import AUJOURDHUI
from genres import CONTEXTE
from genres import dire
from genres import lire
from genres import refus
from genres import tous_les_champs
from zope import schema
from zope.interface import Invalid

import pytest


CHAMPS = tous_les_champs()

TELEPHONE = (
    "This is no telephone number. A Swiss one looks like 022 307 91 11; one of another "
    "country begins with + and its country code: +33 4 50 12 34 56."
)
IBAN = (
    "This is no valid account number (IBAN). A Swiss one has 21 characters and looks "
    "like CH93 0076 2011 6238 5295 7."
)
AVS = (
    "This is no valid AVS number. It has 13 digits, begins with 756 and looks like "
    "756.9217.0769.85; it stands on the health insurance card."
)


@pytest.mark.parametrize(
    ("nom", "saisie", "valeur", "mots"),
    [
        ("line", "  Camille Rochat ", "Camille Rochat", "Camille Rochat"),
        # Composed: the same name is the same text, whatever the keyboard.
        ("line", "Le\u0301a", "Léa", "Léa"),
        ("text", "un\r\ndeux\n", "un\ndeux", "un\ndeux"),
        ("integer", "12", 12, "12"),
        ("integer", "+7", 7, "7"),
        ("integer", "12.0", 12, "12"),
        ("decimal", "1'234,50", Decimal("1234.50"), "1234.50"),
        ("decimal", "1 234.5", Decimal("1234.5"), "1234.5"),
        ("decimal", "12.5", Decimal("12.5"), "12.5"),
        ("float", "−3,25", -3.25, "-3.25"),
        ("montant", "12.50", 1250, "CHF 12.50"),
        ("montant", "12", 1200, "CHF 12.00"),
        ("montant", "CHF 1'200.-", 120000, "CHF 1'200.00"),
        ("montant", "0,05 Fr.", 5, "CHF 0.05"),
        ("date", "25.11.2026", date(2026, 11, 25), "25.11.2026"),
        ("date", "25/11/2026", date(2026, 11, 25), "25.11.2026"),
        ("date", "2026-11-25", date(2026, 11, 25), "25.11.2026"),
        ("date", "5. 1. 2026", date(2026, 1, 5), "05.01.2026"),
        ("choice", "péniche", "péniche", "Péniche"),
        ("choices", ["péniche", "maison"], {"maison", "péniche"}, "Maison, Péniche"),
        ("boolean", "oui", True, "Yes"),
        ("boolean", "non", False, "No"),
        ("consent", "oui", True, "Yes"),
        ("consent", "non", None, ""),
        ("email", " name@example.ch ", "name@example.ch", "name@example.ch"),
        ("telephone", "022 307 91 11", "+41223079111", "+41 22 307 91 11"),
        ("telephone", "0041 (0)22 307 91 11", "+41223079111", "+41 22 307 91 11"),
        ("telephone", "+33 4 50 12 34 56", "+33450123456", "+33450123456"),
        (
            "iban",
            "ch93 0076 2011 6238 5295 7",
            "CH9300762011623852957",
            "CH93 0076 2011 6238 5295 7",
        ),
        (
            "iban",
            "GB82WEST12345698765432",
            "GB82WEST12345698765432",
            "GB82 WEST 1234 5698 7654 32",
        ),
        ("avs", "756.9217.0769.85", "7569217076985", "756.9217.0769.85"),
        ("avs", "7569217076985", "7569217076985", "756.9217.0769.85"),
        ("ide", "CHE-107.787.577", "CHE107787577", "CHE-107.787.577"),
        (
            "npa_localite",
            {"npa": "CH-1227", "localite": " Carouge GE "},
            Lieu("1227", "Carouge GE"),
            "1227 Carouge GE",
        ),
        (
            "adresse",
            {"rue": "Rue Ancienne 12", "npa": "1227", "localite": "Carouge GE"},
            AdressePostale("Rue Ancienne 12", "1227", "Carouge GE"),
            "Rue Ancienne 12, 1227 Carouge GE",
        ),
        (
            "adresse étrangère",
            {"rue": "1, rue de la Gare", "npa": "74100", "localite": "Annemasse"},
            AdressePostale("1, rue de la Gare", "74100", "Annemasse"),
            "1, rue de la Gare, 74100 Annemasse",
        ),
        ("membre", "m2", "m2", "Léa Rochat (08.03.2017)"),
    ],
)
def test_answers(nom, saisie, valeur, mots):
    champ = CHAMPS[nom]
    assert lire(champ, saisie) == valeur
    assert genre_de(champ).mots(champ, lire(champ, saisie), dire) == mots


@pytest.mark.parametrize(
    ("nom", "saisie", "message"),
    [
        ("line", "un\ndeux", "Only one line of text is possible here."),
        ("line", ["un"], "A text is expected here."),
        (
            "line",
            "a\u202eb",
            "This answer contains characters that cannot be used. Type it anew.",
        ),
        (
            "line limitée",
            "abcdef",
            "This answer is too long: 6 characters, and 5 are possible.",
        ),
        (
            "line limitée",
            "a",
            "This answer is too short: at least 2 characters are needed.",
        ),
        (
            "text",
            "x" * 10_001,
            "This answer is too long: 10001 characters, and 10000 are possible.",
        ),
        ("integer", "douze", "A whole number is expected here, such as 12."),
        ("integer", "12.5", "A whole number is expected here, such as 12."),
        ("integer", "1e3", "A whole number is expected here, such as 12."),
        ("integer", "-1", "The smallest possible value is 0."),
        ("integer", "51", "The largest possible value is 50."),
        (
            "integer",
            "9" * 16,
            "This number is too large: at most 15 digits are possible.",
        ),
        ("decimal", "1.234,50", "A number is expected here, such as 12.5."),
        ("decimal", "NaN", "A number is expected here, such as 12.5."),
        ("decimal", "0.4", "The smallest possible value is 0.5."),
        (
            "montant",
            "12.505",
            "An amount in francs is expected here, such as 12.50 or 1'200.",
        ),
        ("montant", "-5", "The smallest possible value is CHF 0.00."),
        ("montant", "10000", "The largest possible value is CHF 9'999.00."),
        ("date", "31.02.2026", "A date is expected here, such as 25.11.2026."),
        ("date", "25.11.26", "A date is expected here, such as 25.11.2026."),
        ("date", "٢٥.11.2026", "A date is expected here, such as 25.11.2026."),
        (
            "date",
            "25.11.0206",
            "The year 206 cannot be right. A date looks like 25.11.2026.",
        ),
        ("choice", "tente", "Only one of the offered answers is possible here."),
        ("choices", ["tente"], "Only one of the offered answers is possible here."),
        ("boolean", "peut-être", "Please answer yes or no."),
        (
            "email",
            "name@example",
            "This is no e-mail address. It looks like name@example.ch.",
        ),
        (
            "email",
            "a@example.ch,b@example.ch",
            "This is no e-mail address. It looks like name@example.ch.",
        ),
        ("telephone", "12", TELEPHONE),
        ("telephone", "022 307 91 1", TELEPHONE),
        ("iban", "CH93 0076 2011 6238 5295 8", IBAN),
        (
            "iban",
            "CH44 3199 9123 0008 8901 2",
            "This is a QR-IBAN: nothing can be paid back to it. Please give the IBAN of "
            "your account, which stands on the bank card.",
        ),
        ("avs", "756.9217.0769.84", AVS),
        (
            "ide",
            "CHE-107.787.578",
            "This is no valid company number (UID). It looks like CHE-123.456.788.",
        ),
        (
            "npa_localite",
            {"npa": "999", "localite": "Carouge"},
            "This is no Swiss postal code. It has four digits, such as 1227.",
        ),
        (
            "npa_localite",
            {"npa": "9999", "localite": "Carouge"},
            "This is no Swiss postal code. It has four digits, such as 1227.",
        ),
        (
            "npa_localite",
            {"npa": "", "localite": "Carouge"},
            "The postal code is missing.",
        ),
        (
            "adresse",
            {"rue": "", "npa": "1227", "localite": "Carouge"},
            "The street and the number are missing.",
        ),
        (
            "adresse",
            {"rue": "Rue Ancienne 1", "npa": "1227", "localite": ""},
            "The town is missing.",
        ),
        # A child is asked for.
        ("membre", "m1", "This person is not in your household. Please choose again."),
        ("membre", "m9", "This person is not in your household. Please choose again."),
    ],
)
def test_refusals(nom, saisie, message):
    assert refus(CHAMPS[nom], saisie) == message


def test_nobody_is_in_the_household_of_nobody():
    anonyme = Contexte(compte=None, aujourdhui=AUJOURDHUI)
    assert genre_de(CHAMPS["membre"]).choix(CHAMPS["membre"], anonyme) == []
    assert refus(CHAMPS["membre"], "m2", anonyme) == (
        "This person is not in your household. Please choose again."
    )


# --- days -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reglages", "premier", "dernier"),
    [
        ({"au_plus_tot": 0}, date(2026, 11, 25), None),
        ({"au_plus_tard": -1}, None, date(2026, 11, 24)),
        ({"au_plus_tot": 3, "au_plus_tard": 10}, date(2026, 11, 28), date(2026, 12, 5)),
        ({"min": date(2026, 12, 1), "au_plus_tot": 3}, date(2026, 12, 1), None),
        ({"max": date(2026, 12, 1), "au_plus_tard": 300}, None, date(2026, 12, 1)),
    ],
)
def test_limits_of_a_day_are_seen_from_today(reglages, premier, dernier):
    champ = fields.Jour(title="Jour", **reglages)
    genre = genre_de(champ)
    attributs = {"type": "date"}
    if premier:
        before = premier.replace(day=premier.day - 1) if premier.day > 1 else None
        assert lire(champ, premier.isoformat()) == premier
        if before:
            assert refus(champ, before.isoformat()) == (
                f"The earliest possible date is {premier:%d.%m.%Y}."
            )
        attributs["min"] = premier.isoformat()
    if dernier:
        after = dernier.replace(day=dernier.day + 1)
        assert lire(champ, dernier.isoformat()) == dernier
        assert refus(champ, after.isoformat()) == (
            f"The latest possible date is {dernier:%d.%m.%Y}."
        )
        attributs["max"] = dernier.isoformat()
    assert genre.attributs(champ, CONTEXTE) == attributs


# --- canonical values -------------------------------------------------------------


@pytest.mark.parametrize(
    ("nom", "saisie", "canonique"),
    [
        ("integer", "12", "12"),
        ("decimal", "1'234,50", "1234.5"),
        ("montant", "1'200.-", "1200"),
        ("montant", "0.05", "0.05"),
        ("date", "25.11.2026", "2026-11-25"),
        ("boolean", "non", "non"),
        ("consent", "oui", "oui"),
        ("choices", ["péniche", "maison"], ["maison", "péniche"]),
        ("npa_localite", {"npa": "1227", "localite": "Carouge GE"}, "1227"),
        ("piece", {"moyen": "poste", "fichiers": []}, "poste"),
        ("piece", {"moyen": "", "fichiers": ["f1"]}, "fichier"),
        ("membre", "m2", "m2"),
        ("telephone", "022 307 91 11", "+41223079111"),
        ("calcul", "12.5", "12.5"),
    ],
)
def test_canonical_values(nom, saisie, canonique):
    champ = CHAMPS[nom]
    assert genre_de(champ).canonique(champ, lire(champ, saisie)) == canonique


# --- JSON ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("nom", "brut", "saisie"),
    [
        ("integer", 12, "12"),
        ("decimal", Decimal("12.50"), "12.50"),
        ("decimal", 12.5, "12.5"),
        ("decimal", "12.50", "12.50"),
        ("montant", 1250, "12.5"),
        ("boolean", False, "non"),
        ("consent", True, "oui"),
        ("choices", ["maison"], ["maison"]),
        ("npa_localite", {"npa": "1227"}, {"npa": "1227", "localite": ""}),
        ("piece", {"fichiers": ["f1"]}, {"moyen": "", "fichiers": ["f1"]}),
        ("piece", {"moyen": "poste"}, {"moyen": "poste", "fichiers": []}),
    ],
)
def test_json_is_read(nom, brut, saisie):
    champ = CHAMPS[nom]
    assert genre_de(champ).depuis_json(champ, brut) == saisie


@pytest.mark.parametrize(
    ("nom", "brut", "message"),
    [
        (
            "integer",
            "12",
            "A whole number is expected here, without quotation marks.",
        ),
        (
            "integer",
            True,
            "A whole number is expected here, without quotation marks.",
        ),
        (
            "integer",
            10**15,
            "A whole number is expected here, without quotation marks.",
        ),
        ("decimal", True, "A number is expected here, without quotation marks."),
        (
            "decimal",
            float("inf"),
            "This number is too large: at most 15 digits are possible.",
        ),
        (
            "montant",
            12.5,
            "An amount in centimes is expected here: CHF 12.50 is 1250.",
        ),
        (
            "boolean",
            "true",
            "true or false is expected here, without quotation marks.",
        ),
        ("line", 12, "A text is expected here."),
        ("choices", "maison", "A list is expected here, with square brackets."),
        (
            "npa_localite",
            {"rue": "Rue Ancienne"},
            "An object is expected here, with the texts npa, localite.",
        ),
        (
            "piece",
            {"data": "AAAA"},
            "An object is expected here, with moyen, a text, and fichiers, a list of "
            "ids of uploaded files.",
        ),
    ],
)
def test_json_of_another_type_is_refused(nom, brut, message):
    champ = CHAMPS[nom]
    with pytest.raises(Illisible) as caught:
        genre_de(champ).depuis_json(champ, brut)
    assert dire(caught.value.message) == message


def test_descriptions_for_programs():
    def schema_of(nom):
        return genre_de(CHAMPS[nom]).schema(CHAMPS[nom], dire)

    assert schema_of("line limitée") == {
        "title": "Code",
        "type": "string",
        "maxLength": 5,
        "minLength": 2,
    }
    assert schema_of("integer") == {
        "title": "Nombre",
        "type": "integer",
        "minimum": 0,
        "maximum": 50,
    }
    assert schema_of("montant") == {
        "title": "Loyer",
        "type": "integer",
        "$comment": "centimes",
        "minimum": 0,
        "maximum": 999900,
    }
    assert schema_of("choice") == {
        "title": "Logement",
        "type": "string",
        "oneOf": [
            {"const": "maison", "title": "Maison"},
            {"const": "appartement", "title": "Appartement"},
            {"const": "péniche", "title": "Péniche"},
        ],
    }
    assert schema_of("email")["format"] == "email"
    assert schema_of("date") == {"title": "Jour", "type": "string", "format": "date"}
    assert schema_of("consent") == {
        "title": "J'accepte",
        "type": "boolean",
        "const": True,
    }


# --- the rules of the field itself ------------------------------------------------


def test_a_constraint_of_the_field_counts():
    def pair(value):
        return value % 2 == 0

    champ = schema.Int(title="Pair", constraint=pair)
    assert lire(champ, "2") == 2
    assert refus(champ, "3") == "This answer is not possible here."


def test_a_constraint_says_it_itself():
    def refuse(value):
        raise Invalid("plain text of a programmer")

    champ = schema.TextLine(title="Jamais", constraint=refuse)
    assert refus(champ, "x") == "This answer is not possible here."


def test_a_choice_the_form_no_longer_offers_keeps_its_words():
    champ = CHAMPS["choices"]
    genre = genre_de(champ)
    assert genre.mots(champ, {"tente", "maison"}, dire) == "Maison, tente"
    assert genre.json(champ, {"tente", "maison"}) == ["maison", "tente"]


def test_choices_are_counted():
    champ = schema.Set(
        title="Deux",
        value_type=schema.Choice(values=["a", "b", "c"]),
        min_length=2,
        max_length=2,
    )
    assert lire(champ, ["c", "a"]) == {"a", "c"}
    assert refus(champ, ["a"]) == "Please tick at least 2 answers."
    assert refus(champ, ["a", "b", "c"]) == "Please tick at most 2 answers."


# --- pieces -----------------------------------------------------------------------


def piece(**kw):
    return fields.Justificatif(title="Pièce", **kw)


def test_limits_of_a_piece():
    champ = piece(max_fichiers=1, types={"image"})
    assert refus(champ, {"moyen": "", "fichiers": ["f1"]}) == (
        "“f1.pdf” is of a kind that is not accepted here. Possible are: JPEG, PNG, GIF, "
        "HEIC."
    )
    champ = piece(max_fichiers=1)
    assert refus(champ, {"moyen": "", "fichiers": ["f1", "f2"]}) == (
        "There are 2 documents, and at most 1 can be attached. Please remove some."
    )
    assert refus(champ, {"moyen": "", "fichiers": ["ailleurs"]}) == (
        "A document you had attached is no longer here. Please attach it again."
    )
    assert refus(champ, {"moyen": "poste", "fichiers": []}) == (
        "This document cannot be handed in this way."
    )
    CONTEXTE.fichiers["f1"].taille = 11 * 1024 * 1024
    try:
        assert refus(champ, {"moyen": "", "fichiers": ["f1"]}) == (
            "This file is too large: 11 MB, and 10 MB are possible."
        )
        assert lire(piece(max_mo=20), {"moyen": "", "fichiers": ["f1"]})
    finally:
        CONTEXTE.fichiers["f1"].taille = 1000


def test_a_piece_can_come_in_three_ways():
    champ = piece(par_poste=True, au_guichet=True)
    genre = genre_de(champ)
    for moyen, mots in (("poste", "By post"), ("guichet", "At the counter")):
        valeur = lire(champ, {"moyen": moyen, "fichiers": []})
        assert (valeur.moyen, valeur.fichiers) == (moyen, ())
        assert genre.mots(champ, valeur, dire) == mots
    valeur = lire(champ, {"moyen": "", "fichiers": ["f2", "f1", "f2"]})
    assert [fichier.id for fichier in valeur.fichiers] == ["f2", "f1"]
    assert genre.mots(champ, valeur, dire) == "f2.pdf, f1.pdf"
    # Half of it now, the rest later.
    valeur = lire(champ, {"moyen": "poste", "fichiers": ["f1"]})
    assert genre.mots(champ, valeur, dire) == "f1.pdf, By post"


def test_the_file_field_of_plone_takes_one_file():
    champ = CHAMPS["fichier"]
    assert lire(champ, {"moyen": "", "fichiers": ["f1"]}).fichiers[0].id == "f1"
    assert refus(champ, {"moyen": "", "fichiers": ["f1", "f2"]}) == (
        "There are 2 documents, and at most 1 can be attached. Please remove some."
    )


# --- computed -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texte", "montant", "mots"),
    [
        ("12.5", False, "12.5"),
        ("12.5", True, "CHF 12.50"),
        ("-1234.567", True, "-CHF 1'234.57"),
        ("-0.001", True, "CHF 0.00"),
        ("", True, ""),
    ],
)
def test_computed_numbers_in_words(texte, montant, mots):
    champ = fields.Calcul(title="Total", montant=montant)
    assert genre_de(champ).mots(champ, lire(champ, texte), dire) == mots
