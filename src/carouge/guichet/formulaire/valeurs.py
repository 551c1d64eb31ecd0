"""Answers that are more than one text or number.

They live as long as a request: what is kept of them is JSON and words.
"""

from __future__ import annotations

from carouge.guichet.brouillon.content import Fichier
from dataclasses import dataclass


@dataclass(frozen=True)
class Lieu:
    """A postal code and its town."""

    npa: str
    localite: str

    def __str__(self) -> str:
        return f"{self.npa} {self.localite}"


@dataclass(frozen=True)
class AdressePostale:
    """Where a letter goes: street with number, postal code, town."""

    rue: str
    npa: str
    localite: str

    def __str__(self) -> str:
        return f"{self.rue}, {self.npa} {self.localite}"


@dataclass(frozen=True)
class Documents:
    """What somebody has handed in, or how he will.

    ``moyen`` is ``poste`` or ``guichet`` for what comes later, empty for files; with
    ``recu`` an agent has the paper already.
    """

    moyen: str
    fichiers: tuple[Fichier, ...] = ()
    recu: bool = False


class MembreConnu(str):
    """The id of a household member, with his name as he was chosen.

    What is stored is the id; words about an answer are made where the household is not
    at hand.
    """

    titre = ""

    @classmethod
    def de(cls, id: str, titre: str) -> MembreConnu:
        membre = cls(id)
        membre.titre = titre
        return membre
