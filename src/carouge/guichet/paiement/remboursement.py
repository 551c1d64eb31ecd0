"""Money goes back: decided by one person or two, stored, then ordered.

Ordering is a step of its own, in a transaction that begins after the decision was
committed: its key is the rank of the refund within the payment, and a rank must not be
given twice because two decisions met.

A transaction orders one refund at most, and always the one that has waited longest since
it was decided. An order whose answer was lost, with the connection or with the
transaction, is therefore never behind one that was not given: how much the provider says
has gone back tells which ones were done.
"""

from __future__ import annotations

from carouge.guichet.annonces.service import annoncer
from carouge.guichet.paiement.content import Paiement
from carouge.guichet.paiement.content import Remboursement
from carouge.guichet.paiement.depot import maintenant
from carouge.guichet.paiement.depot import noter
from carouge.guichet.paiement.depot import paiements_de
from carouge.guichet.paiement.depot import passerelle_de
from carouge.guichet.paiement.depot import regie_de
from carouge.guichet.paiement.domain import DomainError
from carouge.guichet.paiement.domain import Etat
from carouge.guichet.paiement.domain import Observation
from carouge.guichet.paiement.domain import PasserelleIndisponible
from carouge.guichet.paiement.domain import PasserelleRefuse
from carouge.guichet.paiement.domain import ReferenceInconnue
from carouge.guichet.paiement.domain import RemboursementObserve
from carouge.guichet.paiement.domain import Statut
from carouge.guichet.paiement.domain import StatutRemboursement
from carouge.guichet.paiement.events import RemboursementFait
from carouge.guichet.paiement.mouvements import passer
from carouge.guichet.paiement.mouvements import rendre
from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter
from ZODB.utils import z64

import logging


logger = logging.getLogger(__name__)

#: Money went back without us: the reason that stands in the books.
CHEZ_LE_PRESTATAIRE = "prestataire"

_PARTIS = ("a_envoyer", "en_cours", "manuel")


class TropRembourse(DomainError):
    """More than what was taken and has not gone back."""


class MemePersonne(DomainError):
    """The second pair of eyes is that of somebody else."""


class RemboursementImpossible(DomainError):
    """The provider does not do that, or nothing was taken."""


def remboursable(paiement: Paiement) -> int:
    """Centimes that can still go back."""
    return max(0, paiement.encaisse - paiement.rembourse)


def en_route(paiement: Paiement) -> bool:
    """Whether something is to be ordered at the provider, or to be asked for."""
    return any(
        remboursement.statut in _PARTIS for remboursement in paiement.remboursements
    )


def a_commander(paiement: Paiement) -> list[Remboursement]:
    """What may be ordered, in the sequence in which it is.

    What was decided in this very transaction was not ordered by anybody yet, and is not.
    """
    return sorted(
        (
            remboursement
            for remboursement in paiement.remboursements
            if remboursement.statut == "a_envoyer" and _ecrit(remboursement)
        ),
        key=attrgetter("suite"),
    )


def rembourser(
    guichet,
    paiement: Paiement,
    centimes: int,
    raison: str,
    par: str,
    *,
    factures: Sequence[str] = (),
    now: datetime | None = None,
) -> Remboursement:
    """Decide a refund, whole or in part; the Remboursement.

    From the régie's threshold on it waits for :func:`approuver`; what has gone back of
    this payment before counts. It is ordered by the next
    :func:`~carouge.guichet.paiement.observation.demander_etat` that begins after the
    commit: of the page that is shown next, or of the task. ``factures`` are the ids of
    the invoices it is meant for.

    :raises TropRembourse: more than what was taken and has not gone back
    :raises RemboursementImpossible: nothing was taken, or the provider cannot
    """
    if paiement.etat not in (Etat.CAPTUREE, Etat.REMBOURSEE_EN_PARTIE):
        raise RemboursementImpossible(paiement.etat.value)
    if isinstance(centimes, bool) or not isinstance(centimes, int) or centimes <= 0:
        raise DomainError("amount")
    if centimes > remboursable(paiement):
        raise TropRembourse(str(centimes))
    regie = regie_de(paiement.regie)
    capacites = passerelle_de(regie, paiement.passerelle).capacites
    partiel = centimes < paiement.encaisse
    if "remboursement" not in capacites or (
        partiel and "remboursement_partiel" not in capacites
    ):
        raise RemboursementImpossible("provider")
    connues = {article.facture for article in paiement.articles}
    if not connues.issuperset(factures):
        raise DomainError("invoice")
    remboursement = _nouveau(paiement, centimes, raison, par, maintenant(now))
    remboursement.factures = tuple(factures)
    seuil = regie.quatre_yeux_des
    if seuil is None or paiement.rembourse < seuil:
        _envoyer(paiement, remboursement)
    paiements_de(guichet).ranger(paiement)
    noter(
        "rembourser",
        paiement,
        rang=str(remboursement.rang),
        centimes=str(centimes),
        statut=remboursement.statut,
    )
    return remboursement


