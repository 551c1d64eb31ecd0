"""Office documents are ZIP archives: what is really in them, and no bombs.

Nothing is unpacked to a disk. What an archive says of itself is never believed: each
entry is read to its end, and all entries together may not become larger than a limit.
"""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.formulaire.types_documents import DocumentRefuse
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from lxml import etree

import re
import struct
import zipfile
import zlib


#: Most entries of a document, and most bytes of all of them unpacked.
MAX_ENTREES = 3000
MAX_DEPLIE = 150 * 1024 * 1024
#: Above that size a document may not be this many times as large as its archive.
SEUIL_TAUX = 20 * 1024 * 1024
MAX_TAUX = 100
#: A part that says what the document is, or a table within a text, in bytes.
MAX_PARTIE = 2 * 1024 * 1024
MAX_IMBRIQUE = 20 * 1024 * 1024

DEBUT = b"PK\x03\x04"
_ENTREE = b"PK\x01\x02"
_MORCEAU = 1024 * 1024

TROP_DEPLIE = _(
    "This document unpacks to far more than its size. Please save it as PDF and send that."
)
ABIME = _(
    "This document is damaged or incomplete. Please save it anew and send it again."
)
ARCHIVE = _("Archives are not accepted. Please send the documents one by one.")
IMBRIQUE = _("This document contains an archive. Please send the documents one by one.")
MACROS = _("This document contains macros. Please save it as PDF and send that.")
PROTEGE = _(
    "This document is protected by a password. Please save it without password, or as "
    "PDF, and send that."
)

_TYPES_OOXML = {
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
}
_TYPES_ODF = {
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
}
_CONTENU = "[Content_Types].xml"
_MIMETYPE = "mimetype"
_MANIFESTE = "META-INF/manifest.xml"

# Word keeps the table behind a chart as a document of its own.
_TABLE = re.compile(r"(word|xl|ppt)/embeddings/[^/]+\.(docx|xlsx|pptx)", re.IGNORECASE)
# Pictures that are compressed by themselves.
_COMPRIMES = (".emz", ".wmz", ".svgz")
_MACROS = re.compile(
    r"(.*/)?(vbaProject\.bin|vbaData\.xml|macrosheets/.*)|(Basic|Scripts)/.+",
    re.IGNORECASE,
)
_MAGIES = (
    DEBUT,
    b"PK\x05\x06",
    b"Rar!\x1a\x07",
    b"7z\xbc\xaf\x27\x1c",
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ\x00",
    b"\x28\xb5\x2f\xfd",
    b"MSCF",
)


@dataclass
class Reserve:
    """How many bytes may still be unpacked."""

    octets: int = MAX_DEPLIE

    def prendre(self, octets: int) -> None:
        self.octets -= octets
        if self.octets < 0:
            raise DocumentRefuse(TROP_DEPLIE)


def type_archive(data: bytes, reserve: Reserve | None = None) -> str:
    """``docx``, ``odt``, … of a document that begins with :data:`DEBUT`.

    Also ``pptx``, which no question accepts.

    :raises DocumentRefuse: no document, damaged, a bomb, with macros, archives or a
        password
    """
    imbrique = reserve is not None
    reserve = reserve or Reserve()
    parties: dict[str, bytes] = {}
    try:
        entrees = _entrees(data)
        noms = [entree.filename for entree in entrees]
        for entree in entrees:
            contenu = _lire(data, entree, reserve, _a_garder(entree.filename))
            parties[entree.filename] = contenu
            _verifier(entree.filename, contenu, reserve, imbrique)
    except (zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError) as error:
        raise DocumentRefuse(ABIME) from error
    if _CONTENU in parties:
        return _type_ooxml(parties[_CONTENU], noms)
    if _MIMETYPE in parties and _MANIFESTE in parties:
        return _type_odf(parties)
    raise DocumentRefuse(ARCHIVE)


def _entrees(data: bytes) -> list[zipfile.ZipInfo]:
    """The entries of an archive, after what its directory says about them."""
    # Before Python makes an object of each.
    if data.count(_ENTREE) > MAX_ENTREES:
        raise DocumentRefuse(TROP_DEPLIE)
    with zipfile.ZipFile(BytesIO(data)) as archive:
        entrees = archive.infolist()
    if not entrees or min(entree.header_offset for entree in entrees) != 0:
        raise zipfile.BadZipFile("something before the archive")
    if len({entree.filename for entree in entrees}) != len(entrees):
        raise zipfile.BadZipFile("two entries of one name")
    if sum(entree.compress_size for entree in entrees) > len(data):
        raise DocumentRefuse(TROP_DEPLIE)
    total = sum(entree.file_size for entree in entrees)
    if total > MAX_DEPLIE or total > max(SEUIL_TAUX, MAX_TAUX * len(data)):
        raise DocumentRefuse(TROP_DEPLIE)
    if any(entree.flag_bits & 0x41 for entree in entrees):
        raise DocumentRefuse(PROTEGE)
    return entrees


