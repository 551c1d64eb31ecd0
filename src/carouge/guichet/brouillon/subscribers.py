"""What happens to brouillons when something happens around them."""

from carouge.guichet.brouillon.service import adopter_au_login
from carouge.guichet.brouillon.service import oublier
from carouge.guichet.brouillon.service import vider
from carouge.guichet.demarche.service import guichets


def session_opened(event) -> None:
    adopter_au_login(event.request, event.object)


def compte_forgotten(event) -> None:
    for guichet in guichets():
        oublier(guichet, event.object.id)


def guichet_copied(guichet, event) -> None:
    # A copied guichet is a new counter.
    vider(guichet)
