"""Uploaded files are looked at: by their content, to their end, within limits."""

from carouge.guichet.formulaire import archives
from carouge.guichet.formulaire import images
from carouge.guichet.formulaire.documents import apercu
from carouge.guichet.formulaire.documents import DocumentRefuse
from carouge.guichet.formulaire.documents import en_mo
from carouge.guichet.formulaire.documents import inspecter
from carouge.guichet.formulaire.documents import Inspection
from carouge.guichet.formulaire.types_documents import accept_de
from carouge.guichet.formulaire.types_documents import FAMILLES
from carouge.guichet.formulaire.types_documents import titres_de
from carouge.guichet.formulaire.types_documents import TYPES
from carouge.guichet.formulaire.types_documents import types_de
from carouge.guichet.formulaire.types_documents import TYPES_HABITUELS
from io import BytesIO
from PIL import Image
from zope.i18n import interpolate

import fichiers
import hashlib
import pytest
import struct
import time
import tracemalloc
import zipfile
import zlib


def refused(data, nom="document.pdf", **options):
    """What the citizen is told."""
    with pytest.raises(DocumentRefuse) as error:
        inspecter(nom, data, **options)
    message = error.value.message
    return interpolate(str(message), message.mapping)


WHOLE = {
    "pdf": fichiers.pdf(),
    "jpeg": fichiers.image("JPEG"),
    "png": fichiers.image("PNG"),
    "gif": fichiers.image("GIF"),
    "heic": fichiers.heic(),
    "docx": fichiers.docx(),
    "odt": fichiers.odf("text"),
    "xlsx": fichiers.xlsx(),
    "ods": fichiers.odf("spreadsheet"),
}


def test_there_is_an_example_of_every_kind():
    assert set(WHOLE) == set(TYPES) == set(TYPES_HABITUELS)


@pytest.mark.parametrize("kind", TYPES)
def test_every_kind_is_known_by_its_content_whatever_its_name(kind):
    data = WHOLE[kind]
    assert inspecter("scan.exe", data, types=[kind]) == Inspection(
        nom=f"scan.{TYPES[kind].extension}",
        type=TYPES[kind].media,
        taille=len(data),
        digest=hashlib.sha256(data).hexdigest(),
    )


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("asked", FAMILLES)
def test_only_what_is_asked_for_is_taken(kind, asked):
    if kind in FAMILLES[asked]:
        assert inspecter("a", WHOLE[kind], types=[asked]).type == TYPES[kind].media
    else:
        assert refused(WHOLE[kind], types=[asked]) == (
            "This kind of file is not accepted here. Possible are: "
            f"{titres_de([asked])}."
        )


def test_families_and_kinds():
    assert types_de(["image", "pdf"]) == ("pdf", "jpeg", "png", "gif", "heic")
    assert types_de(["unknown"]) == types_de([]) == TYPES_HABITUELS
    assert titres_de(["image"]) == "JPEG, PNG, GIF, HEIC"
    assert accept_de(["pdf", "jpeg"]) == ".pdf,application/pdf,.jpg,image/jpeg"


@pytest.mark.parametrize(
    "data",
    [
        b"<html><script>alert(1)</script></html>",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"MZ\x90\x00" + b"\0" * 100,
        b"#!/bin/sh\nrm -rf /\n",
        b"Bonjour",
        b"\0" * 2000,
        b"<html>%PDF-1.4 startxref",
        b"Rar!\x1a\x07\x00",
        fichiers.image("TIFF"),
        fichiers.image("BMP"),
        fichiers.heic(b"isom").replace(b"mif1heic", b"isommp42"),
    ],
)
def test_a_right_name_is_no_right_content(data):
    for nom in ("rapport.pdf", "photo.jpg", "lettre.docx"):
        assert refused(data, nom) == (
            "This kind of file is not accepted here. Possible are: "
            "PDF, JPEG, PNG, GIF, HEIC, DOCX, ODT, XLSX, ODS."
        )


def test_nothing():
    assert refused(b"") == "This file is empty. Please choose it again."


def test_too_large():
    assert inspecter("a", WHOLE["pdf"], max_octets=len(WHOLE["pdf"])).nom == "a.pdf"
    assert refused(b"%PDF-" + b"x" * 10 * 1024 * 1024) == (
        "This file is too large: 10,1 MB, and 10 MB are possible."
    )
    assert refused(b"x" * 3_000_000, max_octets=2_621_440) == (
        "This file is too large: 2,9 MB, and 2,5 MB are possible."
    )


