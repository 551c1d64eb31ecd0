"""What comes round for the payments."""

from carouge.guichet import swisstime
from carouge.guichet.facture.reglages import reglages
from carouge.guichet.paiement.purge import purger_abandonnes
from carouge.guichet.paiement.purge import purger_payeurs
from carouge.guichet.paiement.service import rapprocher

import transaction


def rapprochement(guichet) -> dict[str, int]:
    """See :class:`carouge.guichet.interfaces.ITache`; counts as
    :func:`carouge.guichet.paiement.service.rapprocher`.

    Each payment is a transaction of its own: what was found of one is kept.
    """
    return rapprocher(guichet, commit=transaction.commit, abort=transaction.abort)


def anciens(guichet) -> dict[str, int]:
    """See :class:`carouge.guichet.interfaces.ITache`: what is let go after a time."""
    moment, voulu = swisstime.now(), reglages()
    return {
        "paiements_oublies": purger_abandonnes(guichet, moment, voulu.jours_abandonnes),
        "payeurs_oublies": purger_payeurs(guichet, moment, voulu.jours_payeurs),
    }
