"""Which lines of the index a list shows, and in which order.

There are two ways. When the parts of the desk that are asked for are the list as it is,
only the page is read: it costs the same with ten thousand demandes and with a hundred
thousand. Everything else begins with the smallest set that holds the answer and looks
at each of its lines.
"""

from __future__ import annotations

from carouge.guichet.demande.catalog import GuichetCatalog
from carouge.guichet.demande.criteres import A_PRENDRE
from carouge.guichet.demande.criteres import Bannette
from carouge.guichet.demande.criteres import Criteres
from carouge.guichet.demande.criteres import OUVERTS
from carouge.guichet.demande.criteres import PERSONNE
from carouge.guichet.demande.criteres import Tri
from carouge.guichet.demande.domain import ATTENDENT_USAGER
from carouge.guichet.demande.domain import Canal
from carouge.guichet.demande.domain import FINAL_STATES
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.ligne import Ligne
from carouge.guichet.demande.listes import archives
from carouge.guichet.demande.listes import bureau
from carouge.guichet.demande.listes import CLOSES
from carouge.guichet.demande.listes import closes_de
from carouge.guichet.demande.listes import en_mains
from carouge.guichet.demande.listes import jour_de
from carouge.guichet.demande.listes import LIMITE
from carouge.guichet.demande.listes import par_canal
from carouge.guichet.demande.listes import par_demarche
from carouge.guichet.demande.listes import par_mot
from carouge.guichet.demande.listes import rang_de
from carouge.guichet.demande.listes import suivies
from carouge.guichet.registre.domain import normalise
from carouge.guichet.swisstime import today
from carouge.guichet.swisstime import ZURICH
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from datetime import datetime
from datetime import time
from datetime import timedelta
from functools import cached_property
from heapq import merge
from itertools import chain
from itertools import groupby
from itertools import islice
from operator import itemgetter

import re


#: Shorter pieces of a number, after its year, are in too many of them.
MIN_NUMERO = 4
#: A single letter begins every other name.
MIN_MOT = 2
#: No demande is older than the counters.
_FIRST_YEAR = 2000
_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})


@dataclass(frozen=True)
class Demandees:
    """What a list of the desk is asked for; see :mod:`.queries`."""

    bannette: Bannette
    services: frozenset[str]
    agent: str
    criteres: Criteres
    jour: date

    @cached_property
    def etats(self) -> frozenset[State]:
        """The states that can be in the list."""
        wanted = frozenset(self.criteres.etats) or frozenset(State)
        return wanted & {
            Bannette.A_PRENDRE: A_PRENDRE,
            Bannette.EN_ATTENTE: ATTENDENT_USAGER,
            Bannette.EN_RETARD: OUVERTS - ATTENDENT_USAGER,
            Bannette.MIENNES: OUVERTS,
            Bannette.SERVICE: OUVERTS,
            Bannette.ARCHIVEES: FINAL_STATES,
        }.get(self.bannette, frozenset(State))

    @cached_property
    def mains(self) -> tuple[bool, ...]:
        """Whether those in nobody's hands, and those in somebody's, can be in it."""
        free = self.bannette is not Bannette.MIENNES and not self.criteres.agent
        taken = self.bannette is not Bannette.A_PRENDRE
        taken = taken and self.criteres.agent != PERSONNE
        return tuple(hand for hand, wanted in ((False, free), (True, taken)) if wanted)

    @property
    def dernier(self) -> int | None:
        """The last rank that can be in it; None when all can."""
        return self.jour.toordinal() - 1 if self._en_retard else None

    @property
    def _en_retard(self) -> bool:
        return self.bannette is Bannette.EN_RETARD

    @property
    def _archivees(self) -> bool:
        return self.bannette is Bannette.ARCHIVEES

    @property
    def entiere(self) -> bool:
        """Whole parts of the desk are the list: no line has to be looked at."""
        criteres = self.criteres
        own = self.bannette in (Bannette.MIENNES, Bannette.SUIVIES)
        return (
            not (own and (criteres.etats or criteres.agent is not None))
            and criteres.demarche is None
            and not criteres.agent
            and criteres.canal is None
            and criteres.du is None
            and criteres.au is None
            and not criteres.texte.strip()
        )

    def parts(self) -> list[str]:
        """The parts of the desk it can be found in."""
        services = sorted(self.services)
        if self.bannette is Bannette.MIENNES:
            return [en_mains(service, self.agent) for service in services]
        if self.bannette is Bannette.SUIVIES:
            return [suivies(service, self.agent) for service in services]
        return [
            place(service, etat, hand)
            for place in self._places
            for service in services
            for etat in self.etats
            for hand in self.mains
        ]

    @property
    def _places(self) -> list[Callable[[str, State, bool], str]]:
        if self._archivees:
            return [archives]
        return [bureau, archives] if self._partout else [bureau]

    @property
    def _partout(self) -> bool:
        """Somebody looks for something, wherever it is."""
        return self.bannette is Bannette.TOUTES and bool(self.criteres.texte.strip())

    @cached_property
    def _texte(self) -> Callable[[Ligne], bool]:
        numero, words = compact(self.criteres.texte), mots(self.criteres.texte)

        def accepts(ligne: Ligne) -> bool:
            if begins_with(compact(ligne.numero), numero):
                return True
            return has_words(f"{ligne.deposant} {ligne.organisation}", words)

        return accepts

    @cached_property
    def _period(self) -> tuple[float, float]:
        du, au = self.criteres.du, self.criteres.au
        return (
            _midnight(du) if du is not None else float("-inf"),
            _midnight(au + timedelta(days=1)) if au is not None else float("inf"),
        )

    def accepts(self, ligne: Ligne) -> bool:
        """Whether a line belongs into the list."""
        criteres = self.criteres
        begin, end = self._period
        return (
            ligne.service in self.services
            and State(ligne.etat) in self.etats
            and bool(ligne.agent) in self.mains
            and (self._partout or ligne.archivee is self._archivees)
            and (self.bannette is not Bannette.MIENNES or ligne.agent == self.agent)
            and (self.bannette is not Bannette.SUIVIES or self.agent in ligne.suiveurs)
            and (not self._en_retard or ligne.en_retard(self.jour))
            and criteres.demarche in (None, ligne.demarche)
            and (not criteres.agent or criteres.agent == ligne.agent)
            and (criteres.canal is None or criteres.canal.value == ligne.canal)
            and begin <= ligne.depot < end
            and (not criteres.texte.strip() or self._texte(ligne))
        )


