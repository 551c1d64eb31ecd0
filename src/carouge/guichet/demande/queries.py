"""Every list of demandes comes from here: no object is woken for one.

A list belongs to services (of an agent) or to an usager; whoever asks has found out
which. The functions for the desk take a tray (:class:`Bannette`) and criteria, those for
the citizens take principals.
"""

from __future__ import annotations

from carouge.guichet import config
from carouge.guichet.demande import selection
from carouge.guichet.demande.attentes import attentes_de
from carouge.guichet.demande.catalog import GuichetCatalog
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.content import Demandes
from carouge.guichet.demande.criteres import Bannette
from carouge.guichet.demande.criteres import Criteres
from carouge.guichet.demande.criteres import SANS_CRITERE
from carouge.guichet.demande.criteres import Tri
from carouge.guichet.demande.domain import FINAL_STATES
from carouge.guichet.demande.domain import InvalidNumber
from carouge.guichet.demande.domain import parse_number
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.ligne import Ligne
from carouge.guichet.demande.listes import archives
from carouge.guichet.demande.listes import bureau
from carouge.guichet.demande.listes import changees
from carouge.guichet.demande.listes import par_demarche
from carouge.guichet.demande.listes import par_usager
from carouge.guichet.demande.listes import rang_du_changement
from carouge.guichet.demande.listes import semaine
from carouge.guichet.demande.row import Facettes
from carouge.guichet.demande.row import Page
from carouge.guichet.demande.row import Row
from carouge.guichet.demande.row import row_of
from carouge.guichet.demande.selection import Demandees
from carouge.guichet.swisstime import today
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Iterator
from datetime import date
from datetime import datetime
from heapq import merge
from itertools import groupby
from itertools import islice
from operator import itemgetter
from plone import api


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


# --- for a citizen -------------------------------------------------------------


def list_demandes(
    *,
    usager: str | Collection[str] | None = None,
    services: Collection[str] | None = None,
    etats: Collection[State] = (),
    demarche: str | None = None,
    membre: str | None = None,
    organisation: str | None = None,
    texte: str = "",
    attend_usager: bool = False,
    tri: Tri = Tri.RECENTES,
    start: int = 0,
    size: int = 50,
) -> Page:
    """The demandes of an usager, or of services, those that are over included.

    What was put away is no longer among those of services.

    ``usager`` is a user id or the principals somebody files for
    (:func:`carouge.guichet.compte.service.owner_ids`), ``services`` are UIDs; at least
    one must be given. An empty one gives an empty list. ``membre`` and ``organisation``
    are ids, see :attr:`Row.membre_id`; ``organisation=""`` gives what somebody filed
    for himself. ``texte`` is the beginning of a number, with or without its year, or
    words of the title of the démarche. ``attend_usager`` gives those of which something
    is expected of the citizen (:mod:`carouge.guichet.demande.attentes`).

    :raises ValueError: when nothing limits the list to somebody's demandes
    """
    catalog = _catalog()
    numero, words = selection.compact(texte), selection.mots(texte)
    wanted = {etat.value for etat in etats}

    def accepts(ligne: Ligne) -> bool:
        return (
            (not wanted or ligne.etat in wanted)
            and demarche in (None, ligne.demarche)
            and membre in (None, ligne.membre_id)
            and organisation in (None, ligne.organisation_id)
            and (services is None or ligne.service in services)
            and (not attend_usager or _attend_usager(ligne))
            and (
                not texte.strip()
                or selection.begins_with(selection.compact(ligne.numero), numero)
                or selection.has_words(ligne.titre, words)
            )
        )

    if usager is None:
        if services is None:
            raise ValueError("a list of demandes belongs to services or to an usager")
        if not (texte.strip() or attend_usager) and membre is organisation is None:
            return list_bannette(
                Bannette.TOUTES,
                services=services,
                agent="",
                criteres=Criteres(etats=tuple(etats), demarche=demarche),
                tri=tri,
                start=start,
                size=size,
            )
        rids = _rids_of_services(services)
    else:
        rids = _rids_of(usager)
    found = [rid for rid in rids if accepts(catalog.ligne(rid))]
    lignes = selection.trier(catalog, found, tri, start, size)
    return Page([row_of(ligne) for ligne in lignes], len(found))


