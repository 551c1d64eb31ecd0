"""The jeton of a program's own key."""

from carouge.guichet.formulaire.domain import idempotent_jeton
from datetime import datetime
from datetime import timezone
from hypothesis import given
from hypothesis import strategies as st

import pytest


NOW = datetime(2026, 11, 22, 22, 10, tzinfo=timezone.utc)
LATER = datetime(2027, 1, 3, tzinfo=timezone.utc)


def make(key=b"site", purpose="demarche:jeanne", own="cle-0001", issued=NOW):
    return idempotent_jeton(
        key=key, purpose=purpose, idempotency_key=own, issued=issued
    )


def test_the_same_each_time():
    assert make().secret == make(issued=LATER).secret
    assert make(issued=LATER).issued == LATER


@pytest.mark.parametrize(
    "changes",
    [{"key": b"other"}, {"purpose": "demarche:karim"}, {"own": "cle-0002"}],
)
def test_everything_counts(changes):
    assert make(**changes).secret != make().secret


KEYS = st.text(alphabet="abcXYZ019._-", min_size=8, max_size=20)


@given(st.text(max_size=20), KEYS, st.text(max_size=20), KEYS)
def test_purpose_and_key_are_never_mixed_up(purpose, own, other_purpose, other):
    same = (purpose, own) == (other_purpose, other)
    first, second = (
        make(purpose=purpose, own=own),
        make(purpose=other_purpose, own=other),
    )
    assert (first.secret == second.secret) is same


def test_a_key_with_a_colon_is_refused():
    with pytest.raises(ValueError):
        make(own="cle:0001")
