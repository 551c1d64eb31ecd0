"""A file somebody has just uploaded, sent back to its owner."""

from __future__ import annotations

from carouge.guichet.formulaire.documents import apercu
from plone.namedfile.utils import set_headers
from plone.namedfile.utils import stream_data
from zExceptions import NotFound


def envoyer(fichier, response):
    """The file itself, to be shown without any right to do something."""
    set_headers(fichier.contenu, response, filename=fichier.nom)
    _enfermer(response)
    return stream_data(fichier.contenu)


def envoyer_apercu(fichier, response) -> bytes:
    """A small picture of it.

    :raises NotFound: none can be made
    """
    picture = apercu(fichier.contenu.data, fichier.type)
    if picture is None:
        raise NotFound(fichier.id)
    response.setHeader("Content-Type", "image/jpeg")
    _enfermer(response)
    return picture


def _enfermer(response) -> None:
    response.setHeader("X-Content-Type-Options", "nosniff")
    response.setHeader("Content-Security-Policy", "sandbox; default-src 'none'")