def _attend_usager(ligne: Ligne) -> bool:
    etat = State(ligne.etat)
    return bool(
        attentes_de(
            etat, ligne.a_lire_usager, ligne.attend_pieces, ligne.decisions_a_lire
        )
    )


def facettes_usager(usager: str | Collection[str]) -> Facettes:
    """By what the demandes of an usager can be filtered; see :func:`list_demandes`."""
    membres: dict[str, str] = {}
    organisations: dict[str, str] = {}
    demarches: dict[str, str] = {}
    etats, attendus = dict.fromkeys(State, 0), 0
    catalog = _catalog()
    for ligne in map(catalog.ligne, _rids_of(usager)):
        etats[State(ligne.etat)] += 1
        attendus += _attend_usager(ligne)
        # One démarche may have had several titles.
        demarches.setdefault(ligne.demarche, ligne.titre)
        if ligne.membre_id:
            membres.setdefault(ligne.membre_id, ligne.membre)
        if ligne.organisation_id:
            organisations.setdefault(ligne.organisation_id, ligne.organisation)
    return Facettes(membres, organisations, demarches, attendus, etats)


# --- for the desk --------------------------------------------------------------


def list_bannette(
    bannette: Bannette,
    *,
    services: Collection[str],
    agent: str,
    criteres: Criteres = SANS_CRITERE,
    tri: Tri = Tri.ECHEANCE,
    start: int = 0,
    size: int = 50,
    jour: date | None = None,
) -> Page:
    """A page of one tray of the desk.

    ``services`` are the UIDs of the agent's services, ``agent`` is his user id, ``jour``
    the day on the counter's wall (today).
    """
    catalog = _catalog()
    wanted = _demandees(bannette, services, agent, criteres, jour)
    if not wanted.entiere:
        found = [*selection.chercher(catalog, wanted)]
        lignes = selection.trier(catalog, found, tri, start, size)
        return Page([row_of(ligne) for ligne in lignes], len(found))
    lignes = islice(selection.parcourir(catalog, wanted, tri, start), size)
    total = selection.compter(catalog, wanted)
    return Page([row_of(ligne) for ligne in lignes], total)


def count_bannettes(
    *, services: Collection[str], agent: str, jour: date | None = None
) -> dict[Bannette, int]:
    """How many demandes lie in each tray of an agent."""
    catalog = _catalog()
    return {
        bannette: selection.compter(
            catalog, _demandees(bannette, services, agent, SANS_CRITERE, jour)
        )
        for bannette in Bannette
    }


def parcourir(
    bannette: Bannette,
    *,
    services: Collection[str],
    agent: str = "",
    criteres: Criteres = SANS_CRITERE,
    tri: Tri = Tri.ECHEANCE,
    jour: date | None = None,
) -> Iterator[Row]:
    """All rows of a tray, one after the other; for exports and bulk actions.

    At most the numbers of all lines are held at once, never the lines.
    """
    wanted = _demandees(bannette, services, agent, criteres, jour)
    return map(row_of, selection.parcourir(_catalog(), wanted, tri))


def rows_of(numeros: Iterable[str], *, services: Collection[str]) -> list[Row]:
    """The rows of these (printed) numbers, in their order.

    Unknown numbers, and those of other services, are left out.
    """
    catalog = _catalog()
    rids = (catalog.rid(numero) for numero in numeros)
    lignes = (catalog.ligne(rid) for rid in rids if rid is not None)
    return [row_of(ligne) for ligne in lignes if ligne.service in services]


