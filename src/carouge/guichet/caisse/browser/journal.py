"""``/agents/caisse/journal``: the movements of a régie between two days."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.caisse import journal
from carouge.guichet.caisse.browser.cloture import _Livre
from carouge.guichet.caisse.domain import lire_jour
from carouge.guichet.money import format_chf
from carouge.guichet.swisstime import today
from datetime import date
from functools import cached_property
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile


class Journal(_Livre):
    """The books, by day."""

    template = ViewPageTemplateFile("../templates/journal.pt")
    page_title = _("Movements of money")
    section = "journal"
    words_from = _("From")
    words_to = _("To")
    most = journal.MOST

    def _day(self, name: str) -> date:
        return lire_jour(self.typed(name, 20)) or today()

    @cached_property
    def days(self) -> tuple[date, date]:
        """The first and the last day, whichever way they were typed."""
        first, last = sorted((self._day("du"), self._day("au")))
        return first, last

    @cached_property
    def _found(self):
        if not self.regie:
            return [], False
        return journal.mouvements(self.context, self.regie, *self.days)

    @property
    def more(self) -> bool:
        return self._found[1]

    @property
    def totals(self) -> list[dict]:
        return self.totals_of(journal.totaux_de(self._found[0]))

    @property
    def movements(self) -> list[dict]:
        return self.movements_of(self._found[0])

    @property
    def sum(self) -> str:
        return format_chf(journal.total_de(self._found[0]))
