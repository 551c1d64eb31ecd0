"""What other systems hear of."""

from carouge.guichet.demande.events import Occasion
from carouge.guichet.demarche.service import guichet_of
from carouge.guichet.webhook.distribution import commander_distribution
from carouge.guichet.webhook.domain import DEPOSEE
from carouge.guichet.webhook.domain import DOCUMENT
from carouge.guichet.webhook.domain import ETAT
from carouge.guichet.webhook.domain import MESSAGE
from carouge.guichet.webhook.domain import PIECE
from carouge.guichet.webhook.domain import TRANSMISE
from carouge.guichet.webhook.service import emettre
from carouge.guichet.webhook.service import oublier_tout


_OCCASIONS = {
    Occasion.MESSAGE: MESSAGE,
    Occasion.DOCUMENT: DOCUMENT,
    Occasion.PIECE_RECUE: PIECE,
    Occasion.TRANSMISE: TRANSMISE,
}


def demande_submitted(event) -> None:
    _tell(event.object, DEPOSEE)


def demande_moved(event) -> None:
    _tell(event.object, ETAT, mouvement=event.transition)


def demande_avis(event) -> None:
    if event.occasion in _OCCASIONS:
        _tell(event.object, _OCCASIONS[event.occasion], pour=event.pour)


def _tell(demande, type: str, **details: str) -> None:
    if emettre(demande, type, **details):
        commander_distribution(guichet_of(demande))


def guichet_copied(guichet, event) -> None:
    # A copied guichet is a new counter: it tells nobody anything.
    oublier_tout(guichet)
