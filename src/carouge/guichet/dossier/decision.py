"""Documents of the service: written from a model of the démarche, or brought as PDF.

What is issued is a PDF that is kept as it is, with its digest and a code by which anybody
who holds it can verify it. It is never changed afterwards, only withdrawn.
"""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet import swisstime
from carouge.guichet.antivirus.domain import A_VERIFIER
from carouge.guichet.antivirus.domain import INFECTE
from carouge.guichet.antivirus.service import examiner
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.domain import DomainError
from carouge.guichet.demande.domain import is_blank
from carouge.guichet.demande.dossier import Document
from carouge.guichet.demande.traitement import consigner
from carouge.guichet.demande.traitement import ecrire_message
from carouge.guichet.demande.traitement import remettre_document
from carouge.guichet.demande.traitement import SERVICE
from carouge.guichet.demarche.textes import GENRES
from carouge.guichet.demarche.textes import MAX_CORPS
from carouge.guichet.demarche.textes import MAX_TITRE
from carouge.guichet.demarche.textes import ModeleDeDocument
from carouge.guichet.demarche.textes import remplir
from carouge.guichet.demarche.textes import sans_marques
from carouge.guichet.demarche.textes import variables
from carouge.guichet.dossier.destinataire import destinataire_de
from carouge.guichet.dossier.redaction import mettre_en_page
from carouge.guichet.dossier.redaction import Redaction
from carouge.guichet.dossier.valeurs import valeurs_du_modele
from carouge.guichet.dossier.verification import code_libre
from carouge.guichet.dossier.verification import emettre
from carouge.guichet.dossier.verification import noter_retrait
from carouge.guichet.formulaire.documents import inspecter
from carouge.guichet.formulaire.domain import has_control_characters
from carouge.guichet.formulaire.domain import MAX_DOCUMENT
from carouge.guichet.formulaire.noms_fichiers import nom_sur
from carouge.guichet.formulaire.types_documents import DocumentRefuse
from plone import api
from plone.namedfile.file import NamedBlobFile
from plone.protect.interfaces import IDisableCSRFProtection
from zope.globalrequest import getRequest
from zope.i18n import translate
from zope.interface import alsoProvides

import hashlib


#: Longest recipient and signature (characters).
MAX_BLOC = 500

#: What a person may be told of a file that is to be issued.
INFECTED = _(
    "The antivirus has found malicious software in this file. It was not issued."
)
NOT_EXAMINED = _(
    "The antivirus does not answer at the moment, and no file goes out before it has "
    "looked at it. Please try again in a few minutes."
)


class ChampRefuse(DomainError):
    """A part of a document cannot be kept.

    ``champ`` is its name, ``message`` what the agent is told.
    """

    def __init__(self, champ: str, message) -> None:
        super().__init__(champ)
        self.champ = champ
        self.message = message


class DejaRetire(DomainError):
    """The document was withdrawn before."""


# --- writing -------------------------------------------------------------------


def rediger(demande: Demande, modele: ModeleDeDocument | None = None) -> Redaction:
    """What an agent begins with: the model with the values of the demande."""
    recipient = destinataire_de(demande)
    lines = recipient.lignes or ((recipient.nom,) if recipient.nom else ())
    values = {
        name: sans_marques(text) for name, text in valeurs_du_modele(demande).items()
    }
    signature = modele.signataire if modele and modele.signataire else values["agent"]
    return Redaction(
        titre=remplir(modele.titre, values).texte if modele else "",
        genre=modele.genre if modele else "document",
        destinataire="\n".join(lines),
        corps=remplir(modele.corps, values).texte if modele else "",
        signature=remplir(signature, values).texte,
    )


def controler(redaction: Redaction) -> None:
    """See that a document can be issued as it is.

    :raises ChampRefuse: something is missing, too long, or still stands for a value
    """
    for champ, limit in (
        ("titre", MAX_TITRE),
        ("destinataire", MAX_BLOC),
        ("corps", MAX_CORPS),
        ("signature", MAX_BLOC),
    ):
        text = getattr(redaction, champ)
        if len(text) > limit or has_control_characters(text):
            raise ChampRefuse(
                champ,
                _(
                    "The text is longer than ${count} characters, or holds characters "
                    "that cannot be shown.",
                    mapping={"count": str(limit)},
                ),
            )
        unfilled = variables(text)
        if unfilled:
            names = ", ".join(f"${{{name}}}" for name in unfilled)
            raise ChampRefuse(
                champ,
                _(
                    "Nothing is known for ${variables}. Please write it in its place, "
                    "or take it out.",
                    mapping={"variables": names},
                ),
            )
    if is_blank(redaction.titre) or "\n" in redaction.titre:
        raise ChampRefuse("titre", _("Please give the document a title."))
    if is_blank(redaction.corps):
        raise ChampRefuse("corps", _("Please write what stands in the document."))
    if redaction.genre not in GENRES:
        raise ChampRefuse("genre", _("Please choose what kind of document it is."))


