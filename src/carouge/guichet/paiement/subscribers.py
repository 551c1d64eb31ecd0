"""What happens to payments when something happens around them."""

from carouge.guichet.demarche.service import guichets
from carouge.guichet.paiement.domain import Etat
from carouge.guichet.paiement.service import lire_paiements
from carouge.guichet.paiement.service import oublier_tout
from carouge.guichet.panier import service as panier


def compte_forgotten(event) -> None:
    # The books stay; who has paid is forgotten.
    for guichet in guichets():
        lire_paiements(guichet).oublier_payeur(event.object.id)


def guichet_copied(guichet, event) -> None:
    # A copied guichet is a new counter.
    oublier_tout(guichet)


def paiement_change(event) -> None:
    paiement = event.object
    if paiement.etat is Etat.CAPTUREE and paiement.payeur:
        factures = [article.facture for article in paiement.articles]
        panier.payee(event.guichet, paiement.payeur, factures)
