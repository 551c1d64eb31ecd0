"""Answers that come as JSON: read into saisies, held to the rules of the page.

What the page asks a person is what a program may answer; nothing else is taken, neither
what is hidden with these answers nor what the counter answers itself.
"""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.brouillon.content import Fichier
from carouge.guichet.formulaire.compile import Groupe
from carouge.guichet.formulaire.compile import Question
from carouge.guichet.formulaire.genre import Illisible
from carouge.guichet.formulaire.genre import Saisie
from carouge.guichet.formulaire.lecture import cle_de
from carouge.guichet.formulaire.parcours import Parcours
from carouge.guichet.formulaire.televersement import fichier_de
from carouge.guichet.formulaire.texts import LOCKED_CHANGED
from carouge.guichet.formulaire.types_documents import DocumentRefuse
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace

import base64
import re


NO_QUESTION = _("This form has no such question.")
NOT_ASKED = _("This question is not asked with these answers.")
DOCUMENT = _(
    "A document is expected here: an object with filename, content-type, data and "
    "encoding, the encoding being base64."
)
NO_DOCUMENT_HERE = _("Upload the document first, then send its id.")
ROWS = _("A list of objects is expected here, one for each row.")
ROW_ID = _(
    "The id of a row has 4 to 12 characters, small letters without accents or digits, "
    "and no other row has it."
)

_FILE_KEYS = frozenset({"filename", "content-type", "data", "encoding"})
_RANG = re.compile("[a-z0-9]{4,12}")


@dataclass
class Lecture:
    """What was read.

    ``saisies`` are those of the names that were sent, ``erreurs`` messages by path of
    the answer (``nom``, ``groupe``, ``groupe.rang.nom``), ``envoyees`` the paths of the
    answers that say something, ``fichiers`` the documents that came along, by id.
    """

    saisies: dict[str, Saisie | list[dict]] = field(default_factory=dict)
    erreurs: dict[str, object] = field(default_factory=dict)
    envoyees: set[str] = field(default_factory=set)
    fichiers: dict[str, Fichier] = field(default_factory=dict)


def lire_reponses(
    parcours: Parcours, brut: Mapping[str, object], *, documents: bool = False
) -> Lecture:
    """Read answers by name; ``parcours`` says what may be answered at all.

    With ``documents`` they may hold the content of documents; otherwise documents are
    named by the ids of files that were uploaded before.
    """
    lecture = Lecture()
    form = parcours.form
    for nom, valeur in brut.items():
        question, groupe = form.questions.get(nom), form.groupes.get(nom)
        if groupe is not None:
            _lire_rangs(parcours, groupe, valeur, lecture, documents)
        elif (
            question is None
            or question.groupe is not None
            or not _repondable(parcours, question)
        ):
            lecture.erreurs[nom] = NO_QUESTION
        else:
            saisie = _lire(question, nom, valeur, lecture, documents)
            lecture.saisies[nom] = saisie
    return lecture


def completer(parcours: Parcours, lecture: Lecture) -> Parcours:
    """The parcours of these answers alone: what was left out is no answer."""
    form = parcours.form
    rien = {
        question.nom: question.genre.vide()
        for question in form.questions.values()
        if question.groupe is None and _repondable(parcours, question)
    }
    aucun: dict[str, list] = {nom: [] for nom in form.groupes}
    contexte = replace(
        parcours.contexte, fichiers={**parcours.contexte.fichiers, **lecture.fichiers}
    )
    return Parcours(
        form, {**rien, **aucun, **lecture.saisies}, contexte, parcours.demarche
    )


def interdites(parcours: Parcours, lecture: Lecture) -> dict[str, object]:
    """What was sent and may not be said: hidden, or known better by the counter.

    ``parcours`` is that of the answers.
    """
    errors = {}
    for question, groupe, rang, cle in _envoyees(parcours, lecture):
        verrou = parcours.verrou(question, rang)
        if not parcours.montre(question, rang):
            errors[cle] = NOT_ASKED
        elif verrou is not None and lue(parcours, question, groupe, rang) != (
            verrou.value
        ):
            errors[cle] = LOCKED_CHANGED
    return errors


def plaintes(parcours: Parcours) -> dict[str, object]:
    """All that is wrong or missing, by path."""
    return {
        error.cle: error.message
        for etape in parcours.etapes
        for error in parcours.erreurs(etape)
    }


def lue(
    parcours: Parcours, question: Question, groupe: Groupe | None, rang: str | None
) -> object:
    """What was typed, in the field's type, even where the counter knows better.

    None for nothing, and for what cannot be read.
    """
    try:
        return question.genre.lire(
            question.champ, parcours.saisie(question, rang), parcours.contexte
        )
    except Illisible:
        return None


