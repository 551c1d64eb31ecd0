"""A document of the service as a letter: accessible, on one or more pages of A4."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.demande.content import Demande
from carouge.guichet.demarche.service import guichet_of
from carouge.guichet.demarche.service import service_by_uid
from carouge.guichet.demarche.textes import Bloc
from carouge.guichet.demarche.textes import blocs
from carouge.guichet.dossier.verification import accueil_de
from carouge.guichet.dossier.verification import adresse_de
from carouge.guichet.formulaire.bordereau import qr_de
from carouge.guichet.imprime import Imprime
from carouge.guichet.swisstime import today
from dataclasses import dataclass
from functools import cached_property
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zope.i18n.locales import locales

import re


_STYLE = """
@page { margin: 18mm 22mm 22mm 25mm; }
html { font-size: 10.5pt; }
h1 { font-size: 14pt; margin: 0 0 2mm; string-set: none; }
h2 { font-size: 11.5pt; margin: 5mm 0 1.5mm; }
h3 { font-size: 10.5pt; margin: 4mm 0 1mm; }
header { align-items: baseline; border-bottom: 0.4mm solid #000; display: flex;
         gap: 8mm; justify-content: space-between; margin-bottom: 9mm;
         padding-bottom: 3mm; }
header p { margin: 0; }
.commune { font-size: 16pt; font-weight: bold; line-height: 1.2; }
.service { font-size: 11pt; }
.joindre { font-size: 8.5pt; line-height: 1.35; text-align: right;
           white-space: pre-line; }
address { font-style: normal; white-space: pre-line; }
.destinataire { margin: 0 0 9mm 92mm; min-height: 26mm; }
.lieu { margin: 0 0 7mm 92mm; }
.reference { color: #333; font-size: 9pt; margin-bottom: 6mm;
             string-set: document content(); }
.projet { font-size: 9pt; }
.corps p, .corps li { hyphens: manual; orphans: 3; widows: 3; }
.corps { margin-bottom: 8mm; }
.corps p { margin-bottom: 3mm; }
/* A signature never stands alone on its page. */
.corps > :last-child { break-after: avoid; }
.fin { break-before: avoid; break-inside: avoid; display: flex;
       flex-direction: row-reverse; gap: 6mm; justify-content: space-between; }
.signature { flex: 0 0 71mm; }
.signature p { margin: 0; white-space: pre-line; }
.signature .service { font-size: 10.5pt; margin-bottom: 13mm; }
.verification { align-items: flex-start; color: #333; display: flex; flex: 1;
                font-size: 8pt; gap: 3mm; line-height: 1.3; }
.verification div { flex: 1; }
.verification p { margin: 0 0 0.8mm; overflow-wrap: anywhere; }
.verification img { height: 24mm; margin: -2mm 0 0 -2mm; width: 24mm; }
.code { color: #000; font-family: "Liberation Mono", monospace; font-size: 9.5pt;
        font-weight: bold; }
"""

_PROJET = """
@page { @top-center { color: #a00; content: "%s"; font-size: 13pt;
                      font-weight: bold; } }
"""


@dataclass(frozen=True)
class Redaction:
    """A document as an agent writes it, all in plain text.

    ``genre`` is one of :data:`carouge.guichet.demarche.textes.GENRES`. ``corps`` is
    read by :func:`carouge.guichet.demarche.textes.blocs`; ``destinataire`` and
    ``signature`` are lines.
    """

    titre: str = ""
    genre: str = "document"
    destinataire: str = ""
    corps: str = ""
    signature: str = ""


class Page(Imprime):
    """The letter as HTML; ``context`` is the demande."""

    template = ViewPageTemplateFile("templates/redaction.pt")
    style = _STYLE
    redaction = Redaction()
    code = ""

    @cached_property
    def service(self):
        """The service in charge, or None."""
        return service_by_uid(guichet_of(self.context), self.context.service_uid)

    @property
    def joindre(self) -> str:
        """How to reach the service: its own address before that of the counter."""
        service, counter = self.service, self.contact
        lines = (
            (getattr(service, "adresse", "") or counter.adresse),
            (getattr(service, "telephone", "") or counter.telephone),
            (getattr(service, "courriel", "") or counter.courriel),
        )
        return "\n".join(line.strip() for line in lines if line)

    @property
    def lieu(self) -> str:
        """``Carouge, le 23 novembre 2026``; the day alone where the town is unknown."""
        day = date_longue(self.langue)
        town = localite(self.contact.adresse)
        return f"{town}, le {day}" if town and self.langue == "fr" else day

    @property
    def blocs(self) -> tuple[Bloc, ...]:
        return blocs(self.redaction.corps, {})

    @property
    def qr(self) -> str:
        return qr_de(adresse_de(self.context, self.code))

    @property
    def accueil(self) -> str:
        return accueil_de(self.context)


def mettre_en_page(
    demande: Demande, redaction: Redaction, request, *, code: str = ""
) -> bytes:
    """The PDF of a document; without ``code`` it is marked as a draft."""
    page = Page(demande, request)
    page.redaction, page.code = redaction, code
    if code:
        return page.pdf()
    words = page.dire(_("Draft - not valid")).replace('"', "")
    return page.pdf(_PROJET % words)


def localite(adresse: str) -> str:
    """The town of an address: its last line, without the postal code."""
    lines = [line.strip() for line in adresse.splitlines() if line.strip()]
    found = re.fullmatch(r"(?:CH-)?\d{4}\s+(\D+)", lines[-1]) if lines else None
    return found[1].strip() if found else ""


def date_longue(langue: str, day=None) -> str:
    """``23 novembre 2026``, in that language."""
    day = day or today()
    formatter = locales.getLocale(langue).dates.getFormatter("date", "long")
    words = formatter.format(day)
    return f"1er{words[1:]}" if langue == "fr" and day.day == 1 else words
