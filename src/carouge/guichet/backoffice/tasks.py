"""What comes round at the desk."""

from carouge.guichet import swisstime
from carouge.guichet.backoffice import presence
from carouge.guichet.backoffice import relances


def oublier_presence(guichet) -> dict[str, int]:
    """See :class:`carouge.guichet.interfaces.ITache`."""
    oubliees = presence.oublier(guichet)
    return {"oubliees": oubliees} if oubliees else {}


def relancer(guichet) -> dict[str, int]:
    """See :class:`carouge.guichet.interfaces.ITache`.

    Counts the citizens who were reminded of an answer (``rappels``) and of announced
    documents (``rappels_pieces``), the expected days of which the
    services were told (``proches``, ``depassees``) and what was put away (``archives``).
    """
    moment = swisstime.now()
    told = relances.avertir(guichet, moment)
    return {
        "rappels": relances.rappeler(guichet, moment),
        "rappels_pieces": relances.rappeler_pieces(guichet, moment),
        "proches": told[relances.PROCHE],
        "depassees": told[relances.DEPASSEE],
        "archives": relances.ranger(guichet, moment),
    }