def _a_garder(nom: str) -> int:
    """How many bytes of an entry are needed after it was read."""
    if nom in (_CONTENU, _MIMETYPE, _MANIFESTE):
        return MAX_PARTIE
    return MAX_IMBRIQUE if _TABLE.fullmatch(nom) or nom.endswith(_COMPRIMES) else 512


def _lire(data: bytes, entree: zipfile.ZipInfo, reserve: Reserve, garder: int) -> bytes:
    """Read an entry to its end; the first ``garder`` bytes of it.

    :raises zipfile.BadZipFile: when the entry is not what the directory says
    """
    debut = entree.header_offset
    if data[debut : debut + 4] != DEBUT:
        raise zipfile.BadZipFile("no entry")
    nom, extra = struct.unpack_from("<HH", data, debut + 26)
    debut += 30 + nom + extra
    brut = memoryview(data)[debut : debut + entree.compress_size]
    if len(brut) != entree.compress_size:
        raise zipfile.BadZipFile("truncated")
    garde, taille, somme = bytearray(), 0, 0
    for morceau in _morceaux(brut, entree.compress_type, entree.file_size):
        taille += len(morceau)
        reserve.prendre(len(morceau))
        somme = zlib.crc32(morceau, somme)
        garde += morceau[: max(0, garder - len(garde))]
    if (taille, somme) != (entree.file_size, entree.CRC):
        raise zipfile.BadZipFile("another content")
    return bytes(garde)


def _morceaux(brut: memoryview, methode: int, attendu: int) -> Iterator[bytes]:
    if methode == zipfile.ZIP_STORED:
        for debut in range(0, len(brut), _MORCEAU):
            yield bytes(brut[debut : debut + _MORCEAU])
        return
    if methode != zipfile.ZIP_DEFLATED:
        raise NotImplementedError(methode)
    yield from _deplies(zlib.decompressobj(-15), brut, attendu)


def _deplies(decompresseur, brut, attendu: int) -> Iterator[bytes]:
    """The pieces of a compressed text, one more than ``attendu`` bytes at the most."""
    taille, reste = 0, brut
    while not decompresseur.eof:
        limite = min(_MORCEAU, attendu + 1 - taille)
        morceau = decompresseur.decompress(reste, limite)
        reste = decompresseur.unconsumed_tail
        taille += len(morceau)
        if taille > attendu or (not morceau and not decompresseur.eof):
            raise zipfile.BadZipFile("another length")
        yield morceau


def _verifier(nom: str, contenu: bytes, reserve: Reserve, imbrique: bool) -> None:
    """Refuse what has no place in a document.

    :raises DocumentRefuse: macros or archives
    """
    if _MACROS.fullmatch(nom):
        raise DocumentRefuse(MACROS)
    if not contenu.startswith(_MAGIES) and contenu[257:262] != b"ustar":
        return
    if nom.endswith(_COMPRIMES) and contenu.startswith(b"\x1f\x8b"):
        image = zlib.decompressobj(31)
        for morceau in _deplies(image, contenu, reserve.octets + _MORCEAU):
            reserve.prendre(len(morceau))
        return
    if imbrique or not _TABLE.fullmatch(nom) or not contenu.startswith(DEBUT):
        raise DocumentRefuse(IMBRIQUE)
    type_archive(contenu, reserve)


def _type_ooxml(contenu: bytes, noms: list[str]) -> str:
    """What the list of parts says, as far as the part exists."""
    types = {
        element.get("PartName", "").lstrip("/"): element.get("ContentType", "")
        for element in _xml(contenu).iter("{*}Override")
    }
    if any("macroenabled" in type.lower() for type in types.values()):
        raise DocumentRefuse(MACROS)
    for partie, type in types.items():
        nom = _TYPES_OOXML.get(type.removesuffix(".main+xml"))
        if nom and type.endswith(".main+xml") and partie in noms:
            return nom
    raise DocumentRefuse(ARCHIVE)


def _type_odf(parties: dict[str, bytes]) -> str:
    manifeste = _xml(parties[_MANIFESTE])
    if next(manifeste.iter("{*}encryption-data"), None) is not None:
        raise DocumentRefuse(PROTEGE)
    nom = _TYPES_ODF.get(parties[_MIMETYPE].strip())
    if nom is None or "content.xml" not in parties:
        raise DocumentRefuse(ARCHIVE)
    return nom


def _xml(contenu: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        return etree.fromstring(contenu, parser)
    except etree.XMLSyntaxError as error:
        raise DocumentRefuse(ABIME) from error
