"""The counter's own notices, in English as they stand in the code."""

from carouge.guichet.demande.avis import _WORDS
from carouge.guichet.demande.avis import avis_standard
from carouge.guichet.demande.domain import Actor
from carouge.guichet.demande.domain import TRANSITIONS
from carouge.guichet.demande.events import Occasion
from carouge.guichet.demarche.textes import FIXES
from carouge.guichet.demarche.textes import MAX_OBJET
from carouge.guichet.demarche.textes import MAX_SMS
from carouge.guichet.demarche.textes import OCCASIONS
from carouge.guichet.demarche.textes import variables

import pytest


TO_SERVICE = {Occasion.TRANSMISE, Occasion.ECHEANCE}


def test_there_is_an_occasion_for_whatever_happens():
    moves = {move.id for move in TRANSITIONS.values() if Actor.AGENT in move.actors}
    told = {occasion.value for occasion in Occasion if occasion not in TO_SERVICE}
    assert set(OCCASIONS) == {"deposer"} | moves | told
    assert set(_WORDS) == set(OCCASIONS)


@pytest.mark.parametrize("occasion", OCCASIONS)
def test_each_is_complete_and_holds_fixed_variables_only(occasion):
    avis = avis_standard(occasion, "en")
    for text in (avis.objet, avis.texte, avis.sms):
        assert text
        assert set(variables(text)) <= set(FIXES)
    assert "numero" in variables(avis.objet)
    assert {"numero", "demarche", "lien"} <= set(variables(avis.texte))
    assert {"numero", "lien"} <= set(variables(avis.sms))
    assert len(avis.objet) <= MAX_OBJET
    assert len(avis.sms) <= MAX_SMS


def test_the_words_of_a_message():
    assert (
        avis_standard("message", "en").texte
        == """\
Hello,

The service has written to you about your demande.

Your demande:
${demarche}
Number: ${numero}

Read the message and answer here:
${lien}"""
    )
