"""What a citizen typed must not become a formula in an agent's spreadsheet.

Pure Python. A cell is text that a spreadsheet may take for a formula when it begins with
``=``, ``+``, ``-``, ``@``, their full-width forms, a tab or a line end, whatever
invisible characters stand before. Such a cell gets an apostrophe, which spreadsheets
read as « this is text ». Telephone numbers are text as soon as they are written in
groups; they get no apostrophe.
"""

from __future__ import annotations

import re
import unicodedata


_FORMULES = frozenset("=+-@\u2212")
_BLANCS = frozenset("\t\r\n\v\f")
#: In front of a formula these hide it, in front of everything else they mean nothing.
_INVISIBLES = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})

_TELEPHONE = re.compile(r"\+[0-9](?:[0-9]|[ \u00a0](?=[0-9])){5,24}")

#: Longest text of a cell of Excel.
MAX_CELLULE = 32_767
_SUITE = "…"


def est_dangereux(texte: str) -> bool:
    """Whether a spreadsheet may take the text for a formula."""
    if texte[:1] in _BLANCS:
        return True
    first = next(
        (char for char in texte if unicodedata.category(char) not in _INVISIBLES), ""
    )
    return unicodedata.normalize("NFKC", first)[:1] in _FORMULES if first else False


def garder(texte: str) -> str:
    """The text as a cell of a CSV file has it."""
    if not est_dangereux(texte):
        return texte
    if _TELEPHONE.fullmatch(texte):
        return _en_groupes(texte)
    return "'" + texte


def pour_excel(texte: str) -> str:
    """The text as a cell of an XLSX file has it, where its type says that it is text:
    without the characters XML cannot say, and no longer than Excel allows."""
    clean = "".join(char for char in texte if _permis(char))
    if len(clean) > MAX_CELLULE:
        clean = clean[: MAX_CELLULE - 1] + _SUITE
    return clean


def _permis(char: str) -> bool:
    code = ord(char)
    return char in "\t\n" or (
        code >= 0x20 and not 0xD800 <= code <= 0xDFFF and code not in (0xFFFE, 0xFFFF)
    )


def _en_groupes(numero: str) -> str:
    """``+41790000101`` as ``+41 79 000 01 01``: in one piece it would be a number."""
    if " " in numero or "\u00a0" in numero:
        return numero
    if re.fullmatch(r"\+41[0-9]{9}", numero):
        a, b, c, d = numero[3:5], numero[5:8], numero[8:10], numero[10:]
        return f"+41 {a} {b} {c} {d}"
    # Most codes of countries have two digits.
    code = numero[1:2] if numero[1] in "17" else numero[1:3]
    rest = numero[1 + len(code) :]
    start = len(rest) % 2
    pairs = [rest[i : i + 2] for i in range(start, len(rest), 2)]
    return " ".join([f"+{code}", *([rest[:1]] if start else []), *pairs])
