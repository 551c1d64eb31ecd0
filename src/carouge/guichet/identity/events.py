"""The events of logins and comptes; their contracts are in the package's ``interfaces``."""

from __future__ import annotations

from carouge.guichet.compte.content import Compte
from carouge.guichet.interfaces import ICompteForgotten
from carouge.guichet.interfaces import ISessionOpened
from zope.interface import implementer
from zope.interface.interfaces import ObjectEvent


@implementer(ISessionOpened)
class SessionOpened(ObjectEvent):
    """See :class:`carouge.guichet.interfaces.ISessionOpened`."""

    def __init__(self, compte: Compte, request) -> None:
        super().__init__(compte)
        self.request = request


@implementer(ICompteForgotten)
class CompteForgotten(ObjectEvent):
    """See :class:`carouge.guichet.interfaces.ICompteForgotten`."""
