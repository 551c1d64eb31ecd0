"""Files that somebody attaches to a brouillon."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.antivirus.service import examiner
from carouge.guichet.brouillon import service as brouillons
from carouge.guichet.brouillon.content import Brouillon
from carouge.guichet.brouillon.content import Fichier
from carouge.guichet.brouillon.domain import TropDeFichiers
from carouge.guichet.brouillon.domain import TropDOctets
from carouge.guichet.formulaire import limites
from carouge.guichet.formulaire import remplir
from carouge.guichet.formulaire.affichage import PREFIX
from carouge.guichet.formulaire.answers import in_words
from carouge.guichet.formulaire.compile import Etape
from carouge.guichet.formulaire.compile import Groupe
from carouge.guichet.formulaire.compile import Question
from carouge.guichet.formulaire.documents import inspecter
from carouge.guichet.formulaire.genre import Saisie
from carouge.guichet.formulaire.genres_pieces import limites_de
from carouge.guichet.formulaire.lecture import cle_de
from carouge.guichet.formulaire.parcours import Erreur
from carouge.guichet.formulaire.parcours import Parcours
from carouge.guichet.formulaire.types_documents import DocumentRefuse
from collections.abc import Mapping
from plone.namedfile.file import NamedBlobFile
from ZPublisher.HTTPRequest import FileUpload

import secrets


INFECTED = _(
    "The antivirus has found malicious software in this file. It was not kept. Please "
    "check your device."
)
TOO_MANY = _("No more files can be attached here.")
TOO_LARGE_TOGETHER = _("Your files are too large together. Please send smaller ones.")


class QuestionInconnue(LookupError):
    """There is no such question for documents in this form, or not for this person."""


def question_de(
    parcours: Parcours, cle: str
) -> tuple[Question, Groupe | None, str | None]:
    """The question for documents at a path of the page.

    :raises QuestionInconnue: see there
    """
    for etape in parcours.etapes:
        for question, groupe, rang in parcours.questions(etape):
            if question.genre.a_des_fichiers and cle_de(question, groupe, rang) == cle:
                return question, groupe, rang
    raise QuestionInconnue(cle)


def fichier_de(champ, nom: str, data: bytes) -> Fichier:
    """A file for a question, looked at and asked the antivirus about; in no brouillon.

    :raises DocumentRefuse: with what the citizen is told
    """
    limits = limites_de(champ)
    try:
        # Also for what will be refused: to look at it is the work.
        limites.compter_octets(len(data))
    except limites.TropVite as error:
        raise DocumentRefuse(limites.TROP_VITE) from error
    inspection = inspecter(nom, data, types=limits.types, max_octets=limits.max_octets)
    state = examiner(data)
    if state == "infecte":
        raise DocumentRefuse(INFECTED)
    return Fichier(
        id=secrets.token_hex(8),
        nom=inspection.nom,
        type=inspection.type,
        taille=inspection.taille,
        digest=inspection.digest,
        contenu=NamedBlobFile(
            data=data, contentType=inspection.type, filename=inspection.nom
        ),
        etat=state,
    )


def joindre(demarche, brouillon: Brouillon, cle: str, envoi: FileUpload) -> Fichier:
    """Look at a file that was sent, and attach it to the question at ``cle``.

    The antivirus is asked before anything is written.

    :raises QuestionInconnue: see there
    :raises DocumentRefuse: with what the citizen is told
    """
    parcours = remplir.ouvrir(demarche, brouillon).parcours
    question, groupe, rang = question_de(parcours, cle)
    limits = limites_de(question.champ)
    limit = limits.max_octets
    attached = _attached(parcours, question, rang)
    if len(attached) >= limits.max_fichiers:
        raise DocumentRefuse(TOO_MANY)
    fichier = fichier_de(question.champ, envoi.filename or "", envoi.read(limit + 1))
    try:
        brouillons.joindre(brouillon, fichier)
    except TropDeFichiers as error:
        raise DocumentRefuse(TOO_MANY) from error
    except TropDOctets as error:
        raise DocumentRefuse(TOO_LARGE_TOGETHER) from error
    saisie = {"moyen": "", "fichiers": [*attached, fichier.id]}
    _keep(demarche, brouillon, parcours, question, groupe, rang, saisie)
    return fichier


def retirer(demarche, brouillon: Brouillon, id: str) -> None:
    """Take a file away from the brouillon, wherever it is attached."""
    parcours = remplir.ouvrir(demarche, brouillon).parcours
    for etape in parcours.etapes:
        for question, groupe, rang in parcours.questions(etape):
            if not question.genre.a_des_fichiers:
                continue
            attached = _attached(parcours, question, rang)
            if id in attached:
                before = parcours.saisie(question, rang)
                saisie = {**before, "fichiers": [one for one in attached if one != id]}
                _keep(demarche, brouillon, parcours, question, groupe, rang, saisie)
    brouillons.retirer_fichier(brouillon, id)


def joindre_envoi(
    demarche, brouillon: Brouillon, etape: Etape, formulaire: Mapping[str, object]
) -> tuple[list[Fichier], list[Erreur]]:
    """Attach the files that came along with a step (a browser without JavaScript).

    Returns those that were attached, and what is wrong with the others.
    """
    attached: list[Fichier] = []
    errors: list[Erreur] = []
    if not any(_uploads(sent) for sent in formulaire.values()):
        return attached, errors
    parcours = remplir.ouvrir(demarche, brouillon).parcours
    for question, groupe, rang in list(parcours.questions(etape)):
        if not question.genre.a_des_fichiers:
            continue
        cle = cle_de(question, groupe, rang)
        sent = _uploads(formulaire.get(f"{PREFIX}{cle}.envoi"))
        for envoi in sent:
            try:
                attached.append(joindre(demarche, brouillon, cle, envoi))
            except DocumentRefuse as error:
                message = _named(envoi, error) if len(sent) > 1 else error.message
                errors.append(Erreur(question, groupe, rang, message))
            except QuestionInconnue:
                # The document before has made this one unnecessary.
                break
    return attached, errors


def _uploads(sent: object) -> list[FileUpload]:
    files = sent if isinstance(sent, list) else [sent]
    # A browser sends an input without a file as a file without a name.
    return [one for one in files if isinstance(one, FileUpload) and one.filename]


def _named(envoi: FileUpload, error: DocumentRefuse):
    """Of several files, which one was refused and why."""
    return _(
        "“${name}”: ${reason}",
        mapping={"name": envoi.filename, "reason": in_words(error.message)},
    )


def _attached(parcours: Parcours, question: Question, rang: str | None) -> list[str]:
    saisie = parcours.saisie(question, rang)
    ids = saisie.get("fichiers") if isinstance(saisie, dict) else None
    known = parcours.contexte.fichiers
    return [id for id in ids or () if id in known]


def _keep(
    demarche,
    brouillon: Brouillon,
    parcours: Parcours,
    question: Question,
    groupe: Groupe | None,
    rang: str | None,
    saisie: Saisie,
) -> None:
    if groupe is None:
        saisies = {question.nom: saisie}
    else:
        saisies = {
            groupe.nom: [
                {**row, question.nom: saisie} if row["id"] == rang else row
                for row in parcours.rangs(groupe)
            ]
        }
    remplir.noter(demarche, brouillon, question.etape, saisies)
