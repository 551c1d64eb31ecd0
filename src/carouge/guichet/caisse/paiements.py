"""Online payments at the desk: what a person decides about one."""

from __future__ import annotations

from carouge.guichet.caisse.content import deja_fait
from carouge.guichet.caisse.content import noter_ordre
from carouge.guichet.facture.content import Facture
from carouge.guichet.facture.service import get_facture
from carouge.guichet.journal.service import record
from carouge.guichet.paiement.content import Article
from carouge.guichet.paiement.content import Paiement
from carouge.guichet.paiement.content import Remboursement
from carouge.guichet.paiement.domain import DomainError
from carouge.guichet.paiement.domain import StatutRemboursement
from carouge.guichet.paiement.service import get_paiement
from carouge.guichet.paiement.service import lire_paiements
from carouge.guichet.paiement.service import rembourser
from carouge.guichet.swisstime import now
from collections.abc import Iterator

import hashlib


#: Payments in one list.
MOST = 100


class PaiementInconnu(LookupError):
    """There is no such payment."""


class PaiementChange(DomainError):
    """What was shown of the payment is not what it is any more."""


def ouvrir(guichet, uid: str) -> Paiement:
    """The payment of that uid; told to the journal.

    :raises PaiementInconnu: there is none
    """
    paiement = get_paiement(guichet, uid)
    if paiement is None:
        raise PaiementInconnu(uid)
    record("paiement.consulter", subject=paiement.uid)
    return paiement


def articles_de(guichet, paiement: Paiement) -> list[tuple[Article, Facture | None]]:
    """The invoices of a payment, as they were and as they are."""
    return [
        (article, get_facture(guichet, article.facture))
        for article in paiement.articles
    ]


def en_cours(guichet) -> list[Paiement]:
    """The payments under way, the newest first; at most :data:`MOST`."""
    paiements = lire_paiements(guichet)
    found = [paiements.get(uid) for uid in paiements.vivants]
    found.sort(key=lambda paiement: (paiement.cree, paiement.uid), reverse=True)
    return found[:MOST]


def remboursements_ouverts(guichet) -> Iterator[tuple[Paiement, Remboursement]]:
    """The refunds that are neither done nor refused."""
    paiements = lire_paiements(guichet)
    closed = (StatutRemboursement.FAIT.value, StatutRemboursement.REFUSE.value)
    for uid in paiements.remboursements:
        paiement = paiements.get(uid)
        for remboursement in paiement.remboursements:
            if remboursement.statut not in closed:
                yield paiement, remboursement


def a_approuver(guichet) -> int:
    """How many refunds wait for a second person."""
    wanted = StatutRemboursement.A_APPROUVER.value
    return sum(1 for _p, one in remboursements_ouverts(guichet) if one.statut == wanted)


def revision(paiement: Paiement) -> str:
    """What a page was made from: two that decide the same meet by it."""
    vu = (
        paiement.etat.value,
        *(f"{one.rang}:{one.statut}" for one in paiement.remboursements),
    )
    return hashlib.sha256("\n".join(vu).encode()).hexdigest()[:16]


def verifier_revision(paiement: Paiement, version: str) -> None:
    """
    :raises PaiementChange: the payment is not as it was shown
    """
    if version != revision(paiement):
        raise PaiementChange(paiement.uid)


def ordonner_remboursement(
    guichet,
    paiement: Paiement,
    centimes: int,
    raison: str,
    *,
    cle: str,
    par: str,
    version: str,
    factures: tuple[str, ...] = (),
) -> Remboursement:
    """Decide a refund; the same order from the same page is one refund.

    :raises PaiementChange: ``version`` is not its :func:`revision`: perhaps somebody
        else has ordered the same
    :raises carouge.guichet.paiement.domain.DomainError: see paiement.service.rembourser
    """
    made = deja_fait(guichet, par, cle)
    for remboursement in paiement.remboursements:
        if made == f"{paiement.uid}/{remboursement.rang}":
            return remboursement
    verifier_revision(paiement, version)
    remboursement = rembourser(
        guichet, paiement, centimes, raison, par, factures=factures
    )
    made = f"{paiement.uid}/{remboursement.rang}"
    noter_ordre(guichet, par, cle, made, now())
    return remboursement
