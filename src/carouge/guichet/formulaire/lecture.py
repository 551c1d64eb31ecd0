"""The answers of one person to a form, read as far as somebody asks for them.

What the compte knows, what was typed, what that says, and what it shows and hides.
"""

from __future__ import annotations

from carouge.guichet.compte.content import Compte
from carouge.guichet.compte.domain import Level
from carouge.guichet.compte.residency import current_residency
from carouge.guichet.formulaire.compile import CompiledForm
from carouge.guichet.formulaire.compile import Groupe
from carouge.guichet.formulaire.compile import Question
from carouge.guichet.formulaire.conditions import evaluer
from carouge.guichet.formulaire.extensions import default_of
from carouge.guichet.formulaire.extensions import is_asked
from carouge.guichet.formulaire.genre import Contexte
from carouge.guichet.formulaire.genre import Illisible
from carouge.guichet.formulaire.genre import Saisie
from carouge.guichet.formulaire.prefill import Proposition
from carouge.guichet.formulaire.prefill import Reprise
from carouge.guichet.formulaire.prefill import reprise_of
from carouge.guichet.registre.domain import Status
from carouge.guichet.swisstime import now
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Lu:
    """An answer as it was read; ``message`` says why it could not be."""

    valeur: object
    message: object = None


def cle_de(question: Question | None, groupe: Groupe | None, rang: str | None) -> str:
    """The path of an answer, as input names and error lists use it."""
    if groupe is None:
        return question.nom
    if question is None:
        return groupe.nom
    return f"{groupe.nom}.{rang}.{question.nom}"


def usager_pour(compte: Compte | None, par_agent: bool = False) -> dict[str, str]:
    """What conditions can ask about whoever fills in the form.

    An agent fills it in as the person whose compte he has chosen; as himself when there
    is none.
    """
    if compte is None:
        return {
            "type": "agent" if par_agent else "anonyme",
            "niveau": "anonyme",
            "resident": "non",
        }
    residency = current_residency(compte, now())
    return {
        "type": compte.account_type.value,
        "niveau": "verifie" if compte.level is Level.VERIFIED else "declare",
        "resident": "oui" if residency is Status.RESIDENT else "non",
    }


