"""What was typed in one version of a form, taken over into another version.

Compatible answers move silently. What belongs to a question that is gone, or that takes
other answers now, is told to the person with what he typed, so that nothing is lost
without a word.
"""

from __future__ import annotations

from carouge.guichet.formulaire.answers import in_words
from carouge.guichet.formulaire.compile import compile_model
from carouge.guichet.formulaire.compile import CompiledForm
from carouge.guichet.formulaire.compile import Question
from carouge.guichet.formulaire.fields import IConsentement
from carouge.guichet.formulaire.genre import Contexte
from carouge.guichet.formulaire.genre import Illisible
from carouge.guichet.formulaire.genre import Saisie
from carouge.guichet.swisstime import today
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class ARevoir:
    """An answer to look at again.

    ``libelle`` is the question as it was asked, ``texte`` what was answered, both plain
    text. ``nom`` is the question of the new version to answer instead, empty when it is
    gone; ``etape`` the id of its step.
    """

    libelle: str
    texte: str
    nom: str = ""
    etape: str = ""

    @property
    def retiree(self) -> bool:
        """Whether the question is not asked any more."""
        return not self.nom


def reprendre_version(
    ancien: CompiledForm | str | None,
    nouveau: CompiledForm,
    saisies: Mapping[str, Saisie],
    contexte: Contexte | None = None,
) -> tuple[dict[str, Saisie], list[ARevoir]]:
    """The saisies for the new version, and what has to be looked at again.

    ``ancien`` is the form it was typed in, or its model; None when nobody knows it any
    more. ``contexte`` is who fills in the form, with his files.
    """
    contexte = contexte or Contexte(compte=None, aujourdhui=today())
    if isinstance(ancien, str):
        ancien = compile_model(ancien)
    return _Rebase(ancien or nouveau, nouveau, contexte).reprendre(saisies)


class _Rebase:
    def __init__(
        self, ancien: CompiledForm, nouveau: CompiledForm, contexte: Contexte
    ) -> None:
        self.ancien = ancien
        self.nouveau = nouveau
        self.contexte = contexte
        self.a_revoir: list[ARevoir] = []

    def reprendre(self, saisies) -> tuple[dict[str, Saisie], list[ARevoir]]:
        kept: dict[str, Saisie] = {}
        for name, saisie in saisies.items():
            if isinstance(saisie, list) and name in self.ancien.groupes:
                rows = self._rangs(name, saisie)
                if rows is not None:
                    kept[name] = rows
                continue
            moved = self._une(name, saisie, None, "")
            if moved is not None:
                kept[name] = moved
        return kept, self.a_revoir

    def _rangs(self, groupe: str, rows: list) -> list[dict] | None:
        found = []
        title = self.ancien.groupes[groupe].titre
        for number, row in enumerate(rows, 1):
            if not isinstance(row, dict) or "id" not in row:
                continue
            moved = {"id": row["id"]}
            for name, saisie in row.items():
                if name == "id":
                    continue
                answer = self._une(name, saisie, groupe, f"{title} {number}")
                if answer is not None:
                    moved[name] = answer
            found.append(moved)
        return found if groupe in self.nouveau.groupes else None

    def _une(
        self, name: str, saisie: Saisie, groupe: str | None, where: str
    ) -> Saisie | None:
        """The saisie in the new version; None when it is not taken over."""
        before = self.ancien.questions.get(name)
        after = self.nouveau.questions.get(name)
        if before is None:
            # It was never asked, or nobody knows how.
            return None
        if after is not None and after.groupe == groupe == before.groupe:
            if self._compatible(before, after, saisie):
                return saisie
        else:
            after = None
        text = self._words(before, saisie)
        if text:
            label = in_words(before.titre)
            self.a_revoir.append(
                ARevoir(
                    libelle=f"{where}, {label}" if where else label,
                    texte=text,
                    nom=after.nom if after is not None else "",
                    etape=after.etape if after is not None else "",
                )
            )
        return saisie if after is not None and self._mendable(before, after) else None

    def _mendable(self, before: Question, after: Question) -> bool:
        """Whether what was typed can stand in the new question to be mended."""
        return (
            before.genre.nom == after.genre.nom
            and before.genre.choix(before.champ, self.contexte) is None
            and not IConsentement.providedBy(after.champ)
        )

    def _compatible(self, before: Question, after: Question, saisie: Saisie) -> bool:
        if IConsentement.providedBy(after.champ) and _agreed(before) != _agreed(after):
            # Nobody has agreed to the new words.
            return False
        if before.genre.a_des_fichiers or after.genre.a_des_fichiers:
            return before.genre.nom == after.genre.nom
        if type(saisie) is not type(after.genre.vide()):
            return False
        old, new = self._read(before, saisie), self._read(after, saisie)
        if before.genre.nom == after.genre.nom:
            # What could not be read before is as it was.
            return old is None or new is not None
        if old is None or new is None:
            return False
        return self._said(before, old[0]) == self._said(after, new[0])

    def _read(self, question: Question, saisie: Saisie) -> tuple[object] | None:
        try:
            return (question.genre.lire(question.champ, saisie, self.contexte),)
        except (Illisible, TypeError, ValueError, AttributeError):
            # The saisie of another kind of question may have any shape.
            return None

    def _said(self, question: Question, valeur: object) -> str:
        return question.genre.mots(question.champ, valeur, in_words)

    def _words(self, question: Question, saisie: Saisie) -> str:
        if question.genre.a_des_fichiers:
            return self._files(saisie)
        read = self._read(question, saisie)
        if read is not None:
            return self._said(question, read[0])
        if isinstance(saisie, dict):
            return " ".join(str(part) for part in saisie.values() if part)
        if isinstance(saisie, list):
            return ", ".join(str(part) for part in saisie)
        return str(saisie).strip()

    def _files(self, saisie: Saisie) -> str:
        ids = saisie.get("fichiers", ()) if isinstance(saisie, dict) else ()
        fichiers = self.contexte.fichiers
        return ", ".join(fichiers[id].nom for id in ids if id in fichiers)


def _agreed(question: Question) -> tuple:
    return question.titre, question.aide
