"""The cover sheet: what goes on top of documents that come by post or are brought.

Somebody at the counter scans its QR code, which holds the printed number and nothing
else, and has the demande in front of him.
"""

from __future__ import annotations

from base64 import b64encode
from carouge.guichet import _
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.valeurs import nom_usager
from carouge.guichet.imprime import Imprime
from carouge.guichet.layout import keep_private
from carouge.guichet.swisstime import format_date
from carouge.guichet.swisstime import local_date
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile


#: The ways of documents that are not uploaded, in the order of the sheet.
MOYENS = ("poste", "guichet")

_STYLE = """
.carte { border: 0.6mm solid #000; display: flex; gap: 6mm; margin-bottom: 6mm;
         padding: 5mm; }
.carte dl { flex: 1; margin: 0; }
.carte img { height: 38mm; width: 38mm; }
dt { font-size: 9pt; }
dd { font-weight: bold; margin: 0 0 2.5mm; overflow-wrap: anywhere; }
.numero { font-family: "Liberation Mono", monospace; font-size: 17pt; }
.pieces { list-style: none; padding: 0; }
.pieces li { padding-left: 7mm; text-indent: -7mm; }
.case { border: 0.4mm solid #000; display: inline-block; height: 3.5mm;
        margin-right: 3mm; width: 3.5mm; }
.ligne { border-bottom: 0.3mm solid #000; display: inline-block; height: 6mm;
         width: 80mm; }
address { font-style: normal; white-space: pre-line; }
section { break-inside: avoid; }
"""


class SansPieceAnnoncee(LookupError):
    """Everything was uploaded: there is nothing to put under a cover sheet."""


class Bordereau(Imprime):
    """The sheet of one demande; ``context`` is the demande."""

    template = ViewPageTemplateFile("templates/bordereau.pt")
    style = _STYLE

    @property
    def titre(self) -> str:
        words = self.dire(_("Cover sheet"))
        return f"{words} {self.context.numero}"

    @property
    def nom(self) -> str:
        """Who filed it; empty when nobody has told: the name is written by hand."""
        return nom_usager(self.context)

    @property
    def depot(self) -> str:
        return format_date(local_date(self.context.depot))

    @property
    def qr(self) -> str:
        return qr_de(self.context.numero)

    def pieces(self, moyen: str) -> list[str]:
        """The labels of what will come that way, each once."""
        return [
            *dict.fromkeys(
                piece.label
                for piece in self.context.pieces_annoncees
                if piece.moyen == moyen
            )
        ]


def bordereau(demande: Demande, request) -> bytes:
    """The cover sheet as an accessible PDF, in the language of the request.

    :raises SansPieceAnnoncee: nothing is to come
    """
    if not demande.pieces_annoncees:
        raise SansPieceAnnoncee(demande.numero)
    return Bordereau(demande, request).pdf()


def envoyer(demande: Demande, request) -> bytes:
    """The cover sheet with the headers a browser shows it by.

    :raises SansPieceAnnoncee: nothing is to come
    """
    document = bordereau(demande, request)
    response = request.response
    keep_private(response)
    for name, value in (
        ("Content-Type", "application/pdf"),
        ("Content-Length", str(len(document))),
        ("Content-Disposition", f'inline; filename="bordereau-{demande.numero}.pdf"'),
        ("X-Content-Type-Options", "nosniff"),
    ):
        response.setHeader(name, value)
    return document


def qr_de(texte: str) -> str:
    """The ``data:`` URI of a QR code (SVG) that holds exactly this text."""
    # Here, because few requests ever draw one.
    from qrcode import constants
    from qrcode import QRCode
    from qrcode.image.svg import SvgPathImage

    code = QRCode(error_correction=constants.ERROR_CORRECT_M, border=4)
    code.add_data(texte)
    code.make()
    image = code.make_image(image_factory=SvgPathImage).to_string()
    return f"data:image/svg+xml;base64,{b64encode(image).decode('ascii')}"
