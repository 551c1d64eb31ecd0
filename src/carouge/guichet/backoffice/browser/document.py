"""``/agents/<numero>/document``: documents for the citizen, and the receipt."""

from carouge.guichet import _
from carouge.guichet.backoffice import actions
from carouge.guichet.backoffice import documents
from carouge.guichet.backoffice.browser.partie import DemandePage
from carouge.guichet.backoffice.browser.partie import Refused
from carouge.guichet.backoffice.browser.partie import UNUSABLE_TEXT
from carouge.guichet.backoffice.documents import Mouvement
from carouge.guichet.backoffice.historique import name_of
from carouge.guichet.backoffice.service import InvalidMessage
from carouge.guichet.demande.dossier import Document
from carouge.guichet.demande.labels import TRANSITION_LABELS
from carouge.guichet.demande.service import MessageRequired
from carouge.guichet.demarche.textes import GENRES
from carouge.guichet.demarche.textes import ModeleDeDocument
from carouge.guichet.dossier import decision
from carouge.guichet.dossier.labels import GENRE_LABELS
from carouge.guichet.dossier.recepisse import nom_de_fichier
from carouge.guichet.dossier.recepisse import recepisse
from carouge.guichet.dossier.redaction import Redaction
from carouge.guichet.dossier.remise import remettre_pdf
from carouge.guichet.dossier.verification import adresse_de
from carouge.guichet.formulaire.documents import en_mo
from carouge.guichet.formulaire.domain import MAX_DOCUMENT
from carouge.guichet.formulaire.types_documents import DocumentRefuse
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zExceptions import NotFound
from zope.i18n import translate
from zope.interface import implementer
from zope.publisher.interfaces import IPublishTraverse
from ZPublisher.HTTPRequest import FileUpload


#: Moves that have nothing to do with a document.
WITHOUT = {"prendre_en_charge", "demander_complement", "completer", "rouvrir"}

#: The name of the model that is none: an empty sheet.
VIDE = "vide"


