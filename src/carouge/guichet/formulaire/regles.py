"""Rules of conditions: reading, writing and trying them, in pure Python.

The twin in the browser is ``static/conditions.js``; both must give the same result for
the same answers, whatever the language of the machine. So texts are compared by code
points, letters A to Z without case, and numbers exactly.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from datetime import date
from decimal import Decimal
from functools import cached_property

import re


#: What a condition sees of one answer; None for none.
Canonique = str | list[str] | None

USAGER = ("usager.type", "usager.niveau", "usager.resident")

SANS_VALEUR = frozenset({"rempli", "vide", "oui", "non"})
TEXTES = frozenset({"est", "n_est_pas", "contient"})
NOMBRES = frozenset(
    {"egal", "different", "plus_que", "moins_que", "au_moins", "au_plus"}
)
DATES = frozenset({"le", "avant", "apres"})
AGES = frozenset({"age_au_moins", "age_moins_de"})
OPERATEURS = SANS_VALEUR | TEXTES | NOMBRES | DATES | AGES | {"est_parmi"}

REGLES_AU_PLUS = 50
VALEURS_AU_PLUS = 200
LONGUEUR_AU_PLUS = 500

_BLANCS = " \t\n\r\f\v"
_MINUSCULES = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_NOMBRE = re.compile(r"-?[0-9]{1,24}(\.[0-9]{1,24})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_AGE = re.compile(r"[0-9]{1,3}")
_SEULE = re.compile("[\ud800-\udfff]")


class ConditionInvalide(ValueError):
    """What should be a condition is none; the text is for the log, not for a person."""


def plier(texte: str) -> str:
    """The text as it is compared: trimmed, A to Z small, anything else untouched."""
    texte = texte.strip(_BLANCS)
    return texte.lower() if texte.isascii() else texte.translate(_MINUSCULES)


def nombre(texte: object) -> Decimal | None:
    """A normalised number (``-12.5``), exactly; None for anything else."""
    if isinstance(texte, str) and _NOMBRE.fullmatch(texte):
        return Decimal(texte)
    return None


def jour(texte: object) -> date | None:
    """A day written as ``2026-11-25``; None for anything else."""
    if not isinstance(texte, str) or not _DATE.fullmatch(texte):
        return None
    try:
        return date.fromisoformat(texte)
    except ValueError:
        return None


def age(naissance: date, le: date) -> int | None:
    """Whole years on a day; None before birth.

    Who is born on 29 February becomes a year older on 1 March of the other years.
    """
    if naissance > le:
        return None
    avant = (le.month, le.day) < (naissance.month, naissance.day)
    return le.year - naissance.year - avant


def canonique(valeur: object) -> Canonique:
    """The value without anything that says nothing; None when nothing is left."""
    if isinstance(valeur, str):
        return valeur if valeur.strip(_BLANCS) else None
    if isinstance(valeur, list | tuple):
        return [
            un for un in valeur if isinstance(un, str) and un.strip(_BLANCS)
        ] or None
    return None


@dataclass
class Vue:
    """The answers that count: those of hidden questions are not in it.

    ``champs`` are the values outside groups, ``rangs`` those of the rows of each shown
    group by row id. ``groupe_de`` says in which group a field stands. ``usager`` has the
    keys ``type``, ``niveau`` and ``resident``.
    """

    groupe_de: Mapping[str, str]
    groupes: frozenset[str]
    aujourdhui: date
    usager: Mapping[str, str]
    champs: dict[str, Canonique] = field(default_factory=dict)
    rangs: dict[str, dict[str, dict[str, Canonique]]] = field(default_factory=dict)

    def une(self, nom: str) -> Canonique:
        """The value of a field outside groups, of ``usager.…``, or the rows of a group."""
        if nom in self.groupes:
            rangs = self.rangs.get(nom)
            return None if rangs is None else str(len(rangs))
        if nom in USAGER:
            return canonique(self.usager.get(nom.partition(".")[2]))
        return self.champs.get(nom)

    def plusieurs(self, groupe: str, nom: str) -> list[Canonique]:
        """The values of a group's field, row by row."""
        return [rang.get(nom) for rang in self.rangs.get(groupe, {}).values()]


