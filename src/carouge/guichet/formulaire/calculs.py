"""Computed fields and prices, exact to the last digit, in pure Python.

The twin in the browser is ``static/conditions.js``.
"""

from __future__ import annotations

from carouge.guichet.formulaire.regles import age
from carouge.guichet.formulaire.regles import Canonique
from carouge.guichet.formulaire.regles import Condition
from carouge.guichet.formulaire.regles import ConditionInvalide
from carouge.guichet.formulaire.regles import en_json
from carouge.guichet.formulaire.regles import jour
from carouge.guichet.formulaire.regles import lire_condition
from carouge.guichet.formulaire.regles import lire_nom
from carouge.guichet.formulaire.regles import LONGUEUR_AU_PLUS
from carouge.guichet.formulaire.regles import nombre
from carouge.guichet.formulaire.regles import Vue
from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Context
from decimal import Decimal
from decimal import ROUND_HALF_UP
from functools import reduce

import json


#: Formulas that go over the rows of a group; the others want one value per term.
SUR_LES_RANGS = frozenset({"somme", "nombre"})
_TERMES = {
    "somme": (1, 50),
    "produit": (1, 50),
    "difference": (2, 50),
    "nombre": (1, 50),
    "age": (1, 2),
    "jours": (2, 2),
}
OPERATIONS = frozenset(_TERMES)

LIGNES_AU_PLUS = 100
MONTANT_AU_PLUS = 10**9
#: A line is never worth more (in centimes), so that any total is exact in a browser.
LIGNE_AU_PLUS = 10**13

# Fifty factors of 48 digits fit: nothing is ever rounded on the way.
_EXACT = Context(prec=4000)


class FormuleInvalide(ValueError):
    """What should be a formula is none; the text is for the log, not for a person."""


class PrixInvalide(ValueError):
    """What should be the lines of a price are none."""


@dataclass(frozen=True)
class Terme:
    """An operand: the answer to ``champ`` (or a group's number of rows), or ``valeur``."""

    champ: str | None = None
    valeur: str | None = None


@dataclass(frozen=True)
class Formule:
    """How a computed field gets its value.

    ``somme``, ``produit``, ``difference`` (the first less the others), ``nombre`` (how
    many answers are given; of several choices each counts), ``age`` (whole years today,
    or on the day of the second term), ``jours`` (from the first day to the second: 0 for
    the same day).
    """

    op: str
    termes: tuple[Terme, ...]

    @property
    def champs(self) -> tuple[str, ...]:
        """The names it refers to, each once, in order."""
        return tuple(dict.fromkeys(terme.champ for terme in self.termes if terme.champ))


@dataclass(frozen=True)
class LignePrix:
    """A line of a price: ``montant`` centimes (less than 0 for a reduction) times ``par``.

    ``par`` is "" for once, else a number or computed field (all rows of one in a group)
    or a group (its number of rows).
    """

    libelle: str
    montant: int
    par: str
    condition: Condition | None


@dataclass(frozen=True)
class LigneCalculee:
    """A line that applies: ``quantite`` is a decimal text, amounts are centimes."""

    libelle: str
    quantite: str
    montant: int
    total: int


@dataclass(frozen=True)
class Prix:
    """The lines that apply and what they come to, in centimes and never below 0."""

    lignes: tuple[LigneCalculee, ...]
    total: int


def lire_formule(brut: Mapping | str) -> Formule:
    """A formula from its JSON, as a text or already loaded.

    :raises FormuleInvalide: anything that is not exactly a formula
    """
    if isinstance(brut, str):
        try:
            brut = json.loads(brut)
        except (ValueError, RecursionError):
            raise FormuleInvalide("not JSON") from None
    if not isinstance(brut, Mapping) or set(brut) != {"op", "termes"}:
        raise FormuleInvalide("a formula has op and termes")
    op, termes = brut["op"], brut["termes"]
    if not isinstance(op, str) or op not in OPERATIONS:
        raise FormuleInvalide("op")
    au_moins, au_plus = _TERMES[op]
    if not isinstance(termes, list | tuple) or not au_moins <= len(termes) <= au_plus:
        raise FormuleInvalide(f"termes of {op}")
    return Formule(op, tuple(_lire_terme(op, terme) for terme in termes))


def formule_en_json(formule: Formule) -> dict:
    """The JSON of a formula: what ``lire_formule`` reads."""
    return {
        "op": formule.op,
        "termes": [
            {"champ": terme.champ} if terme.champ else {"valeur": terme.valeur}
            for terme in formule.termes
        ],
    }


def calculer(
    formule: Formule,
    vue: Vue,
    groupe: str = "",
    rang: Mapping[str, Canonique] | None = None,
) -> str | None:
    """The value of a computed field, seen from a row of a group or from elsewhere.

    A decimal text without superfluous zeros. None when an operand is missing (``somme``
    and ``nombre`` go on without it) or when the result has more than 24 digits before or
    after the point.
    """
    valeurs = [_valeurs(terme, vue, groupe, rang) for terme in formule.termes]
    if formule.op in SUR_LES_RANGS:
        toutes = [valeur for suite in valeurs for valeur in suite]
        return texte(_NOMBREUX[formule.op](toutes))
    seules = [suite[0] if len(suite) == 1 else None for suite in valeurs]
    if formule.op in ("age", "jours"):
        return _temps(formule.op, seules, vue.aujourdhui)
    nombres = [nombre(valeur) for valeur in seules]
    if None in nombres:
        return None
    operer = _EXACT.multiply if formule.op == "produit" else _EXACT.subtract
    return texte(reduce(operer, nombres))


