"""What is asked before a régie goes."""

from __future__ import annotations

from carouge.guichet.interfaces import IRegieRetrait
from zope.interface import implementer


@implementer(IRegieRetrait)
class RegieRetrait:
    """See :class:`carouge.guichet.interfaces.IRegieRetrait`."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.raisons: list = []
