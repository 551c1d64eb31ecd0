"""The receipt: what somebody has filed, when, and with which documents.

It is made when somebody asks for it first and kept, so that its digest can be compared.
What it confirms may change afterwards (an answer is corrected, a document arrives): then
the next one takes its place, with a code of its own. It confirms the demande as it was
when it was made, which it says; it says nothing of the outcome.
"""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet import swisstime
from carouge.guichet.compte.saisie import format_fact
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.content import Piece
from carouge.guichet.demande.domain import Canal
from carouge.guichet.demande.domain import Controle
from carouge.guichet.demande.domain import Reponse
from carouge.guichet.demande.dossier import Recepisse
from carouge.guichet.demande.labels import CANAL_LABELS
from carouge.guichet.demande.labels import CONTROLE_IDENTITE_LABELS
from carouge.guichet.demande.labels import remark_on
from carouge.guichet.demande.valeurs import adresse_du_guichet
from carouge.guichet.demarche.service import guichet_of
from carouge.guichet.demarche.service import service_by_uid
from carouge.guichet.dossier.destinataire import destinataire_de
from carouge.guichet.dossier.verification import accueil_de
from carouge.guichet.dossier.verification import adresse_de
from carouge.guichet.dossier.verification import code_libre
from carouge.guichet.dossier.verification import emettre
from carouge.guichet.dossier.verification import noter_copie
from carouge.guichet.dossier.verification import noter_remplacement
from carouge.guichet.formulaire.affichage import taille_dite
from carouge.guichet.formulaire.bordereau import qr_de
from carouge.guichet.imprime import Imprime
from carouge.guichet.money import format_chf
from carouge.guichet.swisstime import format_date
from carouge.guichet.swisstime import format_time
from collections.abc import Iterator
from datetime import date
from itertools import groupby
from plone.namedfile.file import NamedBlobFile
from plone.protect.interfaces import IDisableCSRFProtection
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zope.i18n import translate
from zope.interface import alsoProvides

import hashlib
import json


#: Below an address of a demande: its receipt.
RECEPISSE = "recepisse"

_STYLE = """
header { border-bottom: 0.5mm solid #000; margin-bottom: 8mm; padding-bottom: 3mm; }
header p { margin: 0; }
.commune { font-size: 14pt; font-weight: bold; }
h1 { margin-bottom: 1mm; }
h1 + p { font-size: 13pt; margin-bottom: 6mm; }
.faits { border-collapse: collapse; margin-bottom: 5mm; width: 100%; }
.faits th { font-weight: normal; padding: 0.8mm 4mm 0.8mm 0; text-align: left;
            vertical-align: top; width: 48mm; }
.faits td { font-weight: bold; overflow-wrap: anywhere; padding: 0.8mm 0;
            vertical-align: top; }
.numero { font-family: "Liberation Mono", monospace; font-size: 13pt; }
.acces { border: 0.6mm solid #000; break-inside: avoid; margin: 0 0 5mm;
         padding: 3mm 5mm; }
.acces p { margin: 0 0 1mm; }
.acces .numero { font-size: 17pt; font-weight: bold; }
.reponses, .pieces, .prix { border-collapse: collapse; width: 100%; }
.reponses th, .reponses td, .pieces th, .pieces td, .prix th, .prix td {
  border-bottom: 0.2mm solid #999; font-size: 10pt; overflow-wrap: anywhere;
  padding: 1.3mm 3mm 1.3mm 0; text-align: left; vertical-align: top; }
.reponses th { font-weight: normal; width: 62mm; }
.reponses td { white-space: pre-line; }
.sans { color: #444; font-style: italic; }
.pieces thead th { font-weight: bold; }
.pieces tbody th { font-weight: normal; width: 52mm; }
.pieces tr, .reponses tr, .prix tr { break-inside: avoid; }
.empreinte { font-family: "Liberation Mono", monospace; font-size: 7.5pt;
             line-height: 1.5; }
.prix th { font-weight: normal; }
.prix td { text-align: right; width: 30mm; }
.prix tfoot th, .prix tfoot td { border-bottom: 0; font-weight: bold; }
.verification { border-top: 0.5mm solid #000; break-inside: avoid; display: flex;
                gap: 6mm; margin-top: 9mm; padding-top: 4mm; }
.verification div { flex: 1; font-size: 9.5pt; }
.verification h2 { font-size: 11pt; margin: 0 0 1mm; }
.verification p { margin: 0 0 1.5mm; }
.verification img { height: 30mm; width: 30mm; }
.code { font-family: "Liberation Mono", monospace; font-size: 12pt;
        font-weight: bold; }
"""


def recepisse(demande: Demande, request, code: str | None = None) -> bytes:
    """The receipt of the demande as it is now, as an accessible PDF.

    ``code`` is the tracking code in clear, for those who have just been given it: the
    copy with it is made anew each time and kept nowhere but for its digest. The caller
    has seen to it that whoever asks may.
    """
    document = recepisse_de(demande, request)
    if not code:
        return document.file.data
    data = _pdf(demande, request, document.code, document.date, code)
    if noter_copie(demande, document.code, hashlib.sha256(data).hexdigest()):
        alsoProvides(request, IDisableCSRFProtection)
    return data


