"""The formula of a computed field, put together in words."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.atelier.formulaire_condition import jour_saisi
from carouge.guichet.atelier.formulaire_condition import nombre_saisi
from carouge.guichet.atelier.formulaire_condition import Repertoire
from carouge.guichet.atelier.formulaire_condition import texte
from carouge.guichet.formulaire.calculs import formule_en_json
from carouge.guichet.formulaire.calculs import FormuleInvalide
from carouge.guichet.formulaire.calculs import lire_formule
from carouge.guichet.formulaire.procedure import json_text
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from typing import Any


MAX_TERMES = 20

OPERATIONS = (
    ("somme", _("Sum: all of them together")),
    ("produit", _("Product: one times the other")),
    ("difference", _("Difference: the first one less the others")),
    ("nombre", _("Number of answers given")),
    ("age", _("Age in years (today, or on the second date)")),
    ("jours", _("Days from the first date to the second")),
)

_DATES = frozenset({"age", "jours"})


@dataclass
class TermeSaisi:
    """One operand as it was typed: a question, or a fixed value."""

    champ: str = ""
    valeur: str = ""
    erreur: Any = None


@dataclass
class FormuleSaisie:
    """The state of one formula builder; ``formule`` is JSON text, "" for none."""

    repertoire: Repertoire
    op: str = ""
    termes: list[TermeSaisi] = field(default_factory=list)
    formule: str = ""
    erreur: Any = None
    intermediaire: bool = False

    @property
    def valable(self) -> bool:
        """Whether ``formule`` says what was typed."""
        return self.erreur is None and not any(terme.erreur for terme in self.termes)

    @property
    def message(self):
        """What is wrong, in one sentence."""
        if self.erreur is not None:
            return self.erreur
        return _("The formula is not complete: see the marked lines.")


def depuis_json(text: str, repertoire: Repertoire) -> FormuleSaisie:
    """The builder of a stored formula."""
    etat = FormuleSaisie(repertoire)
    if not text:
        return etat
    try:
        formule = lire_formule(text)
    except FormuleInvalide:
        etat.erreur = _("The stored formula cannot be read. Make it anew.")
        return etat
    etat.op = formule.op
    etat.termes = [TermeSaisi(t.champ or "", t.valeur or "") for t in formule.termes]
    return etat


def depuis_formulaire(
    formulaire: Mapping[str, object], prefixe: str, repertoire: Repertoire
) -> FormuleSaisie:
    """What was sent under a prefix; odd values are nothing."""
    etat = FormuleSaisie(repertoire)
    op = formulaire.get(f"{prefixe}.op")
    etat.op = op if op in dict(OPERATIONS) else ""
    for numero in range(MAX_TERMES):
        terme = TermeSaisi(
            texte(formulaire.get(f"{prefixe}.{numero}.champ")),
            texte(formulaire.get(f"{prefixe}.{numero}.valeur")),
        )
        if terme.champ or terme.valeur:
            etat.termes.append(terme)
    if f"{prefixe}.ajouter" in formulaire:
        etat.intermediaire = True
        return etat
    termes = [_terme(terme, etat) for terme in etat.termes]
    if not etat.op:
        etat.erreur = _("Say what is computed.")
    elif etat.valable:
        try:
            formule = lire_formule({"op": etat.op, "termes": termes})
        except FormuleInvalide:
            etat.erreur = _COMBIEN.get(etat.op, _("Give at least one question."))
        else:
            etat.formule = json_text(formule_en_json(formule))
    return etat


_COMBIEN = {
    "difference": _("A difference needs at least two lines."),
    "age": _("An age needs one date, or two."),
    "jours": _("A number of days needs two dates."),
}


def _terme(terme: TermeSaisi, etat: FormuleSaisie) -> dict:
    if terme.champ and terme.valeur:
        terme.erreur = _("Choose a question or give a fixed value, not both.")
        return {}
    if terme.champ:
        terme.erreur = _probleme(terme.champ, etat)
        return {"champ": terme.champ}
    lire = jour_saisi if etat.op in _DATES else nombre_saisi
    valeur = lire(terme.valeur)
    if valeur is None:
        terme.erreur = (
            _("Enter a date, for example 25.11.2026.")
            if etat.op in _DATES
            else _("Enter a number, for example 12 or 12.50.")
        )
    return {"valeur": valeur}


def _probleme(champ: str, etat: FormuleSaisie):
    question = etat.repertoire.get(champ)
    if question is None:
        return _("This question does not exist any more. Choose another one.")
    if etat.op in _DATES and question.famille != "date":
        return _("“${question}” is no date.", mapping={"question": question.titre})
    if etat.op in ("somme", "produit", "difference") and question.famille != "nombre":
        return _("“${question}” is no number.", mapping={"question": question.titre})
    return None
