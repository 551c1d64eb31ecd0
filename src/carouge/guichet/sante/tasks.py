"""What runs beside the requests."""

from carouge.guichet.sante.incidents import demarrer as demarrer_incidents
from carouge.guichet.sante.veille import demarrer


def process_starting(event) -> None:
    """Each process looks for itself: it may stand elsewhere in the network."""
    demarrer_incidents()
    demarrer()
