"""A demande on paper, for whoever does not follow it online.

State, messages and documents as the person would see them: no note, no name of an
agent.
"""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet import swisstime
from carouge.guichet.backoffice.labels import MOVE_DONE_LABELS
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.labels import remark_on
from carouge.guichet.demande.labels import STATE_LABELS
from carouge.guichet.demande.labels import STATE_MEANINGS
from carouge.guichet.demande.service import history
from carouge.guichet.demande.traitement import SERVICE
from carouge.guichet.demande.valeurs import adresse_du_guichet
from carouge.guichet.demande.valeurs import nom_usager
from carouge.guichet.demarche.service import guichet_of
from carouge.guichet.demarche.service import service_by_uid
from carouge.guichet.imprime import Imprime
from carouge.guichet.swisstime import format_date
from carouge.guichet.swisstime import format_time
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile


_STYLE = """
header { border-bottom: 0.5mm solid #000; margin-bottom: 8mm; padding-bottom: 3mm; }
header p { margin: 0; }
.commune { font-size: 14pt; font-weight: bold; }
h1 { margin-bottom: 1mm; }
h1 + p { font-size: 13pt; margin-bottom: 6mm; }
table { border-collapse: collapse; margin-bottom: 5mm; width: 100%; }
th { font-weight: normal; padding: 0.8mm 4mm 0.8mm 0; text-align: left;
     vertical-align: top; width: 48mm; }
td { font-weight: bold; overflow-wrap: anywhere; padding: 0.8mm 0; }
.message { border-left: 0.8mm solid #000; break-inside: avoid; margin: 0 0 4mm;
           padding-left: 4mm; }
.message p { margin: 0 0 1mm; overflow-wrap: anywhere; white-space: pre-line; }
.de { font-weight: bold; }
li { margin-bottom: 1mm; }
"""


def etat_imprime(demande: Demande, request) -> bytes:
    """The demande as it stands, as an accessible PDF in the language of the request."""
    return Page(demande, request).pdf()


def nom_de_fichier(demande: Demande) -> str:
    """The name it is saved under."""
    return f"demande-{demande.numero}.pdf"


class Page(Imprime):
    """The same as HTML; ``context`` is the demande."""

    template = ViewPageTemplateFile("templates/imprimer.pt")
    style = _STYLE

    @property
    def titre(self) -> str:
        words = self.dire(_("State of the demande"))
        return f"{words} {self.context.numero}"

    @property
    def service(self) -> str:
        guichet = guichet_of(self.context)
        service = service_by_uid(guichet, self.context.service_uid or "")
        return service.title if service is not None else ""

    @property
    def faits(self) -> list[tuple[str, str]]:
        demande = self.context
        lines = [
            (_("Name"), nom_usager(demande)),
            (_("About"), demande.membre.nom if demande.membre else ""),
            (_("Submitted on"), format_time(demande.depot)),
            (_("State"), self.dire(STATE_LABELS[demande.etat])),
            (
                _("Answer expected by"),
                format_date(demande.attendu)
                if demande.attendu and not demande.etat.final
                else "",
            ),
            (_("Printed on"), format_time(swisstime.now())),
        ]
        return [(self.dire(label), value) for label, value in lines if value]

    @property
    def meaning(self):
        return STATE_MEANINGS[self.context.etat]

    @property
    def steps(self) -> list[dict]:
        """The moves, with what the other side was told."""
        return [
            {
                "time": format_time(step.time),
                "title": self.dire(MOVE_DONE_LABELS[step.transition or None]),
                "message": step.message,
            }
            for step in history(self.context)
        ]

    @property
    def messages(self) -> list[dict]:
        return [
            {
                "time": format_time(message.date),
                "service": message.auteur == SERVICE,
                "text": message.texte,
                "files": [piece.file.filename for piece in message.pieces],
            }
            for message in self.context.dossier.messages
        ]

    @property
    def documents(self) -> list[dict]:
        """What the service has issued and not withdrawn."""
        return [
            {
                "title": document.titre,
                "date": format_time(document.date),
                "code": document.code,
            }
            for document in self.context.dossier.documents
            if document.retire is None
        ]

    @property
    def pieces(self) -> list[dict]:
        return [
            {
                "label": piece.label,
                "file": "" if piece.file is None else piece.file.filename or "",
                "remark": self.dire(remark_on(piece)) if remark_on(piece) else "",
            }
            for piece in self.context.pieces
        ]

    @property
    def verify_url(self) -> str:
        return f"{adresse_du_guichet(self.context)}/verifier"

    @property
    def follow_url(self) -> str:
        return f"{adresse_du_guichet(self.context)}/suivi"