def test_megabytes():
    assert [en_mo(size) for size in (1, 1024 * 1024, 1_600_000)] == ["0,1", "1", "1,5"]


@pytest.mark.parametrize("kind", ["pdf", "jpeg", "png", "gif", "heic"])
@pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
def test_a_file_that_was_cut_off(kind, part):
    data = WHOLE[kind]
    data = data[: max(40, int(len(data) * part))]
    expected = archives.ABIME if kind == "pdf" else images.ABIMEE
    assert refused(data) == expected


@pytest.mark.parametrize("kind", ["docx", "odt", "xlsx", "ods"])
@pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
def test_an_office_document_that_was_cut_off(kind, part):
    data = WHOLE[kind]
    assert refused(data[: int(len(data) * part)]) == archives.ABIME


@pytest.mark.parametrize("kind", ["docx", "odt"])
def test_an_office_document_with_another_content_than_it_says(kind):
    data = bytearray(WHOLE[kind])
    place = 60
    data[place] ^= 0xFF
    assert refused(bytes(data)) in (archives.ABIME, archives.ARCHIVE)


def test_a_pdf_after_a_few_blanks():
    assert inspecter("a", b"\xef\xbb\xbf\r\n" + fichiers.pdf()).nom == "a.pdf"


def test_a_heic_with_a_box_of_eight_bytes_of_length():
    data = fichiers.heic()
    place = data.index(b"mdat") - 4
    content = data[place + 8 :]
    long = struct.pack(">I4sQ", 1, b"mdat", 16 + len(content)) + content
    assert inspecter("a", data[:place] + long).nom == "a.heic"
    open_end = struct.pack(">I4s", 0, b"mdat") + content
    assert inspecter("a", data[:place] + open_end).nom == "a.heic"
    endless = struct.pack(">I4sQ", 1, b"mdat", 2**63) + content
    assert refused(data[:place] + endless) == images.ABIMEE
    nothing = struct.pack(">I4s", 4, b"mdat") + content
    assert refused(data[:place] + nothing) == images.ABIMEE


# --- archives -------------------------------------------------------------------


def test_an_archive_is_no_document():
    for parts in (
        {"a.pdf": fichiers.pdf()},
        {"mimetype": "application/epub+zip", "META-INF/manifest.xml": "<a/>"},
        {"mimetype": "application/vnd.oasis.opendocument.text"},
        {"[Content_Types].xml": fichiers.content_types(fichiers.WORD, "word/x.xml")},
        {"[Content_Types].xml": "<Types/>"},
    ):
        assert refused(fichiers.archive(parts)) == archives.ARCHIVE


def test_an_archive_where_none_is_asked_for_is_not_even_opened(monkeypatch):
    monkeypatch.setattr(archives, "type_archive", None)
    assert refused(WHOLE["docx"], types=["pdf"]).endswith("Possible are: PDF.")


@pytest.mark.parametrize(
    "data",
    [
        fichiers.docx(fichiers.MACRO_WORD),
        fichiers.docx(**{"word/vbaProject.bin": b"\xd0\xcf"}),
        fichiers.docx(**{"word/VBAPROJECT.BIN": b"\xd0\xcf"}),
        fichiers.xlsx(**{"xl/macrosheets/sheet1.xml": "<m/>"}),
        fichiers.odf(**{"Basic/Standard/Module1.xml": "<m/>"}),
        fichiers.odf(**{"Scripts/python/a.py": "import os"}),
    ],
)
def test_macros(data):
    assert refused(data, "lettre.docx") == archives.MACROS


def test_passwords():
    encrypted = fichiers.odf(entry="<m:encryption-data/>")
    assert refused(encrypted) == archives.PROTEGE
    assert refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500) == (
        "This is an old office document, or one protected by a password. Please save it "
        "as PDF and send that."
    )
    data = bytearray(WHOLE["docx"])
    directory = data.index(b"PK\x01\x02")
    data[directory + 8] |= 1
    assert refused(bytes(data)) == archives.PROTEGE


@pytest.mark.parametrize(
    "content",
    [
        fichiers.archive({"a": "b"}),
        b"Rar!\x1a\x07\x01\x00",
        b"7z\xbc\xaf\x27\x1c\0\0",
        zlib.compress(b"x", wbits=31),
        b"\0" * 257 + b"ustar\0",
    ],
)
def test_archives_in_a_document(content):
    for data in (
        fichiers.docx(**{"word/media/image1.png": content}),
        fichiers.odf(**{"Object 1": content}),
    ):
        assert refused(data) == archives.IMBRIQUE


