"""What comes round for the invoices."""

from carouge.guichet import swisstime
from carouge.guichet.facture.rappels import rappeler


def rappels(guichet) -> dict[str, int]:
    """See :class:`carouge.guichet.interfaces.ITache`.

    Each invoice that is reminded of is written: of two runs at the same moment one has
    a conflict, and nothing left to do when it is made again.
    """
    return {"rappelees": rappeler(guichet, swisstime.now())}
