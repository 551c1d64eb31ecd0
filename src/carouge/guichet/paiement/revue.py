"""A person looks into a payment the software cannot decide about."""

from __future__ import annotations

from carouge.guichet.paiement.content import Paiement
from carouge.guichet.paiement.depot import lire_paiements
from carouge.guichet.paiement.depot import maintenant
from carouge.guichet.paiement.depot import paiements_de
from carouge.guichet.paiement.domain import DomainError
from carouge.guichet.paiement.domain import Etat
from carouge.guichet.paiement.mouvements import articles_de
from carouge.guichet.paiement.mouvements import encaisser_paiement
from carouge.guichet.paiement.mouvements import net
from carouge.guichet.paiement.mouvements import passer
from carouge.guichet.paiement.mouvements import rendre
from carouge.guichet.paiement.remboursement import apres_renvois
from datetime import datetime
from datetime import timedelta


#: A payment that lives longer than that is shown to the cashier.
BLOQUE = timedelta(hours=24)


class PaiementEnCours(DomainError):
    """Another payment of one of the invoices is under way: wait for its end."""


class ArgentChezPrestataire(DomainError):
    """The provider says that it has the money: it cannot be « not taken »."""


class RienChezPrestataire(DomainError):
    """The provider has never said that it has taken money in francs."""


def a_verifier(guichet) -> list[Paiement]:
    """The payments a person has to look into, the oldest first."""
    paiements = lire_paiements(guichet)
    found = [paiements.get(uid) for uid in paiements.a_verifier]
    return sorted(found, key=lambda paiement: (paiement.cree, paiement.uid))


def bloques(guichet, now: datetime | None = None) -> list[Paiement]:
    """The payments that should have ended long ago: their provider does not answer."""
    limite = maintenant(now) - BLOQUE
    paiements = lire_paiements(guichet)
    found = [
        paiement
        for paiement in map(paiements.get, paiements.vivants)
        if paiement.etat is not Etat.A_VERIFIER and paiement.cree < limite
    ]
    return sorted(found, key=lambda paiement: (paiement.cree, paiement.uid))


def resoudre(
    guichet,
    paiement: Paiement,
    *,
    encaisse: bool,
    raison: str,
    par: str,
    now: datetime | None = None,
) -> Paiement:
    """A person has looked into it: the money was taken, or it was not.

    Taken is the amount the provider says, which is booked; what is too much then can be
    sent back like any other money. What was in the books and is gone leaves them again.

    :raises DomainError: it is not to be looked into, or nothing is said
    :raises RienChezPrestataire: nothing that could be booked was taken
    :raises ArgentChezPrestataire: the provider has it: send it back first
    :raises PaiementEnCours: somebody else pays one of the invoices just now
    """
    if paiement.etat is not Etat.A_VERIFIER or not raison.strip() or not par:
        raise DomainError(paiement.etat.value)
    moment = maintenant(now)
    if encaisse:
        _encaisser(guichet, paiement, moment, par)
    else:
        _abandonner(guichet, paiement, moment, par)
    paiement.motif = raison.strip()
    return paiement


def liberer_de_force(
    guichet, paiement: Paiement, raison: str, par: str, *, now: datetime | None = None
) -> Paiement:
    """A person ends a payment that does not end: its provider has been silent for long.

    Should money come nevertheless, it is looked into by a person.

    :raises DomainError: it is not one of :func:`bloques`, or nothing is said
    """
    moment = maintenant(now)
    vivant = paiement.etat.vivante and paiement.etat is not Etat.A_VERIFIER
    if not vivant or paiement.cree >= moment - BLOQUE or not raison.strip() or not par:
        raise DomainError(paiement.etat.value)
    paiement.clos_par = par
    paiement.motif = raison.strip()
    passer(guichet, paiement, Etat.ANNULEE, moment, "caisse", par=par)
    return paiement


def _encaisser(guichet, paiement: Paiement, moment: datetime, par: str) -> None:
    deja = paiement.encaisse
    vu = paiement.vu
    if not deja and (
        vu is None
        or vu.statut not in ("capturee", "remboursee")
        or vu.devise != paiement.devise
        or vu.centimes <= 0
    ):
        raise RienChezPrestataire(paiement.uid)
    for _article, facture in articles_de(guichet, paiement):
        if facture is None or facture.verrou not in ("", paiement.uid):
            raise PaiementEnCours(paiement.uid)
    if not deja:
        paiement.moyen = vu.moyen or paiement.moyen
    paiement.resolu = par

    def comptabiliser() -> None:
        if not deja:
            encaisser_paiement(guichet, paiement, vu.centimes, moment, par)

    etat = apres_renvois(paiement) if deja else Etat.CAPTUREE
    passer(
        guichet, paiement, etat, moment, "caisse", par=par, comptabiliser=comptabiliser
    )


def _abandonner(guichet, paiement: Paiement, moment: datetime, par: str) -> None:
    vu = paiement.vu
    if (
        vu is not None
        and vu.statut == "capturee"
        and vu.centimes > vu.rembourse
        and not paiement.encaisse
    ):
        raise ArgentChezPrestataire(paiement.uid)
    reste = sum(
        net(facture, paiement)
        for _article, facture in articles_de(guichet, paiement)
        if facture is not None
    )
    paiement.clos_par = par

    def comptabiliser() -> None:
        if reste:
            rendre(guichet, paiement, reste, "reprise", moment, par)
            paiement.repris += reste

    etat = Etat.REMBOURSEE if paiement.encaisse else Etat.ANNULEE
    passer(
        guichet, paiement, etat, moment, "caisse", par=par, comptabiliser=comptabiliser
    )
    if vu is not None and vu.statut == "autorisee":
        # The next round gives it back.
        paiements_de(guichet).suivre(paiement, int(moment.timestamp()) // 3600)
