"""A step as it was sent, when nothing is known of the other steps.

The brouillon is gone, or its owner has to log in again. What was typed stays on the
page, also in questions that only the answers of other steps have shown.
"""

from __future__ import annotations

from carouge.guichet.formulaire.affichage import PREFIX
from carouge.guichet.formulaire.compile import CompiledForm
from carouge.guichet.formulaire.compile import Etape
from carouge.guichet.formulaire.compile import Question
from carouge.guichet.formulaire.saisies import RANGS
from collections.abc import Mapping
from dataclasses import replace


def forme_envoyee(
    form: CompiledForm, etape: Etape, formulaire: Mapping[str, object]
) -> CompiledForm:
    """The form without the conditions of what was sent with a step."""
    shown = {("etape", etape.id)}
    shown |= {("groupe", nom) for nom in form.groupes if RANGS + nom in formulaire}
    shown |= {
        ("champ", question.nom)
        for question in etape.questions
        if any(_belongs(key, question) for key in formulaire)
    }
    suite = tuple(
        replace(pas, condition=None) if (pas.genre, pas.nom) in shown else pas
        for pas in form.plan.suite
    )
    return replace(form, plan=replace(form.plan, suite=suite))


def _belongs(key: str, question: Question) -> bool:
    """Whether an input answers a question, in whatever row."""
    if not key.startswith(PREFIX):
        return False
    parts = key.removeprefix(PREFIX).split(".")
    if question.groupe is None:
        return parts[0] == question.nom
    return parts[0] == question.groupe and parts[2:3] == [question.nom]
