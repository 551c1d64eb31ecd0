"""The household member somebody has just chosen answers what he can."""

from __future__ import annotations

from carouge.guichet.formulaire.compile import CompiledForm
from carouge.guichet.formulaire.faits import MEMBRE
from carouge.guichet.formulaire.genre import Saisie
from carouge.guichet.formulaire.lecture import cle_de
from carouge.guichet.formulaire.parcours import Parcours
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping


def reprendre_membres(
    parcours: Parcours, saisies: Mapping[str, Saisie], *, anew: str
) -> tuple[dict[str, Saisie], bool]:
    """The saisies to keep once somebody was chosen, and whether that fills anything in.

    ``parcours`` is the state before, ``saisies`` is what the step sends. ``anew`` is the
    path of the question whose button was pressed: there, what was typed is replaced as
    well, by what is known of the member. What is not known of him stays as it was typed,
    unless it was said of somebody chosen before. Otherwise only questions without an
    answer are filled in.
    """
    kept: dict[str, Saisie] = dict(saisies)
    filled = False
    form = parcours.form
    for nom in form.membres:
        question = form.questions[nom]
        if question.groupe is None:
            names = _answered_by(form, nom, form.questions)
            after = _avec(parcours, {nom: kept.get(nom)})
            known = {one for one in names if after.connu(form.questions[one])}
            again = _reprises(parcours.saisies, kept, nom, names, known, anew == nom)
            # Nothing typed: what is known of the member stands there.
            kept |= dict.fromkeys(again)
            filled = filled or bool(again)
        elif question.groupe in kept:
            groupe = form.groupes[question.groupe]
            names = _answered_by(form, nom, [one.nom for one in groupe.questions])
            before = {row["id"]: row for row in parcours.rangs(groupe)}
            rows = []
            for row in kept[groupe.nom]:
                pressed = anew == cle_de(question, groupe, row["id"])
                earlier = before.get(row["id"], {})
                after = _avec(parcours, {groupe.nom: [row]})
                known = {
                    one for one in names if after.connu(form.questions[one], row["id"])
                }
                again = _reprises(earlier, row, nom, names, known, pressed)
                rows.append({name: row[name] for name in row if name not in again})
                filled = filled or bool(again)
            kept[groupe.nom] = rows
    return kept, filled


def _answered_by(form: CompiledForm, nom: str, names: Iterable[str]) -> list[str]:
    """The questions whose answers come from the member that ``nom`` chooses."""
    return [
        other
        for other in names
        if form.sources.get(other, "").startswith(MEMBRE)
        and form.membre_of(other) == nom
    ]


def _avec(parcours: Parcours, saisies: Mapping[str, Saisie]) -> Parcours:
    """The same walk with nothing but these answers."""
    return Parcours(parcours.form, saisies, parcours.contexte, parcours.demarche)


def _reprises(
    before: Mapping,
    after: Mapping,
    nom: str,
    names: Iterable[str],
    known: Collection[str],
    anew: bool,
) -> set[str]:
    """The names whose answers are those of the member from now on.

    ``known`` are those of which something is known of him.
    """
    chosen = after.get(nom)
    if not chosen or not (anew or chosen != before.get(nom)):
        return set()
    elsewhere = before.get(nom) not in (None, "", chosen)
    return {
        name
        for name in names
        if not after.get(name) or (anew and (elsewhere or name in known))
    }
