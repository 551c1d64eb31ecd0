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
from carouge.guichet.formulaire.noms_fichiers import nom_sur
from carouge.guichet.formulaire.parcours import Erreur
from carouge.guichet.formulaire.parcours import Parcours
from carouge.guichet.formulaire.types_documents import DocumentRefuse
from collections.abc import Mapping
from dataclasses import dataclass
from plone.namedfile.file import NamedBlobFile
from typing import Protocol
from ZPublisher.HTTPRequest import FileUpload

import hashlib
import secrets


INFECTED = _(
    "The antivirus has found malicious software in this file. It was not kept. Please "
    "check your device."
)
TOO_MANY = _("No more files can be attached here.")
TOO_LARGE_TOGETHER = _("Your files are too large together. Please send smaller ones.")


class QuestionInconnue(LookupError):
    """There is no such question for documents in this form, or not for this person."""


class Support(Protocol):
    """Where answers are kept while files are attached to them."""

    brouillon: Brouillon

    def parcours(self) -> Parcours:
        """What is asked now, with the answers so far."""

    def noter(self, etape: str, saisies: Mapping[str, Saisie]) -> None:
        """Keep these answers of a step."""


@dataclass(frozen=True)
class SupportDeDemarche:
    """A brouillon of a démarche."""

    demarche: object
    brouillon: Brouillon

    def parcours(self) -> Parcours:
        return remplir.ouvrir(self.demarche, self.brouillon).parcours

    def noter(self, etape: str, saisies: Mapping[str, Saisie]) -> None:
        remplir.noter(self.demarche, self.brouillon, etape, saisies)


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
    _compter(data)
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


def _compter(data: bytes) -> None:
    """Also for what will be refused: to look at it is the work.

    :raises DocumentRefuse: too much has come from there
    """
    try:
        limites.compter_octets(len(data))
    except limites.TropVite as error:
        raise DocumentRefuse(limites.TROP_VITE) from error


def joindre(demarche, brouillon: Brouillon, cle: str, envoi: FileUpload) -> Fichier:
    """:func:`joindre_a` for a brouillon of a démarche."""
    return joindre_a(SupportDeDemarche(demarche, brouillon), cle, envoi)


def joindre_a(support: Support, cle: str, envoi: FileUpload) -> Fichier:
    """Look at a file that was sent, and attach it to the question at ``cle``.

    The antivirus is asked before anything is written. A file that comes again, because
    the answer to it was lost, is attached once.

    :raises QuestionInconnue: see there
    :raises DocumentRefuse: with what the citizen is told
    """
    parcours = support.parcours()
    question, groupe, rang = question_de(parcours, cle)
    limits = limites_de(question.champ)
    limit = limits.max_octets
    attached = _attached(parcours, question, rang)
    content = envoi.read(limit + 1)
    known = _deja(support.brouillon, attached, envoi.filename or "", content)
    if known is not None:
        _compter(content)
        return known
    if len(attached) >= limits.max_fichiers:
        raise DocumentRefuse(TOO_MANY)
    fichier = fichier_de(question.champ, envoi.filename or "", content)
    try:
        brouillons.joindre(support.brouillon, fichier)
    except TropDeFichiers as error:
        raise DocumentRefuse(TOO_MANY) from error
    except TropDOctets as error:
        raise DocumentRefuse(TOO_LARGE_TOGETHER) from error
    saisie = {"moyen": "", "fichiers": [*attached, fichier.id]}
    _keep(support, parcours, question, groupe, rang, saisie)
    return fichier


def retirer(demarche, brouillon: Brouillon, id: str) -> None:
    """:func:`retirer_de` for a brouillon of a démarche."""
    retirer_de(SupportDeDemarche(demarche, brouillon), id)


def retirer_de(support: Support, id: str) -> None:
    """Take a file away from the brouillon, wherever it is attached."""
    parcours = support.parcours()
    for etape in parcours.etapes:
        for question, groupe, rang in parcours.questions(etape):
            if not question.genre.a_des_fichiers:
                continue
            attached = _attached(parcours, question, rang)
            if id in attached:
                before = parcours.saisie(question, rang)
                saisie = {**before, "fichiers": [one for one in attached if one != id]}
                _keep(support, parcours, question, groupe, rang, saisie)
    brouillons.retirer_fichier(support.brouillon, id)


def joindre_envoi(
    demarche, brouillon: Brouillon, etape: Etape, formulaire: Mapping[str, object]
) -> tuple[list[Fichier], list[Erreur]]:
    """:func:`joindre_envoi_a` for a brouillon of a démarche."""
    return joindre_envoi_a(SupportDeDemarche(demarche, brouillon), etape, formulaire)


def joindre_envoi_a(
    support: Support, etape: Etape, formulaire: Mapping[str, object]
) -> tuple[list[Fichier], list[Erreur]]:
    """Attach the files that came along with a step (a browser without JavaScript).

    Returns those that were attached, and what is wrong with the others.
    """
    attached: list[Fichier] = []
    errors: list[Erreur] = []
    if not any(_uploads(sent) for sent in formulaire.values()):
        return attached, errors
    parcours = support.parcours()
    for question, groupe, rang in list(parcours.questions(etape)):
        if not question.genre.a_des_fichiers:
            continue
        cle = cle_de(question, groupe, rang)
        sent = _uploads(formulaire.get(f"{PREFIX}{cle}.envoi"))
        for envoi in sent:
            try:
                attached.append(joindre_a(support, cle, envoi))
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


def _deja(
    brouillon: Brouillon, attached: list[str], nom: str, content: bytes
) -> Fichier | None:
    """The file of that name and content among those that are attached already."""
    if not attached:
        return None
    digest = hashlib.sha256(content).hexdigest()
    for id in attached:
        known = brouillon.fichiers.get(id)
        if known is not None and known.digest == digest:
            extension = known.nom.rpartition(".")[2]
            if known.nom == nom_sur(nom, extension):
                return known
    return None


def _attached(parcours: Parcours, question: Question, rang: str | None) -> list[str]:
    saisie = parcours.saisie(question, rang)
    ids = saisie.get("fichiers") if isinstance(saisie, dict) else None
    known = parcours.contexte.fichiers
    return [id for id in ids or () if id in known]


def _keep(
    support: Support,
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
    support.noter(question.etape, saisies)