def apercu(demande: Demande, redaction: Redaction, request) -> bytes:
    """The document as it would be, marked as a draft; it can be verified by nobody.

    :raises ChampRefuse: see :func:`controler`
    """
    controler(redaction)
    return mettre_en_page(demande, redaction, request)


def delivrer(demande: Demande, redaction: Redaction, request) -> Document:
    """Issue a document and tell the citizen.

    :raises ChampRefuse: see :func:`controler`
    """
    controler(redaction)
    code = code_libre(demande)
    data = mettre_en_page(demande, redaction, request, code=code)
    return _remettre(
        demande,
        titre=redaction.titre.strip(),
        genre=redaction.genre,
        data=data,
        nom=nom_sur(redaction.titre, "pdf"),
        code=code,
    )


# --- as a file -----------------------------------------------------------------


def deposer_document(
    demande: Demande, *, titre: str, contenu: bytes, nom: str, genre: str = "document"
) -> Document:
    """Issue a PDF that was made elsewhere, and tell the citizen.

    ``nom`` is the name of the file. The code by which it is verified does not stand in
    it; the pages tell it.

    :raises ChampRefuse: title or kind cannot be kept
    :raises carouge.guichet.formulaire.types_documents.DocumentRefuse: no PDF, too
        large, damaged, infected, or not examined
    """
    return deposer(demande, recevoir(titre=titre, contenu=contenu, nom=nom), genre)


def recevoir(*, titre: str, contenu: bytes, nom: str) -> tuple[str, str, bytes]:
    """Look at a file before anything is written: its title, its name, its content.

    :raises ChampRefuse: the title cannot be kept
    :raises carouge.guichet.formulaire.types_documents.DocumentRefuse: see
        :func:`deposer_document`
    """
    inspection = inspecter(nom, contenu, types=("pdf",), max_octets=MAX_DOCUMENT)
    titre = titre.strip()
    if is_blank(titre) or len(titre) > MAX_TITRE or has_control_characters(titre):
        raise ChampRefuse("titre", _("Please give the document a title."))
    state = examiner(contenu)
    if state == INFECTE:
        raise DocumentRefuse(INFECTED)
    if state == A_VERIFIER:
        raise DocumentRefuse(NOT_EXAMINED)
    return titre, inspection.nom, contenu


def deposer(demande: Demande, recu: tuple[str, str, bytes], genre: str) -> Document:
    """Issue what :func:`recevoir` has looked at.

    :raises ChampRefuse: an unknown kind
    """
    if genre not in GENRES:
        raise ChampRefuse("genre", _("Please choose what kind of document it is."))
    titre, nom, data = recu
    code = code_libre(demande)
    return _remettre(demande, titre=titre, genre=genre, data=data, nom=nom, code=code)


def _remettre(
    demande: Demande, *, titre: str, genre: str, data: bytes, nom: str, code: str
) -> Document:
    document = Document(
        genre=genre,
        titre=titre,
        file=NamedBlobFile(data=data, contentType="application/pdf", filename=nom),
        digest=hashlib.sha256(data).hexdigest(),
        date=swisstime.now(),
        par="" if api.user.is_anonymous() else api.user.get_current().getId(),
        code=code,
    )
    emettre(
        demande,
        genre=genre,
        document=document.id,
        digest=document.digest,
        date=document.date,
        code=code,
    )
    return remettre_document(demande, document)


# --- afterwards ------------------------------------------------------------------


def retirer_document(demande: Demande, document: Document, raison: str) -> None:
    """The document no longer counts; the citizen is written to and told why.

    :raises DejaRetire: see there
    :raises ChampRefuse: no reason is given
    """
    if document.retire is not None:
        raise DejaRetire(document.id)
    raison = raison.strip()
    if is_blank(raison):
        raise ChampRefuse("raison", _("Please say why the document is withdrawn."))
    words = _(
        "The document « ${titre} » was withdrawn and no longer counts. Reason: "
        "${raison}",
        mapping={"titre": document.titre, "raison": raison},
    )
    message = ecrire_message(demande, SERVICE, translate(words, context=getRequest()))
    document.retire = message.date
    document.raison = raison
    if document.code:
        noter_retrait(demande, document.code, message.date)
    consigner(
        demande,
        "document_retire",
        moment=message.date,
        document=document.id,
        titre=document.titre,
    )


def marquer_document_lu(document: Document, request) -> bool:
    """The citizen has opened a document; whether it was the first time."""
    if document.lu is not None:
        return False
    # He has asked for it by its address: there is nothing to be confirmed.
    alsoProvides(request, IDisableCSRFProtection)
    document.lu = swisstime.now()
    return True
