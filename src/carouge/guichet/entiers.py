"""Whole numbers as people type them, and as they stand in addresses; in pure Python."""

from __future__ import annotations


def lire_entier(texte: object, *, moins: int = 0, plus: int = 10**9) -> int | None:
    """The number from ``moins`` to ``plus`` that the text is; None for anything else.

    ASCII digits without a sign: ``²`` and ``٣`` are digits to Python as well, and no
    text is so long that reading it takes time.
    """
    if not isinstance(texte, str) or not (texte.isascii() and texte.isdecimal()):
        return None
    if len(texte) > max(len(str(plus)), 20):
        return None
    nombre = int(texte)
    return nombre if moins <= nombre <= plus else None
