"""The event of a brouillon; its contract is in the package's ``interfaces``."""

from __future__ import annotations

from carouge.guichet.brouillon.content import Brouillon
from carouge.guichet.interfaces import IBrouillonRappele
from datetime import date
from zope.interface import implementer
from zope.interface.interfaces import ObjectEvent


@implementer(IBrouillonRappele)
class BrouillonRappele(ObjectEvent):
    """See :class:`carouge.guichet.interfaces.IBrouillonRappele`."""

    def __init__(
        self, brouillon: Brouillon, guichet, recipient: str, fin: date
    ) -> None:
        super().__init__(brouillon)
        self.guichet = guichet
        self.recipient = recipient
        self.fin = fin
