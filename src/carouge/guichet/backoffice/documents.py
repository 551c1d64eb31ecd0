"""Documents for the citizen: written, issued with a move or without, withdrawn."""

from __future__ import annotations

from carouge.guichet.backoffice.actions import process
from carouge.guichet.backoffice.actions import usable
from carouge.guichet.backoffice.service import changing
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.dossier import Document
from carouge.guichet.demande.traitement import revision
from carouge.guichet.demarche.service import get_catalogue
from carouge.guichet.demarche.service import guichet_of
from carouge.guichet.demarche.textes import ModeleDeDocument
from carouge.guichet.demarche.textes import modeles_de_document
from carouge.guichet.dossier import decision
from carouge.guichet.dossier.redaction import Redaction
from dataclasses import astuple
from dataclasses import dataclass

import hashlib


@dataclass(frozen=True)
class Mouvement:
    """The move that is made together with a document; an empty ``id`` is none.

    ``message`` is what the citizen is told with it.
    """

    id: str = ""
    message: str = ""


def models_for(demande: Demande) -> tuple[ModeleDeDocument, ...]:
    """The models of documents of the démarche, as they are published."""
    guichet = guichet_of(demande)
    fiche = get_catalogue(guichet).by_uid.get(demande.demarche_uid)
    if fiche is None:
        return ()
    categorie, id = fiche.path.split("/")
    return modeles_de_document(guichet[categorie][id])


def issue(
    demande: Demande,
    version: int | None,
    redaction: Redaction,
    mouvement: Mouvement,
    request,
) -> None:
    """Issue a document that was written, and make a move, both or nothing.

    :raises carouge.guichet.dossier.decision.ChampRefuse: the document cannot be issued
    :raises carouge.guichet.demande.service.TransitionRefused: not a move for him now
    :raises carouge.guichet.demande.service.MessageRequired: the move needs words
    :raises carouge.guichet.backoffice.service.InvalidMessage: see there
    """
    decision.controler(redaction)
    mouvement = Mouvement(mouvement.id, usable(mouvement.message))
    order = ("document", *astuple(redaction), *astuple(mouvement))
    with changing(demande, version, *order) as to_do:
        if to_do:
            _move(demande, mouvement)
            decision.delivrer(demande, redaction, request)


def issue_file(
    demande: Demande,
    version: int | None,
    *,
    titre: str,
    genre: str,
    contenu: bytes,
    nom: str,
    mouvement: Mouvement,
) -> None:
    """The same with a PDF that was made elsewhere.

    :raises carouge.guichet.formulaire.types_documents.DocumentRefuse: the file is not
        taken

    and what :func:`issue` raises.
    """
    recu = decision.recevoir(titre=titre, contenu=contenu, nom=nom)
    mouvement = Mouvement(mouvement.id, usable(mouvement.message))
    digest = hashlib.sha256(contenu).hexdigest()
    order = ("fichier", titre, genre, digest, *astuple(mouvement))
    with changing(demande, version, *order) as to_do:
        if to_do:
            _move(demande, mouvement)
            decision.deposer(demande, recu, genre)


def withdraw(
    demande: Demande, version: int | None, document: Document, raison: str
) -> None:
    """Withdraw a document; the citizen is told why.

    :raises carouge.guichet.dossier.decision.DejaRetire: it was withdrawn before
    :raises carouge.guichet.dossier.decision.ChampRefuse: no reason is given
    :raises carouge.guichet.backoffice.service.InvalidMessage: see there
    """
    raison = usable(raison)
    with changing(demande, version, "retirer", document.id, raison) as to_do:
        if to_do:
            decision.retirer_document(demande, document, raison)


def _move(demande: Demande, mouvement: Mouvement) -> None:
    # Before the document: the citizen gets the notice of the move, and that one only.
    if mouvement.id:
        process(
            demande,
            transition=mouvement.id,
            message=mouvement.message,
            version=revision(demande),
        )
