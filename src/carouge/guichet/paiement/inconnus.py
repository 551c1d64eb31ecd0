"""Transactions at the provider whose reference no payment here has: those of the hours a
backup lacks that was put back."""

from __future__ import annotations

from carouge.guichet.facture.domain import Source
from carouge.guichet.paiement.camt import Mouvement
from carouge.guichet.paiement.content import Paiement
from carouge.guichet.paiement.depart import SANS_DEPART
from carouge.guichet.paiement.depot import get_paiement
from carouge.guichet.paiement.depot import lire_paiements
from carouge.guichet.paiement.depot import noter
from carouge.guichet.paiement.depot import noter_inconnu
from carouge.guichet.paiement.depot import paiements_de
from carouge.guichet.paiement.depot import passerelle_de
from carouge.guichet.paiement.depot import tous_les_guichets
from carouge.guichet.paiement.domain import Etat
from carouge.guichet.paiement.domain import Observation
from carouge.guichet.paiement.domain import PasserelleRefuse
from carouge.guichet.paiement.domain import Statut
from carouge.guichet.paiement.encaissement import classer
from carouge.guichet.paiement.mouvements import passer
from carouge.guichet.paiement.mouvements import suivre
from carouge.guichet.paiement.mouvements import TWINT
from carouge.guichet.paiement.observation import suivre_etat
from carouge.guichet.paiement.registres import MouvementATraiter
from carouge.guichet.regie.domain import Regie
from carouge.guichet.swisstime import local_date
from datetime import datetime
from datetime import timedelta
from enum import Enum

import logging
import re


logger = logging.getLogger(__name__)

RAISON = "prestataire"

#: Our name for a payment: what else runs on the same contract has another one.
UID = re.compile(r"[0-9a-f]{32}")


class Verdict(str, Enum):
    """What became of a transaction of the provider."""

    CONCORDE = "concorde"
    #: It was not the same; the provider was asked, and what it says was followed.
    SUIVI = "suivi"
    #: It is not the same, also now: a person has to look.
    DIFFERENT = "different"
    #: Money of which nothing is known here: it waits for the cashier from now on.
    A_TRAITER = "a_traiter"
    #: The same, and it was waiting or treated before.
    CONNU = "connu"
    SANS_ARGENT = "sans_argent"
    #: It belongs to a payment of another guichet of the site, or of another régie.
    AILLEURS = "ailleurs"
    #: Another application's, on the same contract.
    ETRANGER = "etranger"
    INDISPONIBLE = "indisponible"


def demander_inconnu(
    guichet,
    regie: Regie,
    reference: str,
    cause: str,
    moment: datetime,
    *,
    marchand: str = "",
    renvoi: bool = False,
) -> Verdict:
    """What to do about a transaction whose reference no payment of the régie has.

    A payment of ours that has lost its reference gets it back and is followed; money of
    which nothing is known in any guichet waits for the cashier. ``marchand`` is our name
    for the payment as far as it was told, ``renvoi``: money that went back. What was
    reserved and not taken is left alone: nobody takes it any more, it ends by itself.

    :raises PasserelleIndisponible: nothing is known
    """
    mouvements = _mouvements(guichet, (regie.passerelle, reference))
    if not marchand and mouvements:
        marchand = mouvements[0][1].valeurs["communication"]
    connu, verdict = _chercher(guichet, regie, reference, marchand)
    if verdict is not None:
        return verdict
    if renvoi:
        # The line of the payment itself tells what is left of it.
        if connu is None or not connu.reference:
            return Verdict.SANS_ARGENT
        return demander_suite(guichet, connu, cause, moment)
    if connu is None and mouvements:
        return Verdict.CONNU
    if connu is None and marchand and not UID.fullmatch(marchand):
        return Verdict.ETRANGER
    try:
        vu = passerelle_de(regie).consulter(regie, reference)
    except PasserelleRefuse as error:
        logger.warning("transaction %s of %s: %s", reference, regie.code, error)
        return Verdict.SANS_ARGENT
    # What was told is believed only when the provider says the same.
    connu, verdict = _chercher(guichet, regie, reference, vu.marchand)
    if verdict is not None:
        return verdict
    if connu is not None and not connu.reference:
        return _retrouver(guichet, connu, regie, reference, cause, moment, mouvements)
    if vu.statut is not Statut.CAPTUREE or vu.centimes <= vu.rembourse:
        return Verdict.SANS_ARGENT
    if not UID.fullmatch(vu.marchand):
        return Verdict.ETRANGER
    if mouvements:
        return Verdict.CONNU
    _faire_attendre(guichet, regie, reference, vu, moment)
    return Verdict.A_TRAITER


