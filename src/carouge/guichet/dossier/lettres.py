"""Letters as a PDF that is printed, folded and put into an envelope with a window."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.controlpanel.service import envelope_window
from carouge.guichet.demande.queries import get_demande
from carouge.guichet.demarche.service import service_by_uid
from carouge.guichet.dossier.courrier import Depart
from carouge.guichet.dossier.destinataire import destinataire_de
from carouge.guichet.formulaire.bordereau import qr_de
from carouge.guichet.imprime import Imprime
from carouge.guichet.journal.service import record
from carouge.guichet.swisstime import format_date
from carouge.guichet.swisstime import today
from collections.abc import Sequence
from functools import cached_property
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zope.i18n import translate


# The window of Swiss envelopes C5 and C5/6 shows a field of 100 mm x 45 mm that begins
# 45 mm below the upper edge of the sheet, 12 mm from the left one or 8 mm from the right
# one (SN 010130; Swiss Post, « Adressage »): the address begins at 118 mm or at 22 mm,
# 50 mm below the edge. What follows is measured inside the margins.
_STYLE = """
@page { margin: 20mm 20mm 20mm 25mm;
        @bottom-left { content: none; } @bottom-right { content: none; } }
article { break-before: page; padding-top: 78mm; position: relative; }
article:first-of-type { break-before: auto; }
.expediteur { left: 0; position: absolute; top: -5mm; width: 80mm; }
.expediteur p { margin: 0; }
.commune { font-weight: bold; }
.fenetre { position: absolute; top: 30mm; width: 82mm; }
.droite .fenetre { left: 93mm; }
.gauche .fenetre { left: -3mm; }
.retour { border-bottom: 0.2mm solid #000; font-size: 7pt; margin: 0 0 2mm;
          padding-bottom: 0.5mm; }
.fenetre address { font-style: normal; line-height: 1.3; white-space: pre-line; }
.date { margin-bottom: 8mm; }
h1 { font-size: 12pt; margin-bottom: 5mm; string-set: none; }
.texte { overflow-wrap: anywhere; white-space: pre-line; }
.acces { align-items: center; break-inside: avoid; display: flex; gap: 5mm;
         margin-top: 8mm; }
.acces img { height: 26mm; width: 26mm; }
.acces p { flex: 1; font-size: 9.5pt; margin: 0; }
"""


class SansAdresse(LookupError):
    """Nobody knows where the letter goes to; ``str()`` is the number of the demande."""


class Lettres(Imprime):
    """The sheets; ``context`` is the guichet."""

    template = ViewPageTemplateFile("templates/lettres.pt")
    style = _STYLE
    departs: Sequence[Depart] = ()

    @property
    def date(self) -> str:
        return format_date(today())

    @property
    def fenetre(self) -> str:
        return envelope_window()

    @cached_property
    def retour(self) -> str:
        """Where the post brings it back to, on one line."""
        lines = [self.contact.commune, *self.contact.adresse.splitlines()]
        return ", ".join(line.strip() for line in lines if line.strip())

    def lettres(self) -> list[dict]:
        return [self._lettre(depart) for depart in self.departs]

    def _lettre(self, depart: Depart) -> dict:
        demande = get_demande(self.context, depart.numero)
        # The address of today: he may have moved since.
        lignes = destinataire_de(demande).lignes if demande is not None else ()
        if not lignes:
            raise SansAdresse(depart.numero)
        service = service_by_uid(self.context, depart.service)
        return {
            "langue": depart.langue,
            "adresse": "\n".join(lignes),
            "objet": depart.objet,
            "paragraphes": depart.texte.split("\n\n"),
            "service": service.title if service is not None else "",
            "qr": qr_de(depart.lien),
            "scanner": self._dire(
                depart, _("This code leads to your demande, as does the address above.")
            ),
            "image": self._dire(depart, _("QR code with the address of your demande")),
        }

    def _dire(self, depart: Depart, message) -> str:
        return translate(message, target_language=depart.langue)


def lettres(guichet, departs: Sequence[Depart], request) -> bytes:
    """These letters as one accessible PDF, each on its own sheet; it is journaled.

    :raises SansAdresse: see there
    """
    page = Lettres(guichet, request)
    page.departs = departs
    data = page.pdf()
    for depart in departs:
        record("courrier.imprimer", subject=depart.numero, id=depart.id)
    return data
