"""The job that takes messages away as soon as they are written."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.interfaces import ITravail
from carouge.guichet.travaux.service import commander
from carouge.guichet.webhook.service import delivrer
from carouge.guichet.webhook.service import en_reste
from collections.abc import Iterator
from zope.interface import implementer


DISTRIBUTION = "webhooks"


@implementer(ITravail)
class Distribution:
    """See :class:`carouge.guichet.interfaces.ITravail`."""

    titre = _("Messages to other systems")
    par_lot = 1
    #: A system that does not answer holds up no export and no bulk action.
    en_dernier = True

    def etapes(self, guichet, travail) -> Iterator[int]:
        comptes = delivrer(guichet)
        if en_reste(guichet):
            # One run is short; whatever else waits comes in between.
            commander_distribution(guichet)
        yield sum(comptes.values())
        return comptes

    def oublier(self, guichet, travail) -> None:
        """Nothing is kept elsewhere."""


def commander_distribution(guichet) -> None:
    """Have what was just written taken away after the commit."""
    commander(guichet, DISTRIBUTION, {}, auteur="")
