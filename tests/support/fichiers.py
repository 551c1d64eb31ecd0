"""Files of all kinds, made here: whole ones, broken ones, hostile ones."""

from io import BytesIO
from PIL import Image

import struct
import zipfile


WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MACRO_WORD = "application/vnd.ms-word.document.macroEnabled"


def pdf(text: str = "Bonjour") -> bytes:
    """A one-page PDF by hand."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>",
        b"(%s)" % text.encode("latin-1"),
    ]
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root 1 0 R >>\n" % (len(objects) + 1)
    out += b"startxref\n%d\n%%%%EOF\n" % table
    return bytes(out)


def image(format: str = "PNG", size=(64, 48), mode="RGB", **options) -> bytes:
    picture = Image.linear_gradient("L").resize(size).convert(mode)
    out = BytesIO()
    picture.save(out, format, **options)
    return out.getvalue()


def heic(brand: bytes = b"heic") -> bytes:
    """The boxes of a HEIC picture, without a picture in them."""

    def box(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I4s", 8 + len(content), name) + content

    return (
        box(b"ftyp", brand + b"\0\0\0\0mif1heic")
        + box(b"meta", b"\0\0\0\0" + b"x" * 40)
        + box(b"mdat", b"\1" * 500)
    )


def archive(parts: dict, compression=zipfile.ZIP_DEFLATED) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", compression) as target:
        for name, content in parts.items():
            target.writestr(name, content)
    return out.getvalue()


def content_types(main: str, part: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/{part}" ContentType="{main}.main+xml"/></Types>'
    )


def docx(main: str = WORD, **more) -> bytes:
    return archive(
        {
            "[Content_Types].xml": content_types(main, "word/document.xml"),
            "word/document.xml": "<w:document>Bonjour</w:document>",
            **more,
        }
    )


def xlsx(**more) -> bytes:
    return archive(
        {
            "[Content_Types].xml": content_types(EXCEL, "xl/workbook.xml"),
            "xl/workbook.xml": "<workbook/>",
            **more,
        }
    )


MANIFEST = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"


def odf(kind: str = "text", entry: str = "", **more) -> bytes:
    return archive(
        {
            "mimetype": f"application/vnd.oasis.opendocument.{kind}",
            "content.xml": "<office:document-content/>",
            "META-INF/manifest.xml": (
                f'<m:manifest xmlns:m="{MANIFEST}"><m:file-entry>{entry}'
                "</m:file-entry></m:manifest>"
            ),
            **more,
        }
    )
