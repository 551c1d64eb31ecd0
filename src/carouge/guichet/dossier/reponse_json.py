"""A complement for other programs: what is asked, and the answer all at once."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.brouillon import service as brouillons
from carouge.guichet.brouillon.domain import BrouillonError
from carouge.guichet.compte.content import Compte
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.domain import Actor
from carouge.guichet.dossier import complement as complements
from carouge.guichet.dossier.complement import Ouverture
from carouge.guichet.dossier.complement import RienDemande
from carouge.guichet.dossier.reduction import MOTS
from carouge.guichet.dossier.reduction import parcours_de
from carouge.guichet.formulaire.compile import Groupe
from carouge.guichet.formulaire.compile import Question
from carouge.guichet.formulaire.reponses_json import interdites
from carouge.guichet.formulaire.reponses_json import Lecture
from carouge.guichet.formulaire.reponses_json import lire_reponses
from carouge.guichet.formulaire.reponses_json import NO_QUESTION
from carouge.guichet.rest import bad_request
from carouge.guichet.rest import Refusal
from collections.abc import Callable
from collections.abc import Mapping


Dire = Callable[[object], str]


def demande_json(demande: Demande, lecteur: Compte | None, dire: Dire) -> dict | None:
    """What the citizen is asked for; None when it is nothing.

    ``lecteur`` is the caller's compte, see :func:`carouge.guichet.dossier.complement.ouvrir`.
    ``questions`` have the name to answer under, the JSON Schema of an answer and the
    one given before. Groups are lists of rows.
    """
    try:
        ouverture = complements.ouvrir(demande, lecteur)
    except RienDemande:
        return None
    parcours = ouverture.parcours
    return {
        "id": ouverture.complement.id,
        "message": complements.message_de(demande),
        "questions": [
            _groupe(ouverture, element, dire)
            if isinstance(element, Groupe)
            else _question(ouverture, element, dire)
            for element in ouverture.reduction.etape.elements
            if (
                parcours.groupe_montre(element)
                if isinstance(element, Groupe)
                else parcours.montre(element) and element.nom != MOTS
            )
        ],
    }


def repondre_en_json(
    demande: Demande, lecteur: Compte | None, body: Mapping, cle: str, dire: Dire
) -> None:
    """Answer a complement: ``reponses`` by name, ``message`` in words, both optional.

    Documents come in base64, as in ``POST @demandes``; what is left out stays as it was.
    ``complement`` may name which one is meant. ``cle`` is the caller's own key of this
    request: sent again, it is answered once.

    :raises Refusal: 400 for what is missing or not valid (``champs``), or was not asked;
        409 when the demande waits for no answer, or for another one
    """
    raw, words = body.get("reponses", {}), body.get("message", "")
    if (
        set(body) - {"reponses", "message", "complement"}
        or not isinstance(raw, dict)
        or not isinstance(words, str)
    ):
        raise bad_request(
            _(
                "Send an object with reponses, an object with the answers by name, and "
                "message, a text."
            )
        )
    try:
        ouverture = complements.ouvrir(demande, lecteur)
        if body.get("complement", ouverture.complement.id) != ouverture.complement.id:
            raise RienDemande
    except RienDemande as error:
        if complements.deja_repondu(demande, cle):
            return
        raise _conflict() from error
    lecture = _lire(ouverture, {**raw, MOTS: words})
    typed = dict(lecture.saisies)
    parcours = parcours_de(
        demande,
        ouverture.reduction,
        ouverture.compte,
        ouverture.demarche,
        typed,
        lecture.fichiers,
    )
    errors = {
        **{
            error.cle: error.message
            for error in parcours.erreurs(ouverture.reduction.etape)
        },
        **interdites(parcours, lecture),
        **lecture.erreurs,
    }
    if errors:
        raise bad_request(
            _("Some answers are missing or not valid. Nothing was sent."),
            champs={_nom(nom): dire(message) for nom, message in errors.items()},
        )
    _envoyer(ouverture, typed, lecture, cle)


def _envoyer(ouverture: Ouverture, typed: dict, lecture: Lecture, cle: str) -> None:
    complements.commencer(ouverture)
    brouillon = ouverture.brouillon
    try:
        for fichier in lecture.fichiers.values():
            brouillons.joindre(brouillon, fichier)
        # What was typed on the page before is not part of this answer.
        before = dict.fromkeys(brouillon.saisies)
        ouverture = complements.noter(ouverture, {**before, **typed})
        complements.repondre(ouverture, Actor.USAGER, cle)
    except BrouillonError as error:
        raise Refusal(
            413, "PayloadTooLarge", _("This is too much for one demande.")
        ) from error
    except RienDemande as error:
        raise _conflict() from error


def _lire(ouverture: Ouverture, raw: Mapping[str, object]) -> Lecture:
    """The answers, without those that were not asked for, which are told."""
    asked = ouverture.reduction.ouvertes
    lecture = lire_reponses(
        ouverture.parcours,
        {nom: value for nom, value in raw.items() if nom in asked},
        documents=True,
    )
    lecture.erreurs.update(dict.fromkeys(set(raw) - asked, NO_QUESTION))
    return lecture


def _question(ouverture: Ouverture, question: Question, dire: Dire) -> dict:
    valeur = ouverture.parcours.lu(question).valeur
    return {
        "nom": question.nom,
        "question": dire(question.titre),
        "aide": dire(question.aide) if question.aide else "",
        "genre": question.genre.nom,
        "requis": question.requis,
        "schema": question.genre.schema(question.champ, dire),
        "valeur": question.genre.json(question.champ, valeur),
    }


def _groupe(ouverture: Ouverture, groupe: Groupe, dire: Dire) -> dict:
    parcours = ouverture.parcours
    return {
        "nom": groupe.nom,
        "question": groupe.titre,
        "genre": "groupe",
        "min": groupe.min,
        "max": groupe.max,
        "questions": [
            {
                "nom": question.nom,
                "question": dire(question.titre),
                "genre": question.genre.nom,
                "requis": question.requis,
                "schema": question.genre.schema(question.champ, dire),
            }
            for question in groupe.questions
        ],
        "valeur": [
            {"id": row["id"]}
            | {
                question.nom: question.genre.json(
                    question.champ, parcours.lu(question, row["id"]).valeur
                )
                for question in groupe.questions
            }
            for row in parcours.rangs(groupe)
        ],
    }


def _nom(nom: str) -> str:
    return "message" if nom == MOTS else nom[:200]


def _conflict() -> Refusal:
    return Refusal(
        409,
        "Conflict",
        _(
            "This demande does not wait for this answer, or not any more. Nothing was "
            "changed."
        ),
    )
