"""The form of a démarche, compiled once per version.

easyform parses its XML model at each access to the schema, which is more than half of
the time of a submission. What is made here is bound to no content object, so that all
threads and all démarches with the same model share it.
"""

from __future__ import annotations

from carouge.guichet.demarche.versions import modele_publie
from carouge.guichet.formulaire.binding import source_of
from carouge.guichet.formulaire.calculs import FormuleInvalide
from carouge.guichet.formulaire.calculs import lire_formule
from carouge.guichet.formulaire.calculs import lire_prix
from carouge.guichet.formulaire.calculs import PrixInvalide
from carouge.guichet.formulaire.conditions import ChampPlan
from carouge.guichet.formulaire.conditions import Condition
from carouge.guichet.formulaire.conditions import ConditionInvalide
from carouge.guichet.formulaire.conditions import EtapePlan
from carouge.guichet.formulaire.conditions import GroupePlan
from carouge.guichet.formulaire.conditions import lire_condition
from carouge.guichet.formulaire.conditions import Plan
from carouge.guichet.formulaire.conditions import planifier
from carouge.guichet.formulaire.conditions import Probleme
from carouge.guichet.formulaire.extensions import Extension
from carouge.guichet.formulaire.extensions import extension_of
from carouge.guichet.formulaire.fields import ICalcul
from carouge.guichet.formulaire.fields import IMembreDuFoyer
from carouge.guichet.formulaire.genre import Genre
from carouge.guichet.formulaire.genres import genre_de
from carouge.guichet.formulaire.procedure import conditions_de
from carouge.guichet.formulaire.procedure import deroulement_de
from carouge.guichet.formulaire.procedure import groupes_de
from carouge.guichet.formulaire.procedure import illisibles_de
from collections.abc import Iterator
from collections.abc import Mapping
from collective.easyform.interfaces import ILabel
from dataclasses import dataclass
from functools import cached_property
from functools import lru_cache
from plone.schema.email import IEmail
from plone.supermodel import loadString
from plone.supermodel.interfaces import FIELDSETS_KEY
from zope.interface.interface import InterfaceClass
from zope.schema import getFieldNamesInOrder
from zope.schema.interfaces import IField

import hashlib


#: Id of the step that holds the questions outside any fieldset.
DEBUT = "debut"


@dataclass(frozen=True)
class Question:
    """One field of a form; ``groupe`` names the repeatable group it stands in."""

    nom: str
    champ: IField
    genre: Genre
    etape: str
    groupe: str | None = None
    condition: Condition | None = None

    @property
    def titre(self):
        return self.champ.title

    @property
    def aide(self):
        return self.champ.description

    @property
    def requis(self) -> bool:
        return bool(self.champ.required) and not self.information

    @property
    def information(self) -> bool:
        """A text between the questions: nothing is asked."""
        return ILabel.providedBy(self.champ)

    @property
    def calculee(self) -> bool:
        return ICalcul.providedBy(self.champ)


@dataclass(frozen=True)
class Groupe:
    """Questions that are asked once per row: the children, the vehicles.

    ``ajouter`` is the text of the button for another row; ``min`` and ``max`` are
    numbers of rows.
    """

    nom: str
    titre: str
    ajouter: str
    min: int
    max: int
    questions: tuple[Question, ...]
    condition: Condition | None = None


@dataclass(frozen=True)
class Etape:
    """A step of the form; ``titre`` and ``aide`` may be empty."""

    id: str
    titre: str
    aide: str
    elements: tuple[Question | Groupe, ...]
    condition: Condition | None = None

    @property
    def questions(self) -> Iterator[Question]:
        """All questions of the step, those of groups where the group stands."""
        for element in self.elements:
            if isinstance(element, Groupe):
                yield from element.questions
            else:
                yield element


@dataclass(frozen=True)
class CompiledForm:
    """A form ready for use.

    ``version`` names this state of the form (12 hexadecimal digits of a SHA-256).
    ``contact`` is the name of the first field that asks for an e-mail address.
    ``sources`` says by name of field what it takes from a compte, ``membres`` are the
    fields that ask for a household member, ``extensions`` the rules that only a site
    administrator can set. ``references`` are the fields and groups that some condition,
    computation or price reads. ``problemes`` are the faults of its conditions, computed
    fields and prices, which the publication gate refuses.
    """

    schema: InterfaceClass
    version: str
    etapes: tuple[Etape, ...]
    plan: Plan
    problemes: tuple[Probleme, ...]
    contact: str | None
    sources: Mapping[str, str]
    membres: tuple[str, ...]
    extensions: Mapping[str, Extension]
    references: frozenset[str]

    @cached_property
    def questions(self) -> dict[str, Question]:
        """All questions by name, in the order of the form."""
        return {
            question.nom: question
            for etape in self.etapes
            for question in etape.questions
        }

    @cached_property
    def groupes(self) -> dict[str, Groupe]:
        return {
            element.nom: element
            for etape in self.etapes
            for element in etape.elements
            if isinstance(element, Groupe)
        }

    def etape(self, id: str) -> Etape | None:
        return next((etape for etape in self.etapes if etape.id == id), None)

    def membre_of(self, name: str) -> str | None:
        """The question that chooses the member a question takes its answer from.

        The last one before it; a form that asks for nobody has none.
        """
        order = [*self.questions]
        before = order[: order.index(name)]
        chosen = [other for other in before if other in self.membres]
        return chosen[-1] if chosen else next(iter(self.membres), None)


