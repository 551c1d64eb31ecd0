"""What can be answered to a question, as far as it makes a difference to conditions."""

from __future__ import annotations

from carouge.guichet.access.domain import Conditions
from carouge.guichet.compte.domain import AccountType
from carouge.guichet.compte.domain import Level
from carouge.guichet.entiers import lire_entier
from carouge.guichet.formulaire.compile import CompiledForm
from carouge.guichet.formulaire.compile import Question
from carouge.guichet.formulaire.mots_conditions import choix_de
from carouge.guichet.formulaire.mots_conditions import famille_de
from carouge.guichet.formulaire.regles import AGES
from carouge.guichet.formulaire.regles import Canonique
from carouge.guichet.formulaire.regles import Condition
from carouge.guichet.formulaire.regles import DATES
from carouge.guichet.formulaire.regles import jour
from carouge.guichet.formulaire.regles import nombre
from carouge.guichet.formulaire.regles import NOMBRES
from collections.abc import Iterable
from collections.abc import Iterator
from datetime import date
from datetime import timedelta
from decimal import Decimal
from itertools import islice
from itertools import product
from zope.schema.interfaces import IInt


#: How many different rows of one group are tried.
RANGS_AU_PLUS = 60
#: More choices than that are not tried in all combinations.
CHOIX_AU_PLUS = 6


def usagers_possibles(conditions: Conditions) -> list[dict[str, str]]:
    """The kinds of usagers a démarche lets in, as conditions see them."""
    usagers = [("agent", "anonyme", "non")]
    if conditions.open:
        usagers.insert(0, ("anonyme", "anonyme", "non"))
    for kind in AccountType:
        if conditions.required_types and kind not in conditions.required_types:
            continue
        if conditions.required_level <= Level.DECLARED:
            usagers.append((kind.value, "declare", "non"))
        if kind is AccountType.PERSONNE:
            usagers.append((kind.value, "verifie", "oui"))
        if not conditions.residents_only:
            usagers.append((kind.value, "verifie", "non"))
    return [
        {"type": kind, "niveau": level, "resident": resident}
        for kind, level, resident in usagers
    ]


