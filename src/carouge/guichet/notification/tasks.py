"""What runs beside the requests."""

from carouge.guichet.notification.service import start_postman
from carouge.guichet.notification.service import start_sms_carrier


def process_starting(event) -> None:
    """Each process takes the waiting messages away, those of its last life included."""
    start_postman()
    start_sms_carrier()
