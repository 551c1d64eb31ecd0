"""What may lie in a cart, in pure Python."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from datetime import timedelta
from enum import Enum


class Refus(str, Enum):
    """Why an invoice cannot go into the cart."""

    #: It lies there already.
    DOUBLON = "doublon"
    #: What lies there is to be paid to another régie.
    REGIE = "regie"
    #: What lies there is being paid.
    EN_COURS = "en_cours"
    #: A payment of it is under way.
    VERROU = "verrou"
    PAYEE = "payee"
    #: Cancelled, or not to be paid online.
    IMPOSSIBLE = "impossible"
    #: No invoice of the caller's: he is told that there is none.
    INCONNUE = "inconnue"
    #: More than one payment can hold.
    PLEIN = "plein"


class PanierRefuse(ValueError):
    """The invoice does not go into the cart."""

    def __init__(self, refus: Refus) -> None:
        super().__init__(refus.value)
        self.refus = refus


#: What is to be paid first lies in the cart.
A_PAYER_D_ABORD = frozenset({Refus.DOUBLON, Refus.REGIE, Refus.EN_COURS})

#: Refused for the moment: kept for the payment after this one.
REPORTES = frozenset({Refus.REGIE, Refus.EN_COURS})


class Situation(str, Enum):
    """How an invoice that was put into a cart stands now."""

    PRETE = "prete"
    #: What is due of it is not what it was.
    CHANGEE = "changee"
    EN_PAIEMENT = "en_paiement"
    #: A payment of it is being looked into.
    A_VERIFIER = "a_verifier"
    PAYEE = "payee"
    ANNULEE = "annulee"
    #: Its régie takes nothing online any more.
    HORS_LIGNE = "hors_ligne"
    #: The compte does not see it any more.
    DISPARUE = "disparue"


#: It can be paid, at the amount that is due now.
PAYABLES = frozenset({Situation.PRETE, Situation.CHANGEE})


#: Invoices in one payment.
MAX_ARTICLES = 200

#: An idle cart is forgotten after so many hours.
HEURES = 24


@dataclass(frozen=True)
class ArticleDuPanier:
    """One invoice in a cart, in the version in which it was put there."""

    facture: str
    version: int


def abandonne(modifie: datetime | None, now: datetime) -> bool:
    """Whether nobody has touched a cart for too long; both moments are aware."""
    return modifie is None or now - modifie >= timedelta(hours=HEURES)


def prochaines(ensuite: list[tuple[str, str]]) -> tuple[list[str], str]:
    """Which of those that wait come into an empty cart, and their régie.

    ``ensuite`` are pairs of an invoice and its régie, in the order in which they were
    refused. One payment is for one régie: that of the first.
    """
    if not ensuite:
        return [], ""
    regie = ensuite[0][1]
    return [facture for facture, sienne in ensuite if sienne == regie][
        :MAX_ARTICLES
    ], regie
