"""Whether the guichet can answer: for supervisors and load balancers."""

from carouge.guichet import config
from carouge.guichet.demarche.service import get_catalogue
from carouge.guichet.demarche.service import guichet_of
from plone import api
from Products.Five.browser import BrowserView

import json
import logging


logger = logging.getLogger(__name__)


class Sante(BrowserView):
    """``@@sante``, on the site and on a guichet.

    200 when each part answers, 503 with the failing part otherwise. The answer says
    which part, never why: the reason is in the log.
    """

    def __call__(self) -> str:
        parts = {
            name: self._try(name, check)
            for name, check in (
                ("base", self._database),
                ("index", self._index),
                ("catalogue", self._catalogue),
            )
        }
        good = all(state == "ok" for state in parts.values())
        response = self.request.response
        response.setStatus(200 if good else 503)
        response.setHeader("Content-Type", "application/json")
        response.setHeader("Cache-Control", "no-store")
        return json.dumps({"etat": "ok" if good else "panne", "parties": parts})

    def _try(self, name, check) -> str:
        try:
            check()
        except Exception:
            # Whatever broke, the answer must say so and not break itself.
            logger.exception("health: %s", name)
            return "panne"
        return "ok"

    def _database(self) -> None:
        # The state in the storage, not the object in this process's memory.
        root = self.context.getPhysicalRoot()
        root._p_activate()
        root._p_jar.oldstate(root, root._p_serial)

    def _index(self) -> None:
        len(api.portal.get()[config.CATALOG_ID])

    def _catalogue(self) -> None:
        for guichet in self._guichets():
            get_catalogue(guichet)

    def _guichets(self) -> list:
        guichet = guichet_of(self.context)
        if guichet is not None:
            return [guichet]
        brains = api.portal.get_tool("portal_catalog").unrestrictedSearchResults(
            portal_type=config.GUICHET
        )
        return [brain._unrestrictedGetObject() for brain in brains]
