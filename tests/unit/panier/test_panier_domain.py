"""What may lie in a cart, and what comes next."""

from carouge.guichet.panier.domain import A_PAYER_D_ABORD
from carouge.guichet.panier.domain import abandonne
from carouge.guichet.panier.domain import MAX_ARTICLES
from carouge.guichet.panier.domain import PAYABLES
from carouge.guichet.panier.domain import prochaines
from carouge.guichet.panier.domain import Refus
from carouge.guichet.panier.domain import REPORTES
from carouge.guichet.panier.domain import Situation
from datetime import datetime
from datetime import timedelta
from datetime import timezone

import pytest


NOW = datetime(2026, 11, 23, 12, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    "heures,expected", [(0, False), (23.99, False), (24, True), (400, True)]
)
def test_a_cart_is_forgotten_after_a_day(heures, expected):
    assert abandonne(NOW - timedelta(hours=heures), NOW) is expected


def test_a_cart_nobody_has_touched_is_none():
    assert abandonne(None, NOW) is True


@pytest.mark.parametrize(
    "ensuite,expected",
    [
        ([], ([], "")),
        ([("a", "VILLE")], (["a"], "VILLE")),
        ([("a", "CCAS"), ("b", "VILLE"), ("c", "CCAS")], (["a", "c"], "CCAS")),
    ],
)
def test_one_regie_comes_next(ensuite, expected):
    assert prochaines(ensuite) == expected


def test_no_more_than_one_payment_holds_comes_next():
    waiting = [(str(n), "VILLE") for n in range(MAX_ARTICLES + 5)]
    ids, regie = prochaines(waiting)
    assert (len(ids), regie) == (MAX_ARTICLES, "VILLE")


def test_the_refusals_of_the_issue_have_its_words():
    assert {Refus.DOUBLON, Refus.REGIE, Refus.EN_COURS} == A_PAYER_D_ABORD
    assert {Refus.REGIE, Refus.EN_COURS} == REPORTES


def test_what_can_be_paid():
    assert {Situation.PRETE, Situation.CHANGEE} == PAYABLES
