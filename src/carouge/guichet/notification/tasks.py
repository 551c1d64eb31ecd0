"""What runs beside the requests."""

from carouge.guichet.notification.service import start_postman


def process_starting(event) -> None:
    """Each process takes the waiting mails away, those of its last life included."""
    start_postman()
