"""No antivirus: nothing is said of any file."""

from __future__ import annotations

from carouge.guichet.antivirus.domain import Resultat
from carouge.guichet.antivirus.domain import Verdict
from carouge.guichet.interfaces import IAntivirus
from typing import BinaryIO
from zope.interface import implementer


@implementer(IAntivirus)
class SansAntivirus:
    """What answers as long as none is configured."""

    def examiner(self, stream: BinaryIO) -> Verdict:
        return Verdict(Resultat.NON_CONFIGURE)

    def toquer(self) -> None:
        """There is nothing that could be down."""
