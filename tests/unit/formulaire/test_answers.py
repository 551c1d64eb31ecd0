"""Answers in words."""

from carouge.guichet.formulaire.genres import genre_de
from zope import schema
from zope.schema.vocabulary import SimpleTerm
from zope.schema.vocabulary import SimpleVocabulary

import pytest


DAYS = SimpleVocabulary(
    [SimpleTerm(name, title=name) for name in ("Lundi", "Mardi", "Jeudi")]
)
SEVERAL = schema.Set(__name__="jours", value_type=schema.Choice(vocabulary=DAYS))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"Jeudi", "Lundi", "Mardi"}, "Lundi, Mardi, Jeudi"),
        ({"Jeudi", "Lundi"}, "Lundi, Jeudi"),
        # A choice the form no longer offers.
        ({"Dimanche", "Mardi"}, "Mardi, Dimanche"),
        (set(), ""),
        (None, ""),
    ],
)
def test_several_choices_stand_in_the_order_of_the_form(value, text):
    assert genre_de(SEVERAL).mots(SEVERAL, value, str) == text
