"""Kinds of questions with given answers: one, several, yes or no, consent, a person."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.formulaire.fields import membres_of
from carouge.guichet.formulaire.fields import NotConsented
from carouge.guichet.formulaire.fields import title_of
from carouge.guichet.formulaire.genre import Canonique
from carouge.guichet.formulaire.genre import Contexte
from carouge.guichet.formulaire.genre import Genre
from carouge.guichet.formulaire.genre import Illisible
from carouge.guichet.formulaire.genre import Saisie
from carouge.guichet.formulaire.genres_base import en_tete
from carouge.guichet.formulaire.genres_base import PAS_UN_TEXTE
from carouge.guichet.formulaire.genres_base import verifier
from carouge.guichet.formulaire.texts import NOT_OF_HOUSEHOLD
from carouge.guichet.formulaire.valeurs import MembreConnu
from collections.abc import Callable
from collections.abc import Mapping
from zope.schema.interfaces import IField
from zope.schema.interfaces import IIterableVocabulary


PAS_OFFERT = _("Only one of the offered answers is possible here.")
OUI = "oui"
NON = "non"


def _vocabulaire(choix: IField):
    """What a field offers; None when it cannot be listed."""
    vocabulaire = choix.vocabulary
    if vocabulaire is None:
        # A vocabulary of the site by its name.
        vocabulaire = choix.bind(None).vocabulary
    return vocabulaire if IIterableVocabulary.providedBy(vocabulaire) else ()


def _saisie_du_terme(term) -> str:
    return term.value if isinstance(term.value, str) else str(term.token)


def _offres(choix: IField) -> dict[str, object]:
    """The terms by what stands for them in a page and in JSON, in their order."""
    return {_saisie_du_terme(term): term for term in _vocabulaire(choix)}


def _titre(term) -> object:
    return term.title or str(term.value)


def _choix_json(choix: IField, dire: Callable[[object], str]) -> list[dict]:
    return [
        {"const": saisie, "title": dire(_titre(term))}
        for saisie, term in _offres(choix).items()
    ]


class Choix(Genre):
    """One of the given answers."""

    nom = "choice"

    def __init__(self, macro: str = "liste") -> None:
        self.macro = macro

    def lire(self, champ: IField, saisie: Saisie, contexte: Contexte) -> object:
        if saisie == "":
            return None
        term = _offres(champ).get(saisie) if isinstance(saisie, str) else None
        if term is None:
            raise Illisible(PAS_OFFERT)
        if champ.vocabulary is not None:
            verifier(champ, term.value)
        return term.value

    def ecrire(self, champ: IField, valeur: object) -> Saisie:
        return "" if valeur is None else self._saisie(champ, valeur)

    def _saisie(self, champ: IField, valeur: object) -> str:
        if isinstance(valeur, str):
            return valeur
        offres = _offres(champ).items()
        return next((saisie for saisie, term in offres if term.value == valeur), "")

    def canonique(self, champ: IField, valeur: object) -> Canonique:
        return self.ecrire(champ, valeur) or None

    def mots(self, champ: IField, valeur: object, dire: Callable[[object], str]) -> str:
        if valeur is None:
            return ""
        term = _offres(champ).get(self._saisie(champ, valeur))
        return str(valeur) if term is None else dire(_titre(term))

    def json(self, champ: IField, valeur: object) -> object:
        return self.ecrire(champ, valeur) or None

    def depuis_json(self, champ: IField, brut: object) -> Saisie:
        if brut is None:
            return ""
        if not isinstance(brut, str):
            raise Illisible(PAS_OFFERT)
        return brut

    def schema(self, champ: IField, dire: Callable[[object], str]) -> dict:
        return en_tete(champ, dire) | {
            "type": "string",
            "oneOf": _choix_json(champ, dire),
        }

    def choix(
        self, champ: IField, contexte: Contexte
    ) -> list[tuple[str, object]] | None:
        return [(saisie, _titre(term)) for saisie, term in _offres(champ).items()]


class Plusieurs(Genre):
    """Several of the given answers."""

    nom = "choices"
    macro = "cases"

    def vide(self) -> Saisie:
        return []

    def lire(self, champ: IField, saisie: Saisie, contexte: Contexte) -> object:
        if saisie == "" or saisie == []:
            return None
        if not isinstance(saisie, list):
            raise Illisible(PAS_OFFERT)
        offres = _offres(champ.value_type)
        if not all(isinstance(une, str) and une in offres for une in saisie):
            raise Illisible(PAS_OFFERT)
        valeurs = [term.value for une, term in offres.items() if une in saisie]
        self._compte(champ, len(valeurs))
        valeur = champ._type(valeurs)
        if champ.value_type.vocabulary is not None:
            verifier(champ, valeur)
        return valeur

    def _compte(self, champ: IField, nombre: int) -> None:
        if nombre < (champ.min_length or 0):
            raise Illisible(
                _(
                    "Please tick at least ${min} answers.",
                    mapping={"min": champ.min_length},
                )
            )
        if champ.max_length is not None and nombre > champ.max_length:
            raise Illisible(
                _(
                    "Please tick at most ${max} answers.",
                    mapping={"max": champ.max_length},
                )
            )

    def ecrire(self, champ: IField, valeur: object) -> Saisie:
        """In the order of the form; what it offers no longer comes last."""
        if not valeur:
            return []
        saisies = {
            un if isinstance(un, str) else _un.ecrire(champ.value_type, un)
            for un in valeur
        }
        offres = _offres(champ.value_type)
        connues = [saisie for saisie in offres if saisie in saisies]
        return connues + sorted(saisies - set(connues) - {""})

    def canonique(self, champ: IField, valeur: object) -> Canonique:
        return self.ecrire(champ, valeur) or None

    def mots(self, champ: IField, valeur: object, dire: Callable[[object], str]) -> str:
        return ", ".join(
            _un.mots(champ.value_type, saisie, dire)
            for saisie in self.ecrire(champ, valeur)
        )

    def json(self, champ: IField, valeur: object) -> object:
        return self.ecrire(champ, valeur)

    def depuis_json(self, champ: IField, brut: object) -> Saisie:
        if brut is None or brut == "":
            return []
        if not isinstance(brut, list):
            raise Illisible(_("A list is expected here, with square brackets."))
        if not all(isinstance(un, str) for un in brut):
            raise Illisible(PAS_OFFERT)
        return brut

    def schema(self, champ: IField, dire: Callable[[object], str]) -> dict:
        schema = en_tete(champ, dire) | {
            "type": "array",
            "items": {"type": "string", "oneOf": _choix_json(champ.value_type, dire)},
            "uniqueItems": True,
        }
        if champ.min_length or champ.required:
            schema["minItems"] = champ.min_length or 1
        if champ.max_length is not None:
            schema["maxItems"] = champ.max_length
        return schema

    def depuis_formulaire(self, formulaire: Mapping[str, object], nom: str) -> Saisie:
        valeur = formulaire.get(nom)
        # One ticked box comes as a text, several as a list.
        valeurs = valeur if isinstance(valeur, list) else [valeur]
        return [une for une in valeurs if isinstance(une, str) and une]

    def choix(
        self, champ: IField, contexte: Contexte
    ) -> list[tuple[str, object]] | None:
        return _un.choix(champ.value_type, contexte)


_un = Choix()


class OuiNon(Genre):
    """Yes or no."""

    nom = "boolean"
    macro = "radios"
    _valeurs = {"": None, OUI: True, NON: False}

    def lire(self, champ: IField, saisie: Saisie, contexte: Contexte) -> object:
        if not isinstance(saisie, str) or saisie not in self._valeurs:
            raise Illisible(_("Please answer yes or no."))
        valeur = self._valeurs[saisie]
        if valeur is not None:
            verifier(champ, valeur)
        return valeur

    def ecrire(self, champ: IField, valeur: object) -> Saisie:
        return "" if valeur is None else OUI if valeur else NON

    def canonique(self, champ: IField, valeur: object) -> Canonique:
        return self.ecrire(champ, valeur) or None

    def mots(self, champ: IField, valeur: object, dire: Callable[[object], str]) -> str:
        return "" if valeur is None else dire(_("Yes") if valeur else _("No"))

    def json(self, champ: IField, valeur: object) -> object:
        return valeur

    def depuis_json(self, champ: IField, brut: object) -> Saisie:
        if brut is None or brut == "":
            return ""
        if not isinstance(brut, bool):
            raise Illisible(
                _("true or false is expected here, without quotation marks.")
            )
        return self.ecrire(champ, brut)

    def schema(self, champ: IField, dire: Callable[[object], str]) -> dict:
        return en_tete(champ, dire) | {"type": "boolean"}

    def choix(
        self, champ: IField, contexte: Contexte
    ) -> list[tuple[str, object]] | None:
        return [(OUI, _("Yes")), (NON, _("No"))]


class Consentement(OuiNon):
    """A box that says yes; without its tick nothing is said."""

    nom = "consent"
    macro = "case"
    _valeurs = {"": None, OUI: True, NON: None}

    def ecrire(self, champ: IField, valeur: object) -> Saisie:
        return OUI if valeur else ""

    def manque(self, champ: IField):
        return NotConsented.__doc__

    def schema(self, champ: IField, dire: Callable[[object], str]) -> dict:
        schema = super().schema(champ, dire)
        return schema | {"const": True} if champ.required else schema

    def choix(
        self, champ: IField, contexte: Contexte
    ) -> list[tuple[str, object]] | None:
        return None


class MembreChoisi(Genre):
    """Somebody of the household of whoever fills in the form; the answer is his id."""

    nom = "membre"
    macro = "membre"

    def _membres(self, champ: IField, contexte: Contexte) -> dict[str, str]:
        compte = contexte.compte
        foyer = [] if compte is None else compte.foyer
        return {
            membre.id: title_of(membre) for membre in membres_of(foyer, champ.personnes)
        }

    def lire(self, champ: IField, saisie: Saisie, contexte: Contexte) -> object:
        if saisie == "":
            return None
        if not isinstance(saisie, str):
            raise Illisible(PAS_UN_TEXTE)
        membres = self._membres(champ, contexte)
        if saisie not in membres:
            raise Illisible(NOT_OF_HOUSEHOLD)
        return MembreConnu.de(saisie, membres[saisie])

    def ecrire(self, champ: IField, valeur: object) -> Saisie:
        return str(valeur or "")

    def canonique(self, champ: IField, valeur: object) -> Canonique:
        return str(valeur) if valeur else None

    def mots(self, champ: IField, valeur: object, dire: Callable[[object], str]) -> str:
        if isinstance(valeur, MembreConnu):
            return valeur.titre
        return valeur or ""

    def json(self, champ: IField, valeur: object) -> object:
        return str(valeur) if valeur else None

    def depuis_json(self, champ: IField, brut: object) -> Saisie:
        if brut is None:
            return ""
        if not isinstance(brut, str):
            raise Illisible(PAS_UN_TEXTE)
        return brut

    def schema(self, champ: IField, dire: Callable[[object], str]) -> dict:
        return en_tete(champ, dire) | {"type": "string"}

    def choix(
        self, champ: IField, contexte: Contexte
    ) -> list[tuple[str, object]] | None:
        return list(self._membres(champ, contexte).items())