def compile_form(demarche) -> CompiledForm:
    """The form citizens get: the published version's, else the editors' working copy.

    A démarche that was never published has only the latter.
    """
    return compile_model(modele_publie(demarche))


def compile_draft(demarche) -> CompiledForm:
    """The form as its editors have it before them, published or not."""
    return compile_model(demarche.fields_model)


@lru_cache(maxsize=512)
def compile_model(model: str) -> CompiledForm:
    """Compile easyform's XML.

    Never fails for a model that could be stored: what is wrong in it is among the
    problems, and the questions concerned are asked of everybody.
    """
    schema = loadString(model).schema
    problems = [
        Probleme("champ" if name else "formulaire", name, "illisible", "")
        for name in illisibles_de(schema)
    ]
    conditions = {
        name: _condition(raw, "champ", name, problems)
        for name, raw in conditions_de(schema).items()
    }
    procedure = deroulement_de(schema)
    etapes = _etapes(schema, conditions, procedure, problems)
    names = [question.nom for etape in etapes for question in etape.questions]
    steps = [_etape_plan(etape, problems) for etape in etapes]
    groups = [
        GroupePlan(element.nom, element.condition)
        for etape in etapes
        for element in etape.elements
        if isinstance(element, Groupe)
    ]
    plan = planifier(steps, groups, _prix(procedure, problems))
    sources = {name: source_of(schema, schema[name]) for name in names}
    extensions = {name: extension_of(schema[name]) for name in names}
    return CompiledForm(
        schema=schema,
        version=hashlib.sha256(model.encode()).hexdigest()[:12],
        etapes=etapes,
        plan=plan,
        problemes=(*problems, *plan.problemes),
        contact=next((name for name in names if IEmail.providedBy(schema[name])), None),
        sources={name: source for name, source in sources.items() if source},
        membres=tuple(
            name for name in names if IMembreDuFoyer.providedBy(schema[name])
        ),
        extensions={name: found for name, found in extensions.items() if found},
        references=frozenset(_references(steps, groups, plan.prix)),
    )


def _etapes(schema, conditions, procedure, problems) -> tuple[Etape, ...]:
    fieldsets = schema.queryTaggedValue(FIELDSETS_KEY, [])
    names = getFieldNamesInOrder(schema)
    grouped = {name for fieldset in fieldsets for name in fieldset.fields}
    steps = [(DEBUT, "", "", [name for name in names if name not in grouped])]
    steps += [
        (
            fieldset.__name__,
            fieldset.label or fieldset.__name__,
            fieldset.description or "",
            [name for name in names if name in fieldset.fields],
        )
        for fieldset in fieldsets
    ]
    settings = procedure["etapes"]
    return tuple(
        Etape(
            id,
            titre,
            aide,
            _elements(schema, id, fields, conditions, procedure, problems),
            _condition((settings.get(id) or {}).get("si"), "etape", id, problems),
        )
        for id, titre, aide, fields in steps
        if fields
    )


def _elements(schema, etape, names, conditions, procedure, problems):
    groups = groupes_de(schema)
    settings = procedure["groupes"]
    elements: dict[str, Question | list[Question]] = {}
    for name in names:
        groupe = groups.get(name)
        question = Question(
            name,
            schema[name],
            genre_de(schema[name]),
            etape,
            groupe,
            conditions.get(name),
        )
        if groupe is None:
            elements[f"champ {name}"] = question
        else:
            elements.setdefault(f"groupe {groupe}", []).append(question)
    return tuple(
        element
        if isinstance(element, Question)
        else _groupe(element, settings[element[0].groupe], problems)
        for element in elements.values()
    )


def _groupe(questions: list[Question], settings: Mapping, problems) -> Groupe:
    nom = questions[0].groupe
    return Groupe(
        nom=nom,
        titre=settings["titre"],
        ajouter=settings["ajouter"],
        min=settings["min"],
        max=settings["max"],
        questions=tuple(questions),
        condition=_condition(settings["si"], "groupe", nom, problems),
    )


def _condition(raw, kind: str, name: str, problems: list) -> Condition | None:
    try:
        return lire_condition(raw)
    except ConditionInvalide:
        problems.append(Probleme(kind, name, "condition_illisible", ""))
        return None


def _formule(field: IField):
    """The formula of a computed field, and whether it can be read."""
    try:
        return lire_formule(field.formule), True
    except FormuleInvalide:
        return None, False


def _etape_plan(etape: Etape, problems: list) -> EtapePlan:
    champs = []
    for question in etape.questions:
        formule = None
        if question.calculee:
            formule, readable = _formule(question.champ)
            if not readable:
                problems.append(
                    Probleme("champ", question.nom, "formule_illisible", "")
                )
        champs.append(
            ChampPlan(question.nom, question.groupe, question.condition, formule)
        )
    return EtapePlan(etape.id, etape.condition, tuple(champs))


def _prix(procedure: Mapping, problems: list) -> tuple:
    try:
        return lire_prix(procedure["prix"])
    except PrixInvalide:
        problems.append(Probleme("prix", "", "prix_illisible", ""))
        return ()


def _references(steps, groups, prix) -> Iterator[str]:
    fields = [champ for step in steps for champ in step.champs]
    for item in (*steps, *groups, *fields, *prix):
        if item.condition is not None:
            yield from item.condition.champs
    for champ in fields:
        if champ.formule is not None:
            yield from champ.formule.champs
    yield from (ligne.par for ligne in prix if ligne.par)
