"""Every refusal has its words."""

from carouge.guichet.access.domain import AccountType
from carouge.guichet.access.domain import Conditions
from carouge.guichet.access.domain import Decision
from carouge.guichet.access.domain import Level
from carouge.guichet.access.domain import Reason
from carouge.guichet.access.domain import Remedy
from carouge.guichet.access.labels import advice
from carouge.guichet.access.labels import REASONS
from carouge.guichet.access.labels import REMEDIES
from carouge.guichet.access.labels import requirements_of
from carouge.guichet.access.labels import SHORT_REASONS

import pytest


def test_no_reason_and_no_remedy_is_without_words():
    assert set(REASONS) == set(SHORT_REASONS) == set(Reason)
    assert set(REMEDIES) == set(Remedy)


def test_advice_says_why_and_what_next():
    decision = Decision(False, Reason.LEVEL, Remedy.VERIFY_ACCOUNT)
    assert advice(decision, str) == (
        "This démarche needs a verified account. Have your e-démarches account "
        "verified, then log in again: the new level counts from your next login."
    )


@pytest.mark.parametrize(
    ("conditions", "phrases"),
    [
        (Conditions(), ()),
        (Conditions(level=Level.DECLARED), ("With an e-démarches account",)),
        (
            Conditions(residents_only=True),
            (
                "With a verified e-démarches account",
                "For residents of the commune",
            ),
        ),
        (
            Conditions(account_types=frozenset({AccountType.ENTREPRISE})),
            ("With an e-démarches account", "For companies"),
        ),
    ],
)
def test_for_whom(conditions, phrases):
    assert requirements_of(conditions) == phrases
