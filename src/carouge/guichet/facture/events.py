"""What happens to invoices, for whoever listens; the transaction is still open."""

from __future__ import annotations

from carouge.guichet.interfaces import IFacturePayee
from carouge.guichet.interfaces import IFactureRappelee
from carouge.guichet.interfaces import IFactureRouverte
from carouge.guichet.interfaces import IRattachementDecide
from zope.interface import implementer
from zope.interface.interfaces import ObjectEvent


class _FactureEvent(ObjectEvent):
    def __init__(self, facture, guichet) -> None:
        super().__init__(facture)
        self.guichet = guichet


@implementer(IFacturePayee)
class FacturePayee(_FactureEvent):
    """All that was due has come in."""

    details = ()

    def encore_vrai(self) -> bool:
        """Whether nothing is due any more."""
        return self.object.solde <= 0


@implementer(IFactureRouverte)
class FactureRouverte(_FactureEvent):
    """Something is due again: money went back."""

    details = ()

    def encore_vrai(self) -> bool:
        """Whether something is still due."""
        return self.object.solde > 0


@implementer(IFactureRappelee)
class FactureRappelee(_FactureEvent):
    """Its due day is over."""

    def __init__(self, facture, guichet, comptes: list, rang: int) -> None:
        super().__init__(facture, guichet)
        self.comptes = comptes
        self.rang = rang


@implementer(IRattachementDecide)
class RattachementDecide(ObjectEvent):
    """The cashier has decided."""

    def __init__(self, lien, guichet, compte) -> None:
        super().__init__(lien)
        self.guichet = guichet
        self.compte = compte
