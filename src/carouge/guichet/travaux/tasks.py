"""What runs beside the requests, and what comes round."""

from carouge.guichet import swisstime
from carouge.guichet.travaux.ouvrier import demarrer
from carouge.guichet.travaux.service import purger


def process_starting(event) -> None:
    """Each process does what is waiting, what its last life left included."""
    demarrer()


def travaux(guichet) -> dict[str, int]:
    """See :class:`carouge.guichet.interfaces.ITache`.

    Counts the jobs that were deleted with their results (``effaces``).
    """
    return {"effaces": purger(guichet, swisstime.now())}
