"""What happens to carts when something happens around them."""

from carouge.guichet.demarche.service import guichets
from carouge.guichet.panier.service import oublier
from carouge.guichet.panier.service import vider


def compte_forgotten(event) -> None:
    for guichet in guichets():
        oublier(guichet, event.object.id)


def guichet_copied(guichet, event) -> None:
    # A copied guichet is a new counter.
    vider(guichet)
