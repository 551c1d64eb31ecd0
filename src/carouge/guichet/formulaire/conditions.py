"""Which steps, groups and questions the answers show: the door to rules and plans.

Pure Python. ``planifier`` is called once per version of a form, ``evaluer`` for each
look at its answers; the browser gets ``Plan.json()`` and does the same with
``static/conditions.js``.
"""

from __future__ import annotations

from carouge.guichet.formulaire.calculs import calculer
from carouge.guichet.formulaire.plan import ChampPlan
from carouge.guichet.formulaire.plan import EtapePlan
from carouge.guichet.formulaire.plan import GroupePlan
from carouge.guichet.formulaire.plan import Pas
from carouge.guichet.formulaire.plan import Plan
from carouge.guichet.formulaire.plan import planifier
from carouge.guichet.formulaire.plan import Probleme
from carouge.guichet.formulaire.regles import Canonique
from carouge.guichet.formulaire.regles import canonique
from carouge.guichet.formulaire.regles import Condition
from carouge.guichet.formulaire.regles import ConditionInvalide
from carouge.guichet.formulaire.regles import en_json
from carouge.guichet.formulaire.regles import lire_condition
from carouge.guichet.formulaire.regles import OPERATEURS
from carouge.guichet.formulaire.regles import Regle
from carouge.guichet.formulaire.regles import USAGER
from carouge.guichet.formulaire.regles import Vue
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


__all__ = [
    "Canonique",
    "ChampPlan",
    "Condition",
    "ConditionInvalide",
    "EtapePlan",
    "GroupePlan",
    "OPERATEURS",
    "Plan",
    "Probleme",
    "Regle",
    "Resultat",
    "USAGER",
    "Vue",
    "en_json",
    "evaluer",
    "lire_condition",
    "planifier",
]


@dataclass(frozen=True)
class Resultat:
    """What is shown, and the values of the computed fields.

    ``champs`` are the shown fields outside groups; ``rangs`` says of each shown group,
    by row id, which fields the row shows. ``calculs`` has all computed fields outside
    groups, ``calculs_rangs`` those of the rows of shown groups; None for one that is
    hidden or lacks an operand. ``vue`` are the answers that count, for the price.
    """

    etapes: frozenset[str]
    groupes: frozenset[str]
    champs: frozenset[str]
    rangs: Mapping[str, Mapping[str, frozenset[str]]]
    calculs: Mapping[str, str | None]
    calculs_rangs: Mapping[str, Mapping[str, Mapping[str, str | None]]]
    vue: Vue


def evaluer(
    plan: Plan,
    valeurs: Mapping[str, object],
    *,
    aujourdhui: date,
    usager: Mapping[str, str],
) -> Resultat:
    """What these answers show.

    ``valeurs`` are the canonical values by field name, and under the name of a group its
    rows, each with its ``id``; anything else than that is nothing. ``usager`` has the
    keys ``type``, ``niveau`` and ``resident``. ``aujourdhui`` is the day in Geneva.
    """
    vue = Vue(plan.groupe_de, plan.groupes, aujourdhui, usager)
    etapes: set[str] = set()
    champs: set[str] = set()
    bruts: dict[str, dict[str, Mapping]] = {}
    rangs: dict[str, dict[str, set[str]]] = {}
    calculs: dict[str, str | None] = {}
    calculs_rangs: dict[str, dict[str, dict[str, str | None]]] = {}
    for pas in plan.suite:
        if pas.groupe:
            for cle, brut in bruts.get(pas.groupe, {}).items():
                rang = vue.rangs[pas.groupe][cle]
                visible = pas.condition is None or pas.condition.tenue(
                    vue, pas.groupe, rang
                )
                if visible:
                    rangs[pas.groupe][cle].add(pas.nom)
                    rang[pas.nom] = _valeur(pas, brut, vue, rang)
                if pas.calcul:
                    calculs_rangs[pas.groupe][cle][pas.nom] = rang.get(pas.nom)
            continue
        visible = (pas.etape is None or pas.etape in etapes) and (
            pas.condition is None or pas.condition.tenue(vue)
        )
        if pas.genre == "champ":
            if visible:
                champs.add(pas.nom)
                vue.champs[pas.nom] = _valeur(pas, valeurs, vue, None)
            if pas.calcul:
                calculs[pas.nom] = vue.champs.get(pas.nom)
        elif visible and pas.genre == "etape":
            etapes.add(pas.nom)
        elif visible:
            bruts[pas.nom] = _rangs(valeurs.get(pas.nom))
            vue.rangs[pas.nom] = {cle: {} for cle in bruts[pas.nom]}
            rangs[pas.nom] = {cle: set() for cle in bruts[pas.nom]}
            calculs_rangs[pas.nom] = {cle: {} for cle in bruts[pas.nom]}
    return Resultat(
        frozenset(etapes),
        frozenset(rangs),
        frozenset(champs),
        {
            groupe: {cle: frozenset(noms) for cle, noms in lignes.items()}
            for groupe, lignes in rangs.items()
        },
        calculs,
        calculs_rangs,
        vue,
    )


def _valeur(pas: Pas, valeurs: Mapping, vue: Vue, rang) -> Canonique:
    if not pas.calcul:
        return canonique(valeurs.get(pas.nom))
    return pas.formule and calculer(pas.formule, vue, pas.groupe or "", rang)


def _rangs(brut: object) -> dict[str, Mapping]:
    rangs: dict[str, Mapping] = {}
    for rang in brut if isinstance(brut, list | tuple) else ():
        if isinstance(rang, Mapping) and isinstance(rang.get("id"), str):
            rangs.setdefault(rang["id"], rang)
    return rangs