def texte(valeur: Decimal) -> str | None:
    """A number as its normalised text; None when it has too many digits."""
    ecrit = format(valeur, "f")
    if "." in ecrit:
        ecrit = ecrit.rstrip("0").rstrip(".")
    if ecrit == "-0":
        return "0"
    return None if nombre(ecrit) is None else ecrit


def lire_prix(brut: list) -> tuple[LignePrix, ...]:
    """The lines of a price from their JSON.

    :raises PrixInvalide: anything that is not exactly a list of lines
    """
    if not isinstance(brut, list | tuple) or len(brut) > LIGNES_AU_PLUS:
        raise PrixInvalide("a price is a list of lines")
    return tuple(_lire_ligne(ligne) for ligne in brut)


def prix_en_json(lignes: Iterable[LignePrix]) -> list[dict]:
    """The JSON of the lines of a price: what ``lire_prix`` reads."""
    return [
        {
            "libelle": ligne.libelle,
            "montant": ligne.montant,
            "par": ligne.par,
            "si": en_json(ligne.condition),
        }
        for ligne in lignes
    ]


def prix(lignes: Iterable[LignePrix], vue: Vue) -> Prix:
    """What the answers cost; call it with ``plan.prix`` and ``resultat.vue``.

    Lines whose condition does not hold, or whose quantity is missing, 0 or less, are left
    out. Each line is rounded to the centime, halves away from 0.
    """
    calculees = [
        LigneCalculee(ligne.libelle, quantite, ligne.montant, _total(ligne, quantite))
        for ligne in lignes
        if (ligne.condition is None or ligne.condition.tenue(vue))
        and (quantite := _quantite(ligne, vue)) is not None
    ]
    return Prix(tuple(calculees), max(0, sum(ligne.total for ligne in calculees)))


def _lire_terme(op: str, brut: object) -> Terme:
    if not isinstance(brut, Mapping) or set(brut) not in ({"champ"}, {"valeur"}):
        raise FormuleInvalide("a term has champ or valeur")
    if "champ" in brut:
        nom = lire_nom(brut["champ"])
        if nom is None:
            raise FormuleInvalide("champ")
        return Terme(champ=nom)
    lire = jour if op in ("age", "jours") else nombre
    if lire(brut["valeur"]) is None:
        raise FormuleInvalide(f"valeur of {op}")
    return Terme(valeur=brut["valeur"])


def _lire_ligne(brut: object) -> LignePrix:
    if not isinstance(brut, Mapping) or not {"libelle", "montant"} <= set(brut) <= {
        "libelle",
        "montant",
        "par",
        "si",
    }:
        raise PrixInvalide("a line has libelle, montant, par and si")
    libelle, montant, par = brut["libelle"], brut["montant"], brut.get("par", "")
    if not isinstance(libelle, str) or not 0 < len(libelle.strip()) <= LONGUEUR_AU_PLUS:
        raise PrixInvalide("libelle")
    if type(montant) is not int or abs(montant) > MONTANT_AU_PLUS:
        raise PrixInvalide("montant")
    if par != "" and lire_nom(par) is None:
        raise PrixInvalide("par")
    try:
        condition = lire_condition(brut.get("si"))
    except ConditionInvalide as error:
        raise PrixInvalide("si") from error
    return LignePrix(libelle, montant, par, condition)


def _valeurs(
    terme: Terme, vue: Vue, groupe: str, rang: Mapping[str, Canonique] | None
) -> list[Canonique]:
    if terme.champ is None:
        return [terme.valeur]
    ou = vue.groupe_de.get(terme.champ)
    if ou is None:
        return [vue.une(terme.champ)]
    if ou == groupe and rang is not None:
        return [rang.get(terme.champ)]
    return vue.plusieurs(ou, terme.champ)


def _somme(valeurs: Iterable[Canonique]) -> Decimal:
    lus = (nombre(valeur) for valeur in valeurs)
    return reduce(_EXACT.add, (lu for lu in lus if lu is not None), Decimal(0))


def _compte(valeurs: Iterable[Canonique]) -> Decimal:
    return Decimal(
        sum(
            len(valeur) if isinstance(valeur, list) else 1
            for valeur in valeurs
            if valeur is not None
        )
    )


_NOMBREUX = {"somme": _somme, "nombre": _compte}


def _temps(op: str, valeurs: list[Canonique], aujourdhui: date) -> str | None:
    jours = [jour(valeur) for valeur in valeurs]
    if None in jours:
        return None
    if op == "jours":
        return str((jours[1] - jours[0]).days)
    ans = age(jours[0], jours[1] if len(jours) == 2 else aujourdhui)
    return None if ans is None else str(ans)


def _quantite(ligne: LignePrix, vue: Vue) -> str | None:
    if not ligne.par:
        return "1"
    # What one row says less than 0 takes nothing from the others.
    valeurs = [
        valeur
        for valeur in _valeurs(Terme(champ=ligne.par), vue, "", None)
        if (nombre(valeur) or 0) > 0
    ]
    return texte(_somme(valeurs)) if valeurs else None


def _total(ligne: LignePrix, quantite: str) -> int:
    exact = _EXACT.multiply(Decimal(ligne.montant), Decimal(quantite))
    rond = int(exact.to_integral_value(ROUND_HALF_UP))
    return max(-LIGNE_AU_PLUS, min(LIGNE_AU_PLUS, rond))
