"""The page of a categorie: its démarches."""

from carouge.guichet.demarche.browser.page import CachedPage
from carouge.guichet.demarche.labels import badge_of
from carouge.guichet.demarche.service import categorie_of
from carouge.guichet.demarche.service import drafts_of
from carouge.guichet.swisstime import today
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile


class Categorie(CachedPage):
    """``view`` of a categorie."""

    content = ViewPageTemplateFile("../templates/categorie.pt")

    def categorie(self):
        return categorie_of(self.context)

    def drafts(self) -> list:
        """What only editors see: the démarches that are not published."""
        return drafts_of(self.context) if self.can_edit else []

    def badge(self, fiche):
        return badge_of(fiche, today())
