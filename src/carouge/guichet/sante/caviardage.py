"""Takes out of a text what names somebody or opens something; pure Python.

The log is for the technicians: it says what happened and where in the program, never to
whom. Ids and numbers of files are in the journal, which is another file.
"""

from __future__ import annotations

import re


_REGLES = tuple(
    (re.compile(expression), remplacement)
    for expression, remplacement in (
        # What follows the ? of an address may be anything a person has typed.
        (r"\?[^\s\"'<>]*=[^\s\"'<>]*", "?…"),
        (r"(?i)\b(bearer|basic)\s+[\w.~+/=-]+", r"\1 «secret»"),
        (r"\beyJ[\w-]+\.[\w-]+\.[\w-]*", "«jeton»"),
        (r"\w[\w.+'-]*@[\w-]+(?:\.[\w-]+)*", "«courriel»"),
        (r"\b756[. ]?\d{4}[. ]?\d{4}[. ]?\d{2}\b", "«avs»"),
        (r"\b[A-Z]{2}\d{2}(?: ?[0-9A-Z]{4}){3,7}(?: ?[0-9A-Z]{1,3})?\b", "«iban»"),
        (r"(?<![\w.])(?:\+|00)\d{2}[ ()\d]{8,14}\d\b", "«telephone»"),
        (r"\b0\d{2}[ /]?\d{3}[ .]?\d{2}[ .]?\d{2}\b", "«telephone»"),
        (r"\b(ge|lo|org|nav)-[\w.-]{8,}", r"\1-…"),
        # As it is printed, and as somebody types it.
        (r"(?i)\b20\d{2}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}\b", "«demande»"),
        (
            r"(?i)\b(\w*(?:pass(?:word|wd)?|mot_de_passe|secret|jeton|token|code))"
            r"=[^\s&;,]+",
            r"\1=«secret»",
        ),
        # Codes, cookies, ids of drafts: what nobody could guess.
        (r"\b[0-9a-f]{20,}\b", "«jeton»"),
        (r"(?<![\w/])(?=[\w-]*\d)(?=[\w-]*[A-Z])[\w-]{24,}\b", "«jeton»"),
    )
)


_VALEURS = re.compile(r"'[^']*'|\"[^\"]*\"|«[^»]*»")


def sans_valeurs(texte: str) -> str:
    """The words of an error without what it quotes: that is what somebody has typed."""
    return _VALEURS.sub("«…»", texte)


def caviarder(texte: str) -> str:
    """The text without addresses, numbers of people and files, secrets and queries."""
    for expression, remplacement in _REGLES:
        texte = expression.sub(remplacement, texte)
    return texte
