"""Kinds of questions whose answer is a place: postal code and town, a whole address."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.formulaire.genre import Canonique
from carouge.guichet.formulaire.genre import Contexte
from carouge.guichet.formulaire.genre import Genre
from carouge.guichet.formulaire.genre import Illisible
from carouge.guichet.formulaire.genre import Saisie
from carouge.guichet.formulaire.genres_base import en_tete
from carouge.guichet.formulaire.genres_base import texte_de
from carouge.guichet.formulaire.genres_base import verifier
from carouge.guichet.formulaire.lieux import LOCALITES
from carouge.guichet.formulaire.lieux import rues
from carouge.guichet.formulaire.valeurs import AdressePostale
from carouge.guichet.formulaire.valeurs import Lieu
from collections.abc import Callable
from collections.abc import Mapping
from zope.schema.interfaces import IField

import re


#: Longest parts, in characters.
MAXIMA = {"rue": 100, "npa": 10, "localite": 60}

#: The first and the last postal code of the Swiss Post.
PREMIER_NPA, DERNIER_NPA = 1000, 9658

_NPA = re.compile("[1-9][0-9]{3}")
_NPA_ETRANGER = re.compile("[0-9A-Za-z][0-9A-Za-z -]{1,9}")

_MANQUE = {
    "rue": _("The street and the number are missing."),
    "npa": _("The postal code is missing."),
    "localite": _("The town is missing."),
}


def npa_de(texte: str, etranger: bool) -> str:
    """A postal code, Swiss or of any country.

    :raises Illisible: no such code
    """
    compact = re.sub(r"^CH\s*-?\s*", "", texte, flags=re.I)
    if _NPA.fullmatch(compact) and PREMIER_NPA <= int(compact) <= DERNIER_NPA:
        return compact
    if etranger and _NPA_ETRANGER.fullmatch(texte):
        return texte
    raise Illisible(
        _("This is no Swiss postal code. It has four digits, such as 1227.")
        if not etranger
        else _("This is no postal code. It looks like 1227, or 74100.")
    )


class _EnParties(Genre):
    """A question with several inputs; all are filled in, or none."""

    parties: tuple[str, ...]
    type_valeur: type

    def vide(self) -> Saisie:
        return dict.fromkeys(self.parties, "")

    def lire(self, champ: IField, saisie: Saisie, contexte: Contexte) -> object:
        if saisie == "":
            return None
        if not isinstance(saisie, dict):
            raise Illisible(_("The parts of an address are expected here."))
        textes = {
            partie: texte_de(saisie.get(partie, ""), maximum=MAXIMA[partie])
            for partie in self.parties
        }
        if not any(textes.values()):
            return None
        for partie, texte in textes.items():
            if not texte:
                raise Illisible(_MANQUE[partie])
        textes["npa"] = npa_de(textes["npa"], champ.etranger)
        valeur = self.type_valeur(**textes)
        verifier(champ, valeur)
        return valeur

    def ecrire(self, champ: IField, valeur: object) -> Saisie:
        if valeur is None:
            return self.vide()
        return {partie: getattr(valeur, partie) for partie in self.parties}

    def canonique(self, champ: IField, valeur: object) -> Canonique:
        return None if valeur is None else str(valeur)

    def mots(self, champ: IField, valeur: object, dire: Callable[[object], str]) -> str:
        return "" if valeur is None else str(valeur)

    def json(self, champ: IField, valeur: object) -> object:
        return None if valeur is None else self.ecrire(champ, valeur)

    def depuis_json(self, champ: IField, brut: object) -> Saisie:
        if brut is None or brut == "":
            return self.vide()
        if (
            not isinstance(brut, dict)
            or not set(brut) <= set(self.parties)
            or not all(isinstance(partie, str) for partie in brut.values())
        ):
            raise Illisible(
                _(
                    "An object is expected here, with the texts ${parties}.",
                    mapping={"parties": ", ".join(self.parties)},
                )
            )
        return self.vide() | brut

    def schema(self, champ: IField, dire: Callable[[object], str]) -> dict:
        proprietes = {
            partie: {"type": "string", "minLength": 1, "maxLength": MAXIMA[partie]}
            for partie in self.parties
        }
        if not champ.etranger:
            proprietes["npa"] = {"type": "string", "pattern": "^[1-9][0-9]{3}$"}
        return en_tete(champ, dire) | {
            "type": "object",
            "properties": proprietes,
            "required": list(self.parties),
            "additionalProperties": False,
        }

    def depuis_formulaire(self, formulaire: Mapping[str, object], nom: str) -> Saisie:
        return {
            partie: super(_EnParties, self).depuis_formulaire(
                formulaire, f"{nom}.{partie}"
            )
            for partie in self.parties
        }

    def suggestions(self) -> dict[str, tuple[str, ...]]:
        """What is proposed while somebody types, by part."""
        return {
            "localite": tuple(
                dict.fromkeys(nom for noms in LOCALITES.values() for nom in noms)
            )
        }


class NpaEtLocalite(_EnParties):
    """A postal code and its town; a condition sees the code."""

    nom = "npa_localite"
    macro = "npa_localite"
    parties = ("npa", "localite")
    type_valeur = Lieu

    def canonique(self, champ: IField, valeur: object) -> Canonique:
        return None if valeur is None else valeur.npa


class Adresse(_EnParties):
    """Street with number, postal code, town."""

    nom = "adresse"
    macro = "adresse"
    parties = ("rue", "npa", "localite")
    type_valeur = AdressePostale

    def suggestions(self) -> dict[str, tuple[str, ...]]:
        return super().suggestions() | {"rue": rues()}
