"""The form of a démarche as other programs get it: questions, conditions, JSON Schema."""

from __future__ import annotations

from carouge.guichet.formulaire.compile import Groupe
from carouge.guichet.formulaire.compile import Question
from carouge.guichet.formulaire.conditions import en_json
from carouge.guichet.formulaire.faits import MEMBRE
from carouge.guichet.formulaire.genre import Genre
from carouge.guichet.formulaire.genres import html_de
from carouge.guichet.formulaire.parcours import Parcours
from carouge.guichet.formulaire.prefill import membre_facts
from collections.abc import Callable
from lxml import html


JSON_SCHEMA = "https://json-schema.org/draft/2020-12/schema"

Dire = Callable[[object], str]


def formulaire_de(parcours: Parcours, dire: Dire) -> dict:
    """All that a program needs to ask the questions itself.

    ``plan`` is what ``static/conditions.js`` evaluates: conditions, computed numbers
    and prices in the order in which they depend on each other.
    """
    form = parcours.form
    asked = [
        question
        for question in form.questions.values()
        if parcours.possible(question) or question.calculee
    ]
    return {
        "version": form.version,
        "etapes": [
            {
                "id": etape.id,
                "titre": dire(etape.titre),
                "aide": dire(etape.aide),
                "si": en_json(etape.condition),
                "elements": [element.nom for element in etape.elements],
            }
            for etape in form.etapes
        ],
        "groupes": [_groupe(groupe, dire) for groupe in form.groupes.values()],
        "fields": [_champ(parcours, question, dire) for question in asked],
        "schema": _schema(parcours, asked, dire),
        "plan": form.plan.json(),
    }


def _groupe(groupe: Groupe, dire: Dire) -> dict:
    return {
        "nom": groupe.nom,
        "titre": dire(groupe.titre),
        "ajouter": dire(groupe.ajouter),
        "min": groupe.min,
        "max": groupe.max,
        "si": en_json(groupe.condition),
    }


def _champ(parcours: Parcours, question: Question, dire: Dire) -> dict:
    etape = parcours.form.etape(question.etape)
    return {
        "name": question.nom,
        "label": dire(question.titre),
        "help": _help(question, dire),
        "type": question.genre.nom,
        "required": question.requis and not question.calculee,
        "choices": _choices(parcours, question, dire),
        "max_length": _max_length(question),
        "step": dire(etape.titre),
        "etape": question.etape,
        "groupe": question.groupe,
        "si": en_json(question.condition),
        "compte": _provenance(parcours, question),
    }


def _help(question: Question, dire: Dire) -> str:
    """The help of a question, or the words of an information, as plain text."""
    rich = html_de(question.champ)
    if not rich:
        return dire(question.aide)
    return " ".join(html.fromstring(f"<div>{rich}</div>").text_content().split())


def _max_length(question: Question) -> int | None:
    longueur = getattr(question.genre, "longueur", None)
    if longueur is None or question.genre.nom not in ("line", "text", "email"):
        return None
    return longueur(question.champ)


def _choices(parcours: Parcours, question: Question, dire: Dire) -> list[dict] | None:
    if question.genre.nom not in ("choice", "choices", "membre"):
        return None
    offered = question.genre.choix(question.champ, parcours.contexte)
    choices = [{"value": value, "label": dire(title)} for value, title in offered]
    if question.genre.nom == "membre":
        for choice in choices:
            _add_facts(parcours, choice)
    return choices


def _add_facts(parcours: Parcours, choice: dict) -> None:
    """Say of a household member what his choice brings along."""
    facts = membre_facts(parcours.contexte.compte.membre(choice["value"]))
    choice["donnees"] = {name: fact.value for name, fact in facts.items()}
    choice["verrouillees"] = [name for name, fact in facts.items() if fact.locked]


def _provenance(parcours: Parcours, question: Question) -> dict | None:
    """Where the counter takes an answer from; None for an ordinary question.

    ``valeur`` is what it knows of the caller. A locked one may be left out of the
    answers, but not changed.
    """
    source = parcours.form.sources.get(question.nom)
    if source is None:
        return None
    known = parcours.connu(question) if question.groupe is None else None
    return {
        "fait": source,
        "membre": (
            parcours.form.membre_of(question.nom) if source.startswith(MEMBRE) else None
        ),
        "valeur": question.genre.json(question.champ, known.value) if known else None,
        "source": known.source.value if known else None,
        "origine": known.origin if known else None,
        "date": known.at.isoformat(timespec="seconds") if known and known.at else None,
        "verrouille": bool(known and known.locked),
    }


# --- JSON Schema ----------------------------------------------------------------


def _schema(parcours: Parcours, asked: list[Question], dire: Dire) -> dict:
    """JSON Schema of ``reponses``.

    What is asked under a condition has it under ``x-si`` and is never among the
    required ones; ``x-requis`` says that it is when the condition is fulfilled.
    """
    form = parcours.form
    shown = {question.nom for question in asked}
    properties: dict[str, dict] = {}
    required = []
    for etape in form.etapes:
        for element in etape.elements:
            if isinstance(element, Groupe):
                properties[element.nom] = _rangs(element, shown, dire)
                sure = element.condition is None and element.min > 0
            elif element.nom in shown and _asks(element):
                properties[element.nom] = _reponse(element, dire)
                sure = element.condition is None and element.requis
            else:
                continue
            if sure and etape.condition is None:
                required.append(element.nom)
    return {
        "$schema": JSON_SCHEMA,
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _asks(question: Question) -> bool:
    return not (question.calculee or question.information)


def _reponse(question: Question, dire: Dire) -> dict:
    genre: Genre = question.genre
    schema = genre.schema(question.champ, dire) | {"x-genre": genre.nom}
    if question.condition is not None:
        schema["x-si"] = en_json(question.condition)
        schema["x-requis"] = question.requis
    return schema


def _rangs(groupe: Groupe, shown: set[str], dire: Dire) -> dict:
    questions = [
        question
        for question in groupe.questions
        if question.nom in shown and _asks(question)
    ]
    schema = {
        "title": dire(groupe.titre),
        "type": "array",
        "minItems": groupe.min,
        "maxItems": groupe.max,
        "items": {
            "type": "object",
            "properties": {
                "id": {"type": "string", "pattern": "^[a-z0-9]{4,12}$"},
                **{question.nom: _reponse(question, dire) for question in questions},
            },
            "required": [
                question.nom
                for question in questions
                if question.requis and question.condition is None
            ],
            "additionalProperties": False,
        },
    }
    if groupe.condition is not None:
        schema["x-si"] = en_json(groupe.condition)
    return schema
