"""Asks for all payments nobody has asked for, so that nothing that is lost stays lost."""

from __future__ import annotations

from carouge.guichet.paiement.content import Paiement
from carouge.guichet.paiement.content import Paiements
from carouge.guichet.paiement.depot import lire_paiements
from carouge.guichet.paiement.depot import maintenant
from carouge.guichet.paiement.depot import paiements_de
from carouge.guichet.paiement.depot import passerelle_de
from carouge.guichet.paiement.depot import regie_de
from carouge.guichet.paiement.depot import RegieSansPaiement
from carouge.guichet.paiement.domain import Etat
from carouge.guichet.paiement.domain import PasserelleIndisponible
from carouge.guichet.paiement.domain import PasserelleMuette
from carouge.guichet.paiement.mouvements import suivre
from carouge.guichet.paiement.observation import GRACE
from carouge.guichet.paiement.observation import suivre_etat
from carouge.guichet.paiement.remboursement import a_commander
from carouge.guichet.paiement.remboursement import en_route
from carouge.guichet.paiement.revue import bloques
from carouge.guichet.regie.service import RegieInconnue
from collections.abc import Callable
from datetime import datetime
from datetime import timedelta
from transaction.interfaces import TransientError

import logging


logger = logging.getLogger(__name__)

#: Between two questions at first, and at most.
_PAUSE = timedelta(minutes=2)
_MAX_PAUSE = timedelta(hours=1)

#: A provider that has not answered so often is not asked any more in the same round.
_SILENCES = 3

#: Payments that are over and are asked about in one round.
_MAX_SUIVIS = 200


def rapprocher(
    guichet,
    now: datetime | None = None,
    *,
    tout: bool = False,
    commit: Callable[[], None] | None = None,
    abort: Callable[[], None] | None = None,
) -> dict[str, int]:
    """Ask for all payments that are due to be asked for, end those that are dead.

    With ``tout`` all of them are due, as long as the provider may be asked. With
    ``commit`` each payment is a transaction of its own: what one has found is kept
    whatever happens to the next one, and somebody who writes meanwhile is met for one
    payment only; ``abort`` undoes one.

    Returns how many of what, for the log: ``demandes`` were asked for, ``changes`` have
    another state since, ``indisponibles`` have no answer, ``conflits`` were being
    written, ``a_verifier`` and ``bloques`` wait for a person.
    """
    moment = maintenant(now)
    comptes = dict.fromkeys(("demandes", "changes", "indisponibles", "conflits"), 0)
    muettes: dict[str, int] = {}
    for uid in _dus(lire_paiements(guichet), moment, tout):
        paiement = paiements_de(guichet).get(uid)
        if paiement is None or muettes.get(paiement.regie, 0) >= _SILENCES:
            continue
        code = paiement.regie
        try:
            avant = paiement.etat
            _mener(guichet, paiement, moment, comptes, muettes, tout, commit)
            comptes["changes"] += paiement.etat is not avant
        except TransientError:
            if abort is None:
                raise
            # Somebody has found out just now, or the next round will.
            abort()
            comptes["conflits"] += 1
        except Exception:
            # A gateway may fail in any way: the next payment has its turn.
            if abort is None:
                raise
            logger.exception("payment %s of %s", uid, code)
            abort()
            comptes["indisponibles"] += 1
    paiements = lire_paiements(guichet)
    comptes["a_verifier"] = len(paiements.a_verifier)
    comptes["bloques"] = len(bloques(guichet, moment))
    if comptes["bloques"]:
        logger.warning("%s payments have not ended for a day", comptes["bloques"])
    return comptes


def _dus(paiements: Paiements, moment: datetime, tout: bool) -> list[str]:
    """The uids of those to look at; the order is that of the set: it does not matter."""
    uids = dict.fromkeys((*paiements.vivants, *paiements.remboursements))
    heure = int(moment.timestamp()) // 3600
    suivis = [*(paiements.suivis if tout else paiements.suivis.keys(max=(heure, "g")))]
    for _heure, uid in suivis if tout else suivis[:_MAX_SUIVIS]:
        uids[uid] = None
    return [*uids]


