"""Compares the provider's own list of transactions with the payments that are here."""

from __future__ import annotations

from carouge.guichet.paiement.content import Paiement
from carouge.guichet.paiement.depot import lire_paiements
from carouge.guichet.paiement.depot import maintenant
from carouge.guichet.paiement.depot import passerelle_de
from carouge.guichet.paiement.depot import regie_de
from carouge.guichet.paiement.depot import RegieSansPaiement
from carouge.guichet.paiement.domain import ENCAISSEES
from carouge.guichet.paiement.domain import Etat
from carouge.guichet.paiement.domain import LigneDuPrestataire
from carouge.guichet.paiement.domain import PasserelleIndisponible
from carouge.guichet.paiement.domain import Statut
from carouge.guichet.paiement.inconnus import demander_inconnu
from carouge.guichet.paiement.inconnus import demander_suite
from carouge.guichet.paiement.inconnus import Verdict
from carouge.guichet.regie.domain import Regie
from collections.abc import Iterable
from collections.abc import Iterator
from datetime import datetime

import logging


logger = logging.getLogger(__name__)

#: See paiement.labels.CAUSES.
CAUSE = "comparaison"


def demander_comparaison(
    guichet,
    code: str,
    lignes: Iterable[LigneDuPrestataire],
    now: datetime | None = None,
) -> Iterator[tuple[LigneDuPrestataire, Verdict]]:
    """Compare the provider's own list of a régie's transactions with the payments here.

    Where they are not the same the provider is asked. Each line may be a transaction of
    its own: whoever iterates commits between two of them.

    :raises RegieInconnue: there is no such régie
    :raises RegieSansPaiement: it has no provider
    """
    regie = regie_de(code)
    passerelle_de(regie)
    for ligne in lignes:
        try:
            yield ligne, _comparer(guichet, regie, ligne, maintenant(now))
        except PasserelleIndisponible as error:
            logger.warning("transaction %s: %s", ligne.reference, error)
            yield ligne, Verdict.INDISPONIBLE


def lire_liste(code: str, corps: bytes) -> list[LigneDuPrestataire]:
    """The lines of a file the provider of a régie exports.

    :raises RegieInconnue: there is no such régie
    :raises RegieSansPaiement: it has no provider, or one without such a file
    :raises ListeIllisible: it is no such file
    """
    regie = regie_de(code)
    passerelle = passerelle_de(regie)
    if "liste" not in passerelle.capacites:
        raise RegieSansPaiement(code)
    return passerelle.lire_liste(corps)


def _comparer(guichet, regie: Regie, ligne, moment: datetime) -> Verdict:
    paiement = lire_paiements(guichet).par_reference(
        regie.code, regie.passerelle, ligne.reference
    )
    if paiement is None:
        return demander_inconnu(
            guichet,
            regie,
            ligne.reference,
            CAUSE,
            moment,
            marchand=ligne.marchand,
            renvoi=ligne.renvoi,
        )
    if _concorde(paiement, ligne):
        return Verdict.CONCORDE
    verdict = demander_suite(guichet, paiement, CAUSE, moment)
    return Verdict.SUIVI if _concorde(paiement, ligne) else verdict


def _concorde(paiement: Paiement, ligne: LigneDuPrestataire) -> bool:
    """Whether both say the same of it."""
    if ligne.statut is Statut.CAPTUREE:
        francs = (ligne.centimes, ligne.devise) == (paiement.total, paiement.devise)
        return paiement.etat in ENCAISSEES and francs
    if ligne.statut is Statut.AUTORISEE:
        return paiement.etat is Etat.AUTORISEE
    if ligne.statut is Statut.EN_ATTENTE:
        return paiement.etat in (Etat.EN_ATTENTE, Etat.EXPIREE)
    return paiement.etat.sans_argent
