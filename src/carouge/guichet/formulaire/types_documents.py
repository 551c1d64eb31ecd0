"""The kinds of documents a counter can read, and the refusal of all others."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass


class DocumentRefuse(ValueError):
    """A file cannot be taken; ``message`` says to the citizen why and what to do."""

    def __init__(self, message) -> None:
        super().__init__(str(message))
        self.message = message


@dataclass(frozen=True)
class TypeDocument:
    """One kind: its media type, the ending its files get, and what people call it."""

    media: str
    extension: str
    titre: str


#: By the name that stands in the models of forms.
TYPES = {
    "pdf": TypeDocument("application/pdf", "pdf", "PDF"),
    "jpeg": TypeDocument("image/jpeg", "jpg", "JPEG"),
    "png": TypeDocument("image/png", "png", "PNG"),
    "gif": TypeDocument("image/gif", "gif", "GIF"),
    "heic": TypeDocument("image/heic", "heic", "HEIC"),
    "docx": TypeDocument(
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "docx",
        "DOCX",
    ),
    "odt": TypeDocument("application/vnd.oasis.opendocument.text", "odt", "ODT"),
    "xlsx": TypeDocument(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "xlsx",
        "XLSX",
    ),
    "ods": TypeDocument("application/vnd.oasis.opendocument.spreadsheet", "ods", "ODS"),
}

#: What an editor chooses among: several kinds under one word.
FAMILLES = {
    "pdf": ("pdf",),
    "image": ("jpeg", "png", "gif", "heic"),
    "document": ("docx", "odt"),
    "tableau": ("xlsx", "ods"),
}

#: What a question accepts that says nothing itself.
TYPES_HABITUELS = ("pdf", "jpeg", "png", "gif", "heic", "docx", "odt", "xlsx", "ods")

IMAGES = FAMILLES["image"]
ARCHIVES = (*FAMILLES["document"], *FAMILLES["tableau"])


def types_de(noms: Collection[str]) -> tuple[str, ...]:
    """The names of kinds behind names of kinds or families, in the order of the table.

    Unknown names are left out; nothing left means the usual ones.
    """
    voulus = {type for nom in noms for type in FAMILLES.get(nom, (nom,))}
    return tuple(nom for nom in TYPES if nom in voulus) or TYPES_HABITUELS


def titres_de(noms: Collection[str]) -> str:
    """``PDF, JPEG, PNG``: what is told to a person beforehand and at a refusal."""
    return ", ".join(TYPES[nom].titre for nom in types_de(noms))


def accept_de(noms: Collection[str]) -> str:
    """The value of the attribute ``accept`` of a file input."""
    types = [TYPES[nom] for nom in types_de(noms)]
    return ",".join(
        word for type in types for word in (f".{type.extension}", type.media)
    )
