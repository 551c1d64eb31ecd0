"""What the kinds of questions have in common: texts as they come, and the field's rules."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.formulaire.domain import has_control_characters
from carouge.guichet.formulaire.genre import Canonique
from carouge.guichet.formulaire.genre import Contexte
from carouge.guichet.formulaire.genre import Genre
from carouge.guichet.formulaire.genre import Illisible
from carouge.guichet.formulaire.genre import Saisie
from collections.abc import Callable
from zope.i18nmessageid import Message
from zope.interface import Invalid
from zope.schema.interfaces import ConstraintNotSatisfied
from zope.schema.interfaces import IField
from zope.schema.interfaces import ValidationError

import unicodedata


#: Nothing that fits in one input of a number, a date or a code is longer.
MAX_COURT = 200

PAS_UN_TEXTE = _("A text is expected here.")
CARACTERES = _("This answer contains characters that cannot be used. Type it anew.")
UNE_LIGNE = _("Only one line of text is possible here.")
PAS_POSSIBLE = _("This answer is not possible here.")


def trop_long(longueur: int, maximum: int):
    return _(
        "This answer is too long: ${n} characters, and ${max} are possible.",
        mapping={"n": longueur, "max": maximum},
    )


def texte_de(saisie: object, *, maximum: int, lignes: bool = False) -> str:
    """What was typed as a clean text: composed, without white space around it.

    :raises Illisible: no text, too long, several lines, impossible characters
    """
    if not isinstance(saisie, str):
        raise Illisible(PAS_UN_TEXTE)
    if len(saisie) > 4 * maximum + 1000:
        # Nobody waits until the whole of a book is looked at.
        raise Illisible(trop_long(len(saisie), maximum))
    if has_control_characters(saisie):
        raise Illisible(CARACTERES)
    texte = unicodedata.normalize("NFC", saisie)
    texte = texte.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not lignes and "\n" in texte:
        raise Illisible(UNE_LIGNE)
    if len(texte) > maximum:
        raise Illisible(trop_long(len(texte), maximum))
    return texte


def verifier(champ: IField, valeur: object) -> None:
    """Hold an answer to what the field itself asks for.

    :raises Illisible: with the words of the rule that is broken
    """
    try:
        champ.validate(valeur)
    except ConstraintNotSatisfied as error:
        raise Illisible(PAS_POSSIBLE) from error
    except ValidationError as error:
        raise Illisible(error.doc() or PAS_POSSIBLE) from error
    except (Invalid, ValueError, TypeError) as error:
        said = error.args[0] if error.args else None
        raise Illisible(said if isinstance(said, Message) else PAS_POSSIBLE) from error


def en_tete(champ: IField, dire: Callable[[object], str]) -> dict:
    """What stands at the top of every JSON Schema of a question."""
    tete = {"title": dire(champ.title or "")}
    if champ.description:
        tete["description"] = dire(champ.description)
    return tete


class GenreTexte(Genre):
    """A question whose answer is typed as one short text.

    A kind says how it reads a clean text that is not empty (``analyser``), how it writes
    an answer (``taper``), and how its JSON looks (``type_json``).
    """

    maximum = MAX_COURT
    lignes = False

    def longueur(self, champ: IField) -> int:
        """Most characters one may type."""
        return self.maximum

    def lire(self, champ: IField, saisie: Saisie, contexte: Contexte) -> object:
        texte = texte_de(saisie, maximum=self.longueur(champ), lignes=self.lignes)
        if not texte:
            return None
        valeur = self.analyser(champ, texte, contexte)
        verifier(champ, valeur)
        return valeur

    def analyser(self, champ: IField, texte: str, contexte: Contexte) -> object:
        return texte

    def ecrire(self, champ: IField, valeur: object) -> Saisie:
        return "" if valeur is None else self.taper(champ, valeur)

    def taper(self, champ: IField, valeur) -> str:
        return str(valeur)

    def canonique(self, champ: IField, valeur: object) -> Canonique:
        return None if valeur is None else self.taper(champ, valeur)

    def mots(self, champ: IField, valeur: object, dire: Callable[[object], str]) -> str:
        return "" if valeur is None else self.dit(champ, valeur)

    def dit(self, champ: IField, valeur) -> str:
        """The answer as people write it."""
        return self.taper(champ, valeur)

    def json(self, champ: IField, valeur: object) -> object:
        return valeur

    def depuis_json(self, champ: IField, brut: object) -> Saisie:
        if brut is None:
            return ""
        if not isinstance(brut, str):
            raise Illisible(PAS_UN_TEXTE)
        return brut

    def schema(self, champ: IField, dire: Callable[[object], str]) -> dict:
        return en_tete(champ, dire) | self.type_json(champ)

    def type_json(self, champ: IField) -> dict:
        return {"type": "string", "maxLength": self.longueur(champ)}

    def attributs(self, champ: IField, contexte: Contexte) -> dict[str, str]:
        return {"maxlength": str(self.longueur(champ))}