class Essais:
    """The answers worth trying in one form, on one day."""

    def __init__(
        self,
        form: CompiledForm,
        conditions: Iterable[Condition | None],
        aujourdhui: date,
    ) -> None:
        self.form = form
        self.aujourdhui = aujourdhui
        self._constantes: dict[str, list[tuple[str, str]]] = {}
        for condition in conditions:
            for regle in condition.regles if condition else ():
                values = regle.valeur
                for value in values if isinstance(values, tuple) else (values,):
                    self._constantes.setdefault(regle.champ, []).append(
                        (regle.op, value or "")
                    )

    def domaines(self, noms: Iterable[str]) -> tuple[dict[str, list], bool]:
        """What is tried by name of question or group, and whether that is all there is.

        The second is true when no other answer could show or hide anything else.
        """
        domaines: dict[str, list] = {}
        complet = True
        groupes: dict[str, list[Question]] = {}
        for nom in sorted(noms):
            question = self.form.questions.get(nom)
            if question is None:
                groupes.setdefault(nom, [])
            elif question.calculee:
                complet = False
            elif question.groupe is not None:
                groupes.setdefault(question.groupe, []).append(question)
            else:
                domaines[nom], whole = self.domaine(question)
                complet = complet and whole
        for nom, questions in groupes.items():
            domaines[nom] = self._rangs(nom, questions)
            complet = False
        return domaines, complet

    def domaine(self, question: Question) -> tuple[list[Canonique], bool]:
        """The answers to one question worth trying, none (None) the last of them."""
        famille = famille_de(question.champ)
        constantes = self._constantes.get(question.nom, [])
        operateurs = {op for op, _value in constantes}
        if famille == "oui_non":
            values, complet = ["oui", "non"], True
        elif famille == "choix":
            values = [value for value, _title in choix_de(question.champ)]
            complet = True
        elif famille == "plusieurs":
            values, complet = _plusieurs(question, constantes)
        elif famille == "nombre" or operateurs & NOMBRES:
            values, complet = _nombres(question.champ, constantes)
        elif famille == "date" or operateurs & (DATES | AGES):
            values, complet = self._dates(question.champ, constantes), False
        else:
            texts = [value for _op, value in constantes if value]
            values = [*dict.fromkeys(texts), " ".join([*texts, "x"]), "x"]
            complet = False
        return [*values, None], complet

    def _rangs(self, nom: str, questions: list[Question]) -> list[list[dict]]:
        groupe = self.form.groupes[nom]
        noms = [question.nom for question in questions]
        essais = product(*(self.domaine(question)[0] for question in questions))
        rangs = [
            dict(zip(noms, essai, strict=True))
            for essai in islice(essais, RANGS_AU_PLUS)
        ]
        tailles = {1, groupe.max, groupe.min, len(rangs)}
        for _op, value in self._constantes.get(nom, ()):
            tailles |= {int(number) for number in _autour(value)}
        tailles = {size for size in tailles if groupe.min <= size <= groupe.max}
        lists = [[rang] for rang in rangs] if 1 in tailles else []
        lists += [
            [rangs[number % len(rangs)] for number in range(size)]
            for size in sorted(tailles)
        ]
        return [
            [{"id": f"{number:04}", **rang} for number, rang in enumerate(rows, 1)]
            for rows in lists
        ]

    def _dates(self, champ, constantes) -> list[str]:
        days = {self.aujourdhui}
        for op, value in constantes:
            for day in self._jours(op, value):
                days |= {day - timedelta(1), day, day + timedelta(1)}
        low, high = getattr(champ, "min", None), getattr(champ, "max", None)
        days |= {day for day in (low, high) if day is not None}
        return [
            day.isoformat()
            for day in sorted(days)
            if (low is None or day >= low) and (high is None or day <= high)
        ]

    def _jours(self, op: str, value: str) -> Iterator[date]:
        today = self.aujourdhui
        ans = lire_entier(value, plus=today.year - 1) if op in AGES else None
        if ans is not None:
            yield date(today.year - ans, today.month, min(today.day, 28))
        elif (day := jour(value)) is not None and date.min < day < date.max:
            yield day


def _plusieurs(question: Question, constantes) -> tuple[list[list[str]], bool]:
    choix = [value for value, _title in choix_de(question.champ)]
    named = {value for _op, value in constantes}
    cites = [value for value in choix if value in named]
    if len(cites) > CHOIX_AU_PLUS:
        return [[value] for value in choix] + [choix], False
    # One of those that no condition names stands for all of them.
    cites += [value for value in choix if value not in named][:1]
    subsets = [
        [value for value, taken in zip(cites, mask, strict=True) if taken]
        for mask in product((True, False), repeat=len(cites))
    ]
    return [subset for subset in subsets if subset], True


def _nombres(champ, constantes) -> tuple[list[str], bool]:
    numbers = {Decimal(0), Decimal(1)}
    for _op, value in constantes:
        numbers |= _autour(value)
    if not IInt.providedBy(champ):
        numbers |= {number + Decimal("0.5") for number in numbers}
    low, high = _limit(champ, "min", "minimum"), _limit(champ, "max", "maximum")
    numbers |= {bound for bound in (low, high) if bound is not None}
    kept = sorted(
        number
        for number in numbers
        if (low is None or number >= low) and (high is None or number <= high)
    )
    return [_texte(number) for number in kept], True


def _limit(champ, *names: str) -> Decimal | None:
    for name in names:
        number = nombre(str(getattr(champ, name, None)))
        if number is not None:
            return number
    return None


def _autour(value: str) -> set[Decimal]:
    number = nombre(value)
    return set() if number is None else {number - 1, number, number + 1}


def _texte(number: Decimal) -> str:
    text = format(number, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text
