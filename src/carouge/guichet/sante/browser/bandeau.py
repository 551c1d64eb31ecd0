"""The banner above a page: what does not work just now, and what still does."""

from __future__ import annotations

from carouge.guichet.demarche.service import guichet_of
from carouge.guichet.sante.bandeau import Avis
from carouge.guichet.sante.bandeau import avis_pour
from carouge.guichet.sante.bandeau import lieu_de
from carouge.guichet.sante.memoire import memoire
from plone import api
from plone.app.layout.viewlets.common import ViewletBase
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile


class Bandeau(ViewletBase):
    """Nothing at all while everything works."""

    index = ViewPageTemplateFile("../templates/bandeau.pt")
    avis: list[Avis] = []

    def update(self) -> None:
        guichet = guichet_of(self.context)
        if guichet is None:
            return
        etats = memoire.etats("/".join(api.portal.get().getPhysicalPath()))
        ici = self.request.get("ACTUAL_URL", "")
        lieu = lieu_de(ici.removeprefix(guichet.absolute_url()))
        self.avis = avis_pour(etats, lieu, connecte=not api.user.is_anonymous())

    def render(self) -> str:
        return self.index() if self.avis else ""
