"""Every list of demandes comes from here: one query of the index, no object woken."""

from __future__ import annotations

from carouge.guichet import config
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.content import Demandes
from carouge.guichet.demande.domain import InvalidNumber
from carouge.guichet.demande.domain import is_late
from carouge.guichet.demande.domain import parse_number
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
    #: Who filed it, for whom and about whom, in words; empty when nothing is known.
    deposant: str = ""
    organisation: str = ""
    membre: str = ""
    #: The user id of whoever filed it.
    par: str = ""

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


def get_own_demande(guichet, number: str, owners: Collection[str]) -> Demande | None:
    """The demande of that number if it belongs to one of these principals, else None.

    A mistyped number is one that does not exist.
    """
    try:
        demande = get_demande(guichet, parse_number(number))
    except InvalidNumber:
        return None
    if demande is None or not set(demande.owner_ids) & set(owners):
        return None
    return demande


def list_demandes(
    *,
    services: Collection[str] | None = None,
    usager: str | Collection[str] | None = None,
    etats: Collection[State] = (),
    demarche: str | None = None,
    oldest_first: bool = False,
    start: int = 0,
    size: int = 50,
) -> Page:
    """Demandes sorted by date of submission.

    ``services`` (UIDs) and ``usager`` (a user id, or the principals somebody files for)
    limit the list to what the caller may see; at least one must be given. Empty ones
    give an empty list.

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
        owners = [usager] if isinstance(usager, str) else list(usager)
        if not all(owners) or not owners:
            return Page([], 0)
        query["usager"] = owners
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
        deposant=brain.deposant or "",
        organisation=brain.organisation or "",
        membre=brain.membre or "",
        par=brain.par or "",
    )