def approuver(guichet, paiement: Paiement, rang: int, par: str) -> Remboursement:
    """The second pair of eyes agrees; it is ordered as after :func:`rembourser`.

    :raises MemePersonne: it is who has asked for it
    :raises DomainError: nothing waits
    """
    remboursement = _en_attente(paiement, rang)
    if not par or remboursement.par == par:
        raise MemePersonne(par)
    remboursement.approuve_par = par
    _envoyer(paiement, remboursement)
    noter("approuver", paiement, rang=str(rang))
    return remboursement


def refuser(guichet, paiement: Paiement, rang: int, par: str) -> Remboursement:
    """A person says no, be it who has asked for it.

    :raises DomainError: nothing waits
    """
    remboursement = _en_attente(paiement, rang)
    remboursement.refuse_par = par
    remboursement.statut = StatutRemboursement.REFUSE.value
    paiements_de(guichet).ranger(paiement)
    noter("refuser", paiement, rang=str(rang))
    return remboursement


def demander_remboursements(
    guichet, paiement: Paiement, *, now: datetime | None = None
) -> None:
    """Order what was decided, and ask for what was ordered.

    :raises PasserelleIndisponible: one of them is not known; ask again with the same key
    """
    regie = regie_de(paiement.regie)
    passerelle = passerelle_de(regie, paiement.passerelle)
    moment = maintenant(now)
    indisponible = None
    for remboursement in paiement.remboursements:
        if remboursement.statut not in _PARTIS or not remboursement.reference:
            continue
        try:
            observe = passerelle.consulter_remboursement(regie, remboursement.reference)
        except PasserelleIndisponible as error:
            indisponible = error
        except PasserelleRefuse as error:
            # Neither done nor refused: a person sees that it does not end.
            logger.warning("refund of %s: %s", paiement.uid, error)
        else:
            _suivre(guichet, paiement, remboursement, observe, moment)
    attendent = a_commander(paiement)
    if attendent:
        try:
            _commander(guichet, regie, passerelle, paiement, attendent[0], moment)
        except PasserelleIndisponible as error:
            indisponible = error
    if indisponible is not None:
        raise indisponible


def constater_renvois(
    guichet, paiement: Paiement, observation: Observation, moment: datetime, cause: str
) -> bool:
    """Follow what the provider says has gone back; False when it is more than was taken.

    It answers for orders whose own answer was lost: they are not given a second time,
    even when the provider has forgotten their keys. What is more than our own refunds was
    made without us: it is booked as well.
    """
    rendu = observation.rembourse
    if observation.statut is Statut.REMBOURSEE and not rendu:
        rendu = paiement.encaisse
    if rendu > paiement.encaisse:
        return False
    partis = [
        remboursement
        for remboursement in paiement.remboursements
        if remboursement.statut in ("en_cours", "manuel", "fait")
    ]
    reste = rendu - sum(remboursement.centimes for remboursement in partis)
    for remboursement in a_commander(paiement):
        if remboursement.centimes > reste:
            break
        reste -= remboursement.centimes
        _conclure(guichet, paiement, remboursement, "fait", moment, cause)
    if reste > 0:
        remboursement = _nouveau(paiement, reste, CHEZ_LE_PRESTATAIRE, "", moment)
        _conclure(guichet, paiement, remboursement, "fait", moment, cause)
        noter("renvoi", paiement, centimes=str(reste))
    return True


