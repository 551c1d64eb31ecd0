"""What happens to the jobs when something happens to their guichet."""

from carouge.guichet.travaux.service import oublier_tout


def guichet_copied(guichet, event) -> None:
    """The jobs of the original are none of the copy's."""
    oublier_tout(guichet)
