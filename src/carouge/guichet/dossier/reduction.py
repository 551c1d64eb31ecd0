"""The form of a demande, reduced to what its citizen is asked for again."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.compte.content import Compte
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.domain import Reponse
from carouge.guichet.demande.dossier import Complement
from carouge.guichet.dossier.choix import repondues_par
from carouge.guichet.dossier.choix import sans_choix
from carouge.guichet.dossier.parcours import decoupe
from carouge.guichet.dossier.parcours import forme_de
from carouge.guichet.dossier.parcours import ParcoursDeDemande
from carouge.guichet.dossier.parcours import saisies_de
from carouge.guichet.formulaire.answers import in_words
from carouge.guichet.formulaire.compile import CompiledForm
from carouge.guichet.formulaire.compile import Etape
from carouge.guichet.formulaire.compile import Groupe
from carouge.guichet.formulaire.compile import Question
from carouge.guichet.formulaire.domain import MAX_TEXT
from carouge.guichet.formulaire.fields import Justificatif
from carouge.guichet.formulaire.genre import Saisie
from carouge.guichet.formulaire.genres import genre_de
from carouge.guichet.formulaire.plan import Pas
from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from dataclasses import replace
from functools import cached_property
from zope.schema import Text
from zope.schema.interfaces import IField


#: Id of the only step; no fieldset has such a name.
ETAPE = "+complement"
#: Questions that no form has begin with it.
PREFIXE = "complement_"
MOTS = f"{PREFIXE}mots"
AUTRES = f"{PREFIXE}autres"
#: Files of the question for whatever else.
MAX_AUTRES = 10


@dataclass(frozen=True)
class Reduction:
    """What is asked.

    ``form`` is the whole form of the demande, so that conditions have all they read,
    with the questions that only this complement asks; ``etape`` is what is shown.
    ``ouvertes`` are the names and paths of the answers that may be given; ``plates``
    are single answers of rows, asked alone: their paths, with question and row.
    ``avant`` is what would have to be typed to give the former answers again.
    """

    form: CompiledForm
    etape: Etape
    ouvertes: frozenset[str]
    plates: Mapping[str, tuple[Question, str]]
    avant: Mapping[str, Saisie]
    #: Whether something in particular is asked; otherwise words are needed.
    precise: bool


class ParcoursDeComplement(ParcoursDeDemande):
    """The one step of a complement; ``typed`` is what counts of what was typed."""

    reduction: Reduction
    typed: Mapping[str, Saisie]

    @cached_property
    def etapes(self) -> list[Etape]:
        return [self.reduction.etape]


def parcours_de(
    demande: Demande,
    reduction: Reduction,
    compte: Compte | None,
    demarche,
    typed: Mapping[str, Saisie],
    fichiers: Mapping,
) -> ParcoursDeComplement:
    """The walk through a complement with what was typed so far.

    ``compte`` is that of the demande when it is he who answers; otherwise what he may
    have chosen in his household meanwhile does not count.
    """
    typed = ouvertes_de(reduction, typed)
    if compte is None:
        typed = sans_choix(reduction.form, reduction.avant, reduction.plates, typed)
    parcours = ParcoursDeComplement(
        reduction.form,
        demande,
        compte,
        demarche,
        ouvertes=reduction.ouvertes,
        plates=reduction.plates,
        typed=typed,
        fichiers=fichiers,
        avant=avant_de(reduction, typed),
    )
    parcours.reduction, parcours.typed = reduction, typed
    return parcours


def ouvertes_de(reduction: Reduction, typed: Mapping[str, Saisie]) -> dict[str, Saisie]:
    """Of what was typed, what was asked; anything else is nobody's business."""
    return {nom: saisie for nom, saisie in typed.items() if nom in reduction.ouvertes}


def avant_de(reduction: Reduction, typed: Mapping[str, Saisie]) -> dict[str, Saisie]:
    """The former answers, without what was said of a member who is not meant any more."""
    form, avant = reduction.form, dict(reduction.avant)
    for chooser in {*form.membres} & reduction.ouvertes:
        if typed.get(chooser, avant.get(chooser)) != avant.get(chooser):
            for nom in repondues_par(form, {chooser}):
                avant.pop(nom, None)
    return avant


