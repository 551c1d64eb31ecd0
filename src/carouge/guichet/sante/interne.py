"""What a process needs inside to answer: the database, the index, the catalogue."""

from __future__ import annotations

from carouge.guichet import config
from carouge.guichet.demarche.service import get_catalogue
from carouge.guichet.demarche.service import guichet_of
from carouge.guichet.sante.domain import Etat
from collections.abc import Callable
from plone import api

import logging


logger = logging.getLogger("carouge.guichet.sante")


def pret(context) -> Etat:
    """Whether this process can answer: the storage answers, the add-on is there.

    Asked every few seconds by a load balancer: no content is woken up.
    """
    return _essayer("base", lambda: _base(context))


def parties_internes(context) -> dict[str, Etat]:
    """Each part inside: ``base``, ``index``, ``catalogue``."""
    return {
        "base": _essayer("base", lambda: _base(context)),
        "index": _essayer("index", lambda: len(api.portal.get()[config.CATALOG_ID])),
        "catalogue": _essayer("catalogue", lambda: _catalogue(context)),
    }


def _essayer(nom: str, essai: Callable[[], object]) -> Etat:
    try:
        essai()
    except Exception:
        # Whatever broke, the answer must say so and not break itself.
        logger.exception("health: %s", nom)
        return Etat.PANNE
    return Etat.OK


def _base(context) -> None:
    # The state in the storage, not the object in this process's memory.
    root = context.getPhysicalRoot()
    root._p_activate()
    root._p_jar.oldstate(root, root._p_serial)


def _catalogue(context) -> None:
    for guichet in _guichets(context):
        get_catalogue(guichet)


def _guichets(context) -> list:
    guichet = guichet_of(context)
    if guichet is not None:
        return [guichet]
    brains = api.portal.get_tool("portal_catalog").unrestrictedSearchResults(
        portal_type=config.GUICHET
    )
    return [brain._unrestrictedGetObject() for brain in brains]
