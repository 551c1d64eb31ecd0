"""Which debtor a citizen means, who has written down two numbers of a paper invoice.

Business applications may give the same number to two households, and to two invoices.
"""

from __future__ import annotations

from carouge.guichet.facture.content import Facture
from carouge.guichet.facture.service import lire_factures
from carouge.guichet.regie.service import espaces
from carouge.guichet.regie.service import regies
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from carouge.guichet.facture.rattachement import Rattachement


def factures_nommees(guichet, lien: Rattachement) -> list[Facture]:
    """The debtor's invoices the citizen may mean; none: the numbers do not fit.

    Several, when business applications give the same numbers. For the cashier's eyes
    only.
    """
    if not lien.facture:
        return []
    magasin = lire_factures(guichet)
    found = [magasin.par_numero(code, lien.facture) for code in regies()]
    return [
        facture
        for facture in found
        if facture is not None
        and facture.debiteur == lien.debiteur
        and lien.espace in ("", facture.espace)
    ]


def espace_de(guichet, lien: Rattachement) -> str:
    """Which business application's debtor it is; empty: the cashier has to say it."""
    if lien.espace:
        return lien.espace
    nommes = {facture.espace for facture in factures_nommees(guichet, lien)}
    return seul(nommes or {*espaces()})


def seul(noms: set[str]) -> str:
    """The only one of them; empty for several, and for none."""
    return next(iter(noms)) if len(noms) == 1 else ""