def reduire(
    demande: Demande, complement: Complement, demarche, compte: Compte | None
) -> Reduction:
    """What a complement asks of the citizen.

    Questions that the corrected answers may bring up belong to it. What the form does
    not know (it has changed, or its démarche is gone) is asked all the same: answers as
    text, pieces as files.
    """
    form = forme_de(demande, demarche)
    avant = saisies_de(demande, form)
    present = ParcoursDeDemande(form, demande, compte, demarche, avant=avant)
    known = {cle for cle in complement.questions if _a_une_question(present, cle)}
    asked = known | repondues_par(form, known)
    touched = asked | _touchees(form, asked)
    elements: list[Question | Groupe] = []
    plates: dict[str, tuple[Question, str]] = {}
    for etape in form.etapes:
        for element in etape.elements:
            if isinstance(element, Groupe):
                elements += _du_groupe(present, element, asked, touched, plates)
            elif element.nom in asked or _peut_apparaitre(present, element, touched):
                elements.append(_demandee(element, element.nom in asked))
    # An answer to a question that was there before is prefilled, a piece is not.
    avant |= {
        cle: _avant(present, question, rang) for cle, (question, rang) in plates.items()
    }
    avant |= {
        question.nom: question.genre.vide()
        for question in elements
        if isinstance(question, Question)
        and question.genre.a_des_fichiers
        and question.nom in complement.questions
    }
    inconnues = [*_inconnues(demande, complement.questions, known)]
    avant |= {
        question.nom: reponse.text
        for question, reponse in inconnues
        if reponse is not None and not question.genre.a_des_fichiers
    }
    precise = bool(elements or inconnues or complement.documents)
    ajoutees = [
        *(question for question, _reponse in inconnues),
        *_propres(complement, precise),
    ]
    step = Etape(ETAPE, "", "", (*elements, *ajoutees))
    return Reduction(
        form=_avec(form, step, ajoutees, plates),
        etape=step,
        ouvertes=frozenset(
            [*(element.nom for element in step.elements), *repondues_par(form, asked)]
        ),
        plates=plates,
        avant=avant,
        precise=precise,
    )


# --- what the form knows -----------------------------------------------------------


def _a_une_question(present: ParcoursDeDemande, cle: str) -> bool:
    """Whether the form at hand asks this, of this person, with these answers."""
    form = present.form
    if cle in form.groupes:
        return present.groupe_montre(form.groupes[cle])
    groupe, rang, nom = decoupe(cle)
    question = form.questions.get(nom)
    if question is None or (question.groupe or "") != groupe:
        return False
    return present.montre(question, rang or None)


def _touchees(form: CompiledForm, asked: Collection[str]) -> set[str]:
    """Names of what these answers may show, hide or compute, at whatever distance."""
    touched = {decoupe(cle)[2] for cle in asked}
    etapes: set[str] = set()
    before = -1
    while before != len(touched) + len(etapes):
        before = len(touched) + len(etapes)
        for pas in form.plan.suite:
            refs = {
                *(pas.condition.champs if pas.condition else ()),
                *(pas.formule.champs if pas.formule else ()),
            }
            if refs & touched or pas.etape in etapes or pas.groupe in touched:
                (etapes if pas.genre == "etape" else touched).add(pas.nom)
    return touched


def _peut_apparaitre(
    present: ParcoursDeDemande,
    question: Question,
    touched: Collection[str],
    rang: str | None = None,
) -> bool:
    extension = present.form.extensions.get(question.nom)
    return (
        question.nom in touched
        and not question.information
        and not question.calculee
        and not (extension is not None and extension.serveur)
        and not present.montre(question, rang)
    )


