"""What is expected of the citizen."""

from carouge.guichet.demande.attentes import Attente
from carouge.guichet.demande.attentes import attentes_de
from carouge.guichet.demande.attentes import attentes_en_mots
from carouge.guichet.demande.attentes import OUVERTS
from carouge.guichet.demande.domain import FINAL_STATES
from carouge.guichet.demande.domain import State

import pytest


@pytest.mark.parametrize(
    ("etat", "unread", "pieces", "expected"),
    [
        (State.DEPOSEE, 0, 0, ()),
        (State.EN_COURS, 2, 0, (Attente.LIRE,)),
        (State.EN_COURS, 0, 1, (Attente.ENVOYER,)),
        (State.A_COMPLETER, 0, 0, (Attente.REPONDRE,)),
        (State.A_COMPLETER, 1, 1, (Attente.REPONDRE, Attente.ENVOYER, Attente.LIRE)),
        # Nobody waits for a document of what is over; a message is still to be read.
        (State.VALIDEE, 1, 1, (Attente.LIRE,)),
        (State.RETIREE, 0, 3, ()),
    ],
)
def test_most_urgent_first(etat, unread, pieces, expected):
    assert attentes_de(etat, unread, pieces) == expected


@pytest.mark.parametrize("etat", State)
def test_there_are_always_words(etat):
    for unread in (0, 1, 2):
        for pieces in (0, 1, 2):
            said = attentes_en_mots(etat, unread, pieces)
            assert len(said) == max(1, len(attentes_de(etat, unread, pieces)))


def test_nothing_is_said_too():
    assert attentes_en_mots(State.EN_COURS, 0, 0) == [
        "Nothing: the service is working."
    ]
    assert attentes_en_mots(State.CLASSEE, 0, 0) == [
        "Nothing: this demande is finished."
    ]


def test_how_many():
    (one,) = attentes_en_mots(State.EN_COURS, 0, 1)
    (several,) = attentes_en_mots(State.EN_COURS, 0, 3)
    assert one == "Send the document you have announced, or bring it."
    assert several.mapping == {"count": "3"}


def test_open_is_what_is_not_over():
    assert {*OUVERTS} == {*State} - FINAL_STATES
