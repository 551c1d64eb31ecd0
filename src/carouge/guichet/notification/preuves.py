"""What proves that the transaction in which a message was written was committed.

A message leaves after the commit. A process that is killed in between leaves a draft
behind, and so does one whose database breaks down while it writes. The draft of a message
about a demande, a payment or an invoice names a moment that the same transaction writes
into the history of that object: who finds it there lets the message leave.
"""

from __future__ import annotations

from carouge.guichet import swisstime
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.envois import envois
from carouge.guichet.demande.queries import get_demande
from carouge.guichet.demande.service import history
from carouge.guichet.demarche.service import guichet_of
from carouge.guichet.facture.content import Facture
from carouge.guichet.facture.service import get_facture
from carouge.guichet.interfaces import INotificationChannel
from carouge.guichet.paiement.content import Paiement
from carouge.guichet.paiement.service import get_paiement
from collections.abc import Iterable
from collections.abc import Iterator
from datetime import datetime
from datetime import timedelta
from functools import partial
from zope.component import getUtilitiesFor

import logging


logger = logging.getLogger("carouge.guichet.notification")

#: A moment may be rounded a little when it is stored.
ARRONDI = timedelta(milliseconds=1)
#: A transaction takes less than that from what it writes to the messages about it.
FRAICHEUR = timedelta(seconds=60)


def preuve_de_demande(demande: Demande, moment: datetime | None = None) -> str:
    """The proof of a message about a demande; ``moment`` (aware) is what the
    transaction writes into it, without it the line of its history of this moment."""
    moment = moment or _de_maintenant(_moments_de_demande(demande))
    return _ecrire("demande", guichet_of(demande), demande.numero, moment)


def preuve_de_paiement(guichet, paiement: Paiement) -> str:
    """The proof of a message about a payment: what happens to it at this moment."""
    moment = _de_maintenant(_moments_de_paiement(paiement))
    return _ecrire("paiement", guichet, paiement.uid, moment)


def preuve_de_facture(guichet, facture: Facture) -> str:
    """The proof of a message about money that comes for an invoice at this moment."""
    moment = _de_maintenant(_moments_de_facture(facture))
    return _ecrire("facture", guichet, facture.id, moment)


def tenue(guichet, preuve: str) -> bool:
    """Whether the database of ``guichet`` holds what a proof names.

    False also for the proofs of other guichets, and for what is none.
    """
    try:
        genre, uid, id, text = preuve.split(" ")
        moment = datetime.fromisoformat(text)
        trouver, moments = _GENRES[genre]
    except (KeyError, ValueError):
        return False
    if uid != guichet.UID() or moment.tzinfo is None:
        return False
    found = trouver(guichet, id)
    return found is not None and any(
        abs(one - moment) <= ARRONDI for one in moments(found)
    )


def reprendre_les_messages(guichet) -> int:
    """Let the messages about a guichet leave that were committed and not handed over.

    Each machine has its own. Returns how many there were.
    """
    total = 0
    for name, channel in sorted(getUtilitiesFor(INotificationChannel)):
        count = channel.reprendre(partial(tenue, guichet))
        if count:
            logger.warning(
                "%s: %s message(s) of a killed process taken up", name, count
            )
        total += count
    return total


def _de_maintenant(moments: Iterable[datetime]) -> datetime | None:
    """The one this transaction has written, which need not be the latest: a clock may
    have been put back. None when it has written none: then nothing is proved."""
    maintenant = swisstime.now()
    ecarts = {abs(moment - maintenant): moment for moment in moments}
    ecart = min(ecarts, default=None)
    return None if ecart is None or ecart > FRAICHEUR else ecarts[ecart]


def _ecrire(genre: str, guichet, id: str, moment: datetime | None) -> str:
    if moment is None:
        return ""
    return f"{genre} {guichet.UID()} {id} {moment.isoformat()}"


def _moments_de_demande(demande: Demande) -> Iterator[datetime]:
    yield demande.depot
    for step in history(demande):
        yield step.time
    for one in envois(demande):
        yield one.date
    dossier = demande.dossier
    for evenement in dossier.evenements:
        yield evenement.date
    for message in dossier.messages:
        yield message.date


def _moments_de_paiement(paiement: Paiement) -> Iterator[datetime]:
    yield paiement.cree
    for etape in paiement.historique:
        yield etape.moment
    for remboursement in paiement.remboursements:
        yield remboursement.moment
        if remboursement.fait is not None:
            yield remboursement.fait


def _moments_de_facture(facture: Facture) -> Iterator[datetime]:
    for ecriture in facture.ecritures:
        yield ecriture.moment


_GENRES = {
    "demande": (get_demande, _moments_de_demande),
    "paiement": (get_paiement, _moments_de_paiement),
    "facture": (get_facture, _moments_de_facture),
}
