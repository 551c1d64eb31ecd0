"""One walk through a form: what is asked of this person, and what the answers are.

The page, the REST service, the submission and the scenarios of the editors all ask the
same object. It holds no state and writes nothing: it is made anew of what was typed,
reads only what is asked of it, and remembers what it has read.
"""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.formulaire.calculs import Prix
from carouge.guichet.formulaire.calculs import prix
from carouge.guichet.formulaire.compile import Etape
from carouge.guichet.formulaire.compile import Groupe
from carouge.guichet.formulaire.compile import Question
from carouge.guichet.formulaire.extensions import complaint_about
from carouge.guichet.formulaire.lecture import cle_de
from carouge.guichet.formulaire.lecture import Lecture
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Erreur:
    """What is wrong with one answer; ``rang`` is the id of the row in a group."""

    question: Question | None
    groupe: Groupe | None
    rang: str | None
    message: object

    @property
    def cle(self) -> str:
        """The path of the answer: ``nom``, ``groupe``, or ``groupe.rang.nom``."""
        return cle_de(self.question, self.groupe, self.rang)


class Parcours(Lecture):
    """What one person is asked, step by step, and what is still wrong with it."""

    # --- what is asked --------------------------------------------------------

    def montre(self, question: Question, rang: str | None = None) -> bool:
        """Whether a question counts for this person."""
        if question.groupe is None:
            shown = question.nom in self.resultat.champs
        else:
            rows = self.resultat.rangs.get(question.groupe, {})
            shown = question.nom in rows.get(rang, ())
        return shown and self._is_asked(question)

    def groupe_montre(self, groupe: Groupe) -> bool:
        return groupe.nom in self.resultat.groupes

    @cached_property
    def etapes(self) -> list[Etape]:
        """The steps of this person, in order."""
        return [etape for etape in self.form.etapes if self._etape_montree(etape)]

    def _etape_montree(self, etape: Etape) -> bool:
        if etape.id not in self.resultat.etapes:
            return False
        return any(
            self.groupe_montre(element)
            if isinstance(element, Groupe)
            else self.montre(element) and not self._serveur(element)
            for element in etape.elements
        )

    def etape(self, id: str) -> Etape | None:
        return next((etape for etape in self.etapes if etape.id == id), None)

    def suivante(self, id: str) -> Etape | None:
        """The step after a step; None after the last one."""
        ids = [etape.id for etape in self.etapes]
        later = self.etapes[ids.index(id) + 1 :] if id in ids else self.etapes
        return later[0] if later else None

    def precedente(self, id: str) -> Etape | None:
        ids = [etape.id for etape in self.etapes]
        position = ids.index(id) if id in ids else 0
        return self.etapes[position - 1] if position else None

    def questions(
        self, etape: Etape
    ) -> Iterator[tuple[Question, Groupe | None, str | None]]:
        """The questions of a step that count, those of groups once per row."""
        for element in etape.elements:
            yield from self._of_element(element)

    def _of_element(
        self, element: Question | Groupe
    ) -> Iterator[tuple[Question, Groupe | None, str | None]]:
        if not isinstance(element, Groupe):
            if self.montre(element):
                yield element, None, None
        elif self.groupe_montre(element):
            for row in self.rangs(element):
                for question in element.questions:
                    if self.montre(question, row["id"]):
                        yield question, element, row["id"]

    def modifiable(self, question: Question, rang: str | None = None) -> bool:
        """Whether the person answers it himself."""
        return not (
            question.information
            or question.calculee
            or self._serveur(question)
            or self.verrou(question, rang)
        )

    def apparues(self, avant: Parcours, etape: Etape) -> bool:
        """Whether a step asks something now that it did not ask ``avant``."""
        return any(
            self.modifiable(question, rang) and not avant.montre(question, rang)
            for question, _groupe, rang in self.questions(etape)
        )

    def requise(self, question: Question) -> bool:
        """Whether it has to be answered.

        Whoever stands at the counter may have no e-mail address.
        """
        if self.contexte.par_agent and question.nom == self.form.contact:
            return False
        return question.requis

    # --- what is wrong --------------------------------------------------------

    def erreurs(self, etape: Etape) -> list[Erreur]:
        """What is wrong in a step, in the order of its questions."""
        errors = []
        for element in etape.elements:
            if isinstance(element, Groupe) and self.groupe_montre(element):
                message = self._rows_complaint(element)
                if message is not None:
                    errors.append(Erreur(None, element, None, message))
            for question, groupe, rang in self._of_element(element):
                message = self._complaint(question, rang)
                if message:
                    errors.append(Erreur(question, groupe, rang, message))
        return errors

    def _rows_complaint(self, groupe: Groupe):
        rows = len(self.rangs(groupe))
        if rows < groupe.min:
            return _(
                "At least ${number} of these are needed.",
                mapping={"number": groupe.min},
            )
        if rows > groupe.max:
            return _(
                "At most ${number} of these are possible.",
                mapping={"number": groupe.max},
            )
        return None

    def _complaint(self, question: Question, rang: str | None):
        if not self.modifiable(question, rang):
            return None
        lu = self.lu(question, rang)
        if lu.message is not None:
            return lu.message
        if question.genre.est_vide(lu.valeur):
            requis = self.requise(question)
            return question.genre.manque(question.champ) if requis else None
        extension = self.form.extensions.get(question.nom)
        if extension is None:
            return None
        return complaint_about(extension, lu.valeur, self.demarche) or None

    @cached_property
    def complet(self) -> bool:
        """Whether all that is asked is answered as it should be."""
        return not any(self.erreurs(etape) for etape in self.etapes)

    # --- what is submitted ----------------------------------------------------

    @cached_property
    def valeurs(self) -> dict[str, object]:
        """The answers that count: nothing that is hidden. Groups are lists of rows."""
        values: dict[str, object] = {}
        for etape in self.etapes:
            for element in etape.elements:
                if isinstance(element, Groupe) and self.groupe_montre(element):
                    values[element.nom] = []
            rows: dict[tuple[str, str], dict] = {}
            for question, groupe, rang in self.questions(etape):
                if question.information:
                    continue
                valeur = self.lu(question, rang).valeur
                if groupe is None:
                    values[question.nom] = valeur
                    continue
                if (groupe.nom, rang) not in rows:
                    rows[groupe.nom, rang] = {"id": rang}
                    values[groupe.nom].append(rows[groupe.nom, rang])
                rows[groupe.nom, rang][question.nom] = valeur
        return values

    @cached_property
    def prix(self) -> Prix:
        """What the form costs with these answers, line by line, in centimes."""
        return prix(self.form.plan.prix, self.resultat.vue)

    def visibles(self) -> dict[str, object]:
        """The saisies without those of questions that are not asked."""
        kept: dict[str, object] = {}
        for name, saisie in self.saisies.items():
            question = self.form.questions.get(name)
            if question is not None and question.groupe is None:
                if self.montre(question):
                    kept[name] = saisie
            elif name in self.form.groupes:
                groupe = self.form.groupes[name]
                if self.groupe_montre(groupe):
                    kept[name] = [
                        self._visible_row(groupe, row) for row in self.rangs(groupe)
                    ]
        return kept

    def _visible_row(self, groupe: Groupe, row: Mapping) -> dict:
        shown = {
            question.nom
            for question in groupe.questions
            if self.montre(question, row["id"])
        }
        return {name: row[name] for name in row if name == "id" or name in shown}
