"""What comes round for the carts."""

from carouge.guichet import swisstime
from carouge.guichet.panier.service import oublier_abandonnes


def paniers(guichet) -> dict[str, int]:
    """See :class:`carouge.guichet.interfaces.ITache`; counts what was forgotten."""
    return {"oublies": oublier_abandonnes(guichet, swisstime.now())}
