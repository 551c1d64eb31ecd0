"""The events of a demande; their contracts are in the package's ``interfaces``."""

from carouge.guichet.interfaces import IDemandeMoved
from carouge.guichet.interfaces import IDemandeSubmitted
from zope.interface import implementer
from zope.interface.interfaces import ObjectEvent


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
