"""Every list of demandes comes from here: one query of the index, no object woken."""

from __future__ import annotations

from carouge.guichet import config
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.content import Demandes
from carouge.guichet.demande.domain import is_late
from carouge.guichet.demande.domain import State
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from datetime import datetime
from datetime import timezone
from plone import api


@dataclass(frozen=True)
class Row:
    """One line of a list."""

    numero: str
    titre: str
    etat: State
    service_uid: str
    demarche_uid: str
    depot: datetime
    attendu: date | None

    def late(self, today: date) -> bool:
        """True when the expected day is over and somebody still waits."""
        return is_late(self.attendu, self.etat, today)


@dataclass(frozen=True)
class Page:
    """A part of a list; ``total`` counts the whole."""

    rows: list[Row]
    total: int


def demandes_of(guichet) -> Demandes:
    """The store of a guichet's demandes."""
    return guichet._demandes.__of__(guichet)


def get_demande(guichet, numero: str) -> Demande | None:
    """The demande of that (printed) number in this guichet, whoever asks."""
    return demandes_of(guichet).get(numero)


def list_demandes(
    *,
    services: Collection[str] | None = None,
    usager: str | None = None,
    etats: Collection[State] = (),
    demarche: str | None = None,
    oldest_first: bool = False,
    start: int = 0,
    size: int = 50,
) -> Page:
    """Demandes sorted by date of submission.

    ``services`` (UIDs) and ``usager`` (user id) limit the list to what the caller may
    see; at least one must be given. An empty ``services`` gives an empty list.

    :raises ValueError: when nothing limits the list to somebody's demandes
    """
    if services is None and usager is None:
        raise ValueError("a list of demandes belongs to services or to an usager")
    query: dict = {}
    if services is not None:
        if not services:
            return Page([], 0)
        query["service"] = list(services)
    if usager is not None:
        query["usager"] = usager
    if etats:
        query["etat"] = [etat.value for etat in etats]
    if demarche is not None:
        query["demarche"] = demarche
    catalog = api.portal.get_tool(config.CATALOG_ID)
    found = catalog.search(
        query,
        sort_index="depot",
        reverse=not oldest_first,
        limit=start + size,
    )
    total = found.actual_result_count
    return Page([_row(brain) for brain in found[start : start + size]], total)


def count_by_state(
    *, services: Collection[str], demarche: str | None = None
) -> dict[State, int]:
    """How many demandes of these services (UIDs) stand in each state.

    ``demarche`` (UID) counts those of one démarche only.
    """
    catalog = api.portal.get_tool(config.CATALOG_ID)
    counts = dict.fromkeys(State, 0)
    query: dict = {"service": list(services)}
    if demarche is not None:
        query["demarche"] = demarche
    if services:
        for etat in State:
            counts[etat] = len(catalog.search(query | {"etat": etat.value}))
    return counts


def _row(brain) -> Row:
    return Row(
        numero=brain.getPath(),
        titre=brain.titre,
        etat=State(brain.etat),
        service_uid=brain.service,
        demarche_uid=brain.demarche,
        depot=datetime.fromtimestamp(brain.depot, timezone.utc),
        attendu=date.fromisoformat(brain.attendu) if brain.attendu else None,
    )
