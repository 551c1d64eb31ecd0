"""The gate stands on every way to publish, not on the page alone."""

from carouge.guichet.atelier.publication import TRANSITIONS
from carouge.guichet.atelier.publication import verifier
from carouge.guichet.atelier.transfert import oublier_origine


def before_transition(demarche, event) -> None:
    """
    :raises carouge.guichet.atelier.publication.PublicationRefusee: there are errors
    """
    if event.transition is not None and event.transition.getId() in TRANSITIONS:
        verifier(demarche)


def demarche_copiee(demarche, event) -> None:
    """A copy is another démarche: no import may take it for its model."""
    oublier_origine(demarche)
