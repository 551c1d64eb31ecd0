"""Whether two names may be those of one person, in pure Python.

For where something else says who it is as well: a birth date, a code. Accents and case
say nothing, and half of a double name is the name.
"""

from __future__ import annotations

from carouge.guichet.registre.domain import first_names_agree
from carouge.guichet.registre.domain import normalise
from collections.abc import Iterable


def meme_famille(nom: str, connus: Iterable[str]) -> bool:
    """Whether a family name is one of the known names of somebody.

    ``Rochat`` agrees with ``Rochat-Favre`` in both directions, ``Favre-Rochat`` as well.
    """
    mots = set(normalise(nom).split())
    for connu in connus:
        autres = set(normalise(connu).split())
        if mots and autres and (mots <= autres or autres <= mots):
            return True
    return False


def meme_prenom(prenom: str, connu: str) -> bool:
    """Whether two lists of given names begin with the same one."""
    return first_names_agree(prenom, connu)


def meme_organisation(nom: str, connu: str) -> bool:
    """Whether two names of organisations are the same, signs and case apart."""
    return bool(normalise(nom)) and normalise(nom) == normalise(connu)