@implementer(IPublishTraverse)
class AgentsDocument(DemandePage):
    """Choose a model, write, look at it, issue it; ``<id>`` below is one document."""

    page = ViewPageTemplateFile("../templates/document.pt")
    genres = GENRES
    genre_labels = GENRE_LABELS
    max_mo = en_mo(MAX_DOCUMENT)
    #: The id of a document, when one is asked for.
    item = ""
    #: A PDF that is the answer instead of the page.
    pdf: bytes | None = None
    pdf_name = ""

    def publishTraverse(self, request, name):
        if self.number is None or self.item:
            raise NotFound(name)
        self.item = name
        return self

    def template(self):
        if self.item:
            return self._one()
        if self.pdf is not None:
            return remettre_pdf(self.request.response, self.pdf, self.pdf_name)
        return self.page()

    def _one(self):
        """A document that was issued, withdrawn or not."""
        document = self.demande.dossier.document(self.item)
        if document is None or document.file is None:
            raise NotFound(self.item)
        return remettre_pdf(
            self.request.response,
            document.file.data,
            document.file.filename or f"{document.id}.pdf",
            enregistrer=True,
        )

    # What is shown

    @cached_property
    def models(self) -> tuple[ModeleDeDocument, ...]:
        return documents.models_for(self.demande)

    @cached_property
    def model(self) -> str:
        """The id of the model that was chosen; empty when none was yet."""
        chosen = self.request.form.get("modele")
        known = {VIDE, *(model.id for model in self.models)}
        return chosen if isinstance(chosen, str) and chosen in known else ""

    @cached_property
    def redaction(self) -> Redaction:
        """What was typed, or what the model makes of the demande."""
        if "corps" in self.request.form:
            return Redaction(
                titre=self.typed("titre").strip(),
                genre=self.typed("genre"),
                destinataire=self.typed("destinataire").strip(),
                corps=self.typed("corps"),
                signature=self.typed("signature").strip(),
            )
        found = (model for model in self.models if model.id == self.model)
        return decision.rediger(self.demande, next(found, None))

    @cached_property
    def move(self) -> str:
        """The move that is chosen, at first the one of the model."""
        if "mouvement" in self.request.form:
            return self.typed("mouvement")
        move = next((one.mouvement for one in self.models if one.id == self.model), "")
        return move if move in {one["id"] for one in self.moves} else ""

    @cached_property
    def moves(self) -> list[dict]:
        return [
            {"id": move.id, "title": TRANSITION_LABELS[move.id]}
            for move in actions.moves_for_agent(self.demande)
            if move.id not in WITHOUT
        ]

    @property
    def issued(self) -> list[dict]:
        """What the citizen has got, the last one first."""
        return [
            {
                "id": document.id,
                "title": document.titre,
                "genre": GENRE_LABELS[document.genre],
                "date": self.moment(document.date),
                "person": name_of(document.par, self.request),
                "read": self.moment(document.lu) if document.lu else "",
                "withdrawn": self.moment(document.retire) if document.retire else "",
                "reason": document.raison,
                "code": document.code,
                "verify": adresse_de(self.demande, document.code)
                if document.code
                else "",
                "url": f"{self.url}/{document.id}",
            }
            for document in reversed(self.demande.dossier.documents)
        ]

    @property
    def url(self) -> str:
        return f"{self.part_url}/document"

    # What is done

    def act(self) -> str | None:
        if self.item:
            raise NotFound(self.item)
        known = {
            "apercu": self._preview,
            "remettre": self._issue,
            "televerser": self._upload,
            "retirer": self._withdraw,
        }
        geste = self.request.form.get("geste")
        if not isinstance(geste, str) or geste not in known:
            return super().act()
        return known[geste]()

    def _preview(self) -> None:
        with self._fields():
            self.pdf = decision.apercu(self.demande, self.redaction, self.request)
            words = translate(_("Draft"), context=self.request)
            self.pdf_name = f"{words} {self.demande.numero}.pdf"

    def _issue(self) -> str:
        with self._fields():
            documents.issue(
                self.demande,
                self.sent_version,
                self.redaction,
                self._chosen_move(),
                self.request,
            )
        return self._issued()

    def _upload(self) -> str:
        sent = self.request.form.get("fichier")
        if not isinstance(sent, FileUpload) or not sent.filename:
            raise Refused(_("Please choose the PDF first."), "fichier")
        with self._fields("fichier_"):
            try:
                documents.issue_file(
                    self.demande,
                    self.sent_version,
                    titre=self.typed("titre"),
                    genre=self.typed("genre"),
                    contenu=sent.read(MAX_DOCUMENT + 1),
                    nom=sent.filename,
                    mouvement=self._chosen_move(),
                )
            except DocumentRefuse as error:
                raise Refused(error.message, "fichier") from error
        return self._issued()

    def _issued(self) -> str:
        return self.done(_("The document was issued. The citizen is told."))

    def _withdraw(self) -> str:
        document = self._document()
        try:
            documents.withdraw(
                self.demande, self.sent_version, document, self.typed("raison")
            )
        except decision.DejaRetire as error:
            raise Refused(_("This document was withdrawn before.")) from error
        except decision.ChampRefuse as error:
            raise Refused(error.message, f"raison-{document.id}") from error
        except InvalidMessage as error:
            raise Refused(UNUSABLE_TEXT, f"raison-{document.id}") from error
        return self.done(_("The document was withdrawn. The citizen is told why."))

    def _document(self) -> Document:
        document = self.demande.dossier.document(self.typed("document"))
        if document is None:
            raise Refused(_("There is no such document any more."))
        return document

    def _chosen_move(self) -> Mouvement:
        move = self.typed("mouvement")
        return Mouvement(move, self.typed("message") if move else "")

    @contextmanager
    def _fields(self, prefix: str = "") -> Iterator[None]:
        """Say what is wrong beside the field it is wrong in."""
        try:
            yield
        except decision.ChampRefuse as error:
            raise Refused(error.message, prefix + error.champ) from error
        except MessageRequired as error:
            move = translate(
                TRANSITION_LABELS[self.typed("mouvement")], context=self.request
            )
            raise Refused(
                _(
                    "Please write to the citizen before you choose « ${move} ».",
                    mapping={"move": move},
                ),
                prefix + "message",
            ) from error
        except InvalidMessage as error:
            raise Refused(UNUSABLE_TEXT, prefix + "message") from error


class AgentsRecepisse(DemandePage):
    """``/agents/<numero>/recepisse``: the receipt, without the tracking code."""

    def template(self):
        return remettre_pdf(
            self.request.response,
            recepisse(self.demande, self.request),
            nom_de_fichier(self.demande),
        )
