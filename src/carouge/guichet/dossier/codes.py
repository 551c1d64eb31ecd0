"""The code a document is verified by, in pure Python.

Sixteen characters of Crockford's base 32 in four groups: fifteen random ones (75 bits)
and the check character of ISO 7064 mod 37,2 over them. One wrong character is noticed,
and so are any two that have changed places.
"""

from __future__ import annotations

from carouge.guichet.demande.domain import ALPHABET
from carouge.guichet.demande.domain import DomainError
from collections.abc import Callable
from stdnum.iso7064 import mod_37_2

import re
import secrets


#: Characters of a code, and of each of its groups.
LONGUEUR = 16
GROUPE = 4

#: Much more than a code, however it is spelled.
MAX_SAISIE = 64

_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})
_CODE = re.compile(rf"[{ALPHABET}]{{{LONGUEUR}}}")


class CodeMalTape(DomainError):
    """What was typed cannot be a code: its length or its check character is wrong."""


def nouveau_code(choisir: Callable[[str], str] = secrets.choice) -> str:
    """A code nobody can guess; ``choisir`` takes one of the characters of a text."""
    while True:
        body = "".join(choisir(ALPHABET) for _index in range(LONGUEUR - 1))
        check = mod_37_2.calc_check_digit(body)
        # One that could be misread, or that no keyboard of a telephone has at hand.
        if check in ALPHABET:
            return format_code(body + check)


def format_code(compact: str) -> str:
    """``A7KQ2M9X4TRC8ZB5`` as it is printed: ``A7KQ-2M9X-4TRC-8ZB5``."""
    return "-".join(
        compact[start : start + GROUPE] for start in range(0, len(compact), GROUPE)
    )


def lire_code(texte: str) -> str:
    """The code a person typed, as it is printed.

    Spaces, dashes and case do not matter; O, I and L are read as 0 and 1.

    :raises CodeMalTape: see there
    """
    compact = re.sub(r"[\s\-–—.]", "", texte[:MAX_SAISIE]).upper()
    compact = compact.translate(_LOOKALIKES)
    if not _CODE.fullmatch(compact) or not mod_37_2.is_valid(compact):
        raise CodeMalTape(texte[:MAX_SAISIE])
    return format_code(compact)
