"""The addresses below ``/<demarche>/formulaire``."""

from __future__ import annotations

from carouge.guichet.formulaire.browser.accueil import PageAccueil
from carouge.guichet.formulaire.browser.enregistrement import Enregistrement
from carouge.guichet.formulaire.browser.fichiers import Fichiers
from carouge.guichet.formulaire.browser.formulaire import PageEtape
from carouge.guichet.formulaire.browser.suppression import PageSuppression
from carouge.guichet.formulaire.browser.verification import PageVerification
from Products.Five.browser import BrowserView
from zExceptions import NotFound
from zope.interface import implementer
from zope.publisher.interfaces import IPublishTraverse


@implementer(IPublishTraverse)
class Formulaire(BrowserView):
    """``formulaire``, ``formulaire/<brouillon>`` and the pages of a brouillon.

    ``etape/<step>``, ``verifier``, ``enregistrer``, ``fichiers/…``, ``supprimer``;
    ``formulaire/enregistrer`` makes the brouillon of a page that has none yet; files
    need one.
    """

    def __init__(self, context, request) -> None:
        super().__init__(context, request)
        self.path: list[str] = []

    def publishTraverse(self, request, name: str):
        if len(self.path) >= 4:
            raise NotFound(name)
        self.path.append(name)
        return self

    def __call__(self):
        match self.path:
            case []:
                return self._page(PageAccueil)()
            case ["enregistrer"]:
                return self._page(Enregistrement)()
            case ["fichiers"]:
                return self._page(Fichiers)()
            case [id]:
                return self._page(PageEtape, id).reprendre()
            case [id, "etape", step]:
                return self._page(PageEtape, id)(step)
            case [id, "enregistrer"]:
                return self._page(Enregistrement, id)()
            case [id, "verifier"]:
                return self._page(PageVerification, id)()
            case [id, "supprimer"]:
                return self._page(PageSuppression, id)()
            case [id, "fichiers", *rest]:
                return self._page(Fichiers, id)(rest)
        raise NotFound("/".join(self.path))

    def _page(self, page, id: str | None = None):
        view = page(self.context, self.request, id)
        view.__name__ = self.__name__
        return view
