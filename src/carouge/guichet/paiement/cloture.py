"""The settlement of a régie: what was booked, what should be in the till.

Every movement of the ledger, but those the business application has told of, is in exactly
one settlement: each one takes all that no earlier one has.
"""

from __future__ import annotations

from carouge.guichet.facture import service as factures
from carouge.guichet.facture.domain import Source
from carouge.guichet.journal.service import record
from carouge.guichet.paiement.depot import lire_paiements
from carouge.guichet.paiement.depot import maintenant
from carouge.guichet.paiement.depot import paiements_de
from carouge.guichet.paiement.domain import DomainError
from carouge.guichet.paiement.registres import Cloture
from carouge.guichet.paiement.registres import MouvementDuLivre
from carouge.guichet.swisstime import local_date
from collections.abc import Iterable
from dataclasses import astuple
from dataclasses import dataclass
from datetime import datetime


class RienACloturer(DomainError):
    """Nothing was booked since the last settlement."""


class LivresDivergents(DomainError):
    """The ledger of the invoices and the books of the payments do not agree."""


@dataclass(frozen=True)
class Bilan:
    """The movements of a régie, by source, in centimes.

    ``totaux`` are (source, count, centimes) in the order of
    :class:`~carouge.guichet.facture.domain.Source`. ``ecarts`` are the uids of payments
    of which the ledger and the payment itself say different amounts: none, always.
    """

    lignes: tuple[MouvementDuLivre, ...]
    totaux: tuple[tuple[str, int, int], ...]
    ecarts: tuple[str, ...] = ()

    @property
    def entrees(self) -> int:
        """Centimes that came in; what was rounded is no money."""
        return self._somme(lambda centimes: centimes > 0)

    @property
    def sorties(self) -> int:
        """Centimes that went back, less than zero."""
        return self._somme(lambda centimes: centimes < 0)

    @property
    def arrondi(self) -> int:
        return sum(total for source, _n, total in self.totaux if source == "arrondi")

    @property
    def total(self) -> int:
        """Centimes by which the balances of the invoices have gone down."""
        return self.entrees + self.sorties + self.arrondi

    @property
    def especes(self) -> int:
        """Centimes that should have come into the till."""
        return sum(total for source, _n, total in self.totaux if source == "especes")

    def _somme(self, sens) -> int:
        return sum(
            ligne.centimes
            for ligne in self.lignes
            if ligne.source != Source.ARRONDI.value and sens(ligne.centimes)
        )


def en_cours(guichet, regie: str) -> Bilan:
    """What the next settlement of a régie would hold."""
    return _bilan(guichet, cles_de(lire_paiements(guichet).a_cloturer, regie))


def cloturer(
    guichet,
    regie: str,
    par: str,
    *,
    compte: int | None = None,
    remarque: str = "",
    now: datetime | None = None,
) -> Cloture:
    """Settle what was booked since the last time; ``compte`` is what lay in the till.

    :raises RienACloturer: nothing was, and nothing was counted either
    :raises LivresDivergents: the books do not agree: nothing is settled
    :raises DomainError: something is too much or missing in the till, and no remark says
        why
    """
    paiements = paiements_de(guichet)
    cles = cles_de(paiements.a_cloturer, regie)
    bilan = _bilan(guichet, cles)
    if not cles and not compte:
        raise RienACloturer(regie)
    if bilan.ecarts:
        raise LivresDivergents(*bilan.ecarts)
    if compte is not None and compte != bilan.especes and not remarque.strip():
        raise DomainError("the till differs")
    moment = maintenant(now)
    rang = dernier_rang(paiements.clotures, regie) + 1
    cloture = Cloture(
        regie=regie,
        rang=rang,
        jour=local_date(moment),
        moment=moment,
        par=par,
        lignes=tuple(astuple(ligne) for ligne in bilan.lignes),
        totaux=bilan.totaux,
        compte=compte,
        remarque=remarque.strip(),
    )
    paiements.clotures[(regie, rang)] = cloture
    for cle in cles:
        paiements.a_cloturer.remove(cle)
    record("caisse.cloturer", subject=f"{regie}-{rang}", total=str(cloture.total))
    return cloture


def clotures_de(guichet, regie: str) -> list[Cloture]:
    """The settlements of a régie, the newest first."""
    found = lire_paiements(guichet).clotures.values((regie, 0), (regie, 10**9))
    return [*found][::-1]


def get_cloture(guichet, regie: str, rang: int) -> Cloture | None:
    return lire_paiements(guichet).clotures.get((regie, rang))


def dernier_rang(livre, regie: str) -> int:
    """The highest rank of a régie in a tree of (régie, rank); 0 when it has none."""
    try:
        return livre.maxKey((regie, 10**9))[1] if _a(livre, regie) else 0
    except ValueError:
        return 0


def lignes_de(guichet, cles: Iterable[tuple]) -> list[MouvementDuLivre]:
    """The lines of the books with these keys, in the order in which they were written."""
    magasin = factures.factures_de(guichet)
    lignes = []
    for cle in cles:
        regie, jour, source, id_externe = cle
        id, centimes, paiement, par = magasin.mouvement(cle)
        facture = magasin.get(id)
        moment = next(
            ecriture.moment
            for ecriture in facture.ecritures
            if (ecriture.source.value, ecriture.id_externe) == (source, id_externe)
        )
        lignes.append(
            MouvementDuLivre(
                regie=regie,
                jour=jour,
                source=source,
                id_externe=id_externe,
                facture=id,
                numero=facture.numero,
                centimes=centimes,
                moment=moment,
                paiement=paiement,
                par=par,
            )
        )
    lignes.sort(key=lambda ligne: (ligne.moment, ligne.source, ligne.id_externe))
    return lignes


def cles_de(ouvertes, regie: str) -> list[tuple]:
    """The keys of a régie in such a set, by day."""
    return [*ouvertes.keys((regie, ""), (regie, "\U0010ffff"))]


def _a(livre, regie: str) -> bool:
    return bool(livre.keys((regie, 0), (regie, 10**9)))


def _bilan(guichet, cles: list[tuple]) -> Bilan:
    lignes = tuple(lignes_de(guichet, cles))
    totaux = []
    for source in Source:
        centimes = [ligne.centimes for ligne in lignes if ligne.source == source.value]
        if centimes:
            totaux.append((source.value, len(centimes), sum(centimes)))
    return Bilan(lignes, tuple(totaux), _ecarts(guichet, lignes))


def _ecarts(guichet, lignes: tuple[MouvementDuLivre, ...]) -> tuple[str, ...]:
    """The payments whose own amounts are not those of the ledger."""
    paiements = lire_paiements(guichet)
    magasin = factures.factures_de(guichet)
    ecarts = []
    for uid in dict.fromkeys(ligne.paiement for ligne in lignes if ligne.paiement):
        paiement = paiements.get(uid)
        if paiement is None:
            ecarts.append(uid)
            continue
        montants = [
            ecriture.montant
            for facture in map(magasin.get, (a.facture for a in paiement.articles))
            if facture is not None
            for ecriture in facture.ecritures
            if ecriture.paiement == uid
        ]
        pris = sum(montant for montant in montants if montant > 0)
        rendu = -sum(montant for montant in montants if montant < 0)
        if (pris, rendu) != (paiement.encaisse, paiement.rendu):
            ecarts.append(uid)
    return tuple(ecarts)
