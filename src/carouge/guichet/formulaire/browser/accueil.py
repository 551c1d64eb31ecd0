"""``/<demarche>/formulaire``: begin, or go on with what was begun before."""

from carouge.guichet import config
from carouge.guichet.brouillon import service as brouillons
from carouge.guichet.brouillon.domain import MAX_BROUILLONS
from carouge.guichet.formulaire.browser.brouillon import ETAPE
from carouge.guichet.formulaire.browser.formulaire import PageEtape
from carouge.guichet.swisstime import format_time
from plone import api
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile


class PageAccueil(PageEtape):
    """The first step; before it the open brouillons of this démarche, if there are."""

    accueil_template = ViewPageTemplateFile("../templates/accueil.pt")

    def __call__(self):
        if self.request.method == "POST":
            return self.envoyer(self._text(ETAPE) or None)
        if self._text("version") == "travail" and self._can_edit():
            address = f"{self.context.absolute_url()}/@@voir-comme"
            return self.request.response.redirect(address)
        if not self.gate.may_begin:
            # The page of the démarche says why, and what to do next.
            return self.request.response.redirect(self.context.absolute_url())
        self.ouverts = self._ouverts()
        if self.ouverts and not (self._text("nouveau") and self.peut_commencer):
            return self._montrer(self.accueil_template)
        return super().__call__()

    def _can_edit(self) -> bool:
        return api.user.has_permission(config.MANAGE_CATALOGUE, obj=self.context)

    def _ouverts(self) -> list:
        owners = brouillons.proprietaires(self.request)
        return brouillons.de_demarche(self._guichet, self.context.UID(), owners)

    @property
    def peut_commencer(self) -> bool:
        return len(self.ouverts) < MAX_BROUILLONS

    format_time = staticmethod(format_time)

    def adresse_de(self, brouillon) -> str:
        return f"{self.context.absolute_url()}/formulaire/{brouillon.id}"

    def titre_etape(self, brouillon) -> str:
        """Where somebody stopped, in words; may be empty."""
        return brouillon.etapes.get(brouillon.etape, "")
