"""Persistent classes of the cash desk's books. Their paths are stored: they never move."""

from __future__ import annotations

from carouge.guichet.facture.domain import Source
from carouge.guichet.swisstime import local_date
from collections import Counter
from dataclasses import asdict
from dataclasses import dataclass
from datetime import date
from datetime import datetime
from persistent import Persistent
from persistent.list import PersistentList


@dataclass(frozen=True)
class MouvementDuLivre:
    """One line of the books: a movement on an invoice, in centimes; ``jour`` in Geneva."""

    regie: str
    jour: str
    source: str
    id_externe: str
    facture: str
    numero: str
    centimes: int
    moment: datetime
    paiement: str = ""
    par: str = ""


class MouvementATraiter(Persistent):
    """A movement on a bank account nobody could book without a person.

    ``valeurs`` are those of a paiement.camt.Mouvement, ``raison`` a word of
    paiement.labels.A_TRAITER, ``source`` where the money comes from (a value of
    facture.domain.Source). ``issue`` is empty as long as it waits, then ``affecte``
    or ``classe``; ``facture`` is the id of the invoice it was booked on.
    """

    source = Source.VIREMENT.value
    issue = ""
    facture = ""
    remarque = ""
    par = ""
    traite: datetime | None = None

    def __init__(self, mouvement, regie: str, raison: str, moment: datetime) -> None:
        self.regie = regie
        self.raison = raison
        self.recu = moment
        self._valeurs = asdict(mouvement)

    @property
    def valeurs(self) -> dict:
        return dict(self._valeurs)

    @property
    def cle(self) -> tuple[str, str]:
        """Its name in the list: the account and the bank's own name for it."""
        return (self._valeurs["compte"], self._valeurs["id_externe"])

    @property
    def cle_payeur(self) -> tuple[str, tuple[str, str]] | None:
        """(day of the treatment, key) as long as it is treated and names its payer."""
        nomme = self._valeurs["payeur"] or self._valeurs["communication"]
        if not nomme or self.traite is None:
            return None
        return (local_date(self.traite).isoformat(), self.cle)

    def oublier_payeur(self) -> None:
        """Whose money it was is told no more; what it was stays."""
        self._valeurs = {**self._valeurs, "payeur": "", "communication": ""}

    @property
    def centimes(self) -> int:
        """What came in, less than zero for what went out: what takes a credit back is a
        debit itself."""
        centimes = self._valeurs["centimes"]
        return centimes if self._valeurs["credit"] else -centimes


class Cloture(Persistent):
    """A settlement of a régie: all that was booked since the one before.

    Its lines are a record of their own: whoever looks at its head does not load them.

    ``rang`` counts from 1 within the régie. ``totaux`` are (source, count, centimes).
    ``compte`` is what was counted in the till, None when nobody has; ``attendu`` what
    should be there. Nothing of it is ever changed.
    """

    def __init__(
        self,
        *,
        regie: str,
        rang: int,
        jour: date,
        moment: datetime,
        par: str,
        lignes: tuple[tuple, ...],
        totaux: tuple[tuple[str, int, int], ...],
        compte: int | None,
        remarque: str,
    ) -> None:
        self.regie = regie
        self.rang = rang
        self.jour = jour
        self.moment = moment
        self.par = par
        self._lignes = PersistentList(lignes)
        self.totaux = totaux
        self.compte = compte
        self.remarque = remarque

    @property
    def lignes(self) -> list[MouvementDuLivre]:
        return [MouvementDuLivre(*values) for values in self._lignes]

    @property
    def total(self) -> int:
        """Centimes that came in less those that went back; what was rounded is none."""
        return sum(total for source, _n, total in self.totaux if source != "arrondi")

    @property
    def attendu(self) -> int:
        """Centimes that should have come into the till."""
        return sum(total for source, _n, total in self.totaux if source == "especes")

    @property
    def ecart(self) -> int | None:
        """Centimes too many in the till, less than zero for too few."""
        return None if self.compte is None else self.compte - self.attendu


class Lot(Persistent):
    """A batch of movements for the accounting; ``numero`` is unique.

    Its content is fixed when it is made: asked for again it is the same, byte by byte.
    ``totaux`` are (source, count, centimes) in the order of its first lines, which are a
    record of their own: whoever looks at its head does not load them.
    """

    acquitte: datetime | None = None
    acquitte_par = ""
    reference = ""
    _totaux: tuple[tuple[str, int, int], ...] = ()

    def __init__(
        self,
        *,
        regie: str,
        rang: int,
        numero: str,
        moment: datetime,
        par: str,
        budget: str,
        compte_comptable: str,
        lignes: tuple[tuple, ...],
    ) -> None:
        self.regie = regie
        self.rang = rang
        self.numero = numero
        self.moment = moment
        self.par = par
        self.budget = budget
        self.compte_comptable = compte_comptable
        self._lignes = PersistentList(lignes)
        self._totaux = _totaux_de(lignes)

    @property
    def lignes(self) -> list[MouvementDuLivre]:
        return [MouvementDuLivre(*values) for values in self._lignes]

    @property
    def totaux(self) -> tuple[tuple[str, int, int], ...]:
        # Without them it is from before version 1001 of the profile.
        return self._totaux or _totaux_de(self._lignes)

    @property
    def total(self) -> int:
        """Centimes of all its lines."""
        return sum(total for _source, _nombre, total in self.totaux)

    def __len__(self) -> int:
        return sum(nombre for _source, nombre, _total in self.totaux)


def _totaux_de(lignes) -> tuple[tuple[str, int, int], ...]:
    nombre: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for values in lignes:
        ligne = MouvementDuLivre(*values)
        nombre[ligne.source] += 1
        total[ligne.source] += ligne.centimes
    return tuple((source, nombre[source], total[source]) for source in nombre)
