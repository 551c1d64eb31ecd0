"""Kinds of questions whose answer is a number: counted, measured, paid or computed."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.formulaire.calculs import texte as texte_decimal
from carouge.guichet.formulaire.genre import Canonique
from carouge.guichet.formulaire.genre import Contexte
from carouge.guichet.formulaire.genre import Genre
from carouge.guichet.formulaire.genre import Illisible
from carouge.guichet.formulaire.genre import Saisie
from carouge.guichet.formulaire.genres_base import en_tete
from carouge.guichet.formulaire.genres_base import GenreTexte
from carouge.guichet.formulaire.genres_base import texte_de
from carouge.guichet.formulaire.regles import nombre
from carouge.guichet.money import format_chf
from collections.abc import Callable
from decimal import Decimal
from zope.schema.interfaces import IField
from zope.schema.interfaces import IFloat

import re


#: Digits a number may have; nobody counts further at a counter.
MAX_CHIFFRES = 15

# Apostrophes and blanks people put between thousands.
_MILLIERS = re.compile(r"(?<=[0-9])['’\u02bc \u00a0\u202f\u2009](?=[0-9]{3}(?![0-9]))")
_NOMBRE = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?")
_FRANCS = re.compile(r"^(?:CHF|Fr\.?|SFr\.?)\s*|\s*(?:CHF|Fr\.?|SFr\.?|francs?)$", re.I)
_TIRET = re.compile(r"[.,][-–—]+$")

TROP_GRAND = _("This number is too large: at most 15 digits are possible.")


def decimal_de(texte: str) -> Decimal | None:
    """A number as people type it: ``1'234,50``, ``12.5``, ``-3``; None for none.

    :raises Illisible: more digits than anybody needs
    """
    texte = texte.replace("−", "-")
    if re.match(r"-\s", texte):
        texte = "-" + texte[1:].lstrip()
    texte = _MILLIERS.sub("", texte)
    if not _NOMBRE.fullmatch(texte):
        return None
    if sum(char.isdigit() for char in texte) > MAX_CHIFFRES:
        raise Illisible(TROP_GRAND)
    lu = Decimal(texte.replace(",", "."))
    # There is no number below nothing and above minus nothing.
    return abs(lu) if lu.is_zero() else lu


def ecrit(valeur: Decimal) -> str:
    """``1234.5``: exactly, without exponent."""
    return format(valeur, "f")


def _dans_les_bornes(valeur, minimum, maximum, dire: Callable) -> None:
    """
    :raises Illisible: below or above a limit
    """
    if minimum is not None and valeur < minimum:
        raise Illisible(
            _("The smallest possible value is ${min}.", mapping={"min": dire(minimum)})
        )
    if maximum is not None and valeur > maximum:
        raise Illisible(
            _("The largest possible value is ${max}.", mapping={"max": dire(maximum)})
        )


def _bornes_json(minimum, maximum) -> dict:
    bornes = {"minimum": minimum, "maximum": maximum}
    return {nom: borne for nom, borne in bornes.items() if borne is not None}


class Entier(GenreTexte):
    """A whole number."""

    nom = "integer"
    macro = "ligne"

    def analyser(self, champ: IField, texte: str, contexte: Contexte) -> int:
        lu = decimal_de(texte)
        if lu is None or lu != lu.to_integral_value():
            raise Illisible(_("A whole number is expected here, such as 12."))
        valeur = int(lu)
        _dans_les_bornes(valeur, champ.min, champ.max, str)
        return valeur

    def depuis_json(self, champ: IField, brut: object) -> Saisie:
        if brut is None or brut == "":
            return ""
        if (
            isinstance(brut, bool)
            or not isinstance(brut, int)
            or abs(brut) >= 10**MAX_CHIFFRES
        ):
            raise Illisible(
                _("A whole number is expected here, without quotation marks.")
            )
        return str(brut)

    def type_json(self, champ: IField) -> dict:
        return {"type": "integer", **_bornes_json(champ.min, champ.max)}

    def attributs(self, champ: IField, contexte: Contexte) -> dict[str, str]:
        # No type=number: it loses what it cannot read, and a wheel changes it.
        minus = champ.min is None or champ.min < 0
        return {"inputmode": "text" if minus else "numeric"}


class Decimale(GenreTexte):
    """A number with decimals; a ``Decimal``, or a float where the field wants one."""

    nom = "decimal"
    macro = "ligne"

    def analyser(self, champ: IField, texte: str, contexte: Contexte):
        lu = decimal_de(texte)
        if lu is None:
            raise Illisible(_("A number is expected here, such as 12.5."))
        valeur = float(lu) if IFloat.providedBy(champ) else lu
        _dans_les_bornes(valeur, champ.min, champ.max, str)
        return valeur

    def taper(self, champ: IField, valeur) -> str:
        return ecrit(_exact(valeur))

    def canonique(self, champ: IField, valeur: object) -> Canonique:
        return None if valeur is None else texte_decimal(_exact(valeur))

    def json(self, champ: IField, valeur: object) -> object:
        """As text: it keeps its digits through every program."""
        return None if valeur is None else self.taper(champ, valeur)

    def depuis_json(self, champ: IField, brut: object) -> Saisie:
        if brut is None or isinstance(brut, str):
            return brut or ""
        if isinstance(brut, bool) or not isinstance(brut, (int, float, Decimal)):
            raise Illisible(_("A number is expected here, without quotation marks."))
        exact = _exact(brut)
        if not exact.is_finite() or abs(exact.adjusted()) > MAX_CHIFFRES:
            raise Illisible(TROP_GRAND)
        return ecrit(exact)

    def type_json(self, champ: IField) -> dict:
        minimum, maximum = (
            None if borne is None else float(borne) for borne in (champ.min, champ.max)
        )
        return {
            "type": ["number", "string"],
            "pattern": r"^-?[0-9]{1,15}(\.[0-9]{1,15})?$",
            **_bornes_json(minimum, maximum),
        }

    def attributs(self, champ: IField, contexte: Contexte) -> dict[str, str]:
        minus = champ.min is None or champ.min < 0
        return {"inputmode": "text" if minus else "decimal"}


def _exact(nombre) -> Decimal:
    return Decimal(repr(nombre)) if isinstance(nombre, float) else Decimal(nombre)


class Somme(GenreTexte):
    """An amount of money: typed in francs, answered in centimes (int)."""

    nom = "montant"
    macro = "montant"

    def analyser(self, champ: IField, texte: str, contexte: Contexte) -> int:
        texte = _TIRET.sub("", _FRANCS.sub("", texte))
        lu = decimal_de(texte)
        if lu is None or lu != lu.quantize(Decimal("0.01")):
            raise Illisible(
                _("An amount in francs is expected here, such as 12.50 or 1'200.")
            )
        centimes = int(lu * 100)
        _dans_les_bornes(
            lu,
            champ.minimum or 0,
            champ.maximum,
            lambda francs: format_chf(francs * 100),
        )
        return centimes

    def taper(self, champ: IField, valeur: int) -> str:
        return ecrit(Decimal(valeur) / 100)

    def canonique(self, champ: IField, valeur: object) -> Canonique:
        return None if valeur is None else texte_decimal(Decimal(valeur) / 100)

    def dit(self, champ: IField, valeur: int) -> str:
        return francs(Decimal(valeur) / 100)

    def depuis_json(self, champ: IField, brut: object) -> Saisie:
        if brut is None or brut == "":
            return ""
        if (
            isinstance(brut, bool)
            or not isinstance(brut, int)
            or abs(brut) >= 10**MAX_CHIFFRES
        ):
            raise Illisible(
                _("An amount in centimes is expected here: CHF 12.50 is 1250.")
            )
        return self.taper(champ, brut)

    def type_json(self, champ: IField) -> dict:
        minimum, maximum = (
            None if borne is None else borne * 100
            for borne in (champ.minimum, champ.maximum)
        )
        return {
            "type": "integer",
            "$comment": "centimes",
            **_bornes_json(minimum or 0, maximum),
        }

    def attributs(self, champ: IField, contexte: Contexte) -> dict[str, str]:
        return {"inputmode": "decimal"}


def francs(montant: Decimal) -> str:
    """``CHF 1'200.00``, rounded to the centime."""
    return format_chf(int((montant * 100).quantize(Decimal(1), "ROUND_HALF_UP")))


class Resultat(Genre):
    """A computed number: nobody types it, its text comes from the formula."""

    nom = "calcul"
    macro = "calcul"

    def lire(self, champ: IField, saisie: object, contexte: Contexte) -> Decimal | None:
        return saisie if isinstance(saisie, Decimal) else nombre(saisie)

    def ecrire(self, champ: IField, valeur: object) -> Saisie:
        return "" if valeur is None else texte_decimal(valeur) or ""

    def canonique(self, champ: IField, valeur: object) -> Canonique:
        return None if valeur is None else texte_decimal(valeur)

    def mots(self, champ: IField, valeur: object, dire: Callable[[object], str]) -> str:
        if valeur is None:
            return ""
        return francs(valeur) if champ.montant else texte_decimal(valeur) or ""

    def json(self, champ: IField, valeur: object) -> object:
        return None if valeur is None else texte_decimal(valeur)

    def depuis_json(self, champ: IField, brut: object) -> Saisie:
        """What a program says of a computed number counts for nothing."""
        return texte_de(brut, maximum=60) if isinstance(brut, str) else ""

    def schema(self, champ: IField, dire: Callable[[object], str]) -> dict:
        return en_tete(champ, dire) | {"type": "string", "readOnly": True}