# --- texts ---------------------------------------------------------------------


def compact(texte: str) -> str:
    """A number without the signs that only make it readable; see ``parse_number``."""
    return re.sub(r"[\s\-–—.]", "", texte).upper().translate(_LOOKALIKES)


def begins_with(numero: str, debut: str) -> bool:
    """Whether a number, or what follows its year, begins so; both are compact."""
    return (len(debut) >= 4 + MIN_NUMERO and numero.startswith(debut)) or (
        len(debut) >= MIN_NUMERO and numero[4:].startswith(debut)
    )


def mots(texte: str) -> list[str]:
    """The words somebody looks for."""
    return normalise(texte).split()


def has_words(texte: str, words: Collection[str]) -> bool:
    """Whether each of the words begins one of the text's; one at least is no letter."""
    known = " " + normalise(texte)
    return max(map(len, words), default=0) >= MIN_MOT and all(
        f" {word}" in known for word in words
    )


def _midnight(jour: date) -> float:
    return datetime.combine(jour, time(), tzinfo=ZURICH).timestamp()


# --- the lists -----------------------------------------------------------------


def cle_de(tri: Tri) -> Callable[[Ligne], tuple]:
    """What a list is sorted by."""
    return {
        Tri.ECHEANCE: lambda ligne: (
            rang_de(ligne),
            -ligne.depot if ligne.etat_final else ligne.depot,
            ligne.numero,
        ),
        Tri.RECENTES: lambda ligne: (-ligne.depot, ligne.numero),
        Tri.ANCIENNES: lambda ligne: (ligne.depot, ligne.numero),
        Tri.TITRE: lambda ligne: (normalise(ligne.titre), -ligne.depot, ligne.numero),
        Tri.MODIFIEES: lambda ligne: (-ligne.modifie, ligne.numero),
    }[tri]


def compter(catalog: GuichetCatalog, demandees: Demandees) -> int:
    """How many lines are in a list."""
    listes = catalog.listes
    if not demandees.entiere:
        return sum(1 for _rid in chercher(catalog, demandees))
    parts = demandees.parts()
    if demandees.dernier is None:
        return sum(map(listes.nombre, parts))
    return sum(
        len(rids)
        for part in parts
        for _rang, rids in listes.ordre(part, None, demandees.dernier)
    )


def parcourir(
    catalog: GuichetCatalog, demandees: Demandees, tri: Tri, start: int = 0
) -> Iterator[Ligne]:
    """The lines of a list, from the one at ``start`` on."""
    key = cle_de(tri)
    if demandees.entiere and tri in (Tri.ECHEANCE, Tri.RECENTES, Tri.ANCIENNES):
        groups = _groups(catalog, demandees, tri)
    else:
        found = chercher(catalog, demandees)
        groups = iter([[*found]])
    for group in groups:
        if start >= len(group):
            start -= len(group)
            continue
        yield from _sorted(catalog, group, key, start)
        start = 0


