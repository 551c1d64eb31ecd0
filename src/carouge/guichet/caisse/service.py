"""What is done at the desk of the cashier with one invoice."""

from __future__ import annotations

from carouge.guichet.facture.content import Facture
from carouge.guichet.facture.domain import Source
from carouge.guichet.facture.domain import Verrouillee
from carouge.guichet.facture.service import annuler
from carouge.guichet.facture.service import get_facture
from carouge.guichet.facture.service import lire_factures
from carouge.guichet.journal.service import record
from carouge.guichet.money import round_cash
from carouge.guichet.paiement.service import encaisser
from carouge.guichet.swisstime import local_date
from carouge.guichet.swisstime import now

import hashlib


class FactureInconnue(LookupError):
    """There is no such invoice."""


class Perimee(Exception):
    """The invoice has changed since the page was made; nothing was written."""


class TropRecu(ValueError):
    """More than what is due."""


class PasEnPieces(ValueError):
    """No such amount can be paid in coins: it ends neither with 0 nor with 5."""


class DejaPrise(ValueError):
    """The receipt of the terminal is booked already, on the invoice ``facture`` (id)."""

    def __init__(self, facture: str) -> None:
        super().__init__(facture)
        self.facture = facture


def ouvrir(guichet, id: str) -> Facture:
    """The invoice of that id; told to the journal.

    :raises FactureInconnue: there is none
    """
    facture = get_facture(guichet, id)
    if facture is None:
        raise FactureInconnue(id)
    record("facture.consulter", subject=facture.id)
    return facture


def revision(facture: Facture) -> str:
    """What a page says of the state it has shown; another one after each change."""
    values = (
        facture.version,
        len(facture.ecritures),
        facture.verrou,
        facture.en_revue,
        facture.annulee is not None,
    )
    return hashlib.sha256(repr(values).encode()).hexdigest()[:16]


def especes_dues(facture: Facture) -> int:
    """What is paid in coins, in centimes: the balance to the nearest 5."""
    return round_cash(max(0, facture.solde))


def encaisser_especes(
    guichet, facture: Facture, centimes: int, *, cle: str, version: str, par: str
) -> bool:
    """Take cash; whether it was booked now, and not by the same order before.

    ``cle`` is what the page of the order has once. All that is due is the rounded
    balance: the rounding is booked as well. Less than that is a part payment.

    :raises PasEnPieces: see there
    :raises TropRecu: give change first
    :raises Perimee: see there
    :raises Verrouillee: a payment of it is under way
    """
    id_externe = f"caisse:{cle}:{centimes}"
    if _connue(guichet, facture, Source.ESPECES, id_externe, centimes):
        return False
    _a_jour(facture, version)
    if centimes % 5:
        raise PasEnPieces(centimes)
    if centimes > especes_dues(facture):
        raise TropRecu(centimes)
    encaisser(
        guichet,
        facture,
        centimes,
        Source.ESPECES,
        id_externe,
        par=par,
    )
    return True


def encaisser_terminal(
    guichet, facture: Facture, centimes: int, *, recu: str, version: str, par: str
) -> bool:
    """Take a card at the terminal of the counter; whether it was booked now.

    ``recu`` is the number on the terminal's receipt: no receipt is booked twice on one
    day.

    :raises DejaPrise: on another invoice, or with another amount
    :raises TropRecu: see there
    :raises Perimee: see there
    :raises Verrouillee: a payment of it is under way
    """
    moment = now()
    id_externe = f"{local_date(moment).isoformat()}/{recu}"
    if _connue(guichet, facture, Source.TERMINAL, id_externe, centimes):
        return False
    _a_jour(facture, version)
    if centimes > facture.solde:
        raise TropRecu(centimes)
    encaisser(
        guichet,
        facture,
        centimes,
        Source.TERMINAL,
        id_externe,
        par=par,
        moment=moment,
    )
    return True


def annuler_facture(
    guichet, facture: Facture, *, raison: str, version: str, par: str
) -> bool:
    """Nothing is due any more; whether it was cancelled now.

    :raises Perimee: see there
    :raises Verrouillee: a payment of it is under way
    """
    if facture.annulee is not None:
        if (facture.annulee_par, facture.annulee_raison) == (par, raison):
            return False
        raise Perimee(facture.id)
    _a_jour(facture, version)
    annuler(guichet, facture, raison, par)
    return True


def _connue(
    guichet, facture: Facture, source: Source, id_externe: str, centimes: int
) -> bool:
    """Whether this very movement is booked already.

    :raises DejaPrise: on another invoice, or with another amount
    """
    booked = lire_factures(guichet).connait(facture.regie, source.value, id_externe)
    if booked is None:
        return False
    same = any(
        (one.source, one.id_externe, one.montant) == (source, id_externe, centimes)
        for one in facture.ecritures
    )
    if not same:
        raise DejaPrise(booked)
    return True


def _a_jour(facture: Facture, version: str) -> None:
    if facture.verrou:
        raise Verrouillee(facture.id)
    if version != revision(facture):
        raise Perimee(facture.id)
