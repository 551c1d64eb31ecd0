"""What every kind of question can do: read, write and word an answer.

The page, the REST service, the brouillon, the scenarios and the paper version all use
the genre of a field and nothing else to handle its answers. What was typed is a
*saisie*: JSON-able, kept as it is even when it cannot be read.
"""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.brouillon.content import Fichier
from carouge.guichet.compte.content import Compte
from carouge.guichet.demande.domain import Canal
from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from datetime import date
from typing import Any
from zope.schema.interfaces import IField


#: What was typed: a text, several choices, the parts of an address or of a piece.
Saisie = str | list[str] | dict[str, Any]

#: What a condition sees of an answer; None for none.
Canonique = str | list[str] | None


class Illisible(ValueError):
    """What was typed is no answer to this question; ``message`` says why."""

    def __init__(self, message) -> None:
        super().__init__(str(message))
        self.message = message


@dataclass(frozen=True)
class Contexte:
    """Who fills in a form, when, and what he has attached.

    ``fichiers`` are the files of the brouillon by id. ``aujourdhui`` is the day in
    Geneva. ``donnee`` is the fact a request for correction is about. ``canal`` is how
    the demande comes: online unless an agent fills the form in for somebody, whose
    compte then is ``compte``.
    """

    compte: Compte | None
    aujourdhui: date
    fichiers: Mapping[str, Fichier] = field(default_factory=dict)
    donnee: str = ""
    canal: Canal = Canal.EN_LIGNE

    @property
    def par_agent(self) -> bool:
        """An agent fills the form in for somebody."""
        return self.canal is not Canal.EN_LIGNE


class Genre:
    """A kind of question; one instance serves all fields of the kind.

    ``nom`` names it in JSON, ``macro`` is the macro of ``questions.pt`` that draws it.
    The defaults are those of a question with one text as its answer.
    """

    nom = "line"
    macro = "ligne"
    #: The saisie names files that were attached before.
    a_des_fichiers = False

    def lire(self, champ: IField, saisie: Saisie, contexte: Contexte) -> object:
        """The answer in the field's type, held to all its rules; None for none.

        Whether an answer is required is not asked here.

        :raises Illisible: with what the citizen is told
        """
        raise NotImplementedError

    def ecrire(self, champ: IField, valeur: object) -> Saisie:
        """What would have to be typed to get this answer."""
        raise NotImplementedError

    def vide(self) -> Saisie:
        """The saisie of a question nobody has answered."""
        return ""

    def est_vide(self, valeur: object) -> bool:
        """Whether an answer that was read says nothing."""
        return valeur in (None, "", (), [], set())

    def manque(self, champ: IField):
        """What is said of a required question without an answer."""
        return _("Please answer this question.")

    def canonique(self, champ: IField, valeur: object) -> Canonique:
        """The answer as conditions and computed fields see it."""
        raise NotImplementedError

    def mots(self, champ: IField, valeur: object, dire: Callable[[object], str]) -> str:
        """The answer as a person reads it later; empty for none."""
        raise NotImplementedError

    def json(self, champ: IField, valeur: object) -> object:
        """The answer for other programs; of a file only what identifies it."""
        raise NotImplementedError

    def depuis_json(self, champ: IField, brut: object) -> Saisie:
        """The saisie that says the same as a JSON value.

        :raises Illisible: a JSON value of another type than the question's
        """
        raise NotImplementedError

    def schema(self, champ: IField, dire: Callable[[object], str]) -> dict:
        """JSON Schema (2020-12) of an answer."""
        raise NotImplementedError

    def depuis_formulaire(self, formulaire: Mapping[str, object], nom: str) -> Saisie:
        """What a browser sent under the input name ``nom``; odd values are nothing."""
        valeur = formulaire.get(nom)
        return valeur.strip() if isinstance(valeur, str) else ""

    def choix(
        self, champ: IField, contexte: Contexte
    ) -> list[tuple[str, object]] | None:
        """What can be chosen, as (saisie, title); None for a free answer."""
        return None

    def attributs(self, champ: IField, contexte: Contexte) -> dict[str, str]:
        """HTML attributes of the input: its type, its keyboard, its limits."""
        return {}

    def suggestions(self) -> dict[str, tuple[str, ...]]:
        """What is proposed while somebody types, by part of the answer."""
        return {}
