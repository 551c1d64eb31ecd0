"""The texts of a démarche in which ``${question}`` stands for an answer."""

from __future__ import annotations

from carouge.guichet import _
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import re


_VARIABLE = re.compile(r"\$\{\s*([^}\s]{1,100})\s*\}")


@dataclass(frozen=True)
class Texte:
    """A text with variables.

    ``lien`` is where it is edited, below the address of the démarche. ``connues`` are
    the variables that stand for something else than an answer.
    """

    nom: str
    titre: object
    texte: str
    lien: str
    connues: frozenset[str] = frozenset()

    @cached_property
    def variables(self) -> tuple[str, ...]:
        """The names of the variables, each once, in order."""
        return tuple(dict.fromkeys(_VARIABLE.findall(self.texte)))


_RICHES = (
    ("formPrologue", _("Text before the form")),
    ("formEpilogue", _("Text after the form")),
)


def textes_de(demarche) -> Iterator[Texte]:
    """All such texts of the working copy that say anything."""
    for nom, titre in _RICHES:
        value = getattr(demarche, nom, None)
        raw = getattr(value, "raw", value) or ""
        if raw:
            yield Texte(nom, titre, raw, "edit")
