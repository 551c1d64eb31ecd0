"""What a demande costs: its invoice, and what happens to the demande when it is paid.

Régies, invoices and payments know nothing of demandes but their numbers.
"""

from __future__ import annotations

from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.domain import Actor
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.queries import get_demande
from carouge.guichet.demande.service import move_demande
from carouge.guichet.demande.traitement import consigner
from carouge.guichet.demarche.service import guichet_of
from carouge.guichet.facture import service as factures
from carouge.guichet.facture.content import Facture
from carouge.guichet.facture.creation import creer_facture
from carouge.guichet.facture.domain import EtatFacture
from carouge.guichet.facture.domain import Ligne
from carouge.guichet.paiement.domain import SANS_ARGENT


#: What invoices for a demande are for, beside the domains of the business applications.
DOMAINE = "emolument"


def facturer(demande: Demande) -> Facture | None:
    """Make the invoice of a demande that waits for its payment; None for any other."""
    if demande.etat is not State.A_PAYER:
        return None
    facture = creer_facture(
        guichet_of(demande),
        regie=demande.regie,
        domaine=DOMAINE,
        libelle=demande.demarche_titre,
        lignes=tuple(Ligne(ligne.libelle, ligne.montant) for ligne in demande.prix),
        proprietaires=demande.owner_ids,
        demande=demande.numero,
    )
    demande.facture = facture.id
    return facture


def facture_de(demande: Demande) -> Facture | None:
    """The invoice of what a demande costs; None when nothing is paid in the counter.

    A cashier may bill more on the same demande: that holds nothing up.
    """
    if not demande.facture:
        return None
    return factures.get_facture(guichet_of(demande), demande.facture)


def sans_suite(facture: Facture | None) -> bool:
    """Whether nothing is due of it any more although nobody has paid it."""
    return facture is not None and facture.etat is EtatFacture.ANNULEE


def payee(guichet, facture: Facture) -> None:
    """What a demande costs has been paid: it goes to the service."""
    demande = _demande_de(guichet, facture)
    if demande is None:
        return
    if demande.etat is State.A_PAYER:
        move_demande(demande=demande, transition="payer", actor=Actor.GUICHET)
    else:
        # It was waived, refused or withdrawn while the payment was under way.
        consigner(demande, "emolument_paye", facture=facture.numero)


def rouverte(guichet, facture: Facture) -> None:
    """What was paid for a demande has gone back: its service has to know."""
    demande = _demande_de(guichet, facture)
    if demande is not None:
        consigner(demande, "emolument_rendu", facture=facture.numero)


def donner(demande: Demande) -> None:
    """The demande has become one of a compte, and all that was billed on it."""
    guichet = guichet_of(demande)
    for facture in factures.de_demande(guichet, demande.numero):
        factures.donner(guichet, facture, demande.owner_ids)


def sans_objet(demande: Demande, par: str) -> None:
    """Nothing is due for a demande any more that was waived, refused or withdrawn.

    A payment that is under way goes on; if it ends without money, so does the invoice.
    """
    facture = facture_de(demande)
    if facture is None or demande.etat is State.A_PAYER:
        return
    if facture.payable and not facture.recu:
        factures.annuler(guichet_of(demande), facture, demande.etat.value, par)


def paiement_fini(guichet, paiement) -> None:
    """A payment has ended without money: of a demande that is over nothing is due."""
    if paiement.etat not in SANS_ARGENT:
        return
    for article in paiement.articles:
        facture = factures.get_facture(guichet, article.facture)
        demande = _demande_de(guichet, facture)
        if demande is not None:
            sans_objet(demande, "")


def _demande_de(guichet, facture: Facture | None) -> Demande | None:
    """The demande whose price this very invoice is."""
    if facture is None or not facture.demande:
        return None
    demande = get_demande(guichet, facture.demande)
    return demande if demande is not None and demande.facture == facture.id else None
