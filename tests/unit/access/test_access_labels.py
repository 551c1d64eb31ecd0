"""Every refusal has its words."""

from carouge.guichet.access.domain import AccountType
from carouge.guichet.access.domain import Conditions
from carouge.guichet.access.domain import Decision
from carouge.guichet.access.domain import Level
from carouge.guichet.access.domain import Reason
from carouge.guichet.access.domain import Remedy
from carouge.guichet.access.labels import advice
from carouge.guichet.access.labels import audience
from carouge.guichet.access.labels import PADLOCKS
from carouge.guichet.access.labels import REASONS
from carouge.guichet.access.labels import REMEDIES
from itertools import combinations

import pytest


def test_no_reason_and_no_remedy_is_without_words():
    assert set(REASONS) == set(PADLOCKS) == set(Reason)
    assert set(REMEDIES) == set(Remedy)


def test_advice_says_why_and_what_next():
    decision = Decision(False, Reason.LEVEL, Remedy.VERIFY_ACCOUNT)
    assert advice(decision) == (
        "This démarche needs a verified account; your account is not verified yet.",
        "Have your account verified with e-démarches: it takes about 3 working days. "
        "The counter can also help you.",
    )


@pytest.mark.parametrize(
    ("conditions", "words"),
    [
        (Conditions(), "Open to everybody, without an account"),
        (Conditions(level=Level.DECLARED), "With an e-démarches account"),
        (Conditions(level=Level.VERIFIED), "With a verified account only"),
        (
            Conditions(residents_only=True),
            "For residents of the commune only, with a verified account",
        ),
        (
            Conditions(account_types=frozenset({AccountType.ENTREPRISE})),
            "For companies only, with an e-démarches account",
        ),
        (
            Conditions(
                level=Level.VERIFIED,
                account_types=frozenset({AccountType.ASSOCIATION}),
            ),
            "For associations only, with a verified account",
        ),
        (
            Conditions(account_types=frozenset(AccountType)),
            "With an e-démarches account",
        ),
    ],
)
def test_for_whom(conditions, words):
    assert audience(conditions) == words


def test_every_combination_has_words():
    for count in range(4):
        for types in combinations(AccountType, count):
            for level in Level:
                for residents in (False, True):
                    assert audience(
                        Conditions(
                            level=level,
                            account_types=frozenset(types),
                            residents_only=residents,
                        )
                    )
