"""``/agents/caisse/lots``: the batches for the accounting."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.caisse.browser.page import CaissePage
from carouge.guichet.caisse.browser.page import IMPOSSIBLE
from carouge.guichet.caisse.browser.page import Refused
from carouge.guichet.journal.service import record
from carouge.guichet.layout import keep_private
from carouge.guichet.money import format_chf
from carouge.guichet.paiement.lots import a_exporter
from carouge.guichet.paiement.lots import acquitter
from carouge.guichet.paiement.lots import creer_lot
from carouge.guichet.paiement.lots import csv_de
from carouge.guichet.paiement.lots import DejaAcquitte
from carouge.guichet.paiement.lots import get_lot
from carouge.guichet.paiement.lots import lots_de
from functools import cached_property
from itertools import islice
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zExceptions import NotFound
from zope.interface import implementer
from zope.publisher.interfaces import IPublishTraverse


#: Batches in the list; the open ones are there whatever their number.
MOST = 60


@implementer(IPublishTraverse)
class Lots(CaissePage):
    """The list; ``/<number>`` below it is the file of a batch."""

    template = ViewPageTemplateFile("../templates/lots.pt")
    page_title = _("Accounting batches")
    section = "lots"
    number = None
    words_reference = _("Reference of the accounting (optional)")

    def publishTraverse(self, request, name):
        if self.number is not None:
            raise NotFound(name)
        self.number = name
        return self

    def __call__(self):
        if self.number is not None:
            return self.download()
        return super().__call__()

    def download(self):
        """The batch as CSV: the same, byte by byte, each time."""
        keep_private(self.request.response)
        lot = get_lot(self.context, self.number)
        if lot is None:
            raise NotFound(self.number)
        record("lot.telecharger", subject=lot.numero)
        return self.file(csv_de(lot), f"{lot.numero}.csv", "text/csv; charset=utf-8")

    def act(self):
        geste = self.request.form.get("geste")
        if geste == "creer" and self.regie:
            return self._make()
        if geste == "acquitter":
            return self._acknowledge()
        raise Refused(IMPOSSIBLE)

    def _make(self):
        lot = creer_lot(self.context, self.regie, self.me)
        if lot is None:
            return self.done(_("Nothing waits for a batch."))
        return self.done(
            _("The batch ${number} is made.", mapping={"number": lot.numero})
        )

    def _acknowledge(self):
        lot = get_lot(self.context, self.typed("lot", 60))
        if lot is None:
            raise Refused(IMPOSSIBLE)
        try:
            acquitter(
                self.context, lot, self.typed(f"reference-{lot.numero}", 60), self.me
            )
        except DejaAcquitte as error:
            raise Refused(
                _(
                    "The batch ${number} is acknowledged already, with another "
                    "reference.",
                    mapping={"number": lot.numero},
                ),
                status=409,
            ) from error
        return self.done(
            _("The batch ${number} is acknowledged.", mapping={"number": lot.numero}),
            self.url("lots", regie=lot.regie),
        )

    # What is shown

    @property
    def here(self) -> str:
        return self.url("lots", regie=self.regie) if self.regie else super().here

    @cached_property
    def waiting_lines(self) -> int:
        """How many movements are in no batch yet."""
        return a_exporter(self.context, self.regie) if self.regie else 0

    @cached_property
    def rows(self) -> list[dict]:
        """The batches: open ones first, then the newest."""
        if not self.regie:
            return []
        opened = lots_de(self.context, self.regie, ouverts=True)
        # One by one: those beyond the list are not loaded.
        newest = reversed(lots_de(self.context, self.regie))
        closed = (lot for lot in newest if lot.acquitte is not None)
        return [self._row(lot) for lot in (*opened, *islice(closed, MOST))]

    def _row(self, lot) -> dict:
        return {
            "numero": lot.numero,
            "url": self.url("lots", lot.numero),
            "count": len(lot),
            "total": format_chf(lot.total),
            "time": self.moment(lot.moment),
            "totals": [
                {"title": self.source_labels[source], "amount": format_chf(total)}
                for source, _count, total in lot.totaux
            ],
            "acknowledged": self.moment(lot.acquitte),
            "person": self.name_of(lot.acquitte_par),
            "reference": lot.reference,
            "field": f"reference-{lot.numero}",
        }
