"""What the accounts of the commune's own announce, for the letters."""

from __future__ import annotations

from carouge.guichet.compte.content import Compte
from carouge.guichet.interfaces import ICompteLetter
from collections.abc import Mapping
from enum import Enum
from zope.event import notify
from zope.interface import implementer
from zope.interface.interfaces import ObjectEvent


class Occasion(str, Enum):
    """Why somebody is written to; after it, the values his letter names."""

    #: Open the link to confirm the address: ``url``.
    CONFIRMER = "confirmer"
    #: Somebody registers with an address that has an account: ``identifiant``, ``url``.
    DEJA = "deja"
    #: The account is open: ``identifiant``, ``url``.
    OUVERT = "ouvert"
    #: A link to choose a new password: ``url``.
    OUBLI = "oubli"
    #: Password or question were changed: ``url``.
    CHANGE = "change"
    #: Several wrong passwords: ``url`` lets the owner in at once.
    BLOQUE = "bloque"
    #: The staff has validated the account: ``url``.
    VALIDE = "valide"
    #: The staff has refused the account: ``motif``.
    REFUSE = "refuse"
    #: The staff has erased the account.
    EFFACE = "efface"


@implementer(ICompteLetter)
class CompteLetter(ObjectEvent):
    """See :class:`carouge.guichet.interfaces.ICompteLetter`."""

    def __init__(
        self,
        compte: Compte | None,
        recipient: str,
        occasion: Occasion,
        values: Mapping[str, str],
    ) -> None:
        super().__init__(compte)
        self.recipient = recipient
        self.occasion = occasion
        self.values = dict(values)


def write_to(
    compte: Compte | None, recipient: str, occasion: Occasion, **values: str
) -> None:
    """Ask for a letter; whoever has no address is not written to."""
    if recipient:
        notify(CompteLetter(compte, recipient, occasion, values))
