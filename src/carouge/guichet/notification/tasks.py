"""What runs beside the requests."""

from carouge.guichet.notification.departs import start_postman
from carouge.guichet.notification.departs import start_sms_carrier
from carouge.guichet.notification.preuves import reprendre_les_messages


def process_starting(event) -> None:
    """Each process takes the waiting messages away, those of its last life included."""
    start_postman()
    start_sms_carrier()


def messages(guichet) -> dict[str, int]:
    """See :class:`carouge.guichet.interfaces.ITacheLocale`.

    Counts the messages of killed processes that leave now (``repris``).
    """
    return {"repris": reprendre_les_messages(guichet)}
