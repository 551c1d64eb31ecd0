"""``…/supprimer``: delete a brouillon while one is filling it in."""

from carouge.guichet.brouillon import service as brouillons
from carouge.guichet.formulaire.browser.brouillon import PageDeBrouillon
from carouge.guichet.journal.service import record
from plone.protect.interfaces import IDisableCSRFProtection
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zope.interface import alsoProvides


class PageSuppression(PageDeBrouillon):
    """Asks first; says afterwards that nothing is kept."""

    suppression_template = ViewPageTemplateFile("../templates/suppression.pt")
    fait = False
    #: It was an agent's entry for somebody.
    saisie = False

    def __call__(self) -> str:
        if self.brouillon is not None and self.request.method == "POST":
            alsoProvides(self.request, IDisableCSRFProtection)
            self.saisie = self.pour is not None
            if self.saisie:
                record("brouillon.abandonner", subject=self.brouillon.id)
            brouillons.supprimer(self._guichet, self.brouillon)
            self.brouillon = None
            self.fait = True
        elif self.brouillon is None:
            self.request.response.setStatus(404)
        return self._montrer(self.suppression_template)
