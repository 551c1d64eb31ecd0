"""Publishing: through the gate, with what the editor says about it."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.atelier.controle import controler
from carouge.guichet.atelier.controle import erreurs
from carouge.guichet.atelier.controle import Probleme
from carouge.guichet.demarche.versions import Accepte
from carouge.guichet.demarche.versions import modifiee
from carouge.guichet.demarche.versions import publier_version
from carouge.guichet.demarche.versions import version_publiee
from carouge.guichet.formulaire.answers import in_words
from collections.abc import Mapping
from collections.abc import Sequence
from plone import api
from zExceptions import BadRequest


#: The transitions that publish what editors have before them.
TRANSITIONS = ("publier", "publier_modifications")

MAX_NOTE = 1000


class PublicationRefusee(BadRequest):
    """The gate is closed; the text says why, in the language of the request."""


class SansRaison(ValueError):
    """Warnings were not accepted; ``problemes`` are those."""

    def __init__(self, problemes: Sequence[Probleme]) -> None:
        super().__init__(", ".join(probleme.cle for probleme in problemes))
        self.problemes = problemes


def verifier(demarche) -> None:
    """
    :raises PublicationRefusee: the working copy has errors
    """
    found = erreurs(demarche)
    if found:
        raise _refused(found)


def a_publier(demarche) -> bool:
    """Whether publishing would change anything for citizens."""
    state = api.content.get_state(demarche)
    return state != "publiee" or modifiee(demarche) or version_publiee(demarche) is None


def publier(demarche, note: str, raisons: Mapping[str, str]) -> None:
    """Publish the working copy, for the current user.

    ``raisons`` says by key of a warning why one publishes in spite of it; they are kept
    with the version.

    :raises PublicationRefusee: there are errors
    :raises SansRaison: a warning was not accepted
    """
    problemes = controler(demarche)
    found = [probleme for probleme in problemes if probleme.erreur]
    if found:
        raise _refused(found)
    unaccepted = [one for one in problemes if not raisons.get(one.cle, "").strip()]
    if unaccepted:
        raise SansRaison(unaccepted)
    publier_version(
        demarche,
        api.user.get_current().getId() or "",
        note,
        [
            Accepte(one.cle, in_words(one.message), raisons[one.cle].strip()[:MAX_NOTE])
            for one in problemes
        ],
    )
    published = api.content.get_state(demarche) == "publiee"
    transition = "publier_modifications" if published else "publier"
    api.content.transition(demarche, transition, comment=note)


def _refused(problemes: Sequence[Probleme]) -> PublicationRefusee:
    words = " ".join(in_words(probleme.message) for probleme in problemes)
    message = _("The démarche cannot be published. ${why}", mapping={"why": words})
    return PublicationRefusee(in_words(message))
