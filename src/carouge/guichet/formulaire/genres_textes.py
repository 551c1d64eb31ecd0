"""Kinds of questions whose answer is text: lines, texts, addresses and official numbers."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.addresses import is_mail_address
from carouge.guichet.compte.saisie import format_fact
from carouge.guichet.compte.saisie import InvalidValue
from carouge.guichet.compte.saisie import parse_fact
from carouge.guichet.compte.saisie import Problem
from carouge.guichet.formulaire.domain import MAX_LINE
from carouge.guichet.formulaire.domain import MAX_TEXT
from carouge.guichet.formulaire.genre import Contexte
from carouge.guichet.formulaire.genre import Illisible
from carouge.guichet.formulaire.genre import Saisie
from carouge.guichet.formulaire.genres_base import GenreTexte
from dataclasses import dataclass
from zope.schema.interfaces import IField


class Ligne(GenreTexte):
    """One line of text."""

    nom = "line"
    macro = "ligne"
    maximum = MAX_LINE

    def longueur(self, champ: IField) -> int:
        return self.maximum if champ.max_length is None else champ.max_length

    def analyser(self, champ: IField, texte: str, contexte: Contexte) -> str:
        if len(texte) < (champ.min_length or 0):
            raise Illisible(
                _(
                    "This answer is too short: at least ${min} characters are needed.",
                    mapping={"min": champ.min_length},
                )
            )
        return texte

    def type_json(self, champ: IField) -> dict:
        type_json = super().type_json(champ)
        if champ.min_length:
            type_json["minLength"] = champ.min_length
        return type_json


class Texte(Ligne):
    """Text of several lines."""

    nom = "text"
    macro = "texte"
    maximum = MAX_TEXT
    lignes = True


class Courriel(Ligne):
    """An e-mail address."""

    nom = "email"

    def analyser(self, champ: IField, texte: str, contexte: Contexte) -> str:
        if not is_mail_address(texte):
            raise Illisible(
                _("This is no e-mail address. It looks like name@example.ch.")
            )
        return super().analyser(champ, texte, contexte)

    def type_json(self, champ: IField) -> dict:
        return super().type_json(champ) | {"format": "email"}

    def attributs(self, champ: IField, contexte: Contexte) -> dict[str, str]:
        return super().attributs(champ, contexte) | {
            "type": "email",
            "autocomplete": "email",
            "spellcheck": "false",
        }


@dataclass(frozen=True)
class _Numero:
    """One official number: how it is said to be wrong, and how the input behaves."""

    faux: object
    motif: str
    attributs: dict[str, str]
    autres: dict[Problem, object]


_NUMEROS = {
    "telephone": _Numero(
        _(
            "This is no telephone number. A Swiss one looks like 022 307 91 11; one of "
            "another country begins with + and its country code: +33 4 50 12 34 56."
        ),
        r"^\+[1-9][0-9]{7,14}$",
        {"type": "tel", "autocomplete": "tel"},
        {},
    ),
    "iban": _Numero(
        _(
            "This is no valid account number (IBAN). A Swiss one has 21 characters and "
            "looks like CH93 0076 2011 6238 5295 7."
        ),
        "^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$",
        {"spellcheck": "false", "autocapitalize": "characters"},
        {
            Problem.QR_IBAN: _(
                "This is a QR-IBAN: nothing can be paid back to it. Please give the "
                "IBAN of your account, which stands on the bank card."
            )
        },
    ),
    "avs": _Numero(
        _(
            "This is no valid AVS number. It has 13 digits, begins with 756 and looks "
            "like 756.9217.0769.85; it stands on the health insurance card."
        ),
        "^756[0-9]{10}$",
        {"inputmode": "numeric"},
        {},
    ),
    "ide": _Numero(
        _("This is no valid company number (UID). It looks like CHE-123.456.788."),
        "^CHE[0-9]{9}$",
        {"spellcheck": "false", "autocapitalize": "characters"},
        {},
    ),
}


class Numero(GenreTexte):
    """A number that proves itself: telephone, IBAN, AVS number, UID.

    The answer is the compact form of ``compte.saisie``, so that it can be kept there.
    """

    macro = "ligne"

    def __init__(self, nom: str) -> None:
        self.nom = nom
        self.numero = _NUMEROS[nom]

    def analyser(self, champ: IField, texte: str, contexte: Contexte) -> str | None:
        try:
            valeur = parse_fact(self.nom, texte, contexte.aujourdhui)
        except InvalidValue as error:
            faux = self.numero.autres.get(error.problem, self.numero.faux)
            raise Illisible(faux) from error
        if not valeur:
            raise Illisible(self.numero.faux)
        return valeur

    def dit(self, champ: IField, valeur: str) -> str:
        return format_fact(self.nom, valeur)

    def ecrire(self, champ: IField, valeur: object) -> str:
        # As people write it: this is what stands in the input.
        return "" if valeur is None else self.dit(champ, valeur)

    def depuis_json(self, champ: IField, brut: object) -> Saisie:
        # What comes back into an input is written there as it is everywhere else.
        return format_fact(self.nom, super().depuis_json(champ, brut))

    def type_json(self, champ: IField) -> dict:
        return {"type": "string", "pattern": self.numero.motif}

    def attributs(self, champ: IField, contexte: Contexte) -> dict[str, str]:
        return {"maxlength": "60", **self.numero.attributs}
