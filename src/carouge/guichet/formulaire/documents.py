"""What comes in as a file: looked at before it is kept.

What counts is the content. The name and what a browser says of the type are words of a
stranger.
"""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.formulaire import archives
from carouge.guichet.formulaire import images
from carouge.guichet.formulaire.domain import MAX_DOCUMENT
from carouge.guichet.formulaire.noms_fichiers import nom_sur
from carouge.guichet.formulaire.types_documents import ARCHIVES
from carouge.guichet.formulaire.types_documents import DocumentRefuse
from carouge.guichet.formulaire.types_documents import IMAGES
from carouge.guichet.formulaire.types_documents import titres_de
from carouge.guichet.formulaire.types_documents import TYPES
from carouge.guichet.formulaire.types_documents import types_de
from carouge.guichet.formulaire.types_documents import TYPES_HABITUELS
from collections.abc import Collection
from dataclasses import dataclass

import hashlib
import struct


_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ESPACES_PDF = b"\xef\xbb\xbf\r\n\t \x00"
_MARQUES_HEIC = frozenset(
    {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
)
# What the server can read the points of.
_APERCUS = ("jpeg", "png", "gif")
_MEDIAS = {type.media: nom for nom, type in TYPES.items()}


@dataclass(frozen=True)
class Inspection:
    """A file that can be kept.

    ``nom`` is safe to save and to show, ``type`` the media type found in the content,
    ``taille`` is in bytes, ``digest`` the SHA-256 (hex).
    """

    nom: str
    type: str
    taille: int
    digest: str


def inspecter(
    nom: str,
    data: bytes,
    *,
    types: Collection[str] = TYPES_HABITUELS,
    max_octets: int = MAX_DOCUMENT,
) -> Inspection:
    """Look at an uploaded file; ``types`` are names of kinds or families.

    The antivirus is asked by somebody else.

    :raises DocumentRefuse: with what the citizen is told
    """
    if not data:
        raise DocumentRefuse(_("This file is empty. Please choose it again."))
    if len(data) > max_octets:
        raise DocumentRefuse(trop_lourd(len(data), max_octets))
    possibles = types_de(types)
    trouve = _type_de(data, possibles)
    if trouve not in possibles:
        raise DocumentRefuse(
            _(
                "This kind of file is not accepted here. Possible are: ${types}.",
                mapping={"types": titres_de(possibles)},
            )
        )
    type_document = TYPES[trouve]
    return Inspection(
        nom=nom_sur(nom, type_document.extension),
        type=type_document.media,
        taille=len(data),
        digest=hashlib.sha256(data).hexdigest(),
    )


def trop_lourd(taille: int, max_octets: int):
    """What somebody is told whose file is larger than ``max_octets``."""
    return _(
        "This file is too large: ${taille} MB, and ${max} MB are possible.",
        mapping={"taille": en_mo(taille, up=True), "max": en_mo(max_octets)},
    )


def en_mo(octets: int, *, up: bool = False) -> str:
    """Bytes as megabytes for the reader, ``10`` or ``2,5``; ``up`` never rounds down."""
    dixiemes = octets * 10 / (1024 * 1024)
    dixiemes = -int(-dixiemes // 1) if up else round(dixiemes)
    entier, reste = divmod(max(1, dixiemes), 10)
    return f"{entier},{reste}" if reste else str(entier)


def a_un_apercu(type: str) -> bool:
    """Whether there may be a small picture of files of this media type."""
    return _MEDIAS.get(type) in _APERCUS


def apercu(data: bytes, type: str) -> bytes | None:
    """A small JPEG of a picture for the page; None for everything else."""
    return images.petite_image(data, _MEDIAS[type]) if a_un_apercu(type) else None


def _type_de(data: bytes, possibles: Collection[str]) -> str | None:
    """The name of the kind, after a look at the whole; None for an unknown one.

    A kind that is not asked for is not looked at closely.
    """
    nom = _premier_regard(data)
    if nom == "archive":
        return archives.type_archive(data) if set(possibles) & set(ARCHIVES) else None
    if nom not in possibles:
        return nom
    if nom == "pdf":
        _verifier_pdf(data)
    elif nom == "heic":
        _verifier_heic(data)
    elif nom in IMAGES:
        images.verifier_image(data, nom)
    return nom


def _premier_regard(data: bytes) -> str | None:
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    if data.startswith(archives.DEBUT):
        return "archive"
    if data[:64].lstrip(_ESPACES_PDF).startswith(b"%PDF-"):
        return "pdf"
    if data[4:8] == b"ftyp":
        fin = min(int.from_bytes(data[:4], "big"), 256)
        marques = {data[8:12], *(data[at : at + 4] for at in range(16, fin, 4))}
        return "heic" if marques & _MARQUES_HEIC else None
    if data.startswith(_OLE):
        raise DocumentRefuse(
            _(
                "This is an old office document, or one protected by a password. Please "
                "save it as PDF and send that."
            )
        )
    return None


def _verifier_pdf(data: bytes) -> None:
    """A PDF ends with the place of its table; what was cut off has none.

    :raises DocumentRefuse: incomplete
    """
    if b"startxref" not in data[-65536:]:
        raise DocumentRefuse(archives.ABIME)


def _verifier_heic(data: bytes) -> None:
    """The boxes of the file follow each other up to its end.

    :raises DocumentRefuse: damaged or incomplete
    """
    boites, place = set(), 0
    while place < len(data):
        try:
            taille, nom = struct.unpack_from(">I4s", data, place)
            if taille == 1:
                (taille,) = struct.unpack_from(">Q", data, place + 8)
        except struct.error as error:
            raise DocumentRefuse(images.ABIMEE) from error
        if taille == 0:
            taille = len(data) - place
        if taille < 8 or place + taille > len(data):
            raise DocumentRefuse(images.ABIMEE)
        boites.add(nom)
        place += taille
    if b"meta" not in boites:
        raise DocumentRefuse(images.ABIMEE)
