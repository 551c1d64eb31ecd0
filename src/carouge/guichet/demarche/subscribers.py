"""Whatever changes the catalogue makes its prepared snapshot stale."""

from carouge.guichet.demarche.service import guichet_of
from carouge.guichet.demarche.service import touch_catalogue


def catalogue_changed(obj, event) -> None:
    """A guichet, categorie, service or démarche was added, edited, moved or removed."""
    for context in {
        obj,
        getattr(event, "oldParent", None),
        getattr(event, "newParent", None),
    }:
        guichet = guichet_of(context)
        if guichet is not None:
            touch_catalogue(guichet)
