"""The ordered parts of the index. The paths of these classes are stored.

A submission writes little here, and two at the same moment write different things:
what is found by a name is spread over many small trees; what is ordered lies in one set
per day; the numbers of lines of two database connections are far apart.
"""

from __future__ import annotations

from BTrees.IIBTree import IISet
from BTrees.IOBTree import IOBTree
from BTrees.Length import Length
from BTrees.OOBTree import OOBTree
from carouge.guichet.demande.domain import ATTENDENT_USAGER
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.ligne import Ligne
from carouge.guichet.registre.domain import normalise
from carouge.guichet.swisstime import local_date
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Iterator
from datetime import datetime
from datetime import timezone
from itertools import chain
from persistent import Persistent
from zlib import crc32
from ZODB.POSException import ConflictError

import random


#: What follows the deadlines (ordinals of days): first those whose clock stands or who
#: have no deadline, then those that are over. Each is ordered by its submission.
SANS_ECHEANCE = 10_000_000
CLOSES = 20_000_000
#: Between the last rank of what is open and the first one of what is over.
LIMITE = 15_000_000

#: Lines stored together.
PAR_FEUILLE = 8
_PARTS = 256
_MAX_PAGE = 2**31 // PAR_FEUILLE - 1
#: Largest set that is written as a whole.
_EN_UNE_PIECE = 120
_PIECES = 64


class Feuille(Persistent):
    """A few neighbouring lines, as plain tuples by their place."""

    def __init__(self) -> None:
        self.lignes: dict[int, tuple] = {}

    def _p_resolveConflict(self, old, saved, new):
        """Two transactions changed different lines."""
        before, theirs, ours = old["lignes"], saved["lignes"], new["lignes"]
        merged = dict(theirs)
        for place in {*before, *ours}:
            if ours.get(place) == before.get(place):
                continue
            if theirs.get(place) != before.get(place):
                raise ConflictError
            if place in ours:
                merged[place] = ours[place]
            else:
                del merged[place]
        return {"lignes": merged}


class Feuilles(Persistent):
    """All lines by number. A number says on which page and at which place it lies.

    Each connection fills pages of its own, one after the other from a random one on:
    nobody else writes there, and what came together is read together.
    """

    def __init__(self) -> None:
        self._pages = IOBTree()

    def ligne(self, rid: int) -> Ligne:
        page, place = divmod(rid, PAR_FEUILLE)
        return Ligne(*self._pages[page].lignes[place])

    def ajouter(self, ligne: Ligne) -> int:
        """Keep a new line; returns its number."""
        page = getattr(self, "_v_page", None)
        feuille = None if page is None else self._pages.get(page)
        while feuille is None or len(feuille.lignes) >= PAR_FEUILLE:
            page = None if page is None else page + 1
            while page is None or page > _MAX_PAGE or page in self._pages:
                page = random.randrange(_MAX_PAGE)
            feuille = self._pages[page] = Feuille()
        self._v_page = page
        place = next(n for n in range(PAR_FEUILLE) if n not in feuille.lignes)
        feuille.lignes[place] = ligne.valeurs()
        feuille._p_changed = True
        return page * PAR_FEUILLE + place

    def remplacer(self, rid: int, ligne: Ligne) -> None:
        page, place = divmod(rid, PAR_FEUILLE)
        feuille = self._pages[page]
        feuille.lignes[place] = ligne.valeurs()
        feuille._p_changed = True

    def enlever(self, rid: int) -> None:
        page, place = divmod(rid, PAR_FEUILLE)
        feuille = self._pages[page]
        del feuille.lignes[place]
        feuille._p_changed = True
        if not feuille.lignes:
            del self._pages[page]


class Eventail(Persistent):
    """A mapping of texts, spread over many trees so that writers do not meet.

    A tree that grows divides a leaf from time to time, and whoever is writing any leaf
    of it then has to begin again.
    """

    def __init__(self) -> None:
        self._parts = tuple(OOBTree() for _part in range(_PARTS))

    @property
    def parts(self) -> tuple[OOBTree, ...]:
        """All the trees."""
        return self._parts

    def part(self, key: str) -> OOBTree:
        """The tree a key lies in."""
        return self._parts[crc32(key.encode()) % _PARTS]

    def get(self, key: str):
        return self.part(key).get(key)

    def __setitem__(self, key: str, value) -> None:
        self.part(key)[key] = value

    def __delitem__(self, key: str) -> None:
        del self.part(key)[key]

    def starting_with(self, prefix: str) -> Iterator:
        """The values of all keys that begin so."""
        for part in self._parts:
            yield from part.values(prefix, prefix + "\U0010ffff")


