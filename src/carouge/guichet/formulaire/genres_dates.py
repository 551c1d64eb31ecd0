"""The kind of questions whose answer is a day."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.formulaire.genre import Contexte
from carouge.guichet.formulaire.genre import Illisible
from carouge.guichet.formulaire.genre import Saisie
from carouge.guichet.formulaire.genres_base import GenreTexte
from carouge.guichet.formulaire.reglages import IJour
from carouge.guichet.formulaire.regles import jour as jour_iso
from carouge.guichet.swisstime import format_date
from datetime import date
from datetime import timedelta
from zope.schema.interfaces import IField

import re


_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_SUISSE = re.compile(r"([0-9]{1,2})\s?[./-]\s?([0-9]{1,2})\s?[./-]\s?([0-9]{4})")

#: Years before and after are typing errors.
PREMIERE_ANNEE = 1800
DERNIERE_ANNEE = 2200

PAS_UNE_DATE = _("A date is expected here, such as 25.11.2026.")


def jour_de(texte: str) -> date | None:
    """A day as people type it: ``25.11.2026``, ``25/11/2026``, ``2026-11-25``."""
    if trouve := _ISO.fullmatch(texte):
        annee, mois, jour = trouve.groups()
    elif trouve := _SUISSE.fullmatch(texte):
        jour, mois, annee = trouve.groups()
    else:
        return None
    try:
        return date(int(annee), int(mois), int(jour))
    except ValueError:
        return None


def bornes(champ: IField, aujourdhui: date) -> tuple[date | None, date | None]:
    """The first and the last possible day, seen from today; None where none is set."""
    plus_tot, plus_tard = champ.min, champ.max
    if IJour.providedBy(champ):
        if champ.au_plus_tot is not None:
            relatif = aujourdhui + timedelta(days=champ.au_plus_tot)
            plus_tot = relatif if plus_tot is None else max(plus_tot, relatif)
        if champ.au_plus_tard is not None:
            relatif = aujourdhui + timedelta(days=champ.au_plus_tard)
            plus_tard = relatif if plus_tard is None else min(plus_tard, relatif)
    return plus_tot, plus_tard


class Jour(GenreTexte):
    """A day, within limits."""

    nom = "date"
    macro = "date"

    def analyser(self, champ: IField, texte: str, contexte: Contexte) -> date:
        jour = jour_de(texte)
        if jour is None:
            raise Illisible(PAS_UNE_DATE)
        if not PREMIERE_ANNEE <= jour.year <= DERNIERE_ANNEE:
            raise Illisible(
                _(
                    "The year ${annee} cannot be right. A date looks like 25.11.2026.",
                    mapping={"annee": jour.year},
                )
            )
        plus_tot, plus_tard = bornes(champ, contexte.aujourdhui)
        if plus_tot is not None and jour < plus_tot:
            raise Illisible(
                _(
                    "The earliest possible date is ${date}.",
                    mapping={"date": format_date(plus_tot)},
                )
            )
        if plus_tard is not None and jour > plus_tard:
            raise Illisible(
                _(
                    "The latest possible date is ${date}.",
                    mapping={"date": format_date(plus_tard)},
                )
            )
        return jour

    def taper(self, champ: IField, valeur: date) -> str:
        return valeur.isoformat()

    def dit(self, champ: IField, valeur: date) -> str:
        return format_date(valeur)

    def json(self, champ: IField, valeur: object) -> object:
        return None if valeur is None else valeur.isoformat()

    def depuis_json(self, champ: IField, brut: object) -> Saisie:
        if brut is None or brut == "":
            return ""
        # Programs know one way to write a day.
        if not isinstance(brut, str) or jour_iso(brut) is None:
            raise Illisible(_("A date is expected here, such as 2026-11-25."))
        return brut

    def type_json(self, champ: IField) -> dict:
        return {"type": "string", "format": "date"}

    def attributs(self, champ: IField, contexte: Contexte) -> dict[str, str]:
        plus_tot, plus_tard = bornes(champ, contexte.aujourdhui)
        limites = {"min": plus_tot, "max": plus_tard}
        return {"type": "date"} | {
            nom: jour.isoformat() for nom, jour in limites.items() if jour is not None
        }
