"""The household member somebody has just chosen answers what he can."""

from __future__ import annotations

from carouge.guichet.formulaire.faits import MEMBRE
from carouge.guichet.formulaire.genre import Saisie
from carouge.guichet.formulaire.parcours import Parcours
from collections.abc import Mapping


def reprendre_membres(
    parcours: Parcours, saisies: Mapping[str, Saisie], *, anew: bool
) -> tuple[dict[str, Saisie], bool]:
    """The saisies to keep once somebody was chosen, and whether that fills anything in.

    ``parcours`` is the state before, ``saisies`` is what the step sends. ``anew`` also
    replaces what was typed: the button for it was pressed. Otherwise only questions
    without an answer are filled in. What is not known of the member stays as it was
    typed, unless it was said of somebody chosen before.
    """
    kept: dict[str, Saisie] = dict(saisies)
    filled = False
    form = parcours.form
    for nom in form.membres:
        question = form.questions[nom]
        if question.groupe is not None:
            continue
        chosen = saisies.get(nom)
        if not chosen or not (anew or chosen != parcours.saisies.get(nom)):
            continue
        before = parcours.saisies.get(nom)
        after = Parcours(form, {nom: chosen}, parcours.contexte, parcours.demarche)
        for other, source in form.sources.items():
            if not source.startswith(MEMBRE) or form.membre_of(other) != nom:
                continue
            known = after.connu(form.questions[other]) is not None
            replaced = anew and (known or before not in (None, "", chosen))
            if replaced or not kept.get(other):
                # Nothing typed: what is known of the member stands there.
                kept[other] = None
                filled = True
    return kept, filled
