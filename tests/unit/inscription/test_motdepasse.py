"""What makes a good password: its length, and that nobody guesses it first."""

from carouge.guichet.inscription.motdepasse import as_answer
from carouge.guichet.inscription.motdepasse import as_secret
from carouge.guichet.inscription.motdepasse import common_words
from carouge.guichet.inscription.motdepasse import MAX_LENGTH
from carouge.guichet.inscription.motdepasse import MIN_LENGTH
from carouge.guichet.inscription.motdepasse import Weakness
from carouge.guichet.inscription.motdepasse import weakness_of
from carouge.guichet.inscription.motdepasse import weakness_of_answer
from carouge.guichet.inscription.motdepasse import weakness_of_question

import pytest


AMELIE = ("Amélie", "Lire", "amelie@example.org")


@pytest.mark.parametrize(
    "password",
    [
        "correct cheval pile agrafe",
        "le lac est bleu",
        "amélie.lire et son vélo",
        "Xk9-2pQ-77vL-mm",
        "мой дом стоит",
        "le lac, la lune & 7 oies",
        "x" * 3 + "kjdhqpwmnv",
    ],
)
def test_good_ones(password):
    assert weakness_of(password, AMELIE) is None


@pytest.mark.parametrize(
    "password, weakness",
    [
        ("", Weakness.MISSING),
        ("lac et lune", Weakness.SHORT),
        ("z" * (MAX_LENGTH + 1), Weakness.LONG),
        ("le lac est\x00 bleu", Weakness.CHARACTERS),
        ("password1234", Weakness.COMMON),
        ("P@ssw0rd2026!", Weakness.COMMON),
        ("MotDePasse2026!", Weakness.COMMON),
        ("azertyuiop123", Weakness.COMMON),
        ("poiuytreza12", Weakness.COMMON),
        ("qwertz-qwertz", Weakness.COMMON),
        ("123456789012", Weakness.COMMON),
        ("4711 8822 9931", Weakness.COMMON),
        ("aaaaaaaaaaaa", Weakness.COMMON),
        ("abcabcabcabc", Weakness.COMMON),
        ("lulululululu", Weakness.COMMON),
        ("Guichet-2026!", Weakness.COMMON),
        ("vive Carouge!!", Weakness.COMMON),
        ("amelie.lire.1986", Weakness.PERSONAL),
        ("AMÉLIE-LIRE-86", Weakness.PERSONAL),
        ("lire@example.org1", Weakness.PERSONAL),
    ],
)
def test_bad_ones(password, weakness):
    assert weakness_of(password, AMELIE) is weakness


def test_twelve_characters_are_enough():
    assert weakness_of("lac tiede un"[:MIN_LENGTH]) is None


def test_the_same_password_from_every_keyboard():
    assert as_secret("e\u0301te\u0301") == as_secret("été")


def test_spaces_and_capitals_count():
    assert as_secret(" Été ") == " Été "


@pytest.mark.parametrize(
    "answer", ["Félix le Gris", "  felix, LE gris!", "FELIX le-gris"]
)
def test_an_answer_is_known_again(answer):
    assert as_answer(answer) == "felix le gris"


@pytest.mark.parametrize(
    "question, answer, weakness",
    [
        ("Le nom de mon chat ?", "Félix", None),
        ("Le nom de mon chat ?", "", Weakness.MISSING),
        ("Le nom de mon chat ?", "?!", Weakness.MISSING),
        ("Le nom de mon chat ?", "ab", Weakness.SHORT),
        ("Le nom de mon chat ?", "f" * 101, Weakness.LONG),
        ("Le nom de mon chat Félix ?", "FELIX", Weakness.OBVIOUS),
    ],
)
def test_answers(question, answer, weakness):
    assert weakness_of_answer(question, answer) is weakness


@pytest.mark.parametrize(
    "question, weakness",
    [
        ("Le nom de mon chat ?", None),
        ("Chat ?", Weakness.SHORT),
        ("a" * 151, Weakness.LONG),
        ("Le nom\nde mon chat ?", Weakness.CHARACTERS),
    ],
)
def test_questions(question, weakness):
    assert weakness_of_question(question) is weakness


def test_the_common_words_are_plain():
    words = common_words()
    assert len(words) == len(set(words))
    assert all(word.isascii() and word == word.lower().strip() for word in words)
