"""Where an answer comes from: in the model, in the compiled form, in the editor."""

from carouge.guichet.formulaire.compile import compile_form
from carouge.guichet.formulaire.faits import fits
from carouge.guichet.formulaire.faits import SOURCES
from carouge.guichet.formulaire.labels import SOURCE_LABELS
from plone.supermodel import loadString
from plone.supermodel import serializeSchema
from publication import publier

import pytest


MODEL = """
<model xmlns="http://namespaces.plone.org/supermodel/schema"
       xmlns:guichet="http://carouge.guichet/formulaire">
  <schema>
    <field name="enfant" type="carouge.guichet.formulaire.fields.MembreDuFoyer">
      <title>Enfant</title><required>True</required><personnes>enfants</personnes>
    </field>
    <field name="prenom" type="zope.schema.TextLine" guichet:fait="membre.prenom">
      <title>Prénom</title><required>True</required>
    </field>
    <field name="naissance" type="zope.schema.Date" guichet:fait="nom">
      <title>Naissance</title><required>True</required>
    </field>
    <field name="nom" type="zope.schema.TextLine" guichet:fait="couleur_des_yeux">
      <title>Nom</title><required>True</required>
    </field>
  </schema>
</model>
"""


@pytest.fixture
def demarche(demo_integration):
    demarche = demo_integration["portal"].guichet.dechets["commander-un-conteneur"]
    demarche.fields_model = MODEL
    publier(demarche)
    return demarche


def test_only_known_and_fitting_sources_count(demarche):
    form = compile_form(demarche)
    assert form.sources == {"prenom": "membre.prenom"}
    assert form.membres == ("enfant",)
    assert form.membre_of("prenom") == "enfant"


def test_the_model_survives_a_round_trip(demarche):
    written = serializeSchema(loadString(MODEL).schema)
    again = loadString(written).schema
    assert again["enfant"].personnes == "enfants"
    assert again["enfant"].required is True
    assert 'guichet:fait="membre.prenom"' in written
    # What this version does not know is kept for one that does.
    assert 'guichet:fait="couleur_des_yeux"' in written
    assert serializeSchema(again) == written


def test_every_source_has_a_name_for_the_editor():
    assert set(SOURCE_LABELS) == set(SOURCES)


@pytest.mark.parametrize(
    ("source", "name", "expected"),
    [
        ("membre.prenom", "prenom", True),
        ("date_naissance", "naissance", True),
        ("membre.date_naissance", "naissance", True),
        ("nom", "naissance", False),
        ("date_naissance", "prenom", False),
        ("courriel", "prenom", True),
        ("nom", "enfant", False),
        ("inconnu", "prenom", False),
    ],
)
def test_kinds(demarche, source, name, expected):
    assert fits(source, compile_form(demarche).schema[name]) is expected
