"""The register in a database, loaded when a commune has chosen it.

SQLAlchemy takes 10 MB of each process and a part of its start: who has no such register
does without.
"""

from carouge.guichet import _
from carouge.guichet.interfaces import IResidentRegistry
from collections.abc import Callable
from collections.abc import Collection
from functools import cached_property
from zope.i18nmessageid import Message
from zope.interface import implementer


@implementer(IResidentRegistry)
class SqlDiffere:
    """See :class:`carouge.guichet.registre.clients.sql.SqlRegistry`."""

    title = _("Database (SQL)")

    @cached_property
    def _client(self) -> IResidentRegistry:
        from carouge.guichet.registre.clients.sql import SqlRegistry

        return SqlRegistry()

    def find(self, query, fields: Collection[str]) -> list:
        """See :class:`~carouge.guichet.interfaces.IResidentRegistry`."""
        return self._client.find(query, fields)

    def sonde(self) -> Callable[[], None]:
        """See :class:`~carouge.guichet.interfaces.IResidentRegistry`."""
        return self._client.sonde()

    def check_config(self) -> list[Message]:
        """See :class:`~carouge.guichet.interfaces.IResidentRegistry`."""
        return self._client.check_config()
