"""What the model of a form says around its questions, and how it survives."""

from carouge.guichet.formulaire.procedure import conditions_de
from carouge.guichet.formulaire.procedure import deroulement_de
from carouge.guichet.formulaire.procedure import DeroulementHandler
from carouge.guichet.formulaire.procedure import groupes_de
from carouge.guichet.formulaire.procedure import illisibles_de
from carouge.guichet.formulaire.procedure import QuestionHandler
from carouge.guichet.formulaire.procedure import set_condition
from carouge.guichet.formulaire.procedure import set_deroulement
from lxml import etree
from plone.supermodel.model import Schema
from plone.supermodel.model import SchemaClass
from zope.schema import TextLine

import pytest


NS = "{http://carouge.guichet/formulaire}"
SI = '{"regles":[{"champ":"b","op":"est","valeur":"é"}],"si":"toutes"}'


def read(a=None, b=None, procedure=None):
    """A schema with the fields a and b whose nodes have these attributes."""
    schema = SchemaClass(
        "S", (Schema,), {"a": TextLine(title="A"), "b": TextLine(title="B")}
    )
    for name, attributes in (("a", a or {}), ("b", b or {})):
        node = etree.Element("field")
        for key, value in attributes.items():
            node.set(NS + key, value)
        QuestionHandler().read(node, schema, schema[name])
    node = etree.Element("schema")
    if procedure is not None:
        node.set(NS + "procedure", procedure)
    DeroulementHandler().read(node, schema)
    return schema


def write(schema):
    """The attributes of the field a, then those of the schema."""
    field, root = etree.Element("field"), etree.Element("schema")
    QuestionHandler().write(field, schema, schema["a"])
    DeroulementHandler().write(root, schema)
    return tuple(
        {key.removeprefix(NS): value for key, value in node.attrib.items()}
        for node in (field, root)
    )


def test_a_model_without_any_of_it():
    schema = read()
    assert conditions_de(schema) == {}
    assert groupes_de(schema) == {}
    assert deroulement_de(schema) == {"etapes": {}, "groupes": {}, "prix": []}
    assert illisibles_de(schema) == ()
    assert write(schema) == ({}, {})


def test_round_trip():
    procedure = (
        '{"etapes":{"e1":{"si":' + SI + '}},"groupes":{"g":{"ajouter":"Plus","max":3,'
        '"min":1,"titre":"Enfant"}},"inconnu":[1],"prix":[{"libelle":"Émolument",'
        '"montant":4000,"par":""}]}'
    )
    schema = read({"si": SI, "groupe": "g"}, procedure=procedure)
    condition = {
        "si": "toutes",
        "regles": [{"champ": "b", "op": "est", "valeur": "é"}],
    }
    assert conditions_de(schema) == {"a": condition}
    assert groupes_de(schema) == {"a": "g"}
    assert deroulement_de(schema) == {
        "etapes": {"e1": {"si": condition}},
        "groupes": {
            "g": {"titre": "Enfant", "ajouter": "Plus", "min": 1, "max": 3, "si": None}
        },
        "prix": [{"libelle": "Émolument", "montant": 4000, "par": "", "si": None}],
    }
    assert write(schema) == ({"si": SI, "groupe": "g"}, {"procedure": procedure})


@pytest.mark.parametrize("text", ["{", "[]", "12", '"si"', "null", "{}", "[" * 100_000])
def test_what_is_no_json_object_is_kept_and_told(text):
    schema = read({"si": text}, procedure=text)
    assert conditions_de(schema) == {"a": {"illisible": text}}
    assert deroulement_de(schema) == {"etapes": {}, "groupes": {}, "prix": []}
    assert illisibles_de(schema) == ("a", "")
    assert write(schema) == ({"si": text}, {"procedure": text})


def test_a_new_condition_replaces_an_unreadable_one():
    schema = read({"si": "{"}, procedure="{")
    set_condition(schema, "a", None)
    set_deroulement(schema, "prix", [{"libelle": "L", "montant": 1}])
    assert illisibles_de(schema) == ()
    assert write(schema) == (
        {},
        {"procedure": '{"prix":[{"libelle":"L","montant":1}]}'},
    )


def test_a_deleted_question_leaves_no_condition():
    schema = read()
    schema.setTaggedValue("carouge.guichet.si", {"gone": {"si": "une", "regles": []}})
    schema.setTaggedValue("carouge.guichet.groupes", {"gone": "g"})
    assert conditions_de(schema) == {}
    assert groupes_de(schema) == {}


@pytest.mark.parametrize(
    "procedure",
    [
        '{"etapes":[],"groupes":"x","prix":{}}',
        '{"etapes":{"e":3},"groupes":{},"prix":0}',
        '{"etapes":null,"groupes":null,"prix":null}',
    ],
)
def test_parts_of_a_wrong_type_are_nothing(procedure):
    result = deroulement_de(read(procedure=procedure))
    assert result["groupes"] == {}
    assert result["prix"] == []
    assert all(etape == {"si": None} for etape in result["etapes"].values())


def test_a_price_that_is_none_is_not_made_up():
    schema = read(procedure='{"prix":[{"libelle":"L","montant":"40"},7]}')
    assert deroulement_de(schema)["prix"] == [
        {"libelle": "L", "montant": "40", "par": "", "si": None},
        7,
    ]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({}, (0, 10)),
        ({"min": 2, "max": 1}, (2, 2)),
        ({"min": -3, "max": 0}, (0, 1)),
        ({"min": 900, "max": 10**9}, (50, 50)),
        ({"min": "2", "max": True}, (0, 10)),
    ],
)
def test_limits_of_a_group(given, kept):
    schema = read()
    set_deroulement(schema, "groupes", {"g": {"titre": "G", **given}})
    groupe = deroulement_de(schema)["groupes"]["g"]
    assert (groupe["min"], groupe["max"]) == kept


def test_a_group_nobody_describes_has_its_name():
    assert deroulement_de(read({"groupe": "enfants"}))["groupes"]["enfants"] == {
        "titre": "enfants",
        "ajouter": "",
        "min": 0,
        "max": 10,
        "si": None,
    }


def test_characters_xml_does_not_know():
    schema = read()
    rule = {"champ": "b", "op": "est", "valeur": "\x00\ud800\uffff\n"}
    condition = {"si": "une", "regles": [rule]}
    set_condition(schema, "a", condition)
    field, _root = write(schema)
    assert conditions_de(read({"si": field["si"]})) == {"a": condition}
