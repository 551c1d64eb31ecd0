"""Who was chosen in the household of the owner of a demande, while he is not there.

Number and code, the desk and colleagues answer a complement without his account: his
household is not shown to them, and nobody is chosen there in his place.
"""

from __future__ import annotations

from carouge.guichet.formulaire.compile import CompiledForm
from carouge.guichet.formulaire.compile import Question
from carouge.guichet.formulaire.faits import MEMBRE
from carouge.guichet.formulaire.genre import Saisie
from collections.abc import Collection
from collections.abc import Mapping


def repondues_par(form: CompiledForm, asked: Collection[str]) -> set[str]:
    """The questions that are answered by the choice of a member that is ``asked``."""
    chosen = set(asked) & {*form.membres}
    return {
        nom
        for nom, source in form.sources.items()
        if chosen and source.startswith(MEMBRE) and form.membre_of(nom) in chosen
    }


def sans_choix(
    form: CompiledForm,
    avant: Mapping[str, Saisie],
    plates: Mapping[str, tuple[Question, str]],
    typed: Mapping[str, Saisie],
) -> dict[str, Saisie]:
    """What was ``typed``, with everybody who was chosen as he was in the demande.

    What was typed of somebody else who was chosen since is left out. The others are as
    in :class:`carouge.guichet.dossier.reduction.Reduction`.
    """
    seules = {nom for nom in form.membres if form.questions[nom].groupe is None}
    kept = _comme_avant(form, seules, typed, avant)
    for groupe in form.groupes.values():
        choosers = {
            question.nom
            for question in groupe.questions
            if question.nom in form.membres
        }
        rows = kept.get(groupe.nom)
        if choosers and isinstance(rows, list):
            before = {row["id"]: row for row in avant.get(groupe.nom) or ()}
            kept[groupe.nom] = [
                _comme_avant(form, choosers, row, before.get(row.get("id"), {}))
                for row in rows
                if isinstance(row, dict)
            ]
    # Answers of rows that are asked alone: what is said of whom is not told apart.
    for cle, (question, _rang) in plates.items():
        if question.nom in form.membres:
            kept.pop(cle, None)
    return kept


def _comme_avant(
    form: CompiledForm, choosers: Collection[str], typed: Mapping, avant: Mapping
) -> dict:
    kept = dict(typed)
    for chooser in choosers:
        before = avant.get(chooser) or ""
        if typed.get(chooser) not in (None, "", before):
            for nom in repondues_par(form, {chooser}):
                kept.pop(nom, None)
                # A row is replaced whole: what is left out of it is gone.
                if "id" in typed and nom in avant:
                    kept[nom] = avant[nom]
        kept.pop(chooser, None)
        if "id" in typed and before:
            kept[chooser] = before
    return kept
