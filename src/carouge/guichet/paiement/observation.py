"""What the provider says, and what follows from it.

Functions that begin with ``demander_`` go over the network. All they do may be done
twice: orders have stable keys, and what was seen already changes nothing.
"""

from __future__ import annotations

from carouge.guichet.paiement.content import Paiement
from carouge.guichet.paiement.depart import SANS_DEPART
from carouge.guichet.paiement.depot import attendu
from carouge.guichet.paiement.depot import maintenant
from carouge.guichet.paiement.depot import passerelle_de
from carouge.guichet.paiement.depot import regie_de
from carouge.guichet.paiement.domain import concorde
from carouge.guichet.paiement.domain import Etat
from carouge.guichet.paiement.domain import Observation
from carouge.guichet.paiement.domain import PasserelleIndisponible
from carouge.guichet.paiement.domain import PasserelleMuette
from carouge.guichet.paiement.domain import PasserelleRefuse
from carouge.guichet.paiement.domain import ReferenceInconnue
from carouge.guichet.paiement.domain import Statut
from carouge.guichet.paiement.domain import suite
from carouge.guichet.paiement.mouvements import articles_de
from carouge.guichet.paiement.mouvements import encaisser_paiement
from carouge.guichet.paiement.mouvements import libres
from carouge.guichet.paiement.mouvements import passer
from carouge.guichet.paiement.remboursement import constater_renvois
from carouge.guichet.paiement.remboursement import demander_remboursements
from datetime import datetime
from datetime import timedelta

import logging


logger = logging.getLogger(__name__)

#: After the end of the payment page money may still be under way for so long.
GRACE = timedelta(minutes=10)

_ENCAISSABLES = (Etat.CAPTUREE, Etat.REMBOURSEE_EN_PARTIE)
_ARGENT = (Statut.CAPTUREE, Statut.REMBOURSEE)


def observer(
    guichet,
    paiement: Paiement,
    observation: Observation,
    cause: str,
    *,
    now: datetime | None = None,
) -> Paiement:
    """Follow what the provider says: state, ledger, locks, events. Idempotent."""
    moment = maintenant(now)
    avant = paiement.etat
    paiement.voir(observation, moment)
    if avant in _ENCAISSABLES and observation.statut in _ARGENT:
        # What goes back is counted, not concluded from a word.
        suivant = _apres_encaissement(guichet, paiement, observation, moment, cause)
    else:
        suivant = suite(
            avant,
            observation,
            ordre=attendu(paiement),
            libres=libres(guichet, paiement),
        )
    if suivant is Etat.CAPTUREE and any(
        facture is None for _article, facture in articles_de(guichet, paiement)
    ):
        suivant = Etat.A_VERIFIER
    if suivant in (avant, paiement.etat):
        return paiement
    if observation.moyen:
        paiement.moyen = observation.moyen

    def comptabiliser() -> None:
        if suivant is Etat.CAPTUREE:
            encaisser_paiement(guichet, paiement, paiement.total, moment)

    passer(
        guichet,
        paiement,
        suivant,
        moment,
        cause,
        observe=observation.brut,
        revue=_revue(paiement, avant, observation),
        comptabiliser=comptabiliser,
    )
    if suivant is Etat.CAPTUREE and observation.rembourse:
        constater_renvois(guichet, paiement, observation, moment, cause)
    return paiement


def demander_etat(
    guichet, paiement: Paiement, cause: str, *, now: datetime | None = None
) -> Paiement:
    """Ask the provider and follow what it says; a provider that is down changes nothing.

    What is authorised is taken as well, and what was decided to go back is ordered. When
    somebody comes back to a payment that is over, nobody is asked.
    """
    if cause == "retour" and not paiement.etat.vivante:
        return paiement
    try:
        suivre_etat(guichet, paiement, cause, maintenant(now))
    except PasserelleIndisponible as error:
        logger.warning("payment %s: provider unavailable: %s", paiement.uid, error)
    return paiement


def demander_annulation(
    guichet, paiement: Paiement, cause: str, *, now: datetime | None = None
) -> Paiement:
    """Give it up, if the provider agrees: ask ``paiement.etat`` what came of it.

    One that was not opened yet is over at once. One at which the provider does not agree
    stays: its money may come until its page has ended.

    :raises PasserelleIndisponible: nothing is known
    """
    moment = maintenant(now)
    if not paiement.reference:
        if paiement.etat is Etat.CREEE:
            passer(guichet, paiement, Etat.ANNULEE, moment, cause)
        return paiement
    if paiement.etat not in (Etat.EN_ATTENTE, Etat.AUTORISEE):
        return paiement
    regie = regie_de(paiement.regie)
    passerelle = passerelle_de(regie, paiement.passerelle)
    try:
        observation = passerelle.annuler(
            regie, paiement.reference, f"{paiement.uid}:annulation"
        )
    except PasserelleRefuse as error:
        logger.info("payment %s is not given up: %s", paiement.uid, error)
        suivre_etat(guichet, paiement, cause, moment)
    else:
        observer(guichet, paiement, observation, cause, now=moment)
    return paiement