def apres_renvois(paiement: Paiement) -> Etat:
    """Where a payment stands by what has gone back of it."""
    rendu = sum(
        remboursement.centimes
        for remboursement in paiement.remboursements
        if remboursement.statut == "fait"
    )
    if rendu >= paiement.encaisse:
        return Etat.REMBOURSEE
    return Etat.REMBOURSEE_EN_PARTIE if rendu else Etat.CAPTUREE


def _nouveau(
    paiement: Paiement, centimes: int, raison: str, par: str, moment: datetime
) -> Remboursement:
    remboursement = Remboursement(
        rang=len(paiement.remboursements) + 1,
        centimes=centimes,
        raison=raison,
        par=par,
        moment=moment,
    )
    paiement.remboursements = (*paiement.remboursements, remboursement)
    return remboursement


def _envoyer(paiement: Paiement, remboursement: Remboursement) -> None:
    """It is decided: the next round orders it, however long others have not ended."""
    remboursement.statut = StatutRemboursement.A_ENVOYER.value
    remboursement.suite = 1 + max(autre.suite for autre in paiement.remboursements)
    paiement.prochaine = None
    paiement.demandes_etat = 0


def _en_attente(paiement: Paiement, rang: int) -> Remboursement:
    for remboursement in paiement.remboursements:
        if remboursement.rang == rang and remboursement.statut == "a_approuver":
            return remboursement
    raise DomainError(f"no refund {rang} waits")


def _commander(guichet, regie, passerelle, paiement, remboursement, moment) -> None:
    """Order it; what the provider does not know is neither done nor refused.

    :raises PasserelleIndisponible: what came of it is not known
    """
    try:
        observe = passerelle.rembourser(
            regie,
            paiement.reference,
            remboursement.centimes,
            f"{paiement.uid}:remboursement:{remboursement.rang}",
        )
    except ReferenceInconnue as error:
        logger.warning("refund of %s: %s", paiement.uid, error)
    except PasserelleRefuse as error:
        logger.warning("refund of %s was refused: %s", paiement.uid, error)
        _conclure(guichet, paiement, remboursement, "refuse", moment)
    else:
        _suivre(guichet, paiement, remboursement, observe, moment)
    if remboursement.statut != "a_envoyer":
        # The next one does not wait as long as this one may have.
        paiement.demandes_etat = 0


def _suivre(
    guichet,
    paiement: Paiement,
    remboursement: Remboursement,
    observe: RemboursementObserve,
    moment: datetime,
) -> None:
    """Follow what the provider says of one refund; another amount changes nothing."""
    if observe.centimes != remboursement.centimes:
        logger.error("refund of %s has another amount", paiement.uid)
        return
    remboursement.reference = remboursement.reference or observe.reference
    _conclure(guichet, paiement, remboursement, observe.statut.value, moment)


def _conclure(
    guichet,
    paiement: Paiement,
    remboursement: Remboursement,
    statut: str,
    moment: datetime,
    cause: str = "remboursement",
) -> None:
    if statut == remboursement.statut:
        return
    remboursement.statut = statut
    if statut == "fait":
        remboursement.fait = moment
        etat = apres_renvois(paiement)

        def comptabiliser() -> None:
            rendre(
                guichet,
                paiement,
                remboursement.centimes,
                str(remboursement.rang),
                moment,
                par=remboursement.par,
                prefere=remboursement.factures,
            )

        if etat is paiement.etat or paiement.etat is Etat.A_VERIFIER:
            comptabiliser()
        else:
            passer(guichet, paiement, etat, moment, cause, comptabiliser=comptabiliser)
    paiements_de(guichet).ranger(paiement)
    noter("remboursement", paiement, rang=str(remboursement.rang), statut=statut)
    if statut == "fait":
        annoncer(RemboursementFait(paiement, guichet, remboursement.rang))


def _ecrit(remboursement: Remboursement) -> bool:
    """It is stored as it is: no other decision can take its rank any more."""
    remboursement._p_activate()
    return (
        remboursement._p_jar is not None
        and remboursement._p_serial != z64
        and not remboursement._p_changed
    )
