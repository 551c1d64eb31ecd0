"""How often one person may ask the payment provider, begin payments, have a PDF made.

Each of these takes seconds, or somebody else's service. Whoever pays does it a few times.
"""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.formulaire.limites import TropVite
from carouge.guichet.limiter import Quota
from time import monotonic
from zope.i18nmessageid import Message


_HEURE = 3600.0

#: Questions to the provider that a visitor causes: departure, return, giving up.
questions = Quota(monotonic, uses=120, seconds=_HEURE)
#: Payments that are begun.
departs = Quota(monotonic, uses=60, seconds=_HEURE)
#: Invoices and receipts as PDF.
documents = Quota(monotonic, uses=120, seconds=_HEURE)


def trop_souvent(response, error: TropVite) -> Message:
    """Answer with 429 and when to come back; the words for that."""
    response.setStatus(429)
    response.setHeader("Retry-After", str(error.secondes))
    return _(
        "You have asked for this very often within the last hour. Please try again in "
        "${minutes} min; a payment that was made is noted without you.",
        mapping={"minutes": str(-(-error.secondes // 60))},
    )
