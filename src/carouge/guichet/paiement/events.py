"""What happens to payments, for whoever listens; the transaction is still open."""

from __future__ import annotations

from carouge.guichet.interfaces import IPaiementChange
from carouge.guichet.interfaces import IRemboursementFait
from carouge.guichet.interfaces import IRevueNecessaire
from carouge.guichet.paiement.domain import Etat
from carouge.guichet.paiement.domain import StatutRemboursement
from zope.interface import implementer
from zope.interface.interfaces import ObjectEvent


class _PaiementEvent(ObjectEvent):
    def __init__(self, paiement, guichet) -> None:
        super().__init__(paiement)
        self.guichet = guichet


@implementer(IPaiementChange)
class PaiementChange(_PaiementEvent):
    """The payment went from one state to another; ``apres`` is the new one."""

    def __init__(self, paiement, guichet, avant, apres) -> None:
        super().__init__(paiement, guichet)
        self.avant = avant
        self.apres = apres
        self.details = (avant, apres)

    def encore_vrai(self) -> bool:
        """Whether the payment is still where it went."""
        return self.object.etat is self.apres


@implementer(IRemboursementFait)
class RemboursementFait(_PaiementEvent):
    """Money of the payment went back; ``rang`` says which of its refunds."""

    def __init__(self, paiement, guichet, rang) -> None:
        super().__init__(paiement, guichet)
        self.rang = rang
        self.details = (rang,)

    def encore_vrai(self) -> bool:
        """Whether it is still done."""
        fait = StatutRemboursement.FAIT.value
        return any(
            (one.rang, one.statut) == (self.rang, fait)
            for one in self.object.remboursements
        )


@implementer(IRevueNecessaire)
class RevueNecessaire(_PaiementEvent):
    """A person has to look into the payment."""

    details = ()

    def encore_vrai(self) -> bool:
        """Whether it is still to be looked into."""
        return self.object.etat is Etat.A_VERIFIER
