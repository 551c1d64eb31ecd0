"""What comes round for the demandes."""

from carouge.guichet.demande.delais import compter_delais


def delais(guichet) -> dict[str, int]:
    """See :class:`carouge.guichet.interfaces.ITache`.

    Counts the démarches whose real delay is known (``demarches``), once a day.
    """
    return {"demarches": compter_delais(guichet)}