def count_by_state(
    *, services: Collection[str], demarche: str | None = None
) -> dict[State, int]:
    """How many demandes of these services (UIDs) stand in each state.

    ``demarche`` (UID) counts those of one démarche only.
    """
    catalog = _catalog()
    if demarche is None:
        return {
            etat: sum(
                catalog.listes.nombre(place(service, etat, hand))
                for place in (bureau, archives)
                for service in {*services}
                for hand in (False, True)
            )
            for etat in State
        }
    counts = dict.fromkeys(State, 0)
    for ligne in map(catalog.ligne, catalog.listes.reunion(par_demarche(demarche))):
        if ligne.service in services:
            counts[State(ligne.etat)] += 1
    return counts


def durees(
    demarche: str, *, depuis: datetime, etats: Collection[State] = FINAL_STATES
) -> list[int]:
    """The working days that the demandes of a démarche (UID) took, closed since then.

    ``etats`` are the states they were closed in. Those whose clock has never run are
    left out.
    """
    catalog, limit = _catalog(), depuis.timestamp()
    # What took two years more is no measure of what happens now.
    first = semaine(int(limit)) - 104
    rids = catalog.listes.reunion(par_demarche(demarche), first)
    return [
        ligne.duree
        for ligne in map(catalog.ligne, rids)
        if ligne.duree is not None
        and ligne.cloture >= limit
        and State(ligne.etat) in etats
    ]


# --- what has changed ----------------------------------------------------------


def changements(
    *,
    services: Collection[str],
    jusqu_a: datetime,
    depuis: str = "",
    size: int = 100,
) -> tuple[list[Row], str]:
    """What has changed, oldest change first, and the cursor for the next call.

    ``depuis`` is the cursor of an earlier call, empty for the beginning; the cursor is
    the same when nothing has changed since. A demande that changes again comes again.
    A change becomes visible when its transaction ends, a moment after the time it
    carries: what is younger than ``jusqu_a`` is left to the next call, so that none is
    jumped over.

    :raises ValueError: it is no cursor
    """
    catalog = _catalog()
    after = _read_cursor(depuis)
    limit = jusqu_a.timestamp()
    first, last = rang_du_changement(after[0]), rang_du_changement(int(limit))
    ordered = (catalog.listes.ordre(changees(uid), first, last) for uid in {*services})
    found: list[Ligne] = []
    for _day, group in groupby(merge(*ordered, key=itemgetter(0)), key=itemgetter(0)):
        lignes = [catalog.ligne(rid) for _rank, rids in group for rid in rids]
        found += sorted(
            (
                ligne
                for ligne in lignes
                if _change(ligne) > after and ligne.modifie <= limit
            ),
            key=_change,
        )
        if len(found) >= size:
            break
    found = found[:size]
    cursor = "{}_{}".format(*_change(found[-1])) if found else depuis
    return [row_of(ligne) for ligne in found], cursor


def _change(ligne: Ligne) -> tuple[int, str]:
    return ligne.modifie, ligne.numero


def _read_cursor(text: str) -> tuple[int, str]:
    if not text:
        return 0, ""
    moment, _sign, numero = text.partition("_")
    if not (moment.isascii() and moment.isdigit()) or len(moment) > 11:
        raise ValueError("no cursor")
    return int(moment), numero


# --- inside --------------------------------------------------------------------


def _catalog() -> GuichetCatalog:
    return api.portal.get_tool(config.CATALOG_ID)


def _demandees(
    bannette: Bannette,
    services: Collection[str],
    agent: str,
    criteres: Criteres,
    jour: date | None,
) -> Demandees:
    return Demandees(bannette, frozenset(services), agent, criteres, jour or today())


def _rids_of(usager: str | Collection[str]) -> set[int]:
    owners = [usager] if isinstance(usager, str) else [*usager]
    if not all(owners):
        return set()
    listes = _catalog().listes
    return {rid for owner in owners for rid in listes.ensemble(par_usager(owner))}


def _rids_of_services(services: Collection[str]) -> Iterator[int]:
    wanted = _demandees(Bannette.TOUTES, services, "", SANS_CRITERE, None)
    return selection.chercher(_catalog(), wanted)
