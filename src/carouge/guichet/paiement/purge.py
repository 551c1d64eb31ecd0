"""What is let go after a time: payments nothing came of, and the names of payers.

Nothing with money ever goes: not what was taken, not what was given back, not what was
only seen, not what somebody has decided about.
"""

from __future__ import annotations

from carouge.guichet.facture.service import get_facture
from carouge.guichet.paiement.content import Paiement
from carouge.guichet.paiement.depot import lire_paiements
from carouge.guichet.paiement.depot import noter
from carouge.guichet.paiement.depot import paiements_de
from carouge.guichet.paiement.domain import Etat
from carouge.guichet.paiement.domain import oubliable
from carouge.guichet.paiement.domain import Statut
from carouge.guichet.swisstime import local_date
from datetime import datetime
from datetime import timedelta
from itertools import islice


#: In one run; the next one goes on.
MOST = 500


def purger_abandonnes(guichet, moment: datetime, jours: int) -> int:
    """Forget the payments that were over ``jours`` days ago without any money; how
    many. 0 days: none ever.
    """
    oublies = 0
    avant = lire_paiements(guichet).purge_jusque
    anciens = _anciens(lire_paiements(guichet).termines, moment, jours, avant)
    for _jour, uid in anciens:
        paiements = paiements_de(guichet)
        paiement = paiements.get(uid)
        if _sans_suite(guichet, paiement):
            noter("oublier", paiement)
            paiements.oublier(paiement)
            oublies += 1
        elif not _reviendra(paiement):
            # It stays for good: nobody need look at it again.
            paiements.garder(paiement)
    jusque = anciens[-1] if len(anciens) == MOST else None
    if jusque != avant:
        paiements_de(guichet).purge_jusque = jusque
    return oublies


def purger_payeurs(guichet, moment: datetime, jours: int) -> int:
    """Forget who has paid by bank, of the movements that were treated ``jours`` days ago;
    how many. 0 days: none ever.
    """
    anciens = _anciens(lire_paiements(guichet).payeurs_connus, moment, jours)
    for jour, cle in anciens:
        paiements = paiements_de(guichet)
        paiements.a_traiter[cle].oublier_payeur()
        paiements.payeurs_connus.remove((jour, cle))
    return len(anciens)


def _anciens(cles, moment: datetime, jours: int, apres=None) -> list[tuple]:
    if not jours:
        return []
    limite = (local_date(moment) - timedelta(days=jours)).isoformat()
    # There may be many that stay for a time: the next run begins behind them.
    found = cles.keys(min=apres, max=(limite,), excludemin=apres is not None)
    return [*islice(found, MOST)]


def _sans_suite(guichet, paiement: Paiement) -> bool:
    passages = [Etat(etape.apres) for etape in paiement.historique]
    vu = Statut(paiement.vu.statut) if paiement.vu is not None else None
    verrou = any(
        facture is not None and facture.verrou == paiement.uid
        for facture in (get_facture(guichet, one.facture) for one in paiement.articles)
    )
    return (
        oubliable(paiement.etat, passages, vu)
        and not (paiement.encaisse or paiement.remboursements or paiement.repris)
        and not (paiement.clos_par or paiement.resolu or verrou)
        and not _reviendra(paiement)
    )


def _reviendra(paiement: Paiement) -> bool:
    """The provider is asked about it once more."""
    return paiement.suivi is not None
