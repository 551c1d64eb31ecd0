"""``/agents/caisse/paiements`` and ``remboursements``: lists."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.caisse import labels
from carouge.guichet.caisse.browser.page import CaissePage
from carouge.guichet.caisse.paiements import en_cours
from carouge.guichet.caisse.paiements import remboursements_ouverts
from carouge.guichet.money import format_chf
from carouge.guichet.paiement.content import Paiement
from carouge.guichet.paiement.domain import Etat
from carouge.guichet.paiement.domain import StatutRemboursement
from carouge.guichet.paiement.labels import REMBOURSEMENTS
from carouge.guichet.paiement.labels import REVUES
from carouge.guichet.paiement.service import a_verifier
from carouge.guichet.paiement.service import bloques
from functools import cached_property
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zope.component import getMultiAdapter
from zope.interface import implementer
from zope.publisher.interfaces import IPublishTraverse


PAIEMENT_PAGE = "agents-caisse-paiement"


@implementer(IPublishTraverse)
class Paiements(CaissePage):
    """What has to be looked into, what should have ended, what is under way."""

    template = ViewPageTemplateFile("../templates/paiements.pt")
    page_title = _("Online payments")
    section = "paiements"

    def publishTraverse(self, request, name):
        page = getMultiAdapter((self.context, request), name=PAIEMENT_PAGE)
        page.uid = name
        return page

    @cached_property
    def groups(self) -> list[dict]:
        review, stuck = a_verifier(self.context), bloques(self.context)
        known = {paiement.uid for paiement in (*review, *stuck)}
        others = [one for one in en_cours(self.context) if one.uid not in known]
        return [
            {
                "id": "a-verifier",
                "title": _("To check"),
                "empty": _("No payment has to be looked into."),
                "rows": [self._row(one) for one in review],
            },
            {
                "id": "bloques",
                "title": _("Not ended for a day"),
                "empty": _("None."),
                "rows": [self._row(one) for one in stuck],
            },
            {
                "id": "en-cours",
                "title": _("Under way"),
                "empty": _("None."),
                "rows": [self._row(one) for one in others],
            },
        ]

    def _row(self, paiement: Paiement) -> dict:
        etat = paiement.etat
        review = etat is Etat.A_VERIFIER
        return {
            "uid": paiement.uid,
            "url": self.paiement_url(paiement.uid),
            "numbers": ", ".join(one.numero for one in paiement.articles[:5]),
            "regie": self.regie_title(paiement.regie),
            "amount": format_chf(paiement.total),
            "time": self.moment(paiement.cree),
            "etat": self.paiement_labels[etat],
            "css": self.paiement_colours[etat],
            "reason": REVUES.get(paiement.revue) if review else None,
        }


class Remboursements(CaissePage):
    """The refunds that are neither done nor refused."""

    template = ViewPageTemplateFile("../templates/remboursements.pt")
    page_title = _("Refunds")
    section = "remboursements"

    @cached_property
    def rows(self) -> list[dict]:
        found = [
            {
                "url": self.paiement_url(paiement.uid),
                "numbers": ", ".join(one.numero for one in paiement.articles[:5]),
                "amount": format_chf(one.centimes),
                "statut": REMBOURSEMENTS[StatutRemboursement(one.statut)],
                "css": labels.REMBOURSEMENT_COLOURS.get(
                    StatutRemboursement(one.statut), "text-bg-secondary"
                ),
                "reason": one.raison,
                "person": self.name_of(one.par),
                "time": self.moment(one.moment),
                "moment": one.moment,
            }
            for paiement, one in remboursements_ouverts(self.context)
        ]
        return sorted(found, key=lambda row: row["moment"])
