"""What comes round: consequences that did not succeed."""

from carouge.guichet.annonces.service import reprendre_dues

import transaction


def annonces(guichet) -> dict[str, int]:
    """See :class:`carouge.guichet.interfaces.ITache`; counts as
    :func:`carouge.guichet.annonces.service.reprendre_dues`.

    Each is a transaction of its own: what one has done is kept.
    """
    comptes = reprendre_dues(
        guichet, commit=transaction.commit, abort=transaction.abort
    )
    return {word: count for word, count in comptes.items() if count}
