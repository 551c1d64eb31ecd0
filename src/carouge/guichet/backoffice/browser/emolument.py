"""``/agents/<numero>/emolument``: the invoice of what a demande costs, and its receipt.

They say nothing of other invoices, not even of those that were paid together with it.
"""

from __future__ import annotations

from carouge.guichet.backoffice.browser.partie import DemandePage
from carouge.guichet.dossier.emolument import facture_de
from carouge.guichet.dossier.emolument import sans_suite
from carouge.guichet.dossier.remise import remettre_pdf
from carouge.guichet.paiement.quittance import document_de
from carouge.guichet.paiement.quittance import SansQuittance
from functools import cached_property
from zExceptions import NotFound
from zope.interface import implementer
from zope.publisher.interfaces import IPublishTraverse


class AvecEmolument:
    """What the page of a demande says of its fee."""

    @cached_property
    def emolument(self) -> dict | None:
        """The invoice of what the demande costs; None when nothing is paid here."""
        facture = facture_de(self.demande)
        if facture is None:
            return None
        url = f"{self.list_url}/{self.demande.numero}/emolument"
        return {
            "numero": facture.numero,
            "url": url,
            "void": sans_suite(facture),
            "paid": self.day(facture.payee_le) if facture.payee_le else "",
            "receipt": f"{url}/quittance" if facture.payee_le else "",
        }


@implementer(IPublishTraverse)
class AgentsEmolument(DemandePage):
    """The invoice as PDF; ``quittance`` below it is the receipt."""

    document = "pdf"

    def publishTraverse(self, request, name):
        if self.document != "pdf" or name != "quittance":
            raise NotFound(name)
        self.document = name
        return self

    def template(self):
        facture = facture_de(self.demande)
        if facture is None:
            raise NotFound("emolument")
        try:
            pdf, name = document_de(self.context, facture, self.document)
        except SansQuittance:
            raise NotFound(self.document) from None
        return remettre_pdf(self.request.response, pdf, name)