def verrouillees(
    parcours: Parcours,
) -> Iterator[tuple[str, Question, Groupe | None, str | None]]:
    """The questions the counter answers itself, by path."""
    for etape in parcours.etapes:
        for question, groupe, rang in parcours.questions(etape):
            if parcours.verrou(question, rang) is not None:
                yield cle_de(question, groupe, rang), question, groupe, rang


def _repondable(parcours: Parcours, question: Question) -> bool:
    """Whether a person could ever answer the question."""
    return parcours.possible(question) and not (
        question.information or question.calculee
    )


def _envoyees(parcours: Parcours, lecture: Lecture):
    for question in parcours.form.questions.values():
        if question.groupe is None:
            if question.nom in lecture.envoyees:
                yield question, None, None, question.nom
            continue
        groupe = parcours.form.groupes[question.groupe]
        for rang in parcours.rangs(groupe):
            cle = cle_de(question, groupe, rang["id"])
            if cle in lecture.envoyees:
                yield question, groupe, rang["id"], cle


def _lire(
    question: Question, cle: str, brut: object, lecture: Lecture, documents: bool
) -> Saisie:
    genre, champ = question.genre, question.champ
    try:
        if genre.a_des_fichiers and documents:
            saisie = _lire_documents(question, brut, lecture)
        else:
            if genre.a_des_fichiers and _est_document(brut):
                raise Illisible(NO_DOCUMENT_HERE)
            saisie = genre.depuis_json(champ, brut)
    except (Illisible, DocumentRefuse) as error:
        lecture.erreurs[cle] = error.message
        lecture.envoyees.add(cle)
        return genre.vide()
    if saisie != genre.vide():
        lecture.envoyees.add(cle)
    return saisie


def _lire_rangs(
    parcours: Parcours,
    groupe: Groupe,
    brut: object,
    lecture: Lecture,
    documents: bool,
) -> None:
    rows: list[dict] = []
    lecture.saisies[groupe.nom] = rows
    if brut is None:
        return
    # One more than possible is read: the complaint says how many there may be.
    if not isinstance(brut, list) or not all(isinstance(row, dict) for row in brut):
        lecture.erreurs[groupe.nom] = ROWS
        return
    questions = {question.nom: question for question in groupe.questions}
    for number, row in enumerate(brut[: groupe.max + 1], 1):
        rang = row.get("id", f"{number:04}")
        if (
            not isinstance(rang, str)
            or not _RANG.fullmatch(rang)
            or rang in [other["id"] for other in rows]
        ):
            lecture.erreurs[groupe.nom] = ROW_ID
            return
        read: dict = {"id": rang}
        for nom, valeur in row.items():
            question = questions.get(nom)
            cle = f"{groupe.nom}.{rang}.{nom}"
            if nom == "id":
                continue
            if question is None or not _repondable(parcours, question):
                lecture.erreurs[cle[:200]] = NO_QUESTION
                continue
            read[nom] = _lire(question, cle, valeur, lecture, documents)
        for nom, question in questions.items():
            if _repondable(parcours, question):
                read.setdefault(nom, question.genre.vide())
        rows.append(read)


# --- documents --------------------------------------------------------------------


def _est_document(brut: object) -> bool:
    return isinstance(brut, dict) and "data" in brut


def _lire_documents(question: Question, brut: object, lecture: Lecture) -> Saisie:
    """Documents with their content: one alone, or a list under ``fichiers``.

    :raises Illisible: no documents
    :raises DocumentRefuse: a document that cannot be taken
    """
    genre = question.genre
    if brut in (None, "", []):
        return genre.vide()
    if _est_document(brut) or not isinstance(brut, dict):
        brut = {"fichiers": [brut]}
    if not set(brut) <= {"moyen", "fichiers"}:
        raise Illisible(DOCUMENT)
    contents = brut.get("fichiers") or []
    moyen = brut.get("moyen") or ""
    if not isinstance(contents, list) or not isinstance(moyen, str):
        raise Illisible(DOCUMENT)
    if not contents and not moyen:
        raise Illisible(DOCUMENT)
    ids = []
    for content in contents:
        nom, data = contenu_de(content)
        fichier = fichier_de(question.champ, nom, data)
        # The same content is the same file, however often it is sent.
        fichier.id = fichier.digest[:32]
        lecture.fichiers[fichier.id] = fichier
        ids.append(fichier.id)
    return {"moyen": moyen, "fichiers": ids}


def contenu_de(brut: object) -> tuple[str, bytes]:
    """Name and content of a document in JSON.

    :raises Illisible: no document
    """
    if not (
        isinstance(brut, dict)
        and set(brut) <= _FILE_KEYS
        and all(isinstance(value, str) for value in brut.values())
        and brut.get("encoding") == "base64"
        and brut.get("data") is not None
    ):
        raise Illisible(DOCUMENT)
    try:
        data = base64.b64decode(brut["data"], validate=True)
    except ValueError as error:
        raise Illisible(_("The document is not correctly encoded.")) from error
    # As on the page, what the sender says of the content counts for nothing.
    return brut.get("filename", ""), data
