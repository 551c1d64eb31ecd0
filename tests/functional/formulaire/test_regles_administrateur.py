"""What a site administrator has set with easyform's expressions still counts."""

from formulaires import etape
from formulaires import PATH
from formulaires import reponses
from formulaires import valeur
from visitor import errors

import pytest


EASYFORM = "http://namespaces.plone.org/supermodel/easyform"


def model(*fields):
    return (
        '<model xmlns="http://namespaces.plone.org/supermodel/schema" '
        f'xmlns:easyform="{EASYFORM}"><schema>{"".join(fields)}</schema></model>'
    )


def field(name, required=False, **rules):
    rules = "".join(f' easyform:{rule}="{value}"' for rule, value in rules.items())
    return (
        f'<field name="{name}" type="zope.schema.TextLine"{rules}>'
        f"<title>{name}</title><required>{required}</required></field>"
    )


def test_a_default_value(publie, anonyme, stored):
    publie(model(field("mot", TDefault="string:bonjour"), field("autre")))
    form = anonyme.open_form(PATH)
    assert valeur(form, "mot") == "bonjour"
    form.fill(autre="x").submit()
    [demande] = stored()
    assert reponses(demande) == {"mot": "bonjour", "autre": "x"}


def test_a_default_value_that_was_taken_away_stays_away(publie, anonyme, stored):
    publie(model(field("mot", TDefault="string:bonjour")))
    anonyme.open_form(PATH).fill(mot="").submit()
    [demande] = stored()
    assert reponses(demande) == {"mot": ""}


def test_a_question_that_is_not_enabled(publie, anonyme, stored):
    publie(
        model(
            field("mot"),
            field("jamais", required=True, TEnabled="python:False"),
            field("toujours", TEnabled="python:True"),
        )
    )
    form = anonyme.open_form(PATH)
    assert form.asked == ["mot", "toujours"]
    form.add("champ.jamais", "forgé").submit()
    [demande] = stored()
    assert list(reponses(demande)) == ["mot", "toujours"]


def test_a_rule_for_the_answer(publie, anonyme, stored):
    rule = "python:'Trop court.' if len(value) &lt; 3 else False"
    publie(model(field("mot", TValidator=rule)))
    form = anonyme.open_form(PATH).fill(mot="ab")
    assert errors(form.press()) == [("champ-mot", "Trop court.")]
    form.fill(mot="abc").submit()
    [demande] = stored()
    assert reponses(demande) == {"mot": "abc"}


def test_no_rule_for_no_answer(publie, anonyme, stored):
    publie(model(field("mot", TValidator="python:len(value) &lt; 3 and 'Non.'")))
    anonyme.open_form(PATH).submit()
    assert len(stored()) == 1


@pytest.mark.parametrize("rule", ["serverSide", "THidden"])
def test_an_answer_the_server_gives(publie, anonyme, stored, rule):
    publie(
        model(
            field("mot", required=True),
            field("source", TDefault="string:guichet", **{rule: "True"}),
        )
    )
    form = anonyme.open_form(PATH).fill(mot="x")
    assert form.asked == ["mot"]
    form.add("champ.source", "forgé").submit()
    [demande] = stored()
    assert reponses(demande) == {"mot": "x", "source": "guichet"}


def test_the_rules_are_looked_at_by_step_and_not_by_page(publie, anonyme):
    publie(model(field("mot", TValidator="python:value == 'x' and 'Non.'")))
    form = anonyme.open_form(PATH).fill(mot="x")
    # Saved, right or wrong.
    form.press("plus_tard")
    assert (etape(form), valeur(form, "mot")) == ("debut", "x")
    assert errors(form.press()) == [("champ-mot", "Non.")]
