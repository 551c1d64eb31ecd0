"""Reminds whoever has not paid, as often as the régie has said.

Only those are reminded who see the invoice online: all others get their letter from the
business application.
"""

from __future__ import annotations

from carouge.guichet import swisstime
from carouge.guichet.compte.content import Compte
from carouge.guichet.facture.content import Facture
from carouge.guichet.facture.domain import EtatFacture
from carouge.guichet.facture.events import FactureRappelee
from carouge.guichet.facture.regles import rappels_dus
from carouge.guichet.facture.service import a_des_factures
from carouge.guichet.facture.service import lire_factures
from carouge.guichet.facture.visibilite import comptes_de
from carouge.guichet.journal.service import record
from carouge.guichet.regie.domain import Regie
from carouge.guichet.regie.service import regies
from collections.abc import Iterator
from datetime import date
from datetime import datetime
from zope.event import notify


#: Reminders in one run; the next one has the rest.
MAX_PAR_FOIS = 500


def rappeler(guichet, moment: datetime) -> int:
    """Send the reminders that are due; how many invoices were reminded of."""
    if not a_des_factures(guichet):
        return 0
    jour = swisstime.local_date(moment)
    count = 0
    for regie in regies().values():
        for facture, dus in _en_retard(guichet, regie, jour):
            if count >= MAX_PAR_FOIS:
                return count
            comptes = comptes_de(guichet, facture, moment)
            if comptes:
                _rappeler(guichet, facture, comptes, dus, moment)
                count += 1
    return count


def _en_retard(guichet, regie: Regie, jour: date) -> Iterator[tuple[Facture, int]]:
    """The invoices of which more reminders are due than were sent, and how many are."""
    if not regie.rappels:
        return
    magasin = lire_factures(guichet)
    # The summaries are enough to pass by what is not due; no invoice is woken for it.
    late = [
        resume.id
        for resume in magasin.par_etat(regie.code, EtatFacture.OUVERTE)
        if rappels_dus(resume.echeance, jour, regie.rappels)
    ]
    for id in late:
        facture = magasin.get(id)
        dus = rappels_dus(facture.echeance, jour, regie.rappels)
        if facture.payable and dus > len(facture.rappels):
            yield facture, dus


def _rappeler(
    guichet, facture: Facture, comptes: list[Compte], dus: int, moment: datetime
) -> None:
    # What was missed, while nobody saw the invoice, is not sent all at once.
    manques = dus - len(facture.rappels)
    facture.rappels = (*facture.rappels, *[moment] * manques)
    record("facture.rappeler", subject=facture.id, rang=str(dus))
    notify(FactureRappelee(facture, guichet, comptes, dus))