def test_the_table_behind_a_chart():
    table = fichiers.xlsx()
    name = "word/embeddings/Microsoft_Excel_Sheet1.xlsx"
    assert inspecter("a", fichiers.docx(**{name: table})).nom == "a.docx"
    # It is looked at as well.
    for inner, message in (
        (fichiers.archive({"a": "b"}), archives.ARCHIVE),
        (fichiers.xlsx(**{"xl/vbaProject.bin": b"x"}), archives.MACROS),
        (
            fichiers.xlsx(**{"xl/embeddings/a.xlsx": fichiers.xlsx()}),
            archives.IMBRIQUE,
        ),
        (fichiers.xlsx()[:-30], archives.ABIME),
    ):
        assert refused(fichiers.docx(**{name: inner})) == message


def test_a_compressed_picture_in_a_document():
    picture = zlib.compress(b"EMF" * 1000, wbits=31)
    name = "word/media/image1.emz"
    assert inspecter("a", fichiers.docx(**{name: picture})).nom == "a.docx"
    bomb = zlib.compress(b"\0" * (archives.MAX_DEPLIE + 1), wbits=31)
    assert refused(fichiers.docx(**{name: bomb})) == archives.TROP_DEPLIE


def bomb(entries, size):
    block = b"\0" * size
    return fichiers.docx(**{f"word/{n}.xml": block for n in range(entries)})


def test_bombs_by_what_their_directory_says():
    for data in (bomb(1, archives.SEUIL_TAUX), bomb(16, 10 * 1024 * 1024)):
        started = time.perf_counter()
        assert refused(data) == archives.TROP_DEPLIE
        assert time.perf_counter() - started < 1


def test_a_bomb_of_too_many_entries():
    parts = {f"word/{n}.xml": "" for n in range(archives.MAX_ENTREES)}
    assert refused(fichiers.docx(**parts)) == archives.TROP_DEPLIE


def lying(data, name, size):
    """The directory of the archive says another size of an entry."""
    data = bytearray(data)
    place = data.rindex(name.encode()) - 46
    assert data[place : place + 4] == b"PK\x01\x02"
    struct.pack_into("<I", data, place + 24, size)
    return bytes(data)


def test_a_bomb_with_a_directory_that_lies():
    data = lying(bomb(1, 100 * 1024 * 1024), "word/0.xml", 100)
    tracemalloc.start()
    assert refused(data) == archives.ABIME
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 5_000_000


def test_a_bomb_of_entries_that_share_their_content():
    """As in D. Fifield, "A better zip bomb": many entries, one content."""
    block = zlib.compressobj(wbits=-15)
    content = block.compress(b"\0" * 1_000_000) + block.flush()
    local = struct.pack(
        "<4sHHHHHIIIHH",
        *(b"PK\x03\x04", 20, 0, 8, 0, 0, 0, len(content), 1_000_000, 1, 0),
    )
    out = bytearray(local + b"a" + content)
    directory = b"".join(
        struct.pack(
            "<4sHHHHHHIIIHHHHHII",
            *(b"PK\x01\x02", 20, 20, 0, 8, 0, 0, 0, len(content), 1_000_000),
            *(1, 0, 0, 0, 0, 0, 0),
        )
        + bytes([65 + n])
        for n in range(20)
    )
    end = struct.pack(
        "<4sHHHHIIH", b"PK\x05\x06", 0, 0, 20, 20, len(directory), len(out), 0
    )
    data = bytes(out) + directory + end
    assert len(zipfile.ZipFile(BytesIO(data)).infolist()) == 20
    assert refused(data) == archives.TROP_DEPLIE


def test_something_before_the_archive():
    assert refused(b"PK\x03\x04 polyglot" + WHOLE["docx"]) == archives.ABIME


def test_two_entries_of_one_name():
    out = BytesIO(WHOLE["docx"])
    with zipfile.ZipFile(out, "a") as target, pytest.warns(UserWarning):
        target.writestr("word/document.xml", "something else")
    assert refused(out.getvalue()) == archives.ABIME


def test_other_ways_to_compress():
    parts = {"[Content_Types].xml": "<Types/>"}
    assert refused(fichiers.archive(parts, zipfile.ZIP_LZMA)) == archives.ABIME
    stored = fichiers.archive(
        {
            "[Content_Types].xml": fichiers.content_types(fichiers.WORD, "a.xml"),
            "a.xml": "<a/>",
        },
        zipfile.ZIP_STORED,
    )
    assert inspecter("a", stored).nom == "a.docx"


