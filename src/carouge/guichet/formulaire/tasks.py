"""What comes round for the uploaded files."""

from carouge.guichet.formulaire.controle import reexaminer


def antivirus(guichet) -> dict[str, int]:
    """See :class:`carouge.guichet.interfaces.ITache`."""
    return reexaminer(guichet)
