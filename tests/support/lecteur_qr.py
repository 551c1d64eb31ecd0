"""What a scanner gets out of a drawing or a page."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from PIL import Image
from PIL import ImageDraw

import re
import zxingcpp


#: Pixels of a millimetre on the pages and drawings that are scanned.
POINTS_PAR_MM = 12

_RECT = re.compile(
    r'<rect (?:x="(?P<x>[0-9.]+)" y="(?P<y>[0-9.]+)" )?width="(?P<l>[0-9.]+)" '
    r'height="(?P<h>[0-9.]+)" fill="(?P<c>#[0-9a-f]{3})"/>'
)
_MODULE = re.compile(r"M([0-9]+) ([0-9]+)h([0-9]+)v1h-[0-9]+z")
_ELEMENT = re.compile(r"<rect [^>]*>|<path [^>]*>")


@dataclass(frozen=True)
class Code:
    """A QR code that was read; ``cotes`` are width and height in millimetres."""

    texte: str
    cotes: tuple[float, float]
    niveau: str


def lire_svg(svg: str) -> Code:
    """Draw the SVG of carouge.guichet.facture.qr on white, and scan it."""
    cote = int(re.search(r'viewBox="0 0 ([0-9]+) ', svg)[1])
    mm = float(re.search(r'width="([0-9.]+)mm"', svg)[1])
    echelle, marge = mm * POINTS_PAR_MM / cote, 5 * POINTS_PAR_MM
    taille = round(mm * POINTS_PAR_MM) + 2 * marge
    image = Image.new("L", (taille, taille), 255)
    crayon = ImageDraw.Draw(image)

    def rectangle(x: float, y: float, largeur: float, hauteur: float, couleur) -> None:
        bords = (x, y, x + largeur, y + hauteur)
        gauche, haut, droite, bas = (round(marge + one * echelle) for one in bords)
        crayon.rectangle((gauche, haut, droite - 1, bas - 1), fill=couleur)

    for element in _ELEMENT.findall(svg):
        if rect := _RECT.fullmatch(element):
            nombres = (float(rect[name] or 0) for name in "xylh")
            rectangle(*nombres, 255 if rect["c"] == "#fff" else 0)
            continue
        for x, y, largeur in _MODULE.findall(element):
            rectangle(int(x), int(y), int(largeur), 1, 0)
    return lire_image(image)


def lire_pdf(data: bytes, page: int = -1) -> Code:
    """Print a page of a PDF (the last one), and scan what is on it."""
    import pypdfium2

    document = pypdfium2.PdfDocument(BytesIO(data))
    image = document[page % len(document)].render(scale=POINTS_PAR_MM * 25.4 / 72)
    return lire_image(image.to_pil())


def lire_image(image: Image.Image) -> Code:
    """Scan a picture of :data:`POINTS_PAR_MM` with one code on it."""
    codes = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode)
    assert len(codes) == 1, codes
    coins = codes[0].position
    return Code(
        texte=codes[0].text,
        cotes=(
            (coins.top_right.x - coins.top_left.x) / POINTS_PAR_MM,
            (coins.bottom_left.y - coins.top_left.y) / POINTS_PAR_MM,
        ),
        niveau=codes[0].ec_level,
    )
