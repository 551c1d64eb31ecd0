"""The form on paper asks what the form on the screen asks."""

from carouge.guichet.formulaire.compile import compile_form
from carouge.guichet.formulaire.compile import compile_model
from carouge.guichet.formulaire.mots_conditions import en_mots
from carouge.guichet.formulaire.mots_conditions import titre_de
from carouge.guichet.formulaire.papier import Bloc
from carouge.guichet.formulaire.papier import parties_de
from carouge.guichet.formulaire.papier import prix_de
from plone import api
from zope.i18n import translate

import pytest


MODEL = """
<model xmlns="http://namespaces.plone.org/supermodel/schema"
       xmlns:form="http://namespaces.plone.org/supermodel/form"
       xmlns:guichet="http://carouge.guichet/formulaire">
  <schema guichet:procedure='{"etapes": {"suite": {"si": {"si": "toutes", "regles":
      [{"champ": "animal", "op": "oui"}]}}},
      "groupes": {"chiens": {"titre": "Chien", "ajouter": "Ajouter", "min": 1,
      "max": 2}, "chats": {"titre": "Chat", "max": 20}}, "prix": [
      {"libelle": "Taxe", "montant": 5000, "par": "chiens"},
      {"libelle": "Rabais", "montant": -1000, "si": {"si": "toutes", "regles":
      [{"champ": "animal", "op": "non"}]}}]}'>
    <fieldset name="debut" label="Vous" description="Dites-nous qui vous êtes.">
      <field name="nom" type="zope.schema.TextLine">
        <title>Nom</title><description>Comme au passeport</description></field>
      <field name="remarques" type="zope.schema.Text">
        <title>Remarques</title><required>False</required></field>
      <field name="animal" type="zope.schema.Bool">
        <title>Avez-vous un animal ?</title></field>
      <field name="naissance" type="zope.schema.Date"><title>Né le</title></field>
      <field name="logement" type="zope.schema.Choice"><title>Logement</title>
        <values><element>Maison</element><element>Appartement</element></values></field>
      <field name="etage" type="zope.schema.Int" guichet:si='{"si": "toutes", "regles":
        [{"champ": "logement", "op": "est", "valeur": "Appartement"}]}'>
        <title>Étage</title></field>
      <field name="info" type="collective.easyform.fields.RichLabel"><title/>
        <required>False</required>
        <rich_label>&lt;p&gt;Un &lt;b&gt;mot&lt;/b&gt;&lt;/p&gt;</rich_label></field>
    </fieldset>
    <fieldset name="suite" label="Animaux">
      <field name="puce" type="zope.schema.TextLine" guichet:groupe="chiens">
        <title>Puce</title></field>
      <field name="chat" type="zope.schema.TextLine" guichet:groupe="chats">
        <title>Nom du chat</title></field>
      <field name="jours" type="zope.schema.Set"><title>Jours</title>
        <value_type type="zope.schema.Choice"><values><element>Lundi</element>
        <element>Mardi</element></values></value_type></field>
      <field name="facture" type="plone.namedfile.field.NamedBlobFile">
        <title>Facture</title></field>
      <field name="accord" type="carouge.guichet.formulaire.fields.Consentement">
        <title>Je suis d'accord.</title></field>
    </fieldset>
  </schema>
</model>
"""


def dire(message):
    return translate(message, target_language="fr")


@pytest.fixture
def parties(demo_integration):
    return parties_de(compile_model(MODEL), dire)


def test_steps_in_order_with_their_help(parties):
    assert [(one.titre, one.aide) for one in parties] == [
        ("Vous", "Dites-nous qui vous êtes."),
        ("Animaux", ""),
    ]


def test_each_question_with_room_for_its_answer(parties):
    forms = {
        champ.titre: (champ.forme, champ.requis, champ.choix)
        for partie in parties
        for element in partie.elements
        for champ in (element.champs if isinstance(element, Bloc) else (element,))
    }
    assert forms == {
        "Nom": ("ligne", True, ()),
        "Remarques": ("lignes", False, ()),
        "Avez-vous un animal ?": ("cases", True, ("Oui", "Non")),
        "Né le": ("date", True, ()),
        "Logement": ("cases", True, ("Maison", "Appartement")),
        "Étage": ("ligne", True, ()),
        "": ("information", False, ()),
        "Puce": ("ligne", True, ()),
        "Nom du chat": ("ligne", True, ()),
        "Jours": ("plusieurs", True, ("Lundi", "Mardi")),
        "Facture": ("piece", True, ()),
        "Je suis d'accord.": ("case", False, ()),
    }


def test_texts_between_the_questions(parties):
    assert parties[0].elements[-1].textes == ("Un mot",)


def test_conditions_in_words(parties):
    conditions = [partie.si for partie in parties]
    conditions += [element.si for element in parties[0].elements if element.si]
    assert conditions == [
        "",
        "Seulement si « Avez-vous un animal ? » est oui",
        "Seulement si « Logement » est « Appartement »",
    ]


def test_groups_have_several_blanks(parties):
    blocs = [one for one in parties[1].elements if isinstance(one, Bloc)]
    assert [(bloc.titre, bloc.rangs, bloc.plus) for bloc in blocs] == [
        ("Chien", (1, 2), False),
        ("Chat", (1, 2, 3), True),
    ]


def test_price_in_words(demo_integration):
    def plain(message):
        return translate(message, target_language="en")

    form = compile_model(MODEL)
    per = titre_de("chiens", form.schema, plain)
    condition = en_mots(
        {"si": "toutes", "regles": [{"champ": "animal", "op": "non"}]},
        form.schema,
        plain,
    )
    assert prix_de(form, plain) == [
        f"Taxe: CHF 50.00 (times: {per})",
        f"Rabais: – CHF 10.00, {condition}",
    ]


def test_every_form_of_the_demonstration(demo_integration):
    for brain in api.content.find(portal_type="Demarche"):
        form = compile_form(brain.getObject())
        asked = [
            question
            for question in form.questions.values()
            if not question.information and not question.calculee
        ]
        printed = [
            champ
            for partie in parties_de(form, dire)
            for element in partie.elements
            for champ in (element.champs if isinstance(element, Bloc) else (element,))
            if champ.forme != "information"
        ]
        assert len(printed) == len(asked), brain.getPath()
        for champ in printed:
            assert champ.forme not in ("cases", "plusieurs") or champ.choix