@dataclass(frozen=True)
class Regle:
    """One comparison of one field's answer: ``logement est maison``."""

    champ: str
    op: str
    valeur: str | tuple[str, ...] | None

    @cached_property
    def epreuve(self) -> Callable[[Canonique, date], bool]:
        """The comparison, prepared: (answer that is not None, today) → fulfilled."""
        return _epreuve(self.op, self.valeur)

    def tenue(
        self,
        vue: Vue,
        groupe: str = "",
        rang: Mapping[str, Canonique] | None = None,
    ) -> bool:
        """Is the rule fulfilled, seen from a row of a group or from elsewhere?

        Of a field in another group one fulfilling row is enough.
        """
        ou = vue.groupe_de.get(self.champ)
        if ou is None:
            if self.champ in vue.groupes and self.op in ("vide", "rempli"):
                return bool(vue.rangs.get(self.champ)) is (self.op == "rempli")
            return self._un(vue.une(self.champ), vue.aujourdhui)
        if ou == groupe and rang is not None:
            return self._un(rang.get(self.champ), vue.aujourdhui)
        valeurs = vue.plusieurs(ou, self.champ)
        if self.op == "vide":
            return all(valeur is None for valeur in valeurs)
        return any(self._un(valeur, vue.aujourdhui) for valeur in valeurs)

    def _un(self, valeur: Canonique, aujourdhui: date) -> bool:
        if valeur is None:
            return self.op == "vide"
        return self.epreuve(valeur, aujourdhui)


@dataclass(frozen=True)
class Condition:
    """Rules of which all (``toutes``) or one (``une``) must be fulfilled."""

    si: str
    regles: tuple[Regle, ...]

    @property
    def champs(self) -> tuple[str, ...]:
        """The names it refers to, each once, in order."""
        return tuple(dict.fromkeys(regle.champ for regle in self.regles))

    def tenue(
        self,
        vue: Vue,
        groupe: str = "",
        rang: Mapping[str, Canonique] | None = None,
    ) -> bool:
        """Is the condition fulfilled, seen from a row of a group or from elsewhere?"""
        if self.si == "une":
            return any(regle.tenue(vue, groupe, rang) for regle in self.regles)
        return all(regle.tenue(vue, groupe, rang) for regle in self.regles)


def lire_condition(brut: Mapping | None) -> Condition | None:
    """A condition from its JSON; None, or one without rules, is always fulfilled.

    :raises ConditionInvalide: anything that is not exactly a condition
    """
    if brut is None:
        return None
    if not isinstance(brut, Mapping) or set(brut) != {"si", "regles"}:
        raise ConditionInvalide("a condition has si and regles")
    si, regles = brut["si"], brut["regles"]
    if si not in ("toutes", "une"):
        raise ConditionInvalide("si")
    if not _suite(regles) or len(regles) > REGLES_AU_PLUS:
        raise ConditionInvalide("regles")
    if not regles:
        return None
    return Condition(si, tuple(_lire_regle(regle) for regle in regles))


def en_json(condition: Condition | None) -> dict | None:
    """The JSON of a condition: what ``lire_condition`` reads."""
    if condition is None:
        return None
    return {
        "si": condition.si,
        "regles": [_en_json(regle) for regle in condition.regles],
    }


def lire_nom(nom: object) -> str | None:
    """A name a rule may refer to, whether or not there is such a field."""
    if isinstance(nom, str) and 0 < len(nom) <= LONGUEUR_AU_PLUS:
        return None if _SEULE.search(nom) else nom
    return None


def _en_json(regle: Regle) -> dict:
    brut = {"champ": regle.champ, "op": regle.op}
    if isinstance(regle.valeur, tuple):
        return brut | {"valeur": list(regle.valeur)}
    return brut if regle.valeur is None else brut | {"valeur": regle.valeur}


