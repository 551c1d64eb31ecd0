"""How issued documents leave: as PDF, to their reader and to nobody else."""

from __future__ import annotations

from carouge.guichet.layout import keep_private
from urllib.parse import quote


def remettre_pdf(response, data: bytes, nom: str, *, enregistrer: bool = False):
    """A PDF with its headers; returns what a page answers with.

    ``nom`` is the name it is saved under. A browser shows it, unless ``enregistrer``.
    """
    keep_private(response)
    disposition = "attachment" if enregistrer else "inline"
    for name, value in (
        ("Content-Type", "application/pdf"),
        ("Content-Length", str(len(data))),
        (
            "Content-Disposition",
            f"{disposition}; filename*=UTF-8''{quote(nom, safe='')}",
        ),
        ("X-Content-Type-Options", "nosniff"),
    ):
        response.setHeader(name, value)
    return data
