"""What comes round: messages that wait for another attempt."""

from carouge.guichet import swisstime
from carouge.guichet.webhook.service import delivrer
from carouge.guichet.webhook.service import purger


def envoyer(guichet) -> dict[str, int]:
    """See :class:`~carouge.guichet.interfaces.ITache`."""
    return delivrer(guichet) | {"oublies": purger(guichet, swisstime.now())}
