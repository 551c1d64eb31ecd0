"""What happens to what is still to be done when something happens around it."""

from carouge.guichet.annonces.service import oublier_tout


def guichet_copied(guichet, event) -> None:
    oublier_tout(guichet)
