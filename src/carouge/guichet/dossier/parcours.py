"""A demande walked through as its form: what was asked of it, with its own answers.

What it did not ask for again cannot be changed: conditions and computed values see the
answers as they were given.
"""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.brouillon.content import Fichier
from carouge.guichet.compte.content import Compte
from carouge.guichet.compte.domain import Source
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.domain import Deposant
from carouge.guichet.demande.domain import FaitUtilise
from carouge.guichet.demande.domain import Reponse
from carouge.guichet.demarche.versions import version_par_hash
from carouge.guichet.demarche.versions import versions_de
from carouge.guichet.formulaire.compile import compile_draft
from carouge.guichet.formulaire.compile import compile_form
from carouge.guichet.formulaire.compile import compile_model
from carouge.guichet.formulaire.compile import CompiledForm
from carouge.guichet.formulaire.compile import Groupe
from carouge.guichet.formulaire.compile import Question
from carouge.guichet.formulaire.genre import Contexte
from carouge.guichet.formulaire.genre import Illisible
from carouge.guichet.formulaire.genre import Saisie
from carouge.guichet.formulaire.lecture import cle_de
from carouge.guichet.formulaire.parcours import Parcours
from carouge.guichet.formulaire.prefill import Proposition
from carouge.guichet.formulaire.valeurs import MembreConnu
from carouge.guichet.swisstime import local_date
from collections.abc import Collection
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import cached_property


_NOTHING = (
    '<model xmlns="http://namespaces.plone.org/supermodel/schema"><schema/></model>'
)


#: Nobody but the person can choose in her household.
CHOIX_DE_LA_PERSONNE = _(
    "Only the person herself can make this choice, logged in to the account."
)


def forme_de(demande: Demande, demarche) -> CompiledForm:
    """The form a demande was made with, or the one that comes closest.

    ``demarche`` is None when it is gone: then nothing is known but the answers.
    """
    if demarche is None:
        return compile_model(_NOTHING)
    version = version_par_hash(demarche, demande.form_version)
    if version is not None:
        return compile_model(version.contenu["fields_model"])
    for form in (compile_form(demarche), compile_draft(demarche)):
        if form.version == demande.form_version:
            return form
    before = [one for one in versions_de(demarche) if one.date <= demande.depot]
    if before:
        return compile_model(before[-1].contenu["fields_model"])
    return compile_form(demarche)


def saisies_de(demande: Demande, form: CompiledForm) -> dict[str, Saisie]:
    """What would have to be typed to give the answers of a demande again.

    Answers the form has no question for, or another one, are left out.
    """
    saisies: dict[str, Saisie] = {}
    rows: dict[str, dict[str, dict]] = {}
    for reponse in demande.reponses:
        groupe, rang, nom = decoupe(reponse.name)
        question = form.questions.get(nom)
        if question is None or question.calculee or (question.groupe or "") != groupe:
            continue
        target = saisies
        if groupe:
            target = rows.setdefault(groupe, {}).setdefault(rang, {"id": rang})
        try:
            target[nom] = question.genre.depuis_json(question.champ, reponse.value)
        except Illisible:
            target[nom] = question.genre.vide()
    return saisies | {groupe: [*lines.values()] for groupe, lines in rows.items()}


def fichiers_de(demande: Demande) -> dict[str, Fichier]:
    """The files of its answers, by the ids they had in the brouillon."""
    contents = {piece.digest: piece.file for piece in demande.pieces if piece.digest}
    found = {}
    for reponse in demande.reponses:
        value = reponse.value
        files = value.get("fichiers") if isinstance(value, dict) else None
        for one in files or ():
            if isinstance(one, dict) and {"id", "digest", "nom"} <= set(one):
                found[one["id"]] = Fichier(
                    id=one["id"],
                    nom=one["nom"],
                    type=one.get("type", ""),
                    taille=one.get("taille", 0),
                    digest=one["digest"],
                    contenu=contents.get(one["digest"]),
                )
    return found


def usager_de(deposant: Deposant | None) -> dict[str, str]:
    """What conditions knew of whoever filed a demande, when he did."""
    if deposant is None:
        return {"type": "anonyme", "niveau": "anonyme", "resident": "non"}
    return {
        "type": deposant.type,
        "niveau": deposant.niveau or "declare",
        "resident": "oui" if deposant.residence == "resident" else "non",
    }


def decoupe(cle: str) -> tuple[str, str, str]:
    """Group, row and question of the name of an answer; the first two may be empty."""
    parts = cle.split(".", 2)
    return (parts[0], parts[1], parts[2]) if len(parts) == 3 else ("", "", cle)