def _mener(guichet, paiement: Paiement, moment, comptes, muettes, tout, commit) -> None:
    """Ask, and again while a refund has ended and another waits: each transaction orders
    one."""
    while True:
        attendent = len(a_commander(paiement))
        _demander(guichet, paiement, moment, comptes, muettes, tout)
        if commit is None:
            return
        commit()
        if not 0 < len(a_commander(paiement)) < attendent:
            return
        tout = True


def _demander(guichet, paiement: Paiement, moment, comptes, muettes, tout) -> None:
    if not _du(paiement, moment, tout):
        _suivi_suivant(guichet, paiement, moment)
        return
    avant = paiement.etat
    repondu = True
    if paiement.reference:
        comptes["demandes"] += 1
    try:
        suivre_etat(guichet, paiement, "rapprochement", moment)
        muettes[paiement.regie] = 0
    except PasserelleIndisponible as error:
        logger.warning("payment %s: provider unavailable: %s", paiement.uid, error)
        # One that tells where a payment stands and does not take an order is not silent:
        # the others are asked about.
        muette = isinstance(error, PasserelleMuette)
        muettes[paiement.regie] = muettes.get(paiement.regie, 0) + 1 if muette else 0
        comptes["indisponibles"] += 1
        repondu = False
    except (RegieInconnue, RegieSansPaiement) as error:
        logger.error("payment %s: no provider: %r", paiement.uid, error)
        comptes["indisponibles"] += 1
        _suivi_suivant(guichet, paiement, moment, repondu=False)
        return
    if paiement.etat is avant:
        _reporter(guichet, paiement, moment, repondu)


def _du(paiement: Paiement, moment: datetime, tout: bool) -> bool:
    """Whether the provider may be asked now, and there is something to ask."""
    if not paiement.reference:
        return paiement.etat is Etat.CREEE
    if paiement.etat is Etat.A_VERIFIER:
        return False
    try:
        passerelle = passerelle_de(regie_de(paiement.regie), paiement.passerelle)
    except (RegieInconnue, RegieSansPaiement):
        return True
    if passerelle.attente is None:
        # It is asked after a return or a notification only, and once at the end.
        fini = paiement.fin is None or moment > paiement.fin + GRACE
        ouvert = paiement.etat.vivante and fini
        if not (ouvert or paiement.etat is Etat.AUTORISEE or en_route(paiement)):
            return False
    if tout or _suivi_du(paiement, moment):
        return True
    # A refund that waits for a second person is nothing to ask for.
    if not paiement.etat.vivante and not en_route(paiement):
        return False
    return paiement.prochaine is None or paiement.prochaine <= moment


def _reporter(guichet, paiement: Paiement, moment: datetime, repondu: bool) -> None:
    """Ask again later, and each time a little later."""
    if not paiement.reference:
        return
    if paiement.etat.vivante or en_route(paiement):
        paiement.demandes_etat += 1
        pause = min(_PAUSE * 2 ** min(paiement.demandes_etat - 1, 10), _MAX_PAUSE)
        passerelle = passerelle_de(regie_de(paiement.regie), paiement.passerelle)
        paiement.prochaine = moment + max(
            pause, timedelta(seconds=passerelle.attente or 0)
        )
        # The moment at which it is dead is not slept through.
        if (
            paiement.etat.vivante
            and paiement.fin is not None
            and moment <= paiement.fin + GRACE
        ):
            fin = paiement.fin + GRACE + timedelta(seconds=1)
            paiement.prochaine = min(paiement.prochaine, fin)
    _suivi_suivant(guichet, paiement, moment, repondu)


def _suivi_du(paiement: Paiement, moment: datetime) -> bool:
    """It is over, and it is time to ask once more whether it really is."""
    return (
        not paiement.etat.vivante
        and paiement.suivi is not None
        and paiement.suivi * 3600 <= moment.timestamp()
    )


def _suivi_suivant(
    guichet, paiement: Paiement, moment: datetime, repondu: bool = True
) -> None:
    if not _suivi_du(paiement, moment):
        return
    if repondu:
        paiement.suivis += 1
        suivre(guichet, paiement, moment)
    else:
        # Only an answer counts: nothing is forgotten before the provider's last word.
        heure = int((moment + _MAX_PAUSE).timestamp()) // 3600
        paiements_de(guichet).suivre(paiement, heure)
