"""The kinds of fields in the model of a form and in the field editor."""

from carouge.guichet.demarche.browser.champs import FIELDS
from carouge.guichet.formulaire.compile import compile_model
from carouge.guichet.formulaire.genres import genre_de
from plone.schemaeditor.interfaces import IFieldEditFormSchema
from plone.schemaeditor.interfaces import IFieldFactory
from plone.supermodel import loadString
from plone.supermodel import serializeSchema
from zope.component import getUtility
from zope.schema import getFieldNamesInOrder

import datetime
import pytest


MODEL = """
<model xmlns="http://namespaces.plone.org/supermodel/schema">
  <schema>
    <field name="telephone" type="carouge.guichet.formulaire.fields.Telephone">
      <title>Téléphone</title><description>Aide</description>
    </field>
    <field name="iban" type="carouge.guichet.formulaire.fields.Iban">
      <title>IBAN</title><required>False</required>
    </field>
    <field name="avs" type="carouge.guichet.formulaire.fields.Avs">
      <title>AVS</title>
    </field>
    <field name="ide" type="carouge.guichet.formulaire.fields.Ide">
      <title>IDE</title>
    </field>
    <field name="lieu" type="carouge.guichet.formulaire.fields.NpaLocalite">
      <title>Lieu</title><etranger>True</etranger>
    </field>
    <field name="adresse" type="carouge.guichet.formulaire.fields.Adresse">
      <title>Adresse</title>
    </field>
    <field name="loyer" type="carouge.guichet.formulaire.fields.Montant">
      <title>Loyer</title><minimum>5</minimum><maximum>9999</maximum>
    </field>
    <field name="jour" type="carouge.guichet.formulaire.fields.Jour">
      <title>Jour</title>
      <min>2026-01-01</min><max>2027-12-31</max>
      <au_plus_tot>3</au_plus_tot><au_plus_tard>300</au_plus_tard>
    </field>
    <field name="total" type="carouge.guichet.formulaire.fields.Calcul">
      <title>Total</title>
      <formule>{"op":"somme","termes":[{"champ":"loyer"}]}</formule>
      <montant>True</montant>
    </field>
    <field name="piece" type="carouge.guichet.formulaire.fields.Justificatif">
      <title>Pièce</title>
      <max_fichiers>2</max_fichiers><max_mo>4</max_mo>
      <types><element>pdf</element><element>image</element></types>
      <par_poste>True</par_poste><au_guichet>True</au_guichet>
    </field>
  </schema>
</model>
"""

SETTINGS = {
    "lieu": {"etranger": True},
    "adresse": {"etranger": False},
    "loyer": {"minimum": 5, "maximum": 9999},
    "jour": {
        "min": datetime.date(2026, 1, 1),
        "max": datetime.date(2027, 12, 31),
        "au_plus_tot": 3,
        "au_plus_tard": 300,
    },
    "total": {
        "formule": '{"op":"somme","termes":[{"champ":"loyer"}]}',
        "montant": True,
        "required": False,
    },
    "piece": {
        "max_fichiers": 2,
        "max_mo": 4,
        "types": {"pdf", "image"},
        "par_poste": True,
        "au_guichet": True,
    },
}

OURS = [name for name in FIELDS if name.startswith("carouge.guichet.")]
NEW = {
    "Adresse",
    "Avs",
    "Calcul",
    "Iban",
    "Ide",
    "Jour",
    "Justificatif",
    "Montant",
    "NpaLocalite",
    "Telephone",
}


def settings_of(schema):
    return {
        name: {key: getattr(schema[name], key) for key in expected}
        for name, expected in SETTINGS.items()
    }


def test_the_model_survives_a_round_trip(demo_integration):
    schema = loadString(MODEL).schema
    assert settings_of(schema) == SETTINGS
    assert schema["iban"].required is False
    assert schema["telephone"].description == "Aide"
    written = serializeSchema(schema)
    again = loadString(written).schema
    assert getFieldNamesInOrder(again) == getFieldNamesInOrder(schema)
    assert settings_of(again) == SETTINGS
    assert [type(again[name]) for name in again] == [
        type(schema[name]) for name in schema
    ]
    # A version is known by its bytes.
    assert serializeSchema(again) == written


def test_a_model_without_settings_has_the_usual_ones(demo_integration):
    model = """
    <model xmlns="http://namespaces.plone.org/supermodel/schema">
      <schema>
        <field name="piece" type="carouge.guichet.formulaire.fields.Justificatif">
          <title>Pièce</title>
        </field>
      </schema>
    </model>
    """
    piece = loadString(model).schema["piece"]
    assert (piece.max_fichiers, piece.max_mo) == (5, 10)
    assert piece.types == {"pdf", "image", "document", "tableau"}
    assert (piece.par_poste, piece.au_guichet) == (False, False)
    assert "<types>" not in serializeSchema(loadString(model).schema)


def test_the_compiled_form_knows_the_kinds(demo_integration):
    questions = compile_model(MODEL).questions
    assert {nom: question.genre.nom for nom, question in questions.items()} == {
        "telephone": "telephone",
        "iban": "iban",
        "avs": "avs",
        "ide": "ide",
        "lieu": "npa_localite",
        "adresse": "adresse",
        "loyer": "montant",
        "jour": "date",
        "total": "calcul",
        "piece": "piece",
    }


def test_the_editor_offers_them(demo_integration):
    assert {name.rpartition(".")[2] for name in OURS} >= NEW


@pytest.mark.parametrize("name", OURS)
def test_the_editor_makes_and_describes_each(demo_integration, name):
    factory = getUtility(IFieldFactory, name=name)
    assert factory.title
    field = factory(title="Titre", description="Aide", required=False)
    assert type(field).__module__ + "." + type(field).__name__ == name
    assert genre_de(field).nom != "unsupported"
    schema = IFieldEditFormSchema(field)
    assert schema.providedBy(field)
