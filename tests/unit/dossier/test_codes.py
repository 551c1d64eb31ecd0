"""The code a document is verified by."""

from carouge.guichet.demande.domain import ALPHABET
from carouge.guichet.dossier.codes import CodeMalTape
from carouge.guichet.dossier.codes import lire_code
from carouge.guichet.dossier.codes import nouveau_code
from hypothesis import given
from hypothesis import strategies as st

import pytest
import re


# Codes of any kind: the characters of the body come from hypothesis.
@st.composite
def codes(draw):
    chosen = st.sampled_from(ALPHABET)
    return nouveau_code(lambda alphabet: draw(chosen))


@given(codes())
def test_readable_and_checked(code):
    assert re.fullmatch(rf"(?:[{ALPHABET}]{{4}}-){{3}}[{ALPHABET}]{{4}}", code)
    assert lire_code(code) == code


@given(codes(), st.data())
def test_one_wrong_character_is_noticed(code, data):
    places = [index for index, char in enumerate(code) if char != "-"]
    place = data.draw(st.sampled_from(places))
    wrong = data.draw(st.sampled_from(ALPHABET.replace(code[place], "")))
    with pytest.raises(CodeMalTape):
        lire_code(code[:place] + wrong + code[place + 1 :])


@given(codes(), st.data())
def test_any_two_swapped_characters_are_noticed(code, data):
    compact = list(code.replace("-", ""))
    one = data.draw(st.integers(0, len(compact) - 1))
    other = data.draw(st.integers(0, len(compact) - 1))
    if compact[one] == compact[other]:
        return
    compact[one], compact[other] = compact[other], compact[one]
    with pytest.raises(CodeMalTape):
        lire_code("".join(compact))


@given(codes())
def test_spelling_of_hand_and_mail_is_understood(code):
    sloppy = f"  {code.lower().replace('-', ' – ')} ".replace("0", "o")
    assert lire_code(sloppy.replace("1", "i")) == code
    assert lire_code(sloppy.replace("1", "l")) == code


@given(st.text(max_size=200))
def test_nothing_else_is_a_code(text):
    try:
        code = lire_code(text)
    except CodeMalTape:
        return
    assert lire_code(code) == code


@pytest.mark.parametrize(
    "text", ["", "A7KQ-2M9X-4TRC", "A7KQ-2M9X-4TRC-8ZB5-0000", "A7KQ-2M9X-4TRU-8ZB5"]
)
def test_no_code(text):
    with pytest.raises(CodeMalTape):
        lire_code(text)


def test_nobody_guesses():
    made = {nouveau_code() for _index in range(2000)}
    assert len(made) == 2000
    assert {code[0] for code in made} == set(ALPHABET)
