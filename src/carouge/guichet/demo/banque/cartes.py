"""The cards this bank knows: those that are listed, and no others."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import re


#: The code that proves oneself on the page of 3-D Secure.
CODE_3DS = "123456"


class Issue(Enum):
    """What becomes of a payment with a card."""

    ACCEPTEE = "acceptée"
    TROIS_DS = "demande le code 3-D Secure"
    TROIS_DS_REFUSE = "refusée par 3-D Secure"
    REFUSEE = "refusée par la banque"
    SANS_PROVISION = "refusée, provision insuffisante"
    LENTE = "acceptée, après un moment"


@dataclass(frozen=True)
class Carte:
    """A test card; ``marque`` is the provider's word for the brand."""

    numero: str
    marque: str
    issue: Issue

    @property
    def nom(self) -> str:
        """The brand as people call it."""
        return {"VIS": "Visa", "ECA": "Mastercard"}[self.marque]

    @property
    def lisible(self) -> str:
        """The number in groups of four, as on a card."""
        return " ".join(re.findall("....", self.numero))

    @property
    def masque(self) -> str:
        return f"{self.numero[:6]}xxxxxx{self.numero[-4:]}"


CARTES = (
    Carte("4242424242424242", "VIS", Issue.ACCEPTEE),
    Carte("5555555555554444", "ECA", Issue.ACCEPTEE),
    Carte("4000000000003220", "VIS", Issue.TROIS_DS),
    Carte("4000002500003155", "VIS", Issue.TROIS_DS_REFUSE),
    Carte("4000000000000002", "VIS", Issue.REFUSEE),
    Carte("4000000000009995", "VIS", Issue.SANS_PROVISION),
    Carte("4000000000000077", "VIS", Issue.LENTE),
)


def trouver(numero: str) -> Carte | None:
    """Return the test card of this number, as it may be typed."""
    digits = re.sub(r"[ \-]", "", numero)
    return next((carte for carte in CARTES if carte.numero == digits), None)
