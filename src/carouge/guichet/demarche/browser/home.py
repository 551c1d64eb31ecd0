"""The home of a guichet: search first, then the categories."""

from carouge.guichet.demarche.browser.page import CachedPage
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile


class Home(CachedPage):
    """``view`` of a guichet."""

    content = ViewPageTemplateFile("../templates/home.pt")

    def categories(self) -> list:
        """The categories to show: an empty shelf is of use to its editor only."""
        return [
            categorie
            for categorie in self.catalogue.categories
            if categorie.demarches or self.can_edit
        ]
