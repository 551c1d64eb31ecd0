"""What the page of a payment shows of the provider's word, beside our books."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.money import to_decimal
from carouge.guichet.paiement.domain import StatutRemboursement
from functools import cached_property


SENT_BACK = _("Sent back")


class Preuves:
    """Joined with a page that has ``paiement`` and ``moment``."""

    @cached_property
    def compared(self) -> list[dict]:
        """What was ordered beside what the provider says; empty before it has."""
        paiement, seen = self.paiement, self.paiement.vu
        if seen is None:
            return []
        currency = seen.devise or "?"
        said = f"{currency} {to_decimal(seen.centimes)}"
        ordered = f"{paiement.devise} {to_decimal(paiement.total)}"
        returned = f"{currency} {to_decimal(seen.rembourse)}"
        ours = f"{paiement.devise} {to_decimal(self.returned)}"
        rows = [
            (_("Amount"), ordered, said),
            (_("Name of the order"), paiement.uid, seen.marchand),
            (SENT_BACK, ours, returned),
        ]
        return [
            {
                "title": title,
                "ours": ours,
                "theirs": theirs,
                "agreement": self._agreement(ours == theirs, title is SENT_BACK),
                "differs": ours != theirs and not (title is SENT_BACK and self.later),
            }
            for title, ours, theirs in rows
        ]

    def _agreement(self, same: bool, sent_back: bool):
        if same:
            return _("agrees")
        if sent_back and self.later:
            return _("sent back since; not asked again yet")
        return _("differs")

    @property
    def later(self) -> bool:
        """Money went back after the provider's last word: it could not know of it."""
        seen = self.paiement.vu.moment
        return any(
            one.fait is not None and one.fait >= seen
            for one in self.paiement.remboursements
        )

    @property
    def returned(self) -> int:
        """Centimes that have gone back, by our books."""
        done = StatutRemboursement.FAIT.value
        return sum(
            one.centimes for one in self.paiement.remboursements if one.statut == done
        )

    @property
    def seen(self) -> dict | None:
        """The provider's last word."""
        seen = self.paiement.vu
        if seen is None:
            return None
        return {"time": self.moment(seen.moment), "word": seen.brut or seen.statut}
