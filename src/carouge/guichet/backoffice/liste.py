"""The lists of the desk: the door to what ``/agents`` shows."""

from __future__ import annotations

from carouge.guichet.backoffice.domain import Filters
from carouge.guichet.backoffice.domain import last_start
from carouge.guichet.backoffice.domain import PAGE_SIZE
from carouge.guichet.backoffice.service import Desk
from carouge.guichet.demande import queries
from carouge.guichet.demande.criteres import Bannette
from carouge.guichet.demande.queries import Row
from carouge.guichet.journal.service import record
from collections.abc import Iterator
from dataclasses import dataclass


#: What the journal calls a search by name.
SEARCHED = "demande.chercher"


@dataclass(frozen=True)
class Listing:
    """One page of the desk's list.

    ``filters.start`` is where the page really starts, ``bannette`` the tray it is of;
    ``counts`` are those of the trays, whatever else is chosen.
    """

    rows: list[Row]
    total: int
    filters: Filters
    bannette: Bannette
    counts: dict[Bannette, int]


def listing(desk: Desk, filters: Filters) -> Listing:
    """A page of the list; a start behind the end gives the last page.

    The names of citizens can be looked for: each search is told to the journal, with
    what it has found but without the name.
    """
    counts = queries.count_bannettes(
        services=desk.service_titles, agent=desk.user.getId()
    )
    bannette = filters.bannette or suitable(filters, counts)
    found = _page(desk, filters, bannette)
    if found.total <= filters.start and filters.start:
        filters = filters.at(last_start(found.total))
        found = _page(desk, filters, bannette)
    if filters.texte:
        record(SEARCHED, subject=str(found.total))
    return Listing(found.rows, found.total, filters, bannette, counts)


def suitable(filters: Filters, counts: dict[Bannette, int]) -> Bannette:
    """The tray to show to somebody who has chosen none.

    Whoever looks for something looks everywhere; whoever comes to work sees what nobody
    has taken yet, then his own, then what is open.
    """
    if filters.narrowed:
        return Bannette.TOUTES
    work = (Bannette.A_PRENDRE, Bannette.MIENNES, Bannette.SERVICE)
    return next((tray for tray in work if counts[tray]), Bannette.TOUTES)


def all_rows(desk: Desk, filters: Filters) -> Iterator[Row]:
    """The rows of a list on all its pages; a search is told to the journal here too."""
    if filters.texte:
        record(SEARCHED, subject="")
    bannette = filters.bannette
    if bannette is None:
        counts = queries.count_bannettes(
            services=desk.service_titles, agent=desk.user.getId()
        )
        bannette = suitable(filters, counts)
    return queries.parcourir(
        bannette,
        services=_services(desk, filters),
        agent=desk.user.getId(),
        criteres=filters.criteres,
        tri=filters.tri,
    )


def _page(desk: Desk, filters: Filters, bannette: Bannette) -> queries.Page:
    return queries.list_bannette(
        bannette,
        services=_services(desk, filters),
        agent=desk.user.getId(),
        criteres=filters.criteres,
        tri=filters.tri,
        start=filters.start,
        size=PAGE_SIZE,
    )


def _services(desk: Desk, filters: Filters) -> list[str]:
    return [filters.service] if filters.service else [*desk.service_titles]
