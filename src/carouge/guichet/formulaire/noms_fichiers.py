"""File names that are safe on every disk and say what they are, in pure Python."""

from __future__ import annotations

import re
import unicodedata


#: Longest name, in characters and in bytes (disks allow 255 bytes).
MAX_NOM = 120
MAX_OCTETS = 240

SANS_NOM = "document"

# Windows cannot write these, and a path is no name.
_INTERDITS = re.compile(r'[<>:"/\\|?*]')

# Names of devices, whatever follows the first point.
_RESERVES = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|clock\$|(?:com|lpt)[0-9¹²³])", re.IGNORECASE
)

# Endings a name may have had. The ending follows from the content: "facture.pdf.exe"
# and "photo.jpeg" lose theirs, "M. Blanc" and "version 1.2" keep it.
_EXTENSIONS = frozenset(
    [
        "7z",
        "apk",
        "app",
        "avif",
        "bat",
        "bin",
        "bmp",
        "bz2",
        "cab",
        "cmd",
        "com",
        "csv",
        "dll",
        "doc",
        "docm",
        "docx",
        "dotm",
        "dotx",
        "eml",
        "exe",
        "gif",
        "gz",
        "heic",
        "heif",
        "hta",
        "htm",
        "html",
        "iso",
        "jar",
        "jfif",
        "jpe",
        "jpeg",
        "jpg",
        "js",
        "jse",
        "json",
        "lnk",
        "mp3",
        "mp4",
        "msg",
        "msi",
        "ods",
        "odp",
        "odt",
        "pdf",
        "php",
        "pif",
        "png",
        "pps",
        "ppt",
        "pptm",
        "pptx",
        "ps1",
        "rar",
        "reg",
        "rtf",
        "scr",
        "sh",
        "svg",
        "tar",
        "tif",
        "tiff",
        "txt",
        "url",
        "vbe",
        "vbs",
        "webp",
        "wsf",
        "xhtml",
        "xls",
        "xlsb",
        "xlsm",
        "xlsx",
        "xml",
        "zip",
    ]
)

# Letters and marks that draw nothing, beside the categories of _visible.
_VIDES = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
)


def nom_sur(nom: str, extension: str) -> str:
    """The name under which an uploaded file is kept, shown and saved.

    What looks like a path keeps its last part only. Invisible characters, controls and
    what turns the direction of writing go; what a disk refuses becomes ``_``. The ending
    is ``extension`` (without point), which follows from the content. The same name gives
    the same result, and a safe name stays as it is.
    """
    suffixe = f".{extension}"
    base = re.split(r"[/\\]", nom[:5000])[-1]
    base = _visible(unicodedata.normalize("NFC", base))
    base = _bords(_sans_extensions(_INTERDITS.sub("_", base)))
    if _RESERVES.fullmatch(base.split(".")[0].strip()):
        base = f"_{base}"
    base = _raccourci(base or SANS_NOM, suffixe)
    return f"{base}{suffixe}"


def _visible(texte: str) -> str:
    signes = []
    for signe in texte:
        categorie = unicodedata.category(signe)
        if categorie in ("Zs", "Zl", "Zp") or signe in "\t\n\r":
            signes.append(" ")
        elif (
            categorie[0] != "C"
            and signe not in _VIDES
            and not "\ufe00" <= signe <= "\ufe0f"
            and not "\U000e0000" <= signe <= "\U000e0fff"
        ):
            signes.append(signe)
    # What was taken away may have stood between a letter and its accent.
    return unicodedata.normalize("NFC", re.sub(" +", " ", "".join(signes)))


def _bords(texte: str) -> str:
    """Without points and blanks at the ends: hidden on one disk, lost on another."""
    return texte.strip(" .")


def _sans_extensions(base: str) -> str:
    while True:
        base = base.rstrip(" .")
        debut, point, fin = base.rpartition(".")
        if not point or fin.strip().lower() not in _EXTENSIONS:
            return base
        base = debut


def _raccourci(base: str, suffixe: str) -> str:
    base = base[: MAX_NOM - len(suffixe)]
    place = MAX_OCTETS - len(suffixe.encode())
    base = base.encode()[:place].decode("utf-8", "ignore")
    return _bords(base) or SANS_NOM
