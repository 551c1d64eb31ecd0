"""What a browser needs to show and hide the questions of a step as the server would."""

from __future__ import annotations

from carouge.guichet.formulaire.compile import Etape
from carouge.guichet.formulaire.parcours import Parcours


def mirror_of(parcours: Parcours, etape: Etape) -> dict:
    """The plan of the conditions, and the answers of the other steps, for JSON.

    ``champs`` are the questions of this step that some condition, computation or price
    reads: the browser reads their inputs itself.
    """
    form = parcours.form
    here = {
        question.nom: question.genre.nom
        for question in etape.questions
        if question.nom in form.references
    }
    groups = {
        question.groupe for question in etape.questions if question.groupe is not None
    }
    return {
        "plan": form.plan.json(),
        "champs": here,
        "groupes": sorted(groups),
        "valeurs": {
            name: value
            for name, value in parcours.canoniques.items()
            if name not in here or _is_fixed(parcours, name)
        },
        "aujourdhui": parcours.contexte.aujourdhui.isoformat(),
        "usager": dict(parcours.usager),
    }


def _is_fixed(parcours: Parcours, name: str) -> bool:
    """Whether a question has no input: the counter answers it."""
    question = parcours.form.questions.get(name)
    return question is not None and not parcours.modifiable(question)
