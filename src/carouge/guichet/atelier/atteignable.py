"""Can every step, group and question of a form be shown to somebody?

Answers are tried out on the form's own conditions: of each question that matters, the
values that can make a difference to some condition. Where all of them could be tried,
the finding is certain; where a form allows more than is tried, or rows of a group or
computed numbers are involved, not finding a way proves nothing and is told as such.
"""

from __future__ import annotations

from carouge.guichet.atelier.essais import Essais
from carouge.guichet.formulaire.compile import CompiledForm
from carouge.guichet.formulaire.compile import Groupe
from carouge.guichet.formulaire.compile import Question
from carouge.guichet.formulaire.conditions import evaluer
from carouge.guichet.formulaire.conditions import Plan
from carouge.guichet.formulaire.conditions import USAGER
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import replace
from datetime import date
from itertools import islice
from itertools import product


#: How many sets of answers are tried for one thing, and for a whole form.
PAR_CIBLE = 4000
EN_TOUT = 40_000

#: A thing that may be hidden: ``etape``, ``groupe`` or ``champ``, and its name.
Cible = tuple[str, str]


@dataclass(frozen=True)
class Bilan:
    """What nobody was found to see: for certain (``jamais``), or perhaps."""

    jamais: tuple[Cible, ...]
    incertain: tuple[Cible, ...]


def chercher(
    form: CompiledForm, usagers: list[dict[str, str]], aujourdhui: date
) -> Bilan:
    """Look for somebody who is shown each step, group and question of a form.

    ``usagers`` are the kinds of people who may fill it in
    (:func:`carouge.guichet.atelier.essais.usagers_possibles`).
    """
    return _Recherche(form, usagers, aujourdhui).bilan()


class _Recherche:
    def __init__(self, form, usagers, aujourdhui) -> None:
        self.form = form
        self.usagers = usagers
        self.aujourdhui = aujourdhui
        self.pas = {(pas.genre, pas.nom): pas for pas in form.plan.suite}
        self.essais = Essais(
            form, (pas.condition for pas in form.plan.suite), aujourdhui
        )
        self.restant = EN_TOUT
        self.vus: set[Cible] = set()

    def bilan(self) -> Bilan:
        jamais, incertain = [], []
        for cible in self._cibles():
            if cible not in self.vus:
                certain = self._tout_essayer(cible)
                if cible not in self.vus:
                    (jamais if certain else incertain).append(cible)
        return Bilan(tuple(jamais), tuple(incertain))

    def _cibles(self) -> Iterator[Cible]:
        for etape in self.form.etapes:
            yield "etape", etape.id
            for element in etape.elements:
                if isinstance(element, Groupe):
                    yield "groupe", element.nom
                    for question in element.questions:
                        yield "champ", question.nom
                else:
                    yield "champ", element.nom

    def _tout_essayer(self, cible: Cible) -> bool:
        """Try what matters to one thing; says whether nothing was left out."""
        needed = self._closure(cible)
        plan = self._restricted(needed)
        noms = [
            nom
            for _genre, nom in needed - self._contents(cible) - {cible}
            if nom in self.form.questions or nom in self.form.groupes
        ]
        domaines, complet = self.essais.domaines(noms)
        asked = any(
            nom in USAGER
            for one in needed
            if (condition := self.pas[one].condition)
            for nom in condition.champs
        )
        usagers = self.usagers if asked else self.usagers[:1]
        essais = product(*domaines.values(), usagers)
        for *values, usager in islice(essais, min(PAR_CIBLE, self.restant)):
            self.restant -= 1
            self._essayer(plan, dict(zip(domaines, values, strict=True)), usager, noms)
            if cible in self.vus:
                return True
        return complet and next(essais, None) is None

    def _essayer(
        self, plan: Plan, valeurs: dict, usager: dict, noms: Iterable[str]
    ) -> None:
        resultat = evaluer(plan, valeurs, aujourdhui=self.aujourdhui, usager=usager)
        questions = self.form.questions
        # Who comes to the end has answered what is required.
        if any(
            nom in resultat.champs and valeurs.get(nom) is None and _required(question)
            for nom in noms
            if (question := questions.get(nom)) is not None
        ):
            return
        for etape in self.form.etapes:
            if etape.id not in resultat.etapes:
                continue
            shown = [
                cible
                for element in etape.elements
                for cible in _shown(element, resultat)
            ]
            self.vus.update(shown)
            # A step with nothing in it is passed over.
            if shown:
                self.vus.add(("etape", etape.id))

    # --- what matters -------------------------------------------------------

    def _contents(self, cible: Cible) -> set[Cible]:
        if cible[0] != "etape":
            return set()
        return {
            ("groupe" if isinstance(element, Groupe) else "champ", element.nom)
            for element in self.form.etape(cible[1]).elements
        }

    def _closure(self, cible: Cible) -> set[Cible]:
        """What has to be evaluated to know whether a thing is shown."""
        needed: set[Cible] = set()
        rest = [cible, *self._contents(cible)]
        while rest:
            one = rest.pop()
            pas = self.pas.get(one)
            if one in needed or pas is None:
                continue
            needed.add(one)
            noms = pas.condition.champs if pas.condition else ()
            noms += pas.formule.champs if pas.formule else ()
            for nom in noms:
                rest += [("champ", nom), ("groupe", nom)]
            if pas.etape is not None:
                rest.append(("etape", pas.etape))
            if pas.groupe is not None:
                rest.append(("groupe", pas.groupe))
        return needed

    def _restricted(self, needed: set[Cible]) -> Plan:
        plan = self.form.plan
        suite = tuple(pas for pas in plan.suite if (pas.genre, pas.nom) in needed)
        return replace(plan, suite=suite)


def _required(question: Question) -> bool:
    return question.requis and not question.calculee


def _shown(element: Question | Groupe, resultat) -> Iterator[Cible]:
    if isinstance(element, Question):
        if element.nom in resultat.champs:
            yield "champ", element.nom
        return
    if element.nom not in resultat.groupes:
        return
    yield "groupe", element.nom
    rangs = resultat.rangs[element.nom].values()
    for question in element.questions:
        # Without a row nobody is asked: then its own condition decides alone.
        if question.condition is None or any(question.nom in shown for shown in rangs):
            yield "champ", question.nom
