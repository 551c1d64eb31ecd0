"""Where a payment stands and what follows from what the provider says; pure Python.

What moves a payment is always an *observed* state, which the provider gave when it was
asked: never the text of a notification or of an address in the browser.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class DomainError(ValueError):
    """A rule of the payments was broken; the text is for the log, not for the screen."""


class PasserelleIndisponible(Exception):
    """Nothing is known of what the provider did: ask again later, with the same key."""


class PasserelleMuette(PasserelleIndisponible):
    """The provider does not even say where a payment stands."""


class PasserelleRefuse(Exception):
    """The provider refuses for good; the text is for the log, without data."""


class ReferenceInconnue(PasserelleRefuse):
    """The provider knows no such payment."""


class DejaTermine(DomainError):
    """The payment is over: there is nothing to open any more."""


class NotificationInvalide(ValueError):
    """The notification does not prove where it comes from."""


class Etat(str, Enum):
    """Where a payment stands."""

    CREEE = "creee"
    EN_ATTENTE = "en_attente"
    AUTORISEE = "autorisee"
    CAPTUREE = "capturee"
    REMBOURSEE_EN_PARTIE = "remboursee_en_partie"
    REMBOURSEE = "remboursee"
    ECHOUEE = "echouee"
    ANNULEE = "annulee"
    EXPIREE = "expiree"
    #: Neither paid nor unpaid: only a person leaves it.
    A_VERIFIER = "a_verifier"

    @property
    def vivante(self) -> bool:
        """The invoices stay locked: money may come, or is being looked for."""
        return self in VIVANTES

    @property
    def sans_argent(self) -> bool:
        """It is over and nothing was taken."""
        return self in SANS_ARGENT


VIVANTES = frozenset({Etat.CREEE, Etat.EN_ATTENTE, Etat.AUTORISEE, Etat.A_VERIFIER})
SANS_ARGENT = frozenset({Etat.ECHOUEE, Etat.ANNULEE, Etat.EXPIREE})
#: What a payment has been through of which no money was ever seen, and that nobody had to
#: look into.
_SANS_TRACE = frozenset({Etat.CREEE, Etat.EN_ATTENTE, *SANS_ARGENT})
ENCAISSEES = frozenset({Etat.CAPTUREE, Etat.REMBOURSEE_EN_PARTIE, Etat.REMBOURSEE})


class Statut(str, Enum):
    """What a provider says of a payment, in our words."""

    EN_ATTENTE = "en_attente"
    AUTORISEE = "autorisee"
    CAPTUREE = "capturee"
    ECHOUEE = "echouee"
    ANNULEE = "annulee"
    EXPIREE = "expiree"
    REMBOURSEE = "remboursee"
    #: A word we do not know: nothing follows from it.
    INCONNU = "inconnu"


@dataclass(frozen=True)
class Ordre:
    """What the provider is asked to collect.

    ``uid`` is our name for the payment and its merchant reference. ``centimes`` and
    ``devise`` are those of the snapshot; ``retour`` and ``notification`` are addresses
    of ours, ``langue`` an ISO 639-1 code, ``libelle`` what the payer reads.
    """

    uid: str
    centimes: int
    devise: str
    libelle: str
    retour: str
    notification: str
    langue: str = "fr"


@dataclass(frozen=True)
class Ouverture:
    """An opened payment: where the browser goes, and until when (aware)."""

    reference: str
    adresse: str
    fin: datetime


@dataclass(frozen=True)
class Notification:
    """What a proved notification is about; it says nothing of the state.

    ``evenement`` is the provider's id of this event, empty when it has none.
    """

    reference: str
    evenement: str
    moment: datetime | None = None


@dataclass(frozen=True)
class Observation:
    """What the provider says of a payment when it is asked.

    ``marchand`` is the merchant reference it has (our uid), ``rembourse`` what has gone
    back altogether, ``moyen`` the means of payment (``VIS``, ``TWI``), ``brut`` its own
    word for the state.
    """

    statut: Statut
    centimes: int
    devise: str
    marchand: str
    moyen: str = ""
    brut: str = ""
    rembourse: int = 0


class ListeIllisible(ValueError):
    """It is no list of transactions of this provider; the text says what is missing, in
    French."""


@dataclass(frozen=True)
class LigneDuPrestataire:
    """One transaction in the list a provider exports.

    ``marchand`` is the merchant reference it has (our uid, if it is one of ours);
    ``renvoi``: money that went back to the payer.
    """

    reference: str
    marchand: str
    centimes: int
    devise: str
    statut: Statut
    renvoi: bool = False


class StatutRemboursement(str, Enum):
    """What became of a refund. The first two are ours, no provider says them."""

    #: A second person has to agree.
    A_APPROUVER = "a_approuver"
    #: Decided and stored, not yet ordered.
    A_ENVOYER = "a_envoyer"
    EN_COURS = "en_cours"
    FAIT = "fait"
    REFUSE = "refuse"
    #: The provider's own staff decides.
    MANUEL = "manuel"


@dataclass(frozen=True)
class RemboursementObserve:
    """A refund at the provider."""

    reference: str
    statut: StatutRemboursement
    centimes: int


# What is observed, by state; a pair that is missing changes nothing.
_SUITES: dict[Etat, dict[Statut, Etat]] = {
    Etat.CREEE: {
        Statut.EN_ATTENTE: Etat.EN_ATTENTE,
        Statut.AUTORISEE: Etat.AUTORISEE,
        Statut.CAPTUREE: Etat.CAPTUREE,
        Statut.ECHOUEE: Etat.ECHOUEE,
        Statut.ANNULEE: Etat.ANNULEE,
        Statut.EXPIREE: Etat.EXPIREE,
        Statut.REMBOURSEE: Etat.A_VERIFIER,
    },
    Etat.AUTORISEE: {
        Statut.CAPTUREE: Etat.CAPTUREE,
        Statut.ECHOUEE: Etat.ECHOUEE,
        Statut.ANNULEE: Etat.ANNULEE,
        Statut.EXPIREE: Etat.EXPIREE,
        Statut.REMBOURSEE: Etat.A_VERIFIER,
    },
    Etat.CAPTUREE: {
        Statut.ECHOUEE: Etat.A_VERIFIER,
        Statut.ANNULEE: Etat.A_VERIFIER,
        Statut.REMBOURSEE: Etat.REMBOURSEE,
    },
    Etat.REMBOURSEE_EN_PARTIE: {
        Statut.ECHOUEE: Etat.A_VERIFIER,
        Statut.ANNULEE: Etat.A_VERIFIER,
        Statut.REMBOURSEE: Etat.REMBOURSEE,
    },
    Etat.REMBOURSEE: {},
    Etat.A_VERIFIER: {},
}
_SUITES[Etat.EN_ATTENTE] = _SUITES[Etat.CREEE]
# Money that comes late: it counts when the invoices are still to be paid by nobody else.
_TARDIVES: dict[Statut, Etat] = {
    Statut.AUTORISEE: Etat.AUTORISEE,
    Statut.CAPTUREE: Etat.CAPTUREE,
}


def suite(etat: Etat, observe: Observation, *, ordre: Ordre, libres: bool) -> Etat:
    """The state that follows when ``observe`` is what the provider says now.

    ``libres``: every invoice of the payment is open and no other payment has it. Money
    that differs from the order in amount, currency or merchant reference is looked into
    by a person, never booked.
    """
    statut = observe.statut
    if etat in SANS_ARGENT:
        if statut is Statut.REMBOURSEE:
            return Etat.A_VERIFIER
        if statut not in _TARDIVES:
            return etat
        suivant = _TARDIVES[statut] if libres else Etat.A_VERIFIER
    else:
        suivant = _SUITES[etat].get(statut, etat)
    argent = suivant in (Etat.AUTORISEE, *ENCAISSEES) and suivant is not etat
    return Etat.A_VERIFIER if argent and not concorde(observe, ordre) else suivant


def oubliable(etat: Etat, passages: Iterable[Etat], vu: Statut | None) -> bool:
    """Whether a payment may be forgotten some day: it is over, it has only been through
    ``passages`` without money, and the provider has never spoken of any (``vu`` is what
    it said last, None for nothing).
    """
    muet = vu in (None, Statut.EN_ATTENTE, Statut.INCONNU)
    sans = muet or vu in (Statut.ECHOUEE, Statut.ANNULEE, Statut.EXPIREE)
    return etat.sans_argent and sans and _SANS_TRACE.issuperset(passages)


def concorde(observe: Observation, ordre: Ordre) -> bool:
    """The provider speaks of what it was asked for: amount, currency, reference."""
    return (observe.centimes, observe.devise, observe.marchand) == (
        ordre.centimes,
        ordre.devise,
        ordre.uid,
    )