def suivre_etat(guichet, paiement: Paiement, cause: str, moment: datetime) -> None:
    """Ask the provider about the payment and its refunds, and follow what it says.

    :raises PasserelleMuette: the provider has not answered at all
    :raises PasserelleIndisponible: what is known until then is kept
    """
    if not paiement.reference:
        _sans_depart(guichet, paiement, moment)
        return
    regie = regie_de(paiement.regie)
    passerelle = passerelle_de(regie, paiement.passerelle)
    try:
        observation = passerelle.consulter(regie, paiement.reference)
    except PasserelleIndisponible as error:
        raise PasserelleMuette(str(error)) from error
    except ReferenceInconnue as error:
        logger.error("payment %s is unknown there: %s", paiement.uid, error)
        if paiement.etat is Etat.EN_ATTENTE and _morte(paiement, moment):
            # It was known before: that nothing was taken is not certain.
            passer(guichet, paiement, Etat.A_VERIFIER, moment, cause, revue="inconnue")
        return
    except PasserelleRefuse as error:
        logger.error("payment %s: %s", paiement.uid, error)
        return
    if (
        observation.statut is Statut.AUTORISEE
        and paiement.etat.sans_argent
        and not libres(guichet, paiement)
    ):
        # Late, and paid otherwise: it is given back before anything is taken.
        observation = _annuler(regie, passerelle, paiement) or observation
    observer(guichet, paiement, observation, cause, now=moment)
    if paiement.etat is Etat.AUTORISEE:
        _conclure(guichet, regie, passerelle, paiement, cause, moment)
    if (
        paiement.etat is Etat.EN_ATTENTE
        and observation.statut is Statut.EN_ATTENTE
        and _morte(paiement, moment)
    ):
        passer(
            guichet,
            paiement,
            Etat.EXPIREE,
            moment,
            "delai",
            observe=observation.brut,
        )
    if (
        paiement.remboursements
        and paiement.etat in _ENCAISSABLES
        # What has gone back was counted: nothing that is done is ordered again.
        and _compte(paiement, observation)
    ):
        demander_remboursements(guichet, paiement, now=moment)


def _conclure(guichet, regie, passerelle, paiement, cause: str, moment) -> None:
    """Take what is authorised, or give it back when it is due no more."""
    if libres(guichet, paiement):
        if "capture_differee" not in passerelle.capacites:
            return
        try:
            observation = passerelle.capturer(
                regie, paiement.reference, paiement.total, f"{paiement.uid}:capture"
            )
        except PasserelleRefuse as error:
            # It may have been taken before: what counts is what it says now.
            logger.warning("capture of %s was refused: %s", paiement.uid, error)
            observation = _consulter(regie, passerelle, paiement)
    else:
        observation = _annuler(regie, passerelle, paiement) or _consulter(
            regie, passerelle, paiement
        )
    if observation is not None:
        observer(guichet, paiement, observation, cause, now=moment)


def _annuler(regie, passerelle, paiement: Paiement) -> Observation | None:
    try:
        return passerelle.annuler(
            regie, paiement.reference, f"{paiement.uid}:annulation"
        )
    except PasserelleRefuse as error:
        logger.warning("payment %s is not given back: %s", paiement.uid, error)
        return None


def _consulter(regie, passerelle, paiement: Paiement) -> Observation | None:
    try:
        return passerelle.consulter(regie, paiement.reference)
    except PasserelleRefuse as error:
        logger.error("payment %s: %s", paiement.uid, error)
        return None


def _sans_depart(guichet, paiement: Paiement, moment: datetime) -> None:
    """Nobody has the address of its page: no money can come."""
    if paiement.etat is Etat.CREEE and moment > paiement.cree + SANS_DEPART:
        passer(guichet, paiement, Etat.EXPIREE, moment, "delai")


def _morte(paiement: Paiement, moment: datetime) -> bool:
    return paiement.fin is None or moment > paiement.fin + GRACE


def _apres_encaissement(guichet, paiement, observation, moment, cause) -> Etat:
    """The state once all that went back is booked."""
    if _compte(paiement, observation):
        if constater_renvois(guichet, paiement, observation, moment, cause):
            return paiement.etat
    elif observation.statut is Statut.CAPTUREE:
        return paiement.etat
    return Etat.A_VERIFIER


def _compte(paiement: Paiement, observation: Observation) -> bool:
    """Whether what the provider says is about the money we know of."""
    return observation.statut in _ARGENT and (
        paiement.resolu or concorde(observation, attendu(paiement))
    )


def _revue(paiement: Paiement, avant: Etat, observation: Observation) -> str:
    """Why a person has to look, a word of paiement.labels.REVUES."""
    if avant.sans_argent:
        return "tardive"
    if avant in _ENCAISSABLES:
        return "reprise"
    if observation.statut is Statut.REMBOURSEE:
        return "renvoi"
    if not concorde(observation, attendu(paiement)):
        return "montant"
    return "facture"