def _suite(valeur: object) -> bool:
    return isinstance(valeur, Sequence) and not isinstance(valeur, str | bytes)


def _lire_regle(brut: object) -> Regle:
    if not isinstance(brut, Mapping) or not {"champ", "op"} <= set(brut) <= {
        "champ",
        "op",
        "valeur",
    }:
        raise ConditionInvalide("a rule has champ, op and valeur")
    nom, op, valeur = lire_nom(brut["champ"]), brut["op"], brut.get("valeur")
    if nom is None:
        raise ConditionInvalide("champ")
    if not isinstance(op, str) or op not in OPERATEURS:
        raise ConditionInvalide("op")
    if op in SANS_VALEUR:
        if valeur not in (None, ""):
            raise ConditionInvalide(f"{op} takes no valeur")
        return Regle(nom, op, None)
    if op == "est_parmi":
        if not _suite(valeur) or not 0 < len(valeur) <= VALEURS_AU_PLUS:
            raise ConditionInvalide("est_parmi takes a list")
        return Regle(nom, op, tuple(_lire_valeur(op, un) for un in valeur))
    return Regle(nom, op, _lire_valeur(op, valeur))


def _lire_valeur(op: str, valeur: object) -> str:
    if (
        not isinstance(valeur, str)
        or not valeur.strip(_BLANCS)
        or len(valeur) > LONGUEUR_AU_PLUS
        # Half a character would be found in the browser, and here not.
        or _SEULE.search(valeur)
        or (op in NOMBRES and nombre(valeur) is None)
        or (op in DATES and jour(valeur) is None)
        or (op in AGES and not _AGE.fullmatch(valeur))
    ):
        raise ConditionInvalide(f"valeur of {op}")
    return valeur


def _epreuve(op: str, attendu) -> Callable[[Canonique, date], bool]:
    if op in NOMBRES:
        borne = nombre(attendu)
        comparer = _COMPARER[op]
        return lambda valeur, _: (
            (lu := nombre(valeur)) is not None and comparer(lu, borne)
        )
    if op in DATES:
        terme = jour(attendu)
        comparer = _COMPARER[op]
        return lambda valeur, _: (
            (lu := jour(valeur)) is not None and comparer(lu, terme)
        )
    if op in AGES:
        ans = int(attendu)
        return lambda valeur, aujourdhui: (
            (lu := jour(valeur)) is not None
            and (atteint := age(lu, aujourdhui)) is not None
            and (atteint >= ans) is (op == "age_au_moins")
        )
    if op in ("rempli", "vide"):
        return lambda valeur, _: op == "rempli"
    if op in ("oui", "non"):
        return lambda valeur, _: valeur == op
    return _epreuve_de_texte(op, attendu)


def _epreuve_de_texte(op: str, attendu) -> Callable[[Canonique, date], bool]:
    if op == "est_parmi":
        parmi = frozenset(map(plier, attendu))
        return lambda valeur, _: any(un in parmi for un in _plies(valeur))
    plie = plier(attendu)
    if op == "contient":
        return lambda valeur, _: (
            plie in plier(valeur) if isinstance(valeur, str) else plie in _plies(valeur)
        )
    return lambda valeur, _: (_plies(valeur) == [plie]) is (op == "est")


def _plies(valeur: Canonique) -> list[str]:
    return [plier(valeur)] if isinstance(valeur, str) else [plier(un) for un in valeur]


_COMPARER: dict[str, Callable] = {
    "egal": lambda un, autre: un == autre,
    "different": lambda un, autre: un != autre,
    "plus_que": lambda un, autre: un > autre,
    "moins_que": lambda un, autre: un < autre,
    "au_moins": lambda un, autre: un >= autre,
    "au_plus": lambda un, autre: un <= autre,
    "le": lambda un, autre: un == autre,
    "avant": lambda un, autre: un < autre,
    "apres": lambda un, autre: un > autre,
}
