"""A page of our own for when nothing else works: no template, no database.

``indisponible.http`` is what HAProxy answers when no process does; a process says the
same in its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from importlib.resources import files

import re


_REPONSE = (files(__package__) / "indisponible.http").read_text("utf-8")

#: The page of HAProxy, without its headers.
PAGE = _REPONSE.partition("\n\n")[2]

_TITRE = re.compile(r"(?<=<title>).*(?=</title>)")
_CORPS = re.compile(r"(?<=<main>\n).*(?=\n</main>)", re.DOTALL)


def page_nue(langue: str, titre: str, paragraphes: Sequence[str]) -> str:
    """The same page with other words; ``langue`` is an ISO 639-1 code, the others are
    plain text."""
    corps = "\n".join(
        [
            f"<h1>{escape(titre)}</h1>",
            *(f"<p>{escape(text)}</p>" for text in paragraphes),
        ]
    )
    page = PAGE.replace('lang="fr"', f'lang="{escape(langue)}"')
    page = _TITRE.sub(lambda _found: escape(titre), page)
    return _CORPS.sub(lambda _found: corps, page)
