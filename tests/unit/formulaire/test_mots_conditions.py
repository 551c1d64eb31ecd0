"""Conditions as sentences."""

from carouge.guichet.formulaire.mots_conditions import choix_de
from carouge.guichet.formulaire.mots_conditions import en_mots
from carouge.guichet.formulaire.mots_conditions import famille_de
from carouge.guichet.formulaire.mots_conditions import OPERATEURS
from carouge.guichet.formulaire.mots_conditions import SANS_VALEUR
from carouge.guichet.formulaire.mots_conditions import titre_de
from carouge.guichet.formulaire.mots_conditions import USAGER
from carouge.guichet.formulaire.regles import OPERATEURS as KNOWN
from carouge.guichet.formulaire.regles import SANS_VALEUR as WITHOUT_VALUE
from carouge.guichet.formulaire.regles import USAGER as FACTS
from plone.supermodel.model import Schema
from plone.supermodel.model import SchemaClass
from zope.i18n import interpolate
from zope.schema import Bool
from zope.schema import Bytes
from zope.schema import Choice
from zope.schema import Date
from zope.schema import Int
from zope.schema import Set
from zope.schema import TextLine
from zope.schema.vocabulary import SimpleTerm
from zope.schema.vocabulary import SimpleVocabulary

import pytest


HOMES = SimpleVocabulary(
    [SimpleTerm("maison", title="House"), SimpleTerm("appart", title="Flat")]
)


@pytest.fixture(scope="module")
def schema():
    schema = SchemaClass(
        "S",
        (Schema,),
        {
            "logement": Choice(title="Type of home", vocabulary=HOMES),
            "jours": Set(title="Days", value_type=Choice(vocabulary=HOMES)),
            "liste": Choice(title="List", vocabulary="a.site.vocabulary"),
            "chien": Bool(title="A dog?"),
            "nombre": Int(title="Number"),
            "naissance": Date(title="Birth"),
            "nom": TextLine(title="Name <b>&"),
            "octets": Bytes(title="Bytes"),
            "enfant": TextLine(title="Child"),
        },
    )
    schema.setTaggedValue("carouge.guichet.groupes", {"enfant": "enfants"})
    schema.setTaggedValue(
        "carouge.guichet.procedure", {"groupes": {"enfants": {"titre": "Children"}}}
    )
    return schema


def dire(message):
    """English, as it is without translations."""
    text = getattr(message, "default", None) or str(message)
    return interpolate(text, getattr(message, "mapping", None))


def sentence(schema, *rules, si="toutes"):
    regles = [
        {"champ": champ, "op": op} | ({"valeur": valeur} if valeur is not None else {})
        for champ, op, valeur in rules
    ]
    return en_mots({"si": si, "regles": regles}, schema, dire)


@pytest.mark.parametrize("condition", [None, {}])
def test_always_has_no_words(schema, condition):
    assert en_mots(condition, schema, dire) == ""


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (("logement", "est", "maison"), "if “Type of home” is “House”"),
        (("logement", "n_est_pas", "appart"), "if “Type of home” is not “Flat”"),
        (
            ("logement", "est_parmi", ["maison", "appart"]),
            "if “Type of home” is one of “House”, “Flat”",
        ),
        (("logement", "est", "tente"), "if “Type of home” is “tente”"),
        (("jours", "contient", "maison"), "if “Days” contains “House”"),
        (("chien", "oui", None), "if “A dog?”: yes"),
        (("chien", "non", None), "if “A dog?”: no"),
        (("nombre", "au_moins", "3"), "if “Number” is at least 3"),
        (("naissance", "avant", "2026-11-25"), "if “Birth” is before 25.11.2026"),
        (
            ("naissance", "age_moins_de", "18"),
            "if age according to “Birth”: less than 18 years",
        ),
        (("nom", "rempli", None), "if “Name <b>&” is answered"),
        (("enfants", "plus_que", "2"), "if “Number: Children” is more than 2"),
        (
            ("usager.type", "est", "entreprise"),
            "if “The person who fills in the form” is “a company”",
        ),
        (
            ("parti", "rempli", None),
            "if “a question that does not exist any more (parti)” is answered",
        ),
        (("nom", "sonne", "x"), "if “Name <b>&” (a rule that cannot be read)"),
    ],
)
def test_one_rule(schema, rule, words):
    assert sentence(schema, rule) == words


def test_several_rules(schema):
    rules = [("chien", "oui", None), ("nombre", "egal", "1"), ("nom", "vide", None)]
    assert sentence(schema, *rules) == (
        "if “A dog?”: yes and “Number” is equal to 1 and “Name <b>&” is not answered"
    )
    assert sentence(schema, *rules[:2], si="une") == (
        "if “A dog?”: yes or “Number” is equal to 1"
    )


@pytest.mark.parametrize(
    "condition",
    ["x", 3, ["a"], {"illisible": "{"}, {"si": "une"}, {"regles": []}, {"regles": "x"}],
)
def test_no_condition_at_all(schema, condition):
    words = en_mots(condition, schema, dire)
    assert words == "under a condition that cannot be read"


@pytest.mark.parametrize("rule", [None, "x", {}, {"champ": 3}, {"champ": ["a"]}])
def test_no_rule_at_all(schema, rule):
    words = en_mots({"si": "une", "regles": [rule]}, schema, dire)
    assert words == "if (a rule that cannot be read)"


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("logement", "choix"),
        ("jours", "plusieurs"),
        ("liste", "autre"),
        ("chien", "oui_non"),
        ("nombre", "nombre"),
        ("naissance", "date"),
        ("nom", "texte"),
        ("octets", "autre"),
    ],
)
def test_families(schema, name, family):
    assert famille_de(schema[name]) == family


def test_choices(schema):
    homes = [("maison", "House"), ("appart", "Flat")]
    assert choix_de(schema["logement"]) == homes
    assert choix_de(schema["jours"]) == homes
    assert choix_de(schema["liste"]) == []


def test_titles(schema):
    assert titre_de("nom", schema, dire) == "Name <b>&"
    assert (
        titre_de("usager.resident", schema, dire) == "The person lives in the commune"
    )


def test_the_words_are_those_of_the_evaluator():
    offered = {op for operators in OPERATEURS.values() for op, _words in operators}
    assert offered == set(KNOWN)
    assert set(SANS_VALEUR) == set(WITHOUT_VALUE)
    assert tuple(USAGER) == tuple(FACTS)
