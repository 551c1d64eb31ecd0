"""What an antivirus can say of a file, in pure Python."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Resultat(Enum):
    """What one question has given."""

    SAIN = "sain"
    INFECTE = "infecte"
    #: No trustworthy answer in time, whatever the reason.
    INDISPONIBLE = "indisponible"
    #: It answers, but does not look at so large a file.
    TROP_GRAND = "trop_grand"
    #: There is none.
    NON_CONFIGURE = "non_configure"


@dataclass(frozen=True)
class Verdict:
    """The answer about one file; ``signature`` names what was found in it."""

    resultat: Resultat
    signature: str = ""


#: What is kept with a file. Infected ones are not kept, unless it was found out later.
SAIN = "sain"
INFECTE = "infecte"
A_VERIFIER = "a_verifier"
NON_CONTROLE = "non_controle"

ETATS = {
    Resultat.SAIN: SAIN,
    Resultat.INFECTE: INFECTE,
    Resultat.INDISPONIBLE: A_VERIFIER,
    Resultat.TROP_GRAND: A_VERIFIER,
    Resultat.NON_CONFIGURE: NON_CONTROLE,
}
