"""``…/verifier``: all answers once more, and the button that sends them."""

from __future__ import annotations

from carouge.guichet.demarche.domain import Availability
from carouge.guichet.formulaire import remplir
from carouge.guichet.formulaire import texts
from carouge.guichet.formulaire.answers import in_words
from carouge.guichet.formulaire.browser.brouillon import FORME
from carouge.guichet.formulaire.browser.formulaire import PageEtape
from carouge.guichet.formulaire.prefill import savable
from carouge.guichet.formulaire.service import keep_in_compte
from carouge.guichet.formulaire.service import NotAvailable
from plone.protect.interfaces import IDisableCSRFProtection
from zope.interface import alsoProvides


#: Names of inputs: keep the answers in the compte; the price that was shown.
KEEP = "garder"
PRICE = "prix"


class PageVerification(PageEtape):
    """The review; sending twice makes one demande."""

    def __call__(self) -> str:
        if self.request.method == "POST" and "envoyer" in self.request.form:
            return self._send()
        if self.brouillon is None:
            return self._not_there()
        return self._review()

    def _review(self) -> str:
        return self.montrer_verification(self.ouvrir())

    def _not_there(self) -> str:
        if remplir.deja_depose(self.context, self.id):
            return self._confirmation()
        return self.introuvable()

    def _send(self) -> str:
        found = remplir.attendre_son_tour(self.context, self.id, self.owners)
        self.brouillon = self._own(found)
        if self.brouillon is None:
            return self._not_there()
        alsoProvides(self.request, IDisableCSRFProtection)
        parcours = self.parcours = self.ouvrir()
        self.notice = self._news()
        if self.notice is not None:
            return self._review()
        try:
            remplir.deposer(self.context, self.brouillon)
        except remplir.Incomplet:
            self.notice = texts.INCOMPLETE
            return self._review()
        except NotAvailable:
            # Closed or suspended while somebody was typing: the brouillon stays.
            self.notice = texts.NOT_AVAILABLE
            return self._review()
        query = {}
        if self._text(KEEP) and not parcours.contexte.par_agent:
            query["garde"] = "non" if keep_in_compte(parcours) else "oui"
        return self._confirmation(query)

    def _news(self):
        """What has changed under the hands of whoever sends this page, or None."""
        if self.a_revoir and self._text(FORME) != self.parcours.form.version:
            return texts.NEW_FORM
        shown = self._text(PRICE)
        return texts.NEW_PRICE if shown and shown != str(self.prix) else None

    @property
    def caches(self) -> list[tuple[str, str]]:
        return [*super().caches, (PRICE, str(self.prix))]

    # --- what the template asks for ---------------------------------------------

    @property
    def action(self) -> str:
        return self.adresse_verification()

    @property
    def retour(self) -> str:
        return self.adresse_verification()

    @property
    def peut_envoyer(self) -> bool:
        """Nothing is missing, neither answers nor a proof."""
        return self.gate.open and self.ouvert.suite is None

    @property
    def ouverte(self) -> bool:
        """Whether the démarche takes demandes today."""
        return self.gate.availability is Availability.OPEN

    @property
    def savable(self) -> list[str]:
        """Titles of the questions whose answers can go into the compte."""
        if self.parcours.contexte.par_agent:
            # It is not the agent's to say what stands in somebody's account.
            return []
        names = savable(self.parcours.form, self.parcours.reprise)
        return [in_words(self.parcours.form.questions[name].titre) for name in names]