class Lecture:
    """What one person has answered; each answer is read once, when it is needed.

    ``saisies`` is what was typed, by name of question or group. ``usager`` stands for
    what conditions know of the person; it is taken from the compte when left out.
    """

    def __init__(
        self,
        form: CompiledForm,
        saisies: Mapping[str, Saisie],
        contexte: Contexte,
        demarche=None,
        usager: Mapping[str, str] | None = None,
    ) -> None:
        self.form = form
        self.saisies = saisies
        self.contexte = contexte
        self.demarche = demarche
        self.usager = usager or usager_pour(contexte.compte, contexte.par_agent)
        self._read: dict[tuple[str, str | None], Lu] = {}

    # --- what the compte knows ------------------------------------------------

    @cached_property
    def chooses_membre(self) -> bool:
        """Whether there is a household to choose from.

        Who is not known, and who acts for an organisation, says himself whom it is
        about.
        """
        compte = self.contexte.compte
        return compte is not None and compte.organisation is None

    @cached_property
    def reprise(self) -> Reprise:
        """What the compte knows of the questions outside groups."""
        chosen = {
            name: self._typed(self.form.questions[name], None)
            for name in self.form.membres
            if self.form.questions[name].groupe is None
        }
        return self._reprise(chosen)

    def reprise_of(self, groupe: Groupe | None, rang: str | None) -> Reprise:
        """What the compte knows of the questions of one row, or of none."""
        if groupe is None:
            return self.reprise
        return self._row_reprises.get((groupe.nom, rang), self.reprise)

    @cached_property
    def _row_reprises(self) -> dict[tuple[str, str], Reprise]:
        found = {}
        for groupe in self.form.groupes.values():
            asked = [
                question.nom
                for question in groupe.questions
                if question.nom in self.form.membres
            ]
            for row in self.rangs(groupe) if asked else ():
                chosen = {name: row.get(name, "") for name in asked}
                found[groupe.nom, row["id"]] = self._reprise(chosen)
        return found

    def _reprise(self, chosen: Mapping[str, object]) -> Reprise:
        contexte = self.contexte
        return reprise_of(
            self.form,
            contexte.compte,
            chosen if self.chooses_membre else {},
            contexte.donnee,
        )

    def connu(self, question: Question, rang: str | None = None) -> Proposition | None:
        """What the compte would answer."""
        groupe = self._groupe(question)
        reprise = self.reprise_of(groupe, rang)
        if groupe is not None and reprise is self.reprise:
            return None
        return reprise.propositions.get(question.nom)

    def verrou(self, question: Question, rang: str | None = None) -> Proposition | None:
        """What the counter knows for certain; nobody can answer otherwise."""
        known = self.connu(question, rang)
        return known if known is not None and known.locked else None

    # --- what was typed -------------------------------------------------------

    def rangs(self, groupe: Groupe) -> list[dict]:
        """The rows of a group; as many as it needs when none was filled in."""
        rows = self.saisies.get(groupe.nom)
        if isinstance(rows, list) and rows:
            return [row for row in rows if isinstance(row, dict) and row.get("id")]
        if groupe.nom in self.saisies:
            return []
        return [{"id": f"{number:04}"} for number in range(1, groupe.min + 1)]

    def saisie(self, question: Question, rang: str | None = None) -> Saisie:
        """What stands in the input: what was typed, else what is known already."""
        row = self.saisies if rang is None else self._row(question, rang)
        if question.nom in row:
            return row[question.nom]
        known = self.connu(question, rang)
        if known is not None:
            return question.genre.ecrire(question.champ, known.value)
        extension = self.form.extensions.get(question.nom)
        default = (
            default_of(extension, question.champ, self.demarche)
            if extension is not None
            else question.champ.default
        )
        if default is None:
            return question.genre.vide()
        return question.genre.ecrire(question.champ, default)

    def _typed(self, question: Question, rang: str | None) -> Saisie:
        row = self.saisies if rang is None else self._row(question, rang)
        return row.get(question.nom, "")

    def _row(self, question: Question, rang: str) -> Mapping[str, Saisie]:
        groupe = self._groupe(question)
        return next((row for row in self.rangs(groupe) if row["id"] == rang), {})

    def _groupe(self, question: Question) -> Groupe | None:
        return None if question.groupe is None else self.form.groupes[question.groupe]

    # --- what it says ---------------------------------------------------------

    def lu(self, question: Question, rang: str | None = None) -> Lu:
        """The answer to a question, whether it is shown or not."""
        key = question.nom, rang
        if key not in self._read:
            self._read[key] = self._lire(question, rang)
        return self._read[key]

    def _lire(self, question: Question, rang: str | None) -> Lu:
        if question.information:
            return Lu(None)
        if question.calculee:
            return Lu(self._calcul(question, rang))
        verrou = self.verrou(question, rang)
        if verrou is not None:
            return Lu(verrou.value)
        if self._serveur(question):
            extension = self.form.extensions[question.nom]
            return Lu(default_of(extension, question.champ, self.demarche))
        try:
            return Lu(
                question.genre.lire(
                    question.champ, self.saisie(question, rang), self.contexte
                )
            )
        except Illisible as error:
            return Lu(None, error.message)

    def _calcul(self, question: Question, rang: str | None) -> object:
        if rang is None:
            text = self.resultat.calculs.get(question.nom)
        else:
            rows = self.resultat.calculs_rangs.get(question.groupe, {})
            text = rows.get(rang, {}).get(question.nom)
        return question.genre.lire(question.champ, text or "", self.contexte)

    def _serveur(self, question: Question) -> bool:
        extension = self.form.extensions.get(question.nom)
        return extension is not None and extension.serveur

    @cached_property
    def _asked(self) -> dict[str, bool]:
        return {}

    def _is_asked(self, question: Question) -> bool:
        """Whether the question exists for this person, conditions aside."""
        if question.nom in self.form.membres and not self.chooses_membre:
            return False
        extension = self.form.extensions.get(question.nom)
        if extension is None:
            return True
        if question.nom not in self._asked:
            self._asked[question.nom] = is_asked(extension, self.demarche)
        return self._asked[question.nom]

    def possible(self, question: Question) -> bool:
        """Whether a page holds the question at all, shown or not."""
        return self._is_asked(question) and not self._serveur(question)

    @cached_property
    def canoniques(self) -> dict[str, object]:
        """The answers as conditions, computed fields and prices see them."""
        values: dict[str, object] = {}
        for name in self.form.references:
            question = self.form.questions.get(name)
            if question is not None and question.groupe is None:
                values[name] = self._canonique(question, None)
        for groupe in self.form.groupes.values():
            read = [
                question
                for question in groupe.questions
                if question.nom in self.form.references
            ]
            values[groupe.nom] = [
                {"id": row["id"]}
                | {
                    question.nom: self._canonique(question, row["id"])
                    for question in read
                }
                for row in self.rangs(groupe)
            ]
        return values

    def _canonique(self, question: Question, rang: str | None):
        if question.calculee or not self._is_asked(question):
            return None
        valeur = self.lu(question, rang).valeur
        return question.genre.canonique(question.champ, valeur)

    @cached_property
    def resultat(self):
        """What is shown, and what is computed."""
        return evaluer(
            self.form.plan,
            self.canoniques,
            aujourdhui=self.contexte.aujourdhui,
            usager=self.usager,
        )