def trier(
    catalog: GuichetCatalog, rids: Iterable[int], tri: Tri, start: int, size: int
) -> list[Ligne]:
    """A part of these lines, sorted."""
    return [*islice(_sorted(catalog, rids, cle_de(tri), start), size)]


def _sorted(
    catalog: GuichetCatalog,
    rids: Iterable[int],
    key: Callable[[Ligne], tuple],
    start: int,
) -> Iterator[Ligne]:
    # The keys are small: what is shown later is read again.
    order = sorted((key(catalog.ligne(rid)), rid) for rid in rids)
    return (catalog.ligne(rid) for _key, rid in islice(order, start, None))


def _groups(
    catalog: GuichetCatalog, demandees: Demandees, tri: Tri
) -> Iterator[list[int]]:
    """Lines of the same rank, the first rank first."""
    listes = catalog.listes
    parts = demandees.parts()
    if tri is Tri.ECHEANCE:
        ordered = [listes.ordre(part, None, demandees.dernier) for part in parts]
        return _by_rank(ordered)
    # Those that are over are stored by their submission; few enough are open.
    ordered = [listes.ordre(part, LIMITE) for part in parts]
    if demandees.dernier is not None:
        ordered = []
    ouvertes: dict[int, list[int]] = {}
    for part in parts:
        for _rank, rids in listes.ordre(part, None, demandees.dernier or LIMITE):
            for rid in rids:
                rank = CLOSES - jour_de(catalog.ligne(rid).depot)
                ouvertes.setdefault(rank, []).append(rid)
    ordered.append(sorted(ouvertes.items()))
    if tri is Tri.ANCIENNES:
        ordered = [
            [(-rank, rids) for rank, rids in reversed([*part])] for part in ordered
        ]
    return _by_rank(ordered)


def _by_rank(ordered: Iterable[Iterable]) -> Iterator[list[int]]:
    merged = merge(*ordered, key=itemgetter(0))
    for _rank, group in groupby(merged, key=itemgetter(0)):
        yield [*chain.from_iterable(rids for _rank, rids in group)]


def chercher(catalog: GuichetCatalog, demandees: Demandees) -> Iterator[int]:
    """The lines of a list, in no order: each one that can be in it is looked at."""
    listes = catalog.listes
    sets = _sets(catalog, demandees)
    total = sum(map(listes.nombre, demandees.parts()))
    sets.sort(key=len)
    if sets and len(sets[0]) <= total:
        smallest, *others = sets
    else:
        others = sets
        smallest = chain.from_iterable(
            rids
            for part in demandees.parts()
            for _rang, rids in listes.ordre(part, None, demandees.dernier)
        )
    for rid in smallest:
        if all(rid in other for other in others) and demandees.accepts(
            catalog.ligne(rid)
        ):
            yield rid


def _sets(catalog: GuichetCatalog, demandees: Demandees) -> list[Collection[int]]:
    """Sets that hold all of the list each."""
    listes, criteres = catalog.listes, demandees.criteres
    sets: list[Collection[int]] = []
    if criteres.demarche is not None:
        sets.append(listes.reunion(par_demarche(criteres.demarche)))
    if criteres.agent:
        held = {*listes.ensemble(closes_de(criteres.agent))}
        for service in demandees.services:
            held |= listes.reunion(en_mains(service, criteres.agent))
        sets.append(held)
    if criteres.canal not in (None, Canal.EN_LIGNE):
        sets.append(listes.ensemble(par_canal(criteres.canal.value)))
    if criteres.texte.strip():
        sets.append(_named(catalog, criteres.texte))
    return sets


def _named(catalog: GuichetCatalog, texte: str) -> set[int]:
    """The lines whose number or names may answer to a text."""
    found: set[int] = set()
    # The longest word is in the fewest names.
    word = max(mots(texte), key=len, default="")
    if len(word) >= MIN_MOT:
        for rids in catalog.listes.ensembles(par_mot(word)):
            found.update(rids)
    numero = compact(texte)
    if len(numero) >= 4 + MIN_NUMERO:
        found.update(catalog.rids_from(_printed(numero)))
    if len(numero) >= MIN_NUMERO:
        for year in range(_FIRST_YEAR, today().year + 2):
            found.update(catalog.rids_from(_printed(f"{year}{numero}")))
    return found


def _printed(debut: str) -> str:
    """The beginning of a number as it is printed."""
    return "-".join(filter(None, (debut[:4], debut[4:8], debut[8:])))
