"""What an agent asks of the desk's list, in pure Python.

All of it stands in the address, so that a list can be bookmarked. The address is typed
by people and forged by programs: what cannot be understood is left out, nothing raises.
"""

from __future__ import annotations

from carouge.guichet.demande.criteres import Bannette
from carouge.guichet.demande.criteres import Criteres
from carouge.guichet.demande.criteres import PERSONNE
from carouge.guichet.demande.criteres import SANS_CRITERE
from carouge.guichet.demande.criteres import Tri
from carouge.guichet.demande.domain import Canal
from carouge.guichet.demande.domain import Reponse
from carouge.guichet.demande.domain import State
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import replace
from datetime import date
from enum import Enum
from itertools import groupby
from urllib.parse import parse_qs
from urllib.parse import urlencode

import re


#: Rows on one page of the list.
PAGE_SIZE = 50
#: No list is that long; a larger start is a forged one.
MAX_START = 10_000_000
#: Longest address that is read.
MAX_QUERY = 4000
#: Longest text anybody looks for.
MAX_TEXTE = 200
#: As the agent to look for, in an address.
PERSONNE_MOT = "personne"


@dataclass(frozen=True)
class Filters:
    """Which demandes to list, in which order, and from which row on.

    ``bannette`` is None for the tray that suits the agent now; ``etats`` is empty for
    all states and otherwise in the order of :class:`State`; ``demarche`` and
    ``service`` are UIDs, ``agent`` is a user id or
    :data:`carouge.guichet.demande.criteres.PERSONNE`, None for all; ``start`` is the
    index of the first row, a multiple of :data:`PAGE_SIZE`; ``vue`` is the id of the
    saved filter this list was opened with.
    """

    bannette: Bannette | None = None
    etats: tuple[State, ...] = ()
    demarche: str | None = None
    service: str | None = None
    agent: str | None = None
    canal: Canal | None = None
    du: date | None = None
    au: date | None = None
    texte: str = ""
    tri: Tri = Tri.ECHEANCE
    start: int = 0
    vue: str = ""

    @property
    def criteres(self) -> Criteres:
        """What limits the list, beside the tray and the service."""
        return Criteres(
            etats=self.etats,
            demarche=self.demarche,
            agent=self.agent,
            canal=self.canal,
            du=self.du,
            au=self.au,
            texte=self.texte,
        )

    @property
    def narrowed(self) -> bool:
        """Something more than a tray was chosen."""
        return self.criteres != SANS_CRITERE or self.service is not None

    def at(self, start: int) -> Filters:
        """Another page of the same list."""
        return replace(self, start=start)

    def sorted_by(self, tri: Tri) -> Filters:
        """The first page of the same list in another order."""
        return replace(self, tri=tri, start=0)

    def in_tray(self, bannette: Bannette) -> Filters:
        """The first page of another tray, with the same order and nothing else."""
        return Filters(bannette=bannette, tri=self.tri)

    def to_save(self) -> Filters:
        """What is kept of a list under a name."""
        return replace(self, start=0, vue="")

    def pairs(self) -> list[tuple[str, str]]:
        """The variables of the address; none for the list an agent comes to."""
        pairs = [("etat", etat.value) for etat in self.etats]
        if self.bannette is not None:
            pairs.insert(0, ("bannette", self.bannette.value))
        if self.demarche is not None:
            pairs.append(("demarche", self.demarche))
        if self.service is not None:
            pairs.append(("service", self.service))
        if self.agent is not None:
            pairs.append(("attribuee", self.agent or PERSONNE_MOT))
        if self.canal is not None:
            pairs.append(("canal", self.canal.value))
        for name, jour in (("du", self.du), ("au", self.au)):
            if jour is not None:
                pairs.append((name, jour.isoformat()))
        if self.texte:
            pairs.append(("q", self.texte))
        if self.tri is not Tri.ECHEANCE:
            pairs.append(("tri", self.tri.value))
        if self.vue:
            pairs.append(("vue", self.vue))
        if self.start:
            pairs.append(("debut", str(self.start)))
        return pairs

    def query(self) -> str:
        """The part of the address after the question mark."""
        return urlencode(self.pairs())