def test_entities_in_the_list_of_parts():
    laughs = (
        '<!DOCTYPE t [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">'
        '<!ENTITY x SYSTEM "file:///etc/passwd">]><Types>&b;&x;</Types>'
    )
    data = fichiers.archive({"[Content_Types].xml": laughs})
    assert refused(data) == archives.ARCHIVE
    assert refused(fichiers.archive({"[Content_Types].xml": "<"})) == (archives.ABIME)


# --- pictures -------------------------------------------------------------------


def png_of(width, height):
    """The head of a PNG that says how large it is, with very little in it."""

    def chunk(name, content):
        body = name + content
        return (
            struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))
        )

    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(60_000, 60_000), (15_000, 12_000), (9000, 9000)])
def test_picture_bombs(size):
    started = time.perf_counter()
    assert refused(png_of(*size)) == images.TROP_DE_POINTS
    assert apercu(png_of(*size), "image/png") is None
    assert time.perf_counter() - started < 1


def test_a_large_photo_is_no_bomb():
    data = fichiers.image("JPEG", (8000, 6000), quality=30)
    assert inspecter("a", data).nom == "a.jpg"
    small = Image.open(BytesIO(apercu(data, "image/jpeg")))
    assert small.size == (320, 240)


@pytest.mark.parametrize("data", [b"\xff\xd8\xff", b"GIF89a", b"\x89PNG\r\n\x1a\n"])
def test_a_picture_without_anything(data):
    assert refused(data) == images.ABIMEE


def test_broken_pictures_in_the_middle():
    for kind in ("png", "gif"):
        data = bytearray(WHOLE[kind])
        for place in range(10, len(data) - 10, 7):
            broken = bytes(data[:place]) + b"\0\xff\0\xff" + bytes(data[place + 4 :])
            try:
                inspecter("a", broken)
            except DocumentRefuse as error:
                assert error.message in (images.ABIMEE, images.TROP_DE_POINTS)
            apercu(broken, TYPES[kind].media)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF"])
def test_small_pictures(kind):
    data = fichiers.image(kind, (1000, 500))
    small = Image.open(BytesIO(apercu(data, TYPES[kind.lower()].media)))
    assert (small.format, small.mode, small.size) == ("JPEG", "RGB", (320, 160))
    tiny = Image.open(
        BytesIO(apercu(fichiers.image(kind, (20, 10)), TYPES[kind.lower()].media))
    )
    assert tiny.size == (20, 10)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "I;16"])
def test_small_pictures_of_all_modes(mode):
    source = Image.new("L", (40, 20), 0)
    if mode == "RGBA":
        picture = Image.new("RGBA", (40, 20), (0, 0, 0, 0))
    elif mode == "LA":
        picture = Image.new("LA", (40, 20), (0, 0))
    else:
        picture = source.convert(mode)
    out = BytesIO()
    picture.save(out, "PNG")
    small = Image.open(BytesIO(apercu(out.getvalue(), "image/png")))
    assert small.size == (40, 20)
    # What was transparent is white.
    white = mode in ("RGBA", "LA")
    assert small.getpixel((5, 5)) == ((255, 255, 255) if white else (0, 0, 0))


def test_small_pictures_are_upright_and_tell_nothing():
    picture = Image.new("RGB", (400, 200), "white")
    picture.paste("red", (0, 0, 400, 20))
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Appareil de Jeanne"
    exif.get_ifd(0x8825)[2] = (46.0, 10.0, 0.0)
    out = BytesIO()
    picture.save(out, "JPEG", exif=exif, quality=95, icc_profile=b"x" * 200)
    data = out.getvalue()
    assert b"Jeanne" in data
    result = apercu(data, "image/jpeg")
    small = Image.open(BytesIO(result))
    assert small.size == (160, 320)
    # The upper edge of the picture as it was taken is on the right of the upright one.
    assert small.getpixel((157, 100))[1] < 100 < small.getpixel((3, 100))[1]
    assert b"Jeanne" not in result
    assert b"Exif" not in result
    assert b"ICC_PROFILE" not in result
    assert dict(small.getexif()) == {}


def test_no_small_picture_of_other_documents():
    for kind in ("pdf", "heic", "docx"):
        assert apercu(WHOLE[kind], TYPES[kind].media) is None
    assert apercu(WHOLE["pdf"], "image/png") is None
    assert apercu(WHOLE["png"], "text/html") is None
