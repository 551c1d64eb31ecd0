"""The faults of conditions, computed fields and prices, as an editor reads them."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.entiers import lire_entier
from carouge.guichet.formulaire.compile import CompiledForm
from carouge.guichet.formulaire.conditions import Probleme
from zope.i18nmessageid import Message


_MESSAGES = {
    "cycle": _(
        "“${cible}” depends on “${champ}”, which itself depends on “${cible}”. It is "
        "shown to everybody until one of the conditions is changed."
    ),
    "champ_inconnu": _(
        "“${cible}” refers to a question that does not exist any more (${champ})."
    ),
    "reference_de_groupe_invalide": _(
        "“${cible}” cannot refer to “${champ}”, which is asked once per row of a group."
    ),
    "groupe_inconnu": _("“${cible}” stands in a group that does not exist (${champ})."),
    "groupe_vide": _("The group “${cible}” has no question."),
    "groupe_disperse": _(
        "“${cible}” stands in another step than the other questions of its group."
    ),
    "nom_en_double": _("The name “${cible}” is given twice in this form."),
    "nom_reserve": _("A question of a group cannot have the short name “${cible}”."),
    "condition_illisible": _("The condition of “${cible}” cannot be read."),
    "formule_illisible": _("The formula of “${cible}” cannot be read."),
    "illisible": _("A part of “${cible}” cannot be read."),
    "prix_illisible": _("The price lines cannot be read."),
}
_OTHER = _("“${cible}” cannot be used as it is (${code}).")


def en_mots(probleme: Probleme, form: CompiledForm) -> Message:
    """What is wrong, as a message."""
    return Message(
        _MESSAGES.get(probleme.code, _OTHER),
        mapping={
            "cible": titre_de(probleme.cible_genre, probleme.cible_nom, form),
            "champ": _named(probleme.champ, form),
            "code": probleme.code,
        },
    )


def titre_de(genre: str, nom: str, form: CompiledForm):
    """What an editor calls a step, a group, a question or a price line."""
    if genre == "etape":
        etape = form.etape(nom)
        return (etape and etape.titre) or _("Beginning of the form")
    if genre == "groupe":
        groupe = form.groupes.get(nom)
        return groupe.titre if groupe is not None else nom
    if genre == "formulaire":
        return _("Form")
    if genre == "prix":
        number = lire_entier(nom) or 0
        return form.plan.prix[number].libelle if number < len(form.plan.prix) else nom
    question = form.questions.get(nom)
    return question.titre if question is not None else nom


def _named(nom: str, form: CompiledForm):
    return titre_de("groupe" if nom in form.groupes else "champ", nom, form)