def parse_filters(
    form: Mapping[str, object],
    *,
    services: Collection[str],
    demarches: Collection[str],
) -> Filters:
    """Read the filters from the variables of an address.

    ``services`` and ``demarches`` are the UIDs the agent may choose from.
    """
    demarche = _text(form.get("demarche"))
    service = _text(form.get("service"))
    agent = _text(form.get("attribuee"))[:MAX_TEXTE]
    return Filters(
        bannette=_member(Bannette, form.get("bannette")),
        etats=_in_order(_states(form.get("etat"))),
        demarche=demarche if demarche in demarches else None,
        service=service if service in services else None,
        agent=PERSONNE if agent == PERSONNE_MOT else agent or None,
        canal=_member(Canal, form.get("canal")),
        du=_day(form.get("du")),
        au=_day(form.get("au")),
        texte=" ".join(_text(form.get("q"))[:MAX_TEXTE].split()),
        tri=_member(Tri, form.get("tri")) or Tri.ECHEANCE,
        start=_start(_text(form.get("debut"))),
        vue=_vue(_text(form.get("vue"))),
    )


def parse_query(
    query: str, *, services: Collection[str], demarches: Collection[str]
) -> Filters:
    """Like :func:`parse_filters`, for the part of an address after the question mark."""
    form = {
        name: values if name == "etat" else values[0]
        for name, values in parse_qs(query[:MAX_QUERY]).items()
    }
    return parse_filters(form, services=services, demarches=demarches)


def looks_like_number(text: str) -> bool:
    """Whether somebody meant to type the whole number of a demande."""
    return re.fullmatch(r"\d{4}[\s\-–—.]*(\w[\s\-–—.]*){8}", text) is not None and any(
        char.isdigit() for char in text[4:]
    )


def last_start(total: int) -> int:
    """Where the last page of a list of ``total`` rows starts."""
    return max(total - 1, 0) // PAGE_SIZE * PAGE_SIZE


def whole_number(value: object) -> int | None:
    """A small number without sign from a form or an address, else None."""
    text = _text(value)
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(MAX_START)):
        return None
    return int(text)


def _member(kind: type[Enum], value: object):
    text = _text(value)
    return next((member for member in kind if member.value == text), None)


def _day(value: object) -> date | None:
    text = _text(value)
    if re.fullmatch(r"[12]\d{3}-\d{2}-\d{2}", text, re.ASCII) is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _vue(text: str) -> str:
    return text if re.fullmatch(r"[0-9a-f]{1,32}", text) is not None else ""


def _states(value: object) -> Iterable[State]:
    values = value if isinstance(value, (list, tuple)) else [value]
    known = {etat.value: etat for etat in State}
    return (known[text] for text in map(_text, values) if text in known)


def _in_order(etats: Iterable[State]) -> tuple[State, ...]:
    chosen = set(etats)
    return tuple(etat for etat in State if etat in chosen)


def _start(text: str) -> int:
    start = whole_number(text)
    if start is None or start > MAX_START:
        return 0
    return start // PAGE_SIZE * PAGE_SIZE


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


# --- one demande --------------------------------------------------------------


@dataclass(frozen=True)
class Group:
    """The answers of one step of the form; ``title`` may be empty."""

    title: str
    reponses: tuple[Reponse, ...]


def group_by_step(reponses: Iterable[Reponse]) -> list[Group]:
    """The answers in the order of the form, step by step."""
    return [
        Group(title, tuple(answers))
        for title, answers in groupby(reponses, key=lambda reponse: reponse.step)
    ]


def normalise_line_ends(text: str) -> str:
    """A typed text with the line ends of this system instead of a browser's."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()
