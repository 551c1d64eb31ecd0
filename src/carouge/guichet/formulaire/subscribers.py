"""What happens to the numbers of a form when its démarche goes."""

from carouge.guichet.formulaire.compteurs import oublier_compteurs


def demarche_removed(demarche, event) -> None:
    """Nobody asks for them any more."""
    oublier_compteurs(demarche)