def recepisse_de(demande: Demande, request) -> Recepisse:
    """The receipt that is kept; made when there is none of the demande as it is now."""
    known = demande.dossier.recepisse
    empreinte = empreinte_de(demande)
    if known is not None and known.empreinte == empreinte:
        return known
    # Made at the first request for it, whatever its method: nobody could mean harm.
    alsoProvides(request, IDisableCSRFProtection)
    moment, code = swisstime.now(), code_libre(demande)
    data = _pdf(demande, request, code, moment)
    document = Recepisse(
        empreinte=empreinte,
        titre=translate(_("Receipt"), context=request),
        file=NamedBlobFile(
            data=data, contentType="application/pdf", filename=nom_de_fichier(demande)
        ),
        digest=hashlib.sha256(data).hexdigest(),
        date=moment,
        par="",
        code=code,
    )
    emettre(
        demande,
        genre=document.genre,
        document=document.id,
        digest=document.digest,
        date=moment,
        code=code,
    )
    if known is not None:
        noter_remplacement(demande, known.code, moment)
    demande.ouvrir_dossier().recepisse = document
    return document


def nom_de_fichier(demande: Demande) -> str:
    """The name the receipt is saved under."""
    return f"recepisse-{demande.numero}.pdf"


def empreinte_de(demande: Demande) -> str:
    """What stands for all that a receipt confirms (SHA-256, hex)."""
    pieces = [
        (
            piece.label,
            piece.digest,
            piece.moyen,
            piece.controle if not piece.lisible else "",
            piece.recue.isoformat() if piece.recue else "",
        )
        for piece in demande.pieces
    ]
    answers = [(one.step, one.label, one.text) for one in demande.reponses]
    confirmed = [demande.numero, answers, pieces, demande.total]
    promised = _promis(demande)
    if promised is not None:
        confirmed.append(promised.isoformat())
    return hashlib.sha256(json.dumps(confirmed).encode()).hexdigest()


class Page(Imprime):
    """The receipt as HTML; ``context`` is the demande."""

    template = ViewPageTemplateFile("templates/recepisse.pt")
    style = _STYLE
    code = ""
    suivi = ""
    date = None
    format_chf = staticmethod(format_chf)

    @property
    def titre(self) -> str:
        words = self.dire(_("Receipt"))
        return f"{words} {self.context.numero}"

    @property
    def service(self) -> str:
        """The service in charge; empty when it is not there any more."""
        guichet = guichet_of(self.context)
        service = service_by_uid(guichet, self.context.service_uid or "")
        return service.title if service is not None else ""

    @property
    def qr(self) -> str:
        return qr_de(adresse_de(self.context, self.code))

    @property
    def accueil(self) -> str:
        return accueil_de(self.context)

    @property
    def suivi_url(self) -> str:
        return f"{adresse_du_guichet(self.context)}/suivi"

    @property
    def etabli(self) -> str:
        return format_time(self.date)

    @property
    def faits(self) -> Iterator[tuple[str, str]]:
        """What it is about: label and value."""
        demande = self.context
        yield self.dire(_("Submitted on")), format_time(demande.depot)
        yield from self._personnes()
        yield self.dire(_("How it came")), self._canal()
        if demande.prix:
            yield self.dire(_("Price")), format_chf(demande.total)
        promised = _promis(demande)
        if promised is not None:
            yield self.dire(_("Answer expected by")), format_date(promised)

    def _personnes(self) -> Iterator[tuple[str, str]]:
        demande, deposant = self.context, self.context.deposant
        if deposant is None and demande.identite is None:
            yield self.dire(_("Filed by")), self._sans_compte()
        if deposant is not None:
            yield self.dire(_("Filed by")), deposant.nom or deposant.organisation
            if deposant.organisation:
                ide = format_fact("ide", deposant.ide) if deposant.ide else ""
                name = f"{deposant.organisation} ({ide})" if ide else None
                yield self.dire(_("Acting for")), name or deposant.organisation
        identite = demande.identite
        if identite is not None:
            name = f"{identite.prenom} {identite.nom}".strip()
            yield self.dire(_("Filed for")), name
            yield (
                self.dire(_("Identity")),
                self.dire(CONTROLE_IDENTITE_LABELS[Controle(identite.controle)]),
            )
        if demande.membre is not None:
            yield self.dire(_("Concerns")), demande.membre.nom

    def _sans_compte(self) -> str:
        """Whoever had no account: nobody has checked the name in the answers."""
        nom = destinataire_de(self.context).nom
        if not nom:
            return self.dire(_("without account"))
        return self.dire(
            _("${nom} (as indicated, without account)", mapping={"nom": nom})
        )

    def _canal(self) -> str:
        words = self.dire(CANAL_LABELS[Canal(self.context.canal)])
        if not self.context.saisi_par:
            return words
        return self.dire(
            _("${canal}, entered by the commune", mapping={"canal": words})
        )

    @property
    def parties(self) -> list[tuple[str, list[Reponse]]]:
        """The answers by step."""
        answers = groupby(self.context.reponses, key=lambda answer: answer.step)
        return [(step, [*group]) for step, group in answers]

    @property
    def pieces(self) -> list[dict]:
        return [self._piece(piece) for piece in self.context.pieces]

    def _piece(self, piece: Piece) -> dict:
        remark = remark_on(piece)
        words = self.dire(remark) if remark else ""
        if piece.recue is not None:
            words = f"{words}, {format_time(piece.recue)}"
        file, digest = piece.file, piece.digest or ""
        return {
            "label": piece.label,
            "fichier": (file.filename or "") if file is not None else "",
            "taille": taille_dite(file.getSize()) if file is not None else "",
            "remarque": words,
            "empreinte": (digest[:32], digest[32:]) if len(digest) == 64 else (),
        }


def _promis(demande: Demande) -> date | None:
    """The day the answer is expected by now; None while nobody can say it."""
    if demande.etat.final or demande.suspendu:
        return None
    return demande.attendu


def _pdf(demande: Demande, request, code: str, date, suivi: str = "") -> bytes:
    page = Page(demande, request)
    page.code, page.date, page.suivi = code, date, suivi
    return page.pdf()
