"""The events of a demande; their contracts are in the package's ``interfaces``."""

from carouge.guichet.interfaces import IDemandeAvis
from carouge.guichet.interfaces import IDemandeMoved
from carouge.guichet.interfaces import IDemandeRattachee
from carouge.guichet.interfaces import IDemandeSubmitted
from collections.abc import Mapping
from enum import Enum
from zope.interface import implementer
from zope.interface.interfaces import ObjectEvent


class Occasion(str, Enum):
    """Why somebody is told something that is no move of the demande."""

    #: A message of the other side.
    MESSAGE = "message"
    #: The service has put a document into the demande.
    DOCUMENT = "document"
    #: An announced piece has arrived by post or at the counter.
    PIECE_RECUE = "piece_recue"
    #: The citizen was asked for something and has not answered yet.
    RAPPEL = "rappel"
    #: Announced pieces have not arrived yet.
    RAPPEL_PIECES = "rappel_pieces"
    #: An agent has made a new tracking code for somebody.
    CODE = "code"
    #: To the service: handed over by another one.
    TRANSMISE = "transmise"
    #: To the service: the expected day is near or over.
    ECHEANCE = "echeance"


@implementer(IDemandeSubmitted)
class DemandeSubmitted(ObjectEvent):
    def __init__(self, demande, code: str) -> None:
        super().__init__(demande)
        self.code = code


@implementer(IDemandeMoved)
class DemandeMoved(ObjectEvent):
    def __init__(self, demande, transition: str, message: str, actor: str) -> None:
        super().__init__(demande)
        self.transition = transition
        self.message = message
        self.actor = actor


@implementer(IDemandeRattachee)
class DemandeRattachee(ObjectEvent):
    pass


@implementer(IDemandeAvis)
class DemandeAvis(ObjectEvent):
    def __init__(
        self,
        demande,
        occasion: Occasion,
        pour: str,
        values: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(demande)
        self.occasion = occasion
        self.pour = pour
        self.values = dict(values or {})
