"""What makes a good password, in pure Python.

Length decides (NIST SP 800-63B): no capital letter, no digit, no sign is asked for.
Refused is what is guessed first: common words, keyboard runs, repetitions, and what
anybody can read on the person's letter box.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from functools import cache
from pathlib import Path

import re
import unicodedata


MIN_LENGTH = 12
#: Longer ones only cost time to compute.
MAX_LENGTH = 200
#: So many characters must remain when everything that is easily guessed is taken away.
MIN_REST = 5
MIN_ANSWER = 3
MAX_ANSWER = 100
MIN_QUESTION = 8
MAX_QUESTION = 150

_LEET = str.maketrans("013457@$!€|+", "oleastasielt")
_RUNS = (
    "abcdefghijklmnopqrstuvwxyz",
    "azertyuiop",
    "qwertyuiop",
    "qwertzuiop",
    "qsdfghjklm",
    "asdfghjkl",
    "wxcvbn",
    "yxcvbnm",
    "zxcvbnm",
)
_RUN_LENGTH = 4


class Weakness(str, Enum):
    """Why a password or an answer cannot be taken."""

    MISSING = "missing"
    SHORT = "short"
    LONG = "long"
    COMMON = "common"
    PERSONAL = "personal"
    CHARACTERS = "characters"
    #: The answer stands in the question, or the other way round.
    OBVIOUS = "obvious"


def as_secret(password: str) -> str:
    """A password as it is hashed: the same from every keyboard."""
    return unicodedata.normalize("NFC", password)


def as_answer(answer: str) -> str:
    """An answer as it is hashed: capitals, accents and punctuation do not count."""
    return " ".join(re.findall(r"[^\W_]+", _plain(answer)))


def weakness_of(password: str, personal: Iterable[str] = ()) -> Weakness | None:
    """Why a new password cannot be taken; None for a good one.

    ``personal`` are names and addresses it must not consist of.
    """
    secret = as_secret(password)
    if not secret:
        return Weakness.MISSING
    if len(secret) > MAX_LENGTH:
        return Weakness.LONG
    if any(unicodedata.category(char) in ("Cc", "Cs", "Cn") for char in secret):
        return Weakness.CHARACTERS
    if len(secret) < MIN_LENGTH:
        return Weakness.SHORT
    words = {
        part
        for text in personal
        for part in re.findall(r"[^\W\d_]+", _plain(text))
        if len(part) >= 3
    }
    if words and len(_rest(secret, words)) < MIN_REST:
        common = len(_rest(secret, ())) < MIN_REST
        return Weakness.COMMON if common else Weakness.PERSONAL
    return Weakness.COMMON if len(_rest(secret, ())) < MIN_REST else None


def weakness_of_question(question: str) -> Weakness | None:
    """Why a personal question cannot be taken."""
    if len(question) < MIN_QUESTION:
        return Weakness.SHORT
    if len(question) > MAX_QUESTION:
        return Weakness.LONG
    return None if question.isprintable() else Weakness.CHARACTERS


def weakness_of_answer(question: str, answer: str) -> Weakness | None:
    """Why the answer to a personal question cannot be taken."""
    plain = as_answer(answer)
    if not plain:
        return Weakness.MISSING
    if len(answer) > MAX_ANSWER:
        return Weakness.LONG
    if len(plain) < MIN_ANSWER:
        return Weakness.SHORT
    return Weakness.OBVIOUS if plain in as_answer(question) else None


def _rest(secret: str, words: Iterable[str]) -> str:
    """The letters that no guesser has at hand, each counted once in a row.

    Whatever is typed instead of a letter (``p@ssw0rd``) is read as the letter.
    """
    plain = _plain(secret)
    variants = {plain, plain.translate(_LEET)}
    return min((_strip(variant, words) for variant in variants), key=len)


def _strip(plain: str, words: Iterable[str]) -> str:
    known = sorted({*common_words(), *words}, key=len, reverse=True)
    # A space keeps what stood on both sides apart.
    text = re.sub(r"\d+", " ", plain)
    text = _without_runs(text)
    for word in known:
        text = text.replace(word, " ")
    text = re.sub(r"[\W_]+", " ", text)
    return "".join(re.sub(r"(.{1,4}?)\1+", r"\1", part) for part in text.split())


def _without_runs(text: str) -> str:
    found = []
    index = 0
    while index < len(text):
        length = max(
            (_run_at(text, index, run) for run in _BOTH_WAYS),
            default=0,
        )
        if length >= _RUN_LENGTH:
            found.append(" ")
            index += length
        else:
            found.append(text[index])
            index += 1
    return "".join(found)


_BOTH_WAYS = tuple(way for run in _RUNS for way in (run, run[::-1]))


def _run_at(text: str, index: int, run: str) -> int:
    start = run.find(text[index])
    length = 0
    while (
        start >= 0
        and index + length < len(text)
        and start + length < len(run)
        and text[index + length] == run[start + length]
    ):
        length += 1
    return length


@cache
def common_words() -> tuple[str, ...]:
    """The words of ``courants.txt``."""
    lines = (Path(__file__).parent / "courants.txt").read_text("utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))
