"""What an agent asks of the desk's list, in pure Python.

All of it stands in the address, so that a list can be bookmarked. The address is typed
by people and forged by programs: what cannot be understood is left out, nothing raises.
"""

from __future__ import annotations

from carouge.guichet.demande.domain import Reponse
from carouge.guichet.demande.domain import State
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import replace
from itertools import groupby
from urllib.parse import urlencode


#: Rows on one page of the list.
PAGE_SIZE = 50
#: No list is that long; a larger start is a forged one.
MAX_START = 10_000_000
#: Longest text taken for the number of a demande.
MAX_NUMBER = 64

#: The states in which it is the service's turn.
WAITING = (State.DEPOSEE, State.EN_COURS, State.COMPLETEE)

OLDEST_FIRST = "anciennes"


@dataclass(frozen=True)
class Filters:
    """Which demandes to list, and from which row on.

    ``etats`` is empty for all states and otherwise in the order of :class:`State`;
    ``demarche`` and ``service`` are UIDs, None for all; ``start`` is the index of the
    first row, a multiple of :data:`PAGE_SIZE`.
    """

    etats: tuple[State, ...] = ()
    demarche: str | None = None
    service: str | None = None
    oldest_first: bool = False
    start: int = 0

    def with_states(self, *etats: State) -> Filters:
        """The first page of the same list, limited to these states."""
        return replace(self, etats=_in_order(etats), start=0)

    def at(self, start: int) -> Filters:
        """Another page of the same list."""
        return replace(self, start=start)

    def query(self) -> str:
        """The part of the address after the question mark; empty for the whole list."""
        pairs = [("etat", etat.value) for etat in self.etats]
        if self.demarche is not None:
            pairs.append(("demarche", self.demarche))
        if self.service is not None:
            pairs.append(("service", self.service))
        if self.oldest_first:
            pairs.append(("tri", OLDEST_FIRST))
        if self.start:
            pairs.append(("debut", str(self.start)))
        return urlencode(pairs)


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
    return Filters(
        etats=_in_order(_states(form.get("etat"))),
        demarche=demarche if demarche in demarches else None,
        service=service if service in services else None,
        oldest_first=_text(form.get("tri")) == OLDEST_FIRST,
        start=_start(_text(form.get("debut"))),
    )


def typed_number(form: Mapping[str, object]) -> str:
    """What was typed into the search by number; empty when nothing was."""
    return _text(form.get("numero"))[:MAX_NUMBER]


def last_start(total: int) -> int:
    """Where the last page of a list of ``total`` rows starts."""
    return max(total - 1, 0) // PAGE_SIZE * PAGE_SIZE


def whole_number(value: object) -> int | None:
    """A small number without sign from a form or an address, else None."""
    text = _text(value)
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(MAX_START)):
        return None
    return int(text)


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
