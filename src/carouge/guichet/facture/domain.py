"""What an invoice is and where it stands, in pure Python."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from datetime import datetime
from enum import Enum


class DomainError(ValueError):
    """A rule of the invoices was broken; the text is for the log, not for the screen."""


class Verrouillee(DomainError):
    """A payment of this invoice is under way."""


class EcritureDouble(DomainError):
    """This movement of money is in the books already."""


class EtatFacture(str, Enum):
    """Where an invoice stands. It follows from the ledger, the lock and the cancellation."""

    OUVERTE = "ouverte"
    EN_PAIEMENT = "en_paiement"
    PAYEE = "payee"
    ANNULEE = "annulee"
    #: More money came than is due: the cashier gives it back.
    SURPAYEE = "surpayee"
    #: A payment is being looked into; nobody may pay once more meanwhile.
    A_VERIFIER = "a_verifier"


class Source(str, Enum):
    """Where a movement of money comes from."""

    CARTE = "carte"
    TWINT = "twint"
    #: A credit on the régie's bank account (camt.053, camt.054).
    VIREMENT = "camt"
    #: The business application that has issued the invoice.
    ERP = "erp"
    ESPECES = "especes"
    #: The card terminal at the counter.
    TERMINAL = "terminal"
    REMBOURSEMENT = "remboursement"
    #: What cash rounds away or adds, so that the books agree.
    ARRONDI = "arrondi"


@dataclass(frozen=True)
class Ligne:
    """One line of an invoice; ``montant`` in centimes, less than zero for a reduction."""

    libelle: str
    montant: int


@dataclass(frozen=True)
class Changement:
    """What the business application has changed of an invoice that was still open.

    ``champ`` is the name of the field, ``avant`` and ``apres`` are texts (an amount as
    ``187.35``, a day as ``2026-11-30``), ``par`` a user id, empty for the counter itself.
    """

    moment: datetime
    champ: str
    avant: str
    apres: str
    par: str = ""


@dataclass(frozen=True)
class Ecriture:
    """One movement of money on an invoice; nothing in the ledger is ever changed.

    ``montant`` in centimes, less than zero for money that goes back. ``id_externe`` is
    the other side's name for it, unique for a régie and a source. ``moment`` is aware, in
    UTC; ``paiement`` is the uid of our payment, empty without one, ``par`` the user id of
    the cashier, empty for the counter itself.
    """

    source: Source
    id_externe: str
    montant: int
    moment: datetime
    paiement: str = ""
    par: str = ""


@dataclass(frozen=True)
class Resume:
    """What a list shows of an invoice; amounts in centimes, days in Geneva."""

    id: str
    regie: str
    numero: str
    debiteur: str
    demande: str
    domaine: str
    libelle: str
    emise_le: date
    echeance: date
    montant: int
    solde: int
    etat: EtatFacture
    payee_le: date | None
    reference_qr: str


def etat_de(
    *, montant: int, recu: int, annulee: bool, verrou: str, en_revue: bool
) -> EtatFacture:
    """The state of an invoice of ``montant`` on which ``recu`` came in (centimes)."""
    du = 0 if annulee else montant
    if recu > du:
        return EtatFacture.SURPAYEE
    if en_revue:
        return EtatFacture.A_VERIFIER
    if annulee:
        return EtatFacture.ANNULEE
    if recu == du:
        return EtatFacture.PAYEE
    return EtatFacture.EN_PAIEMENT if verrou else EtatFacture.OUVERTE
