"""What the desk does when something happens to a demande."""


def demande_moved(event) -> None:
    """What is worked on again is no longer put away."""
    demande = event.object
    if demande.dossier.archivee is not None and not demande.etat.final:
        demande.ouvrir_dossier().archivee = None
        demande.reindexObject()
