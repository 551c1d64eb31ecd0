"""The page of a service: how to reach it, and its démarches."""

from carouge.guichet.demarche.browser.page import CachedPage
from carouge.guichet.demarche.labels import badge_of
from carouge.guichet.demarche.service import demarches_of_service
from carouge.guichet.swisstime import today
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile


class Service(CachedPage):
    """``view`` of a service."""

    content = ViewPageTemplateFile("../templates/service.pt")

    def demarches(self) -> list:
        return demarches_of_service(self.context)

    def badge(self, fiche):
        return badge_of(fiche, today())