def _du_groupe(
    present: ParcoursDeDemande,
    groupe: Groupe,
    asked: Collection[str],
    touched: Collection[str],
    plates: dict[str, tuple[Question, str]],
) -> Iterator[Question | Groupe]:
    """The whole group, or the single answers that are asked of its rows."""
    shown = present.groupe_montre(groupe)
    if groupe.nom in asked or (groupe.nom in touched and not shown):
        yield groupe
        return
    if not shown:
        return
    for number, row in enumerate(present.rangs(groupe), 1):
        asked_here = any(
            f"{groupe.nom}.{row['id']}.{question.nom}" in asked
            for question in groupe.questions
        )
        for question in groupe.questions:
            cle = f"{groupe.nom}.{row['id']}.{question.nom}"
            if cle in asked or (
                asked_here and _peut_apparaitre(present, question, touched, row["id"])
            ):
                plates[cle] = question, row["id"]
                yield _plate(question, cle, f"{groupe.titre} {number}", cle in asked)


def _demandee(question: Question, asked: bool) -> Question:
    """A piece that is asked for is needed, even if the form could do without."""
    if not asked or not question.genre.a_des_fichiers or question.requis:
        return question
    return replace(question, champ=_copie(question.champ, required=True))


def _plate(question: Question, cle: str, row: str, asked: bool) -> Question:
    title = f"{in_words(question.titre)} ({row})"
    required = question.champ.required or (asked and question.genre.a_des_fichiers)
    return replace(
        question,
        nom=cle,
        champ=_copie(question.champ, title=title, required=required),
        groupe=None,
        condition=None,
    )


def _copie(champ: IField, **values) -> IField:
    champ = copy(champ)
    for name, value in values.items():
        setattr(champ, name, value)
    return champ


def _avant(present: ParcoursDeDemande, question: Question, rang: str) -> Saisie:
    if question.genre.a_des_fichiers:
        return question.genre.vide()
    return present.saisie(question, rang)


# --- what only this complement asks ------------------------------------------------


def _inconnues(
    demande: Demande, questions: Collection[str], known: Collection[str]
) -> Iterator[tuple[Question, Reponse | None]]:
    """What is asked of answers that the form at hand has no question for.

    With the answer that was given; None for a document handed in beside the form.
    """
    pieces = {piece.name: piece.label for piece in demande.pieces}
    for reponse in demande.reponses:
        names = {reponse.name, decoupe(reponse.name)[0]}
        if not names & {*questions} or names & {*known}:
            continue
        champ = (
            _justificatif(reponse.label)
            if reponse.name in pieces
            else Text(title=reponse.label, required=True, max_length=MAX_TEXT)
        )
        yield _question(reponse.name, champ), reponse
    answered = {reponse.name for reponse in demande.reponses}
    for nom, label in pieces.items():
        if nom in questions and nom not in answered:
            yield _question(nom, _justificatif(label)), None


def _propres(complement: Complement, precise: bool) -> list[Question]:
    """Further documents, whatever else there is to give, and words."""
    questions = [
        _question(f"{PREFIXE}{complement.id}_{number}", _justificatif(label))
        for number, label in enumerate(complement.documents, 1)
    ]
    autres = Justificatif(
        title=in_words(_("Other documents")),
        description=in_words(_("Only if you have something more to give.")),
        required=False,
        max_fichiers=MAX_AUTRES,
        par_poste=False,
        au_guichet=False,
    )
    mots = Text(
        title=in_words(_("Your words to the service") if precise else _("Your answer")),
        required=not precise,
        max_length=MAX_TEXT,
    )
    return [*questions, _question(AUTRES, autres), _question(MOTS, mots)]


def _justificatif(label: str) -> Justificatif:
    return Justificatif(title=label, required=True, par_poste=True, au_guichet=True)


def _question(nom: str, champ: IField) -> Question:
    champ.__name__ = nom
    return Question(nom, champ, genre_de(champ), ETAPE)


def _avec(
    form: CompiledForm,
    step: Etape,
    ajoutees: list[Question],
    plates: Mapping[str, tuple[Question, str]],
) -> CompiledForm:
    """The form with the step, and what the step asks in the plan of its conditions."""
    suite = (*form.plan.suite, *(Pas("champ", one.nom) for one in ajoutees))
    extensions = dict(form.extensions)
    for cle, (question, _rang) in plates.items():
        if question.nom in extensions:
            extensions[cle] = extensions[question.nom]
    return replace(
        form,
        # The last step has the say of what a question is.
        etapes=(*form.etapes, step),
        plan=replace(form.plan, suite=suite),
        extensions=extensions,
    )