def demander_suite(
    guichet, paiement: Paiement, cause: str, moment: datetime
) -> Verdict:
    """Ask about a payment and follow it: whether that has changed something.

    :raises PasserelleIndisponible: what is known until then is kept
    """
    avant = _situation(paiement)
    suivre_etat(guichet, paiement, cause, moment)
    return Verdict.SUIVI if _situation(paiement) != avant else Verdict.DIFFERENT


def _situation(paiement: Paiement) -> tuple:
    return paiement.etat, paiement.rembourse, len(paiement.remboursements)


def _chercher(
    guichet, regie: Regie, reference: str, marchand: str
) -> tuple[Paiement | None, Verdict | None]:
    """The payment with our name ``marchand``, or what is known without one."""
    connu = get_paiement(guichet, marchand)
    if connu is None or connu.regie != regie.code:
        ailleurs = connu is not None or any(
            get_paiement(autre, marchand) is not None for autre in tous_les_guichets()
        )
        return None, Verdict.AILLEURS if ailleurs else None
    if any(one.reference == reference for one in connu.remboursements):
        return connu, Verdict.CONCORDE
    return connu, None


def _mouvements(guichet, cle) -> list[tuple[object, MouvementATraiter]]:
    """What waits under that key or was treated, in whichever guichet."""
    found = {}
    for chez in (guichet, *tous_les_guichets()):
        mouvement = lire_paiements(chez).a_traiter.get(cle)
        if mouvement is not None:
            found[id(mouvement)] = (chez, mouvement)
    return [*found.values()]


def _retrouver(
    guichet,
    paiement: Paiement,
    regie: Regie,
    reference: str,
    cause: str,
    moment: datetime,
    mouvements,
) -> Verdict:
    """It was opened, or has ended, in the hours that are missing: it is followed again.

    Unless a person has booked its money meanwhile: then it never gets the reference, so
    that no question books it a second time.
    """
    if any(mouvement.issue == "affecte" for _chez, mouvement in mouvements):
        if paiement.clos_par:
            return Verdict.CONNU
        passer(guichet, paiement, Etat.A_VERIFIER, moment, cause, revue="deja_affectee")
        return Verdict.DIFFERENT
    for chez, mouvement in mouvements:
        if not mouvement.issue:
            classer(chez, mouvement, f"Paiement {paiement.uid}", "", now=moment)
    paiement.reference = reference
    paiements_de(guichet).referencer(paiement)
    # The page ends at the latest so long after the last moment to go to it.
    session = timedelta(seconds=passerelle_de(regie, paiement.passerelle).session)
    paiement.fin = paiement.cree + SANS_DEPART + session
    paiement.suivis = 0
    suivre(guichet, paiement, moment)
    noter("retrouver", paiement, reference=reference)
    suivre_etat(guichet, paiement, cause, moment)
    a_regarder = paiement.etat is Etat.A_VERIFIER
    return Verdict.DIFFERENT if a_regarder else Verdict.SUIVI


def _faire_attendre(
    guichet, regie: Regie, reference: str, vu: Observation, moment: datetime
) -> None:
    mouvement = MouvementATraiter(
        Mouvement(
            iban="",
            compte=regie.passerelle,
            id_externe=reference,
            reference_qr="",
            centimes=vu.centimes - vu.rembourse,
            devise=vu.devise,
            date=local_date(moment),
            statut="BOOK",
            credit=True,
            communication=vu.marchand,
        ),
        regie.code,
        RAISON,
        moment,
    )
    mouvement.source = (
        Source.TWINT if vu.moyen.upper() in TWINT else Source.CARTE
    ).value
    paiements_de(guichet).ranger_mouvement(mouvement)
    noter_inconnu(reference, regie.code)
    logger.error("money of %s at %s is unknown here", regie.code, regie.passerelle)
