"""To version 1001: the registers of the cash desk, and where demandes lie."""

from __future__ import annotations

from carouge.guichet.demande.queries import demandes_of
from carouge.guichet.demarche.service import guichets
from carouge.guichet.facture.domain import Source
from carouge.guichet.paiement.domain import Etat
from carouge.guichet.paiement.service import lire_paiements
from carouge.guichet.regie.service import completer
from carouge.guichet.upgrades.donnees import pas_a_pas
from persistent.list import PersistentList


def reglages_des_regies(tool) -> None:
    """The cash desk of a régie has an e-mail address."""
    completer()


def demandes_reparties(tool) -> None:
    """Demandes that are filed at the same moment lie in different trees."""
    for guichet in guichets():
        demandes_of(guichet).repartir()


def registres_de_la_caisse(tool) -> None:
    """Batches and settlements get a head, what waits gets a list of its own.

    What the business application was paid waits for no settlement any more, and the
    address of the provider's page is forgotten where the payment is over.
    """
    for guichet in guichets():
        paiements = lire_paiements(guichet)
        paiements.indexer()
        for paiement in pas_a_pas(guichet, paiements):
            paiements.ranger(paiement)
            if paiement.adresse and paiement.etat is not Etat.EN_ATTENTE:
                paiement.adresse = ""
        for livre in (paiements.clotures, paiements.lots):
            for fait in pas_a_pas(guichet, livre.values()):
                _donner_une_tete(fait)
        for cle in [one for one in paiements.a_cloturer if one[2] == Source.ERP.value]:
            paiements.a_cloturer.remove(cle)


def _donner_une_tete(fait) -> None:
    """Keep the lines of a batch or settlement apart from what its list shows."""
    if isinstance(fait._lignes, PersistentList):
        return
    if hasattr(fait, "_totaux"):
        fait._totaux = fait.totaux
    fait._lignes = PersistentList(fait._lignes)
