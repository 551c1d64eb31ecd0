"""What happens around the documents of a guichet."""

from carouge.guichet.dossier import emolument
from carouge.guichet.dossier.verification import oublier_tout
from plone import api


def guichet_copied(guichet, event) -> None:
    # A copied guichet is a new counter.
    oublier_tout(guichet)


def demande_submitted(event) -> None:
    emolument.facturer(event.object)


def demande_moved(event) -> None:
    if event.transition not in ("payer", "attendre_paiement"):
        par = "" if api.user.is_anonymous() else api.user.get_current().getId()
        emolument.sans_objet(event.object, par)


def demande_rattachee(event) -> None:
    emolument.donner(event.object)


def facture_payee(event) -> None:
    emolument.payee(event.guichet, event.object)


def facture_rouverte(event) -> None:
    emolument.rouverte(event.guichet, event.object)


def paiement_change(event) -> None:
    emolument.paiement_fini(event.guichet, event.object)
