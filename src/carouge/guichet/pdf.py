"""HTML becomes a PDF that a screen reader can read (PDF/UA).

The document is tagged after the elements of the HTML, has a title and a language, and
holds its fonts. Nothing is fetched from anywhere: pictures stand in the HTML itself.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import threading


STYLE = Path(__file__).with_name("static") / "document.css"

#: What a picture's address may begin with.
PROTOCOLES = ("data",)

# Fonts are laid out by a C library that wants no company.
_UN_SEUL = threading.Lock()


def en_pdf(html: str, *, style: str = "") -> bytes:
    """The PDF of a whole HTML document with ``lang`` and ``<title>``.

    ``style`` is CSS for this kind of document, after what all have in common. An address
    that is no ``data:`` URI is not followed: the picture is missing.

    :raises ValueError: the document says neither its title nor its language
    """
    # Here, because it takes a second, and few processes ever make a PDF.
    from weasyprint import CSS
    from weasyprint import HTML

    with _UN_SEUL:
        document = HTML(string=html, base_url="about:blank", url_fetcher=_fetcher())
        rendu = document.render(
            stylesheets=[
                CSS(string=feuille, url_fetcher=_fetcher())
                for feuille in (_commun(), style)
                if feuille
            ],
            pdf_variant="pdf/ua-1",
        )
        if not (rendu.metadata.title and rendu.metadata.lang):
            raise ValueError("a document has a title and a language")
        return rendu.write_pdf(pdf_variant="pdf/ua-1")


@lru_cache(maxsize=1)
def _commun() -> str:
    return STYLE.read_text("utf-8")


def _fetcher():
    from weasyprint.urls import URLFetcher

    return URLFetcher(allowed_protocols=PROTOCOLES, allow_redirects=False)
