"""``/agents/caisse/suites``: what should have followed from a payment, and has failed."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.annonces.content import Annonce
from carouge.guichet.annonces.service import en_panne
from carouge.guichet.annonces.service import reprendre
from carouge.guichet.caisse.browser.page import CaissePage
from carouge.guichet.caisse.browser.page import outdated
from carouge.guichet.caisse.browser.page import Refused
from carouge.guichet.caisse.labels import suite_ratee
from carouge.guichet.paiement.content import Paiement
from functools import cached_property
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile


#: Lines on one page.
MAX_SUITES = 50


class Suites(CaissePage):
    """Each with a button that tries again; the tasks do so as well."""

    template = ViewPageTemplateFile("../templates/suites.pt")
    page_title = _("Steps that have failed")
    section = "suites"

    def act(self):
        asked = self.typed("suite", 32)
        annonce = next((one for one in self.annonces if one.id == asked), None)
        if annonce is None:
            raise outdated()
        if not reprendre(self.context, annonce):
            raise Refused(_("It has failed again. The log of the site says why."))
        return self.done(_("Done."))

    @cached_property
    def annonces(self) -> list[Annonce]:
        return en_panne(self.context)

    @property
    def rows(self) -> list[dict]:
        return [self._row(annonce) for annonce in self.annonces[:MAX_SUITES]]

    @property
    def more(self) -> int:
        """How many are not shown."""
        return max(0, len(self.annonces) - MAX_SUITES)

    def _row(self, annonce: Annonce) -> dict:
        about = annonce.objet
        paid = isinstance(about, Paiement)
        return {
            "id": annonce.id,
            "number": about.uid if paid else about.numero,
            "url": self.paiement_url(about.uid) if paid else self.facture_url(about.id),
            "what": suite_ratee(annonce.ecouteur),
            "since": self.moment(annonce.moment),
            "tries": annonce.essais,
            "reason": annonce.raison,
        }
