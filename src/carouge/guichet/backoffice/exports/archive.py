"""A ZIP file of the documents of demandes: a folder for each, and an index.

What the antivirus has found something in, or has not seen yet, is left out and named in
the index.
"""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.antivirus.domain import A_VERIFIER
from carouge.guichet.antivirus.domain import INFECTE
from carouge.guichet.backoffice.exports.ecrivains import EcrivainCsv
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.content import Piece
from carouge.guichet.swisstime import ZURICH
from collections.abc import Iterator
from typing import BinaryIO
from zipfile import ZIP_STORED
from zipfile import ZipFile
from zipfile import ZipInfo
from zope.i18n import translate

import re
import shutil
import tempfile
import unicodedata


INDEX = "index.csv"
#: Longest name of a file inside, without the number in front.
MAX_NOM = 100
_CHUNK = 1 << 16

INCLUS = _("included")
PAS_ARRIVE = _("not arrived yet")
SANS_FICHIER = _("on paper")
INFECTEE = _("left out: malicious software was found in it")
NON_VUE = _("left out: not yet examined by the antivirus")


class ArchiveDePieces:
    """Written piece by piece; :meth:`fin` adds the index."""

    def __init__(self, stream: BinaryIO, langue: str) -> None:
        # What citizens send is compressed already, for the most part.
        self._zip = ZipFile(stream, "w", ZIP_STORED, allowZip64=True)
        self._langue = langue
        self._spool = tempfile.TemporaryFile()  # noqa: SIM115 (closed by fin)
        self._index = EcrivainCsv(
            self._spool,
            [
                self._dire(title)
                for title in (
                    _("Number"),
                    _("Document"),
                    _("File"),
                    _("State"),
                    _("SHA-256"),
                )
            ],
        )

    def ajouter(self, demande: Demande) -> Iterator[Piece]:
        """Add the documents of a demande; yields each of them when it is done."""
        for rang, piece in enumerate(demande.pieces, start=1):
            etat = etat_de(piece)
            path = ""
            if etat is INCLUS:
                path = f"{demande.numero}/{nom_de(piece, rang)}"
                self._copier(piece, path, demande)
            self._index.ligne(
                [demande.numero, piece.label, path, self._dire(etat), piece.digest]
            )
            yield piece

    def fin(self) -> None:
        self._index.fin()
        self._spool.seek(0)
        with self._zip.open(INDEX, "w", force_zip64=True) as target:
            shutil.copyfileobj(self._spool, target, _CHUNK)
        self._spool.close()
        self._zip.close()

    def _copier(self, piece: Piece, path: str, demande: Demande) -> None:
        moment = demande.depot.astimezone(ZURICH)
        info = ZipInfo(path, moment.timetuple()[:6])
        info.external_attr = 0o600 << 16
        with (
            piece.file.open() as source,
            self._zip.open(info, "w", force_zip64=True) as target,
        ):
            shutil.copyfileobj(source, target, _CHUNK)

    def _dire(self, message) -> str:
        return translate(message, target_language=self._langue)


def etat_de(piece: Piece):
    """Whether a document is in the file, or why not (message)."""
    if piece.annoncee:
        return PAS_ARRIVE
    if piece.file is None:
        return SANS_FICHIER
    if piece.controle == INFECTE or not piece.lisible:
        return INFECTEE
    if piece.controle == A_VERIFIER:
        return NON_VUE
    return INCLUS


def nom_de(piece: Piece, rang: int) -> str:
    """A name every system can write: ``01-extrait-du-registre.pdf``."""
    nom = piece.file.filename or piece.label or "document"
    plain = unicodedata.normalize("NFKD", nom).encode("ascii", "ignore").decode()
    stem, dot, ending = plain.rpartition(".")
    if not dot or not re.fullmatch(r"[A-Za-z0-9]{1,10}", ending):
        stem, ending = plain, ""
    stem = re.sub(r"[^A-Za-z0-9]+", "-", stem).strip("-")[:MAX_NOM] or "document"
    return f"{rang:02d}-{stem}" + (f".{ending.lower()}" if ending else "")
