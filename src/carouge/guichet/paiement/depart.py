"""A payment begins: the invoices are locked, then the provider is asked for its page."""

from __future__ import annotations

from carouge.guichet.facture import service as factures
from carouge.guichet.paiement.content import Article
from carouge.guichet.paiement.content import Paiement
from carouge.guichet.paiement.depot import DEVISE
from carouge.guichet.paiement.depot import FacturesChangees
from carouge.guichet.paiement.depot import maintenant
from carouge.guichet.paiement.depot import noter
from carouge.guichet.paiement.depot import paiements_de
from carouge.guichet.paiement.depot import passerelle_de
from carouge.guichet.paiement.depot import regie_de
from carouge.guichet.paiement.depot import RegieSansPaiement
from carouge.guichet.paiement.depot import RegiesMelees
from carouge.guichet.paiement.domain import DejaTermine
from carouge.guichet.paiement.domain import DomainError
from carouge.guichet.paiement.domain import Etat
from carouge.guichet.paiement.domain import Ordre
from carouge.guichet.paiement.domain import PasserelleRefuse
from carouge.guichet.paiement.mouvements import passer
from carouge.guichet.panier.domain import MAX_ARTICLES
from carouge.guichet.regie.service import RegieInconnue
from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from datetime import timedelta

import logging


logger = logging.getLogger(__name__)

#: The first question nobody has caused comes after that time.
PREMIERE_QUESTION = timedelta(minutes=2)


#: A payment nobody has gone to the provider with is dead after that time.
SANS_DEPART = timedelta(minutes=25)


@dataclass(frozen=True)
class Payeur:
    """Who pays: a compte, or whoever holds the code of a demande."""

    compte: str = ""
    demande: str = ""


def preparer(
    guichet,
    payeur: Payeur,
    attendues: Sequence[tuple[str, int]],
    *,
    now: datetime | None = None,
) -> Paiement:
    """Begin a payment of these invoices (id, version as shown): no network.

    All of them are open, of one régie, in CHF, of the version that was shown; from now
    on they are locked. Whether the payer may see them was asked before.

    :raises FacturesChangees: one of them is not what was shown
    :raises RegiesMelees: they are of two régies
    :raises RegieSansPaiement: it takes no payments online
    :raises DomainError: none, one twice, or more than one payment can hold
    """
    ids = [id for id, _version in attendues]
    if not 0 < len(ids) <= MAX_ARTICLES or len(set(ids)) != len(ids):
        raise DomainError(f"{len(ids)} invoices")
    found = [(factures.get_facture(guichet, id), version) for id, version in attendues]
    changees = [
        id
        for id, (facture, version) in zip(ids, found, strict=True)
        if facture is None or not facture.payable or facture.version != version
    ]
    if changees:
        raise FacturesChangees(changees)
    codes = {facture.regie for facture, _version in found}
    if len(codes) > 1:
        raise RegiesMelees(*sorted(codes))
    try:
        regie = regie_de(*codes)
    except RegieInconnue as error:
        raise RegieSansPaiement(*codes) from error
    passerelle_de(regie)
    moment = maintenant(now)
    paiement = Paiement(
        payeur=payeur.compte,
        regie=regie.code,
        passerelle=regie.passerelle,
        articles=tuple(
            Article(facture.id, facture.numero, facture.solde, facture.version)
            for facture, _version in found
        ),
        devise=DEVISE,
        moment=moment,
    )
    paiement.demande = payeur.demande
    for facture, _version in found:
        factures.verrouiller(guichet, facture, paiement.uid, moment)
    paiements_de(guichet).ajouter(paiement)
    noter("preparer", paiement, centimes=str(paiement.total))
    return paiement


def demander_depart(
    guichet,
    paiement: Paiement,
    ordre_de: Callable[[Paiement], Ordre],
    *,
    now: datetime | None = None,
) -> str:
    """Open it at the provider; the address the browser goes to.

    Called again it asks with the same key and gives the same address. ``ordre_de`` makes
    the :class:`~carouge.guichet.paiement.domain.Ordre` of a payment; amount, currency and
    name in it are those of the payment, whatever it says.

    Of the last two something is stored: whoever catches them must not abort the
    transaction.

    :raises PasserelleIndisponible: nothing is known, the payment stays as it is
    :raises PasserelleRefuse: it has failed, the invoices are open again
    :raises DejaTermine: it is over, or its money is there
    """
    if paiement.etat is Etat.EN_ATTENTE and paiement.adresse:
        return paiement.adresse
    if paiement.etat is not Etat.CREEE:
        raise DejaTermine(paiement.uid)
    moment = maintenant(now)
    if moment > paiement.cree + SANS_DEPART:
        # The provider may have forgotten our key: it would open another one.
        passer(guichet, paiement, Etat.EXPIREE, moment, "delai")
        raise DejaTermine(paiement.uid)
    regie = regie_de(paiement.regie)
    passerelle = passerelle_de(regie, paiement.passerelle)
    try:
        ouverture = passerelle.ouvrir(
            regie, _ordre(paiement, ordre_de(paiement)), paiement.uid
        )
        _nommer(guichet, paiement, ouverture.reference)
    except PasserelleRefuse as error:
        logger.warning("payment %s was refused: %s", paiement.uid, error)
        passer(guichet, paiement, Etat.ECHOUEE, moment, "depart")
        raise
    paiement.adresse = ouverture.adresse
    paiement.fin = ouverture.fin
    attente = timedelta(seconds=passerelle.attente or 0)
    paiement.prochaine = moment + max(PREMIERE_QUESTION, attente)
    passer(guichet, paiement, Etat.EN_ATTENTE, moment, "depart")
    return paiement.adresse


def _nommer(guichet, paiement: Paiement, reference: str) -> None:
    """Keep the provider's name for it.

    :raises PasserelleRefuse: it has given no name, or that of another payment
    """
    paiements = paiements_de(guichet)
    connu = paiements.par_reference(paiement.regie, paiement.passerelle, reference)
    if not reference or connu not in (None, paiement):
        raise PasserelleRefuse("a reference that is none of its own")
    paiement.reference = reference
    paiements.referencer(paiement)


def _ordre(paiement: Paiement, ordre: Ordre) -> Ordre:
    return Ordre(
        uid=paiement.uid,
        centimes=paiement.total,
        devise=paiement.devise,
        libelle=ordre.libelle,
        retour=ordre.retour,
        notification=ordre.notification,
        langue=ordre.langue,
    )
