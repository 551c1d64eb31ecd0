"""A provider tells that something has happened to a payment."""

from __future__ import annotations

from carouge.guichet.paiement.depot import lire_paiements
from carouge.guichet.paiement.depot import maintenant
from carouge.guichet.paiement.depot import passerelle_de
from carouge.guichet.paiement.depot import regie_de
from carouge.guichet.paiement.inconnus import demander_inconnu
from carouge.guichet.paiement.inconnus import Verdict
from carouge.guichet.paiement.observation import suivre_etat
from datetime import datetime


_MAX_EVENEMENTS = 50

#: See paiement.labels.CAUSES.
_CAUSE = "notification"

_SANS_NOUS = (Verdict.SANS_ARGENT, Verdict.AILLEURS, Verdict.ETRANGER)


def recevoir_notification(
    guichet, regie: str, headers, corps: bytes, *, now: datetime | None = None
) -> bool:
    """A notification has come; whether it was about a payment of ours, or about money of
    which nothing is known here.

    It only says where to look: what follows is what the provider says when it is asked.

    :raises RegieInconnue: there is no such régie
    :raises RegieSansPaiement: it has no provider
    :raises NotificationInvalide: it proves nothing
    :raises PasserelleIndisponible: the provider cannot be asked now; it shall try again
    """
    de = regie_de(regie)
    passerelle = passerelle_de(de)
    notification = passerelle.lire_notification(de, headers, corps)
    moment = maintenant(now)
    paiement = lire_paiements(guichet).par_reference(
        de.code, de.passerelle, notification.reference
    )
    if paiement is None:
        verdict = demander_inconnu(guichet, de, notification.reference, _CAUSE, moment)
        return verdict not in _SANS_NOUS
    evenement = notification.evenement
    connu = bool(evenement) and evenement in paiement.evenements
    if connu and not paiement.etat.vivante:
        return True
    suivre_etat(guichet, paiement, _CAUSE, moment)
    if evenement and not connu:
        paiement.evenements = (*paiement.evenements, evenement)[-_MAX_EVENEMENTS:]
    return True
