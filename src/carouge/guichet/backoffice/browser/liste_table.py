"""The table of the desk's list: most words stand in many lines and are made once."""

from __future__ import annotations

from carouge.guichet.backoffice import labels
from carouge.guichet.backoffice import liste_labels as words
from carouge.guichet.backoffice.historique import name_of
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.echeance import reste_en_mots
from carouge.guichet.demande.labels import CANAL_LABELS
from carouge.guichet.demande.labels import STATE_LABELS
from carouge.guichet.demande.queries import Row
from carouge.guichet.swisstime import today
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import NamedTuple
from zope.i18n import translate


#: Columns whose values say themselves what they are, on a card as well.
_CLEAR = frozenset({"titre", "etat", "reste"})
_LATE = "guichet-agents-late"
_STATE = "guichet-agents-etat"


class Cell(NamedTuple):
    """One cell; ``label`` is what stands before the text when the row is a card."""

    label: str | None
    css: str | None
    text: str


@dataclass(frozen=True)
class Reste:
    """What the time left follows from."""

    attendu: date | None
    etat: State
    suspendu: bool


@dataclass(frozen=True)
class Line:
    """One demande; ``choose`` names its box, ``marks`` say what waits there."""

    numero: str
    url: str
    choose: str
    marks: list[str]
    cells: list[Cell]


def lines_of(
    rows: Iterable[Row],
    titles: Mapping[str, str],
    services: Mapping[str, str],
    url_of: Callable[[str], str],
    request,
) -> list[Line]:
    """The lines of a page. ``titles`` are those of the columns, ``services`` by UID."""
    day = today()

    def say(message) -> str:
        return translate(message, context=request) if message else ""

    @cache
    def left(attendu: date | None, etat: State, suspendu: bool) -> str:
        return say(reste_en_mots(Reste(attendu, etat, suspendu), day))

    day_of = cache(labels.day_of)
    etats = {etat: say(label) for etat, label in STATE_LABELS.items()}
    canaux = {canal: say(label) for canal, label in CANAL_LABELS.items()}
    choose = say(words.CHOOSE)
    texts: dict[str, Callable[[Row], str]] = {
        "titre": lambda row: row.titre,
        "deposant": lambda row: row.organisation or row.deposant,
        "etat": lambda row: etats[row.etat],
        "reste": lambda row: left(row.attendu, row.etat, row.suspendu),
        "attendu": lambda row: day_of(row.attendu),
        "depot": lambda row: labels.day_of(row.depot),
        "modifie": lambda row: labels.day_of(row.modifie),
        "agent": lambda row: name_of(row.agent, request) if row.agent else "",
        "canal": lambda row: canaux[row.canal],
        "service": lambda row: services[row.service_uid],
    }

    def cell(name: str, row: Row) -> Cell:
        text = texts[name](row)
        if not text:
            return Cell(None, None, "")
        if name == "etat":
            return Cell(None, f"{_STATE} {row.etat.value}", text)
        css = _LATE if name == "reste" and row.late(day) else None
        return Cell(None if name in _CLEAR else titles[name], css, text)

    def marks(row: Row) -> list[str]:
        if row.etat.final:
            return []
        counts = (
            (row.a_lire_service, words.a_lire),
            (row.attend_pieces, words.attend_pieces),
        )
        return [say(count_words(count)) for count, count_words in counts if count]

    return [
        Line(
            numero=row.numero,
            url=url_of(row.numero),
            choose=f"{choose} {row.numero}",
            marks=marks(row),
            cells=[cell(name, row) for name in titles],
        )
        for row in rows
    ]
