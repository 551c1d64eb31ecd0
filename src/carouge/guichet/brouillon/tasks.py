"""What comes round for the brouillons."""

from carouge.guichet import swisstime
from carouge.guichet.brouillon.echeances import expirer
from carouge.guichet.brouillon.echeances import rappeler


def brouillons(guichet) -> dict[str, int]:
    """See :class:`carouge.guichet.interfaces.ITache`.

    Counts what was deleted (``expires``) and whose owner was told (``rappeles``). Each
    of them is written: of two runs at the same moment one has a conflict, and nothing
    left to do when it is made again.
    """
    moment = swisstime.now()
    return {
        "expires": expirer(guichet, moment),
        "rappeles": rappeler(guichet, moment),
    }
