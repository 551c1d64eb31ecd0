"""No move of a demande stands in the history by its own name."""

from carouge.guichet.backoffice.labels import MOVE_DONE_LABELS
from carouge.guichet.demande.domain import TRANSITIONS


def test_every_move_has_its_words():
    assert set(TRANSITIONS) | {None} == set(MOVE_DONE_LABELS)
