"""No register at all: nobody is a resident for certain."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.interfaces import IResidentRegistry
from carouge.guichet.registre.domain import RegisterUnavailable
from carouge.guichet.registre.domain import ResidentQuery
from carouge.guichet.registre.domain import ResidentRecord
from collections.abc import Callable
from collections.abc import Collection
from zope.i18nmessageid import Message
from zope.interface import implementer


@implementer(IResidentRegistry)
class NullRegistry:
    title = _("No register")

    def find(
        self, query: ResidentQuery, fields: Collection[str]
    ) -> list[ResidentRecord]:
        raise RegisterUnavailable("no register")

    def sonde(self) -> Callable[[], None]:
        raise RegisterUnavailable("no register")

    def check_config(self) -> list[Message]:
        return [_("No register is connected: nobody counts as a resident.")]
