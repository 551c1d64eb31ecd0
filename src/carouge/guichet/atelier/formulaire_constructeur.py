"""The builders as they are drawn: a part of a page, or a widget of a form."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.atelier.formulaire_condition import Construction
from carouge.guichet.atelier.formulaire_condition import Ligne
from carouge.guichet.atelier.formulaire_condition import MAX_REGLES
from carouge.guichet.atelier.formulaire_condition import Question
from carouge.guichet.atelier.formulaire_formule import FormuleSaisie
from carouge.guichet.atelier.formulaire_formule import MAX_TERMES
from carouge.guichet.atelier.formulaire_formule import OPERATIONS
from carouge.guichet.atelier.formulaire_formule import TermeSaisi
from carouge.guichet.formulaire.mots_conditions import OPERATEURS
from Products.Five.browser import BrowserView
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zope.i18n import translate

import json


class ConstructeurCondition(BrowserView):
    """The builder of one condition.

    :param prefixe: what the names of its inputs begin with
    :param titre: message, what the condition is about (« Show this question »)
    """

    template = ViewPageTemplateFile("templates/formulaire_condition.pt")
    modes = (
        ("", _("Always")),
        ("toutes", _("If all of these conditions are met")),
        ("une", _("If one of these conditions is met")),
    )

    def __init__(self, context, request, prefixe: str, titre, etat: Construction):
        super().__init__(context, request)
        self.prefixe = prefixe
        self.titre = titre
        self.etat = etat

    def __call__(self) -> str:
        return self.template()

    def id(self, *parties) -> str:
        """The id of an input."""
        return "-".join([self.prefixe.replace(".", "-"), *map(str, parties)])

    @property
    def lignes(self) -> list[Ligne]:
        """The lines with something in them, and an empty one where it is of use."""
        lignes = list(self.etat.lignes)
        ajouter = f"{self.prefixe}.ajouter" in self.request.form
        if (ajouter or not lignes) and len(lignes) < MAX_REGLES:
            lignes.append(Ligne())
        return lignes

    def question(self, ligne: Ligne):
        return self.etat.repertoire.get(ligne.champ)

    def saisie(self, ligne: Ligne) -> str:
        question = self.question(ligne)
        return question.saisie_de(ligne.op) if question else "rien"

    def disparue(self, ligne: Ligne) -> bool:
        """Whether the line is of a question that was deleted."""
        return bool(ligne.champ) and self.question(ligne) is None

    def unite(self, ligne: Ligne):
        """The label of the value."""
        if self.saisie(ligne) == "age":
            return _("Age in years")
        return _("Answer")

    def donnees(self) -> str:
        """What the script needs to complete a line without the server."""
        dire = self._dire
        return json.dumps(
            {
                "questions": {
                    nom: {"famille": q.famille, "choix": q.choix}
                    for nom, q in self.etat.repertoire.par_nom.items()
                },
                "familles": {
                    famille: [
                        [op, dire(mots), _SAISIES.get(op, "texte")]
                        for op, mots in operateurs
                    ]
                    for famille, operateurs in OPERATEURS.items()
                },
                "textes": {
                    "choisir": dire(_("Choose...")),
                    "comparaison": dire(_("Comparison")),
                    "reponse": dire(_("Answer")),
                    "age": dire(_("Age in years")),
                    "retirer": dire(_("Remove this line")),
                },
                "max": MAX_REGLES,
            },
            ensure_ascii=False,
        )

    def _dire(self, message) -> str:
        return translate(message, context=self.request)


def _saisies() -> dict[str, str]:
    """How values are asked for, by operator, where the question has no choices."""
    return {
        op: Question("", "", famille).saisie_de(op)
        for famille, operateurs in OPERATEURS.items()
        for op, _mots in operateurs
    }


_SAISIES = _saisies()


class ConstructeurFormule(BrowserView):
    """The builder of one formula."""

    template = ViewPageTemplateFile("templates/formulaire_formule.pt")
    operations = OPERATIONS

    def __init__(self, context, request, prefixe: str, etat: FormuleSaisie):
        super().__init__(context, request)
        self.prefixe = prefixe
        self.etat = etat

    def __call__(self) -> str:
        return self.template()

    def id(self, *parties) -> str:
        """The id of an input."""
        return "-".join([self.prefixe.replace(".", "-"), *map(str, parties)])

    @property
    def termes(self) -> list[TermeSaisi]:
        """The terms, and empty ones to go on with."""
        termes = list(self.etat.termes)
        vides = 2 if f"{self.prefixe}.ajouter" in self.request.form else 1
        while len(termes) < 2:
            termes.append(TermeSaisi())
        vides -= sum(not (terme.champ or terme.valeur) for terme in termes)
        return (termes + [TermeSaisi() for _n in range(vides)])[:MAX_TERMES]
