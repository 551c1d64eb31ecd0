"""The identifiers of the commune's own accounts, in pure Python.

An identifier is made from the person's name and keeps its accents: ``amélie.lire``.
It is stored composed (NFC) and in small letters. What somebody types is compared after
NFKC and case folding, so that neither the keyboard nor the system behind it matters.
Two identifiers that the eye could take for one another are never given out.
"""

from __future__ import annotations

from collections.abc import Callable

import itertools
import re
import unicodedata


#: Longest identifier that is made, in characters, without the number behind it.
MAX_LENGTH = 60
#: The identifier of somebody whose name has no Latin letter.
FALLBACK = "usager"

# What neither NFKC nor the loss of its marks makes a plain letter.
_LOOK_ALIKES = str.maketrans(
    {
        "ı": "i",
        "ȷ": "j",
        "ɩ": "i",
        "ł": "l",
        "ƚ": "l",
        "ø": "o",
        "ɵ": "o",
        "ơ": "o",
        "ư": "u",
        "đ": "d",
        "ð": "d",
        "ħ": "h",
        "ŧ": "t",
        "þ": "p",
        "ƒ": "f",
        "ɑ": "a",
        "ɐ": "a",
        "ɡ": "g",
        "ŋ": "n",
        "ə": "e",
        "ɛ": "e",
        "æ": "ae",
        "œ": "oe",
        "ʀ": "r",
        "ʏ": "y",
        "1": "l",
        "0": "o",
    }
)
# Pairs that a small screen shows as one letter.
_PAIRS = (("rn", "m"), ("vv", "w"))


def typed_key(text: str) -> str:
    """What two spellings of one identifier, or of one e-mail address, have in common."""
    # Folding may decompose (İ), hence the second normalisation.
    folded = unicodedata.normalize("NFKC", text).casefold().strip()
    return unicodedata.normalize("NFKC", folded)


def skeleton(identifiant: str) -> str:
    """What two identifiers that look alike have in common; for comparing only."""
    plain = "".join(
        char
        for char in unicodedata.normalize("NFKD", typed_key(identifiant))
        if not unicodedata.combining(char)
    )
    plain = plain.translate(_LOOK_ALIKES)
    for pair, letter in _PAIRS:
        plain = plain.replace(pair, letter)
    return re.sub(r"[.-]", "", plain)


def make_identifiant(
    prenom: str, nom: str, is_taken: Callable[[str], bool] = lambda key: False
) -> str:
    """A free identifier for a person.

    ``is_taken`` says whether the :func:`skeleton` of an identifier is in use. The
    second Amélie Lire becomes ``amélie.lire2``.
    """
    first = prenom.split()[0] if prenom.split() else ""
    parts = [part for part in (_plain(first), _plain(nom)) if part]
    base = ".".join(parts)[:MAX_LENGTH].strip(".-") or FALLBACK
    if not is_taken(skeleton(base)):
        return base
    return next(
        candidate
        for number in itertools.count(2)
        if not is_taken(skeleton(candidate := f"{base}{number}"))
    )


def _plain(name: str) -> str:
    """Small Latin letters, composed, the words joined by hyphens."""
    letters = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", name).lower())
    words = "".join(char if _is_latin(char) else " " for char in letters).split()
    return "-".join(words)


def _is_latin(char: str) -> bool:
    return char.isalpha() and unicodedata.name(char, "").startswith("LATIN ")