class Ensemble(IISet):
    """A set of lines that two transactions can change at the same moment.

    An IISet cannot be merged when somebody has taken its smallest member away.
    """

    def _p_resolveConflict(self, old, saved, new):
        before, theirs, ours = ({*state[0]} for state in (old, saved, new))
        merged = (theirs - (before - ours)) | (ours - before)
        # An empty set has been taken out of its tree: nobody would find it again.
        if not (theirs and ours and merged):
            raise ConflictError
        return (tuple(sorted(merged)),)


class Grappe(Persistent):
    """A large set in a fixed number of pieces.

    A tree divides its leaves as it grows, and that disturbs everybody who is writing
    any of them.
    """

    def __init__(self, rids: Iterable[int]) -> None:
        self._pieces = tuple(Ensemble() for _piece in range(_PIECES))
        for rid in rids:
            self.insert(rid)

    def _piece(self, rid: int) -> Ensemble:
        return self._pieces[rid // PAR_FEUILLE % _PIECES]

    def insert(self, rid: int) -> None:
        self._piece(rid).insert(rid)

    def remove(self, rid: int) -> None:
        self._piece(rid).remove(rid)

    def __contains__(self, rid: int) -> bool:
        return rid in self._piece(rid)

    def __iter__(self) -> Iterator[int]:
        return chain.from_iterable(self._pieces)

    def __len__(self) -> int:
        return sum(map(len, self._pieces))


class Listes(Persistent):
    """Sets of lines: by a name, or by a name in an order."""

    def __init__(self) -> None:
        self._ensembles = Eventail()
        self._ordres = OOBTree()
        self._nombres = OOBTree()

    def __len__(self) -> int:
        return sum(
            length()
            for debut in (BUREAU, ARCHIVES)
            for length in self._nombres.values(debut, debut + "\U0010ffff")
        )

    def changer(self, rid: int, avant: Ligne | None, apres: Ligne | None) -> None:
        """A line has come, has changed or has gone."""
        old = _entrees(avant) if avant is not None else set()
        new = _entrees(apres) if apres is not None else set()
        for nom, rang in old - new:
            self._enlever(nom, rang, rid)
        for nom, rang in new - old:
            self._ajouter(nom, rang, rid)

    def reunion(self, nom: str, premier: int | None = None) -> set[int]:
        """The lines of an order, from a rank on, in none."""
        return {rid for _rang, rids in self.ordre(nom, premier) for rid in rids}

    def ensemble(self, nom: str) -> Collection[int]:
        """The lines of that name; see :func:`_entrees`."""
        found = self._ensembles.get(nom)
        return () if found is None else found

    def ensembles(self, debut: str) -> Iterator[Collection[int]]:
        """The lines of each name that begins so."""
        return self._ensembles.starting_with(debut)

    def nombre(self, nom: str) -> int:
        """How many demandes are in one of the orders of the desk."""
        length = self._nombres.get(nom)
        return 0 if length is None else length()

    def ordre(
        self, nom: str, premier: int | None = None, dernier: int | None = None
    ) -> Iterable[tuple[int, Collection[int]]]:
        """Ranks and their lines, the first rank first, both ends included."""
        tree = self._ordres.get(nom)
        return () if tree is None else tree.items(premier, dernier)

    def _ajouter(self, nom: str, rang: int | None, rid: int) -> None:
        if rang is None:
            _insert(self._ensembles, nom, rid)
            return
        tree = self._ordres.get(nom)
        if tree is None:
            tree = self._ordres[nom] = IOBTree()
        _insert(tree, rang, rid)
        if nom.startswith(_COMPTES):
            self._compter(nom, 1)

    def _enlever(self, nom: str, rang: int | None, rid: int) -> None:
        if rang is None:
            _remove(self._ensembles, nom, rid)
            return
        _remove(self._ordres[nom], rang, rid)
        if nom.startswith(_COMPTES):
            self._compter(nom, -1)

    def _compter(self, nom: str, delta: int) -> None:
        length = self._nombres.get(nom)
        if length is None:
            length = self._nombres[nom] = Length()
        length.change(delta)


def _insert(sets: IOBTree | Eventail, key, rid: int) -> None:
    found = sets.get(key)
    if found is None:
        found = sets[key] = Ensemble()
    found.insert(rid)
    if len(found) > _EN_UNE_PIECE and isinstance(found, Ensemble):
        sets[key] = Grappe(found)


def _remove(sets: IOBTree | Eventail, key, rid: int) -> None:
    found = sets.get(key)
    found.remove(rid)
    if not found:
        del sets[key]


# --- the names -------------------------------------------------------------------


#: How the names of the counted orders begin.
BUREAU, MAINS, SUIVIES, ARCHIVES = "b:", "a:", "s:", "z:"
_COMPTES = (BUREAU, MAINS, SUIVIES, ARCHIVES)


def bureau(service: str, etat: State | str, pris: bool) -> str:
    """The demandes of a service in a state, in somebody's hands or not, by rank."""
    return f"{BUREAU}{service}:{State(etat).value}:{pris:d}"


def archives(service: str, etat: State | str, pris: bool) -> str:
    """Those of them that were put away, by rank."""
    return f"{ARCHIVES}{service}:{State(etat).value}:{pris:d}"


def changees(service: str) -> str:
    """The demandes of a service by the day of their last change."""
    return f"m:{service}"


def par_demarche(uid: str) -> str:
    """The demandes of a démarche by the week of their submission."""
    return f"d:{uid}"


def semaine(moment: int) -> int:
    """The rank among the demandes of a démarche."""
    return moment // (7 * 86_400)


def par_usager(principal: str) -> str:
    return f"u:{principal}"


def en_mains(service: str, agent: str) -> str:
    """What is open in a service and in an agent's hands, by rank."""
    return f"{MAINS}{service}:{agent}"


def suivies(service: str, agent: str) -> str:
    """What an agent follows in a service, by rank."""
    return f"{SUIVIES}{service}:{agent}"


def closes_de(agent: str) -> str:
    """What is over and was in an agent's hands last."""
    return f"c:{agent}"


def par_canal(canal: str) -> str:
    return f"k:{canal}"


def par_mot(mot: str) -> str:
    """A word of the name of a person or an organisation."""
    return f"n:{mot}"


def rang_du_changement(moment: int) -> int:
    """The rank of a change: its day, in UTC."""
    return moment // 86_400


def jour_de(moment: int) -> int:
    """The ordinal of the day on the counter's wall."""
    return local_date(datetime.fromtimestamp(moment, timezone.utc)).toordinal()


def rang_de(ligne: Ligne) -> int:
    """Where a line stands in the order of the time left."""
    if ligne.etat_final:
        return CLOSES - jour_de(ligne.depot)
    waits = State(ligne.etat) in ATTENDENT_USAGER
    if ligne.suspendu or not ligne.attendu or waits:
        return SANS_ECHEANCE + jour_de(ligne.depot)
    return ligne.attendu


def mots_de(ligne: Ligne) -> set[str]:
    """The words by which a demande is found."""
    return {*normalise(f"{ligne.deposant} {ligne.organisation}").split()}


def _entrees(ligne: Ligne) -> set[tuple[str, int | None]]:
    """All places where a line stands: a name, and a rank if the name is ordered."""
    names = [par_usager(id) for id in (ligne.par, ligne.organisation_id) if id]
    names += [par_mot(mot) for mot in mots_de(ligne)]
    if ligne.agent and ligne.etat_final:
        names.append(closes_de(ligne.agent))
    # Most come online: they are what no other way was written of.
    if ligne.canal != "en_ligne":
        names.append(par_canal(ligne.canal))
    place = archives if ligne.archivee else bureau
    orders = [place(ligne.service, ligne.etat, bool(ligne.agent))]
    if not ligne.archivee:
        orders += [suivies(ligne.service, agent) for agent in ligne.suiveurs]
    if ligne.agent and not ligne.etat_final:
        orders.append(en_mains(ligne.service, ligne.agent))
    rang = rang_de(ligne)
    return {
        *((name, None) for name in names),
        *((name, rang) for name in orders),
        (par_demarche(ligne.demarche), semaine(ligne.depot)),
        (changees(ligne.service), rang_du_changement(ligne.modifie)),
    }
