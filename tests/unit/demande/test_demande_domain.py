"""Numbers, codes, moves and deadlines of a demande."""

from carouge.guichet.demande.domain import Actor
from carouge.guichet.demande.domain import ALPHABET
from carouge.guichet.demande.domain import candidate_numbers
from carouge.guichet.demande.domain import code_digest
from carouge.guichet.demande.domain import code_matches
from carouge.guichet.demande.domain import free_number
from carouge.guichet.demande.domain import InvalidNumber
from carouge.guichet.demande.domain import parse_number
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.domain import tracking_code
from carouge.guichet.demande.domain import TRANSITIONS
from carouge.guichet.demande.domain import transitions_from
from carouge.guichet.demande.jours import add_working_days
from datetime import date
from hypothesis import given
from hypothesis import strategies as st
from itertools import islice

import holidays
import pytest
import re


secrets = st.binary(min_size=16, max_size=32)
years = st.integers(2024, 2099)


def number(secret, year):
    return next(candidate_numbers(secret, year))


@given(secrets, years)
def test_number_is_readable_and_checked(secret, year):
    numero = number(secret, year)
    assert re.fullmatch(rf"{year}-[{ALPHABET}]{{4}}-[{ALPHABET}]{{4}}", numero)
    assert parse_number(numero) == numero


@given(secrets, years)
def test_same_secret_same_number(secret, year):
    assert list(islice(candidate_numbers(secret, year), 5)) == list(
        islice(candidate_numbers(secret, year), 5)
    )


@given(secrets, years, st.data())
def test_one_wrong_character_is_noticed(secret, year, data):
    numero = number(secret, year)
    position = data.draw(
        st.sampled_from([i for i, char in enumerate(numero) if char != "-"])
    )
    alphabet = "0123456789" if position < 4 else ALPHABET
    wrong = data.draw(st.sampled_from([c for c in alphabet if c != numero[position]]))
    with pytest.raises(InvalidNumber):
        parse_number(numero[:position] + wrong + numero[position + 1 :])


@given(secrets, years, st.data())
def test_two_swapped_neighbours_are_noticed(secret, year, data):
    compact = number(secret, year).replace("-", "")
    position = data.draw(st.integers(0, len(compact) - 2))
    left, right = compact[position], compact[position + 1]
    if left == right:
        return
    with pytest.raises(InvalidNumber):
        parse_number(compact[:position] + right + left + compact[position + 2 :])


@given(secrets, years)
def test_spelling_of_hand_and_mail_is_understood(secret, year):
    numero = number(secret, year)
    sloppy = f"  {numero.lower().replace('-', ' ')} ".replace("0", "o").replace(
        "1", "l"
    )
    assert parse_number(sloppy) == numero


@given(st.text(max_size=100))
def test_anything_typed_is_a_number_or_refused(text):
    try:
        numero = parse_number(text)
    except InvalidNumber:
        return
    assert parse_number(numero) == numero


def test_a_taken_number_is_passed_over_unless_it_is_mine():
    first, second = islice(candidate_numbers(b"s" * 16, 2026), 2)
    assert free_number(b"s" * 16, 2026, {first}, lambda n: False) == second
    assert free_number(b"s" * 16, 2026, {first}, lambda n: True) == first


@given(secrets, secrets)
def test_code_opens_only_its_own_demande(secret, other):
    numero, code = number(secret, 2026), tracking_code(secret)
    digest = code_digest(numero, code)
    assert code_matches(numero, code.lower().replace("-", " "), digest)
    if other != secret:
        assert not code_matches(numero, tracking_code(other), digest)
        assert not code_matches(number(other, 2026), code, digest)


def test_code_is_not_what_is_stored():
    code = tracking_code(b"s" * 16)
    assert re.fullmatch(rf"[{ALPHABET}]{{5}}-[{ALPHABET}]{{5}}", code)
    assert code not in code_digest("2026-AAAA-AAAA", code)


def test_every_state_can_be_reached_and_left_as_the_design_says():
    reached = {transition.target for transition in TRANSITIONS.values()}
    assert reached | {State.DEPOSEE} == set(State)
    for state in State:
        moves = transitions_from(state, Actor.AGENT)
        assert bool(moves) == (state is not State.RETIREE)


@pytest.mark.parametrize(
    ("state", "moves"),
    [
        (State.A_PAYER, ["retirer"]),
        (State.DEPOSEE, ["retirer"]),
        (State.EN_COURS, ["retirer"]),
        (State.A_COMPLETER, ["completer", "retirer"]),
        (State.COMPLETEE, ["retirer"]),
        (State.VALIDEE, []),
        (State.REFUSEE, []),
        (State.CLASSEE, []),
        (State.RETIREE, []),
    ],
)
def test_what_a_citizen_may_do(state, moves):
    assert [t.id for t in transitions_from(state, Actor.USAGER)] == moves


def test_only_the_counter_itself_says_that_a_fee_is_due_or_paid():
    moves = {
        (transition.id, state)
        for state in State
        for transition in transitions_from(state, Actor.GUICHET)
    }
    assert moves == {
        ("attendre_paiement", State.DEPOSEE),
        ("payer", State.A_PAYER),
    }
    for actor in (Actor.AGENT, Actor.USAGER):
        found = {t.id for state in State for t in transitions_from(state, actor)}
        assert not found & {"attendre_paiement", "payer"}


def test_an_unpaid_demande_is_not_worked_on():
    moves = [t.id for t in transitions_from(State.A_PAYER, Actor.AGENT)]
    assert moves == ["exonerer", "refuser", "classer", "retirer"]


GENEVA = holidays.country_holidays("CH", subdiv="GE")


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        (date(2026, 11, 20), 1, date(2026, 11, 23)),  # Friday to Monday
        (date(2026, 11, 21), 1, date(2026, 11, 23)),  # submitted on a Saturday
        (date(2026, 11, 18), 3, date(2026, 11, 23)),
        (date(2026, 12, 30), 1, date(2027, 1, 4)),  # Restauration, New Year, weekend
        (date(2026, 9, 9), 1, date(2026, 9, 11)),  # Jeûne genevois on 10 September
        (date(2026, 11, 20), 0, date(2026, 11, 20)),
    ],
)
def test_working_days_of_geneva(start, days, expected):
    assert add_working_days(start, days, GENEVA) == expected