class ParcoursDeDemande(Parcours):
    """The answers of a demande; those at :attr:`ouvertes` may be given anew.

    ``compte`` is whom it belongs to, when it is he who looks at it; ``typed`` is what was
    typed anew, by name. Without him the household and today's facts are not at hand: what
    he has chosen there, and what the register had said, stay as they were
    (:meth:`retenue`). Days are counted from the day of its submission, as they were then.
    """

    def __init__(
        self,
        form: CompiledForm,
        demande: Demande,
        compte: Compte | None,
        demarche,
        *,
        ouvertes: Collection[str] = (),
        plates: Mapping[str, tuple[Question, str]] | None = None,
        typed: Mapping[str, Saisie] | None = None,
        fichiers: Mapping[str, Fichier] | None = None,
        avant: Mapping[str, Saisie] | None = None,
    ) -> None:
        if demarche is None:
            # Expressions of the administrator need it.
            form = replace(form, extensions={})
        self.demande = demande
        self.ouvertes = frozenset(ouvertes)
        self.plates = dict(plates or {})
        self.connues = {decoupe(reponse.name)[2] for reponse in demande.reponses}
        avant = saisies_de(demande, form) if avant is None else avant
        contexte = Contexte(
            compte,
            local_date(demande.depot),
            {**fichiers_de(demande), **(fichiers or {})},
        )
        super().__init__(
            form,
            {**avant, **(typed or {})},
            contexte,
            demarche,
            usager_de(demande.deposant),
        )

    def ouverte(self, question: Question, rang: str | None = None) -> bool:
        """Whether this answer may be given anew."""
        groupe = self._groupe(question)
        if groupe is None:
            return question.nom in self.ouvertes
        return (
            groupe.nom in self.ouvertes
            or cle_de(question, groupe, rang) in self.ouvertes
        )

    # --- as it was, for what is not open --------------------------------------

    @cached_property
    def chooses_membre(self) -> bool:
        asked_then = bool(self.connues & {*self.form.membres})
        return asked_then or super().chooses_membre

    def connu(self, question: Question, rang: str | None = None) -> Proposition | None:
        if question.nom in self.plates:
            real, rang = self.plates[question.nom]
            return super().connu(real, rang)
        return super().connu(question, rang) if self.ouverte(question, rang) else None

    def verrou(self, question: Question, rang: str | None = None) -> Proposition | None:
        return self.retenue(question, rang) or super().verrou(question, rang)

    def retenue(
        self, question: Question, rang: str | None = None
    ) -> Proposition | None:
        """The answer of before, where only its owner could give another one.

        None for all other answers, and to the owner himself.
        """
        if self.contexte.compte is not None:
            return None
        question, rang = self.plates.get(question.nom, (question, rang))
        cle = cle_de(question, self._groupe(question), rang)
        fait, reponse = self._verrouilles.get(cle), self._anciennes.get(cle)
        if question.nom in self.form.membres:
            value = str(reponse.value or "") if reponse else ""
            text = reponse.text if value else ""
            return Proposition(
                fait="",
                value=MembreConnu.de(value, text) if value else None,
                text=text,
                source=Source.DECLARE,
                origin="",
                at=None,
                locked=True,
                retenue=True,
            )
        if fait is None or reponse is None:
            return None
        return Proposition(
            fait=fait.fait,
            value=self._ancienne(question, reponse),
            text=reponse.text,
            source=Source(fait.source),
            origin=fait.origine,
            at=datetime.fromisoformat(fait.date) if fait.date else None,
            locked=True,
            retenue=True,
        )

    @cached_property
    def _anciennes(self) -> dict[str, Reponse]:
        return {reponse.name: reponse for reponse in self.demande.reponses}

    @cached_property
    def _verrouilles(self) -> dict[str, FaitUtilise]:
        return {fait.champ: fait for fait in self.demande.faits if fait.verrouille}

    def _ancienne(self, question: Question, reponse: Reponse) -> object:
        try:
            saisie = question.genre.depuis_json(question.champ, reponse.value)
            return question.genre.lire(question.champ, saisie, self.contexte)
        except Illisible:
            return None

    def _complaint(self, question: Question, rang: str | None):
        retenue = self.retenue(question, rang)
        if retenue is None:
            return super()._complaint(question, rang)
        # A new row of a group: nobody has chosen anybody there yet.
        missing = question.nom in self.form.membres and retenue.value is None
        return CHOIX_DE_LA_PERSONNE if missing and self.requise(question) else None

    def modifiable(self, question: Question, rang: str | None = None) -> bool:
        return self.ouverte(question, rang) and super().modifiable(question, rang)

    def montre(self, question: Question, rang: str | None = None) -> bool:
        if question.nom in self.plates:
            return super().montre(*self.plates[question.nom])
        return super().montre(question, rang)

    def rangs(self, groupe: Groupe) -> list[dict]:
        rows = super().rangs(groupe)
        here = {
            (rang, question.nom): self.saisies[cle]
            for cle, (question, rang) in self.plates.items()
            if question.groupe == groupe.nom and cle in self.saisies
        }
        if not here:
            return rows
        return [
            row
            | {nom: saisie for (rang, nom), saisie in here.items() if rang == row["id"]}
            for row in rows
        ]

    def _is_asked(self, question: Question) -> bool:
        return question.nom in self.connues or super()._is_asked(question)

    def _serveur(self, question: Question) -> bool:
        # What the server has answered then is an answer like any other now.
        return False
