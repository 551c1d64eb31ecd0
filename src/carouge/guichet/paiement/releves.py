"""What a bank delivers: one camt file, or several in a ZIP archive; pure Python.

Nothing is unpacked to a disk, and what an archive says of itself is not believed: each
member is read up to a limit, and all together as well.
"""

from __future__ import annotations

from carouge.guichet.paiement.camt import CamtIllisible
from carouge.guichet.paiement.camt import lire
from carouge.guichet.paiement.camt import MAX_OCTETS
from carouge.guichet.paiement.camt import Mouvement
from collections.abc import Iterator
from io import BytesIO
from pathlib import PurePosixPath
from typing import BinaryIO

import os
import struct
import zipfile
import zlib


#: Members of an archive, and bytes of all of them unpacked.
MAX_MEMBRES = 200
MAX_DEPLIE = 2 * MAX_OCTETS
#: Above that size an archive may not unpack to this many times its own: a statement has
#: about a tenth of that.
SEUIL_TAUX = 4 * 1024 * 1024
MAX_TAUX = 200

_ZIP = b"PK\x03\x04"
_ENTREE = b"PK\x01\x02"
_LUS = frozenset({".xml", ".c53", ".c54"})
#: Scanned slips and readable copies: some banks send them along.
_A_COTE = frozenset({".pdf", ".tif", ".tiff", ".jpg", ".jpeg", ".png"})
_METHODES = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def lire_releves(corps: bytes) -> list[Mouvement]:
    """All movements of a camt file, or of those in an archive, in its order.

    :raises CamtIllisible: one of them is no such file; nothing of any is taken
    """
    if not corps.startswith(_ZIP):
        return lire(corps)
    if len(corps) > MAX_OCTETS:
        raise CamtIllisible("grand")
    try:
        return [mouvement for texte in _textes(corps) for mouvement in lire(texte)]
    except (
        zipfile.BadZipFile,
        zlib.error,
        struct.error,
        NotImplementedError,
        EOFError,
    ) as error:
        raise CamtIllisible("zip") from error


def octets_a_lire(flux: BinaryIO) -> int:
    """How much there is to be read of a file, unpacked; what is damaged is small."""
    taille = flux.seek(0, os.SEEK_END)
    flux.seek(0)
    if taille > MAX_OCTETS or flux.read(len(_ZIP)) != _ZIP:
        return taille
    flux.seek(0)
    try:
        with _ouvrir(flux.read()) as archive:
            return sum(membre.file_size for membre in archive.infolist())
    except (CamtIllisible, zipfile.BadZipFile):
        return taille


def _ouvrir(corps: bytes) -> zipfile.ZipFile:
    # Before Python makes an object of each.
    if corps.count(_ENTREE) > MAX_MEMBRES:
        raise CamtIllisible("zip_grand")
    return zipfile.ZipFile(BytesIO(corps))


def _textes(corps: bytes) -> Iterator[bytes]:
    with _ouvrir(corps) as archive:
        membres = [membre for membre in archive.infolist() if _a_lire(membre)]
        if not membres:
            raise CamtIllisible("zip_vide")
        reste = min(MAX_DEPLIE, max(SEUIL_TAUX, MAX_TAUX * len(corps)))
        for membre in membres:
            with archive.open(membre) as flux:
                texte = flux.read(min(MAX_OCTETS, reste) + 1)
            reste -= len(texte)
            if reste < 0 or len(texte) > MAX_OCTETS:
                raise CamtIllisible("zip_grand")
            yield texte


def _a_lire(membre: zipfile.ZipInfo) -> bool:
    """Whether a member is a statement.

    :raises CamtIllisible: nobody knows what it is
    """
    chemin = PurePosixPath(membre.filename)
    # Beside its files a Mac packs what it knows of them.
    if membre.is_dir() or "__MACOSX" in chemin.parts or chemin.name == ".DS_Store":
        return False
    suffixe = chemin.suffix.lower()
    if suffixe in _A_COTE:
        return False
    if suffixe not in _LUS:
        raise CamtIllisible("zip_autre")
    if membre.flag_bits & 0x41:
        raise CamtIllisible("zip_protege")
    if membre.compress_type not in _METHODES:
        raise NotImplementedError(membre.compress_type)
    return True
