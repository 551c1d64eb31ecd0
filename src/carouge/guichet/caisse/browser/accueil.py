"""``/agents/caisse``: the search, what waits, the invoices of a régie."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.caisse import recherche
from carouge.guichet.caisse.attentes import surpayees
from carouge.guichet.caisse.browser.page import CaissePage
from carouge.guichet.caisse.domain import Genre
from carouge.guichet.caisse.domain import MAX_RECHERCHE
from carouge.guichet.entiers import lire_entier
from carouge.guichet.facture.domain import EtatFacture
from functools import cached_property
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zExceptions import NotFound
from zope.component import queryMultiAdapter
from zope.interface import implementer
from zope.publisher.interfaces import IPublishTraverse


PAGES = "agents-caisse"


@implementer(IPublishTraverse)
class Accueil(CaissePage):
    """The first page of the cashier."""

    template = ViewPageTemplateFile("../templates/accueil.pt")
    results = None
    typed_q = ""
    unknown_scan = False

    def publishTraverse(self, request, name):
        page = queryMultiAdapter((self.context, request), name=f"{PAGES}-{name}")
        if page is None:
            raise NotFound(name)
        return page

    def _post(self):
        # A search writes nothing. It is posted, because a scanned QR-bill holds a name.
        asked = self.request.form.get("q")
        asked = asked[:MAX_RECHERCHE] if isinstance(asked, str) else ""
        found = recherche.chercher(self.context, asked)
        if found.paiement:
            return self.go(self.paiement_url(found.paiement))
        if found.seule is not None:
            return self.go(self.facture_url(found.seule.id))
        if found.recherche.genre is not Genre.RIEN:
            self.typed_q = found.recherche.valeur
            self.unknown_scan = found.recherche.genre is Genre.SCAN_INCONNU
            self.results = self.rows_of(found.factures)
        return None

    # The list of a régie

    @cached_property
    def etat(self) -> EtatFacture:
        try:
            return EtatFacture(self.request.form.get("etat"))
        except ValueError:
            return EtatFacture.OUVERTE

    @property
    def etat_options(self) -> list[dict]:
        return [
            {
                "value": etat.value,
                "title": title,
                "selected": "selected" if etat is self.etat else None,
            }
            for etat, title in self.facture_labels.items()
        ]

    @cached_property
    def debut(self) -> int:
        return lire_entier(self.typed("debut", 7)) or 0

    @cached_property
    def page(self) -> dict:
        """A page of the list, with the addresses of its neighbours."""
        found, more = recherche.liste(self.context, self.regie, self.etat, self.debut)
        step = recherche.PAR_PAGE
        return {
            "rows": self.rows_of(found),
            "previous": self._at(self.debut - step) if self.debut else None,
            "next": self._at(self.debut + step) if more else None,
        }

    def _at(self, debut: int) -> str:
        return self.url(
            regie=self.regie, etat=self.etat.value, debut=str(max(0, debut))
        )

    @cached_property
    def surpayees(self) -> list[dict]:
        return self.rows_of(surpayees(self.context))

    @property
    def tasks(self) -> list[dict]:
        """What waits, in words."""
        return [
            {"url": self.url(name), "title": title, "count": self.waiting[name]}
            for name, title in TASKS.items()
            if self.waiting.get(name)
        ]


TASKS = {
    "paiements": _("Payments to check"),
    "rattachements": _("Debtor numbers to validate"),
    "a-traiter": _("Bank movements to treat"),
    "remboursements": _("Refunds that wait for a second person"),
    "lots": _("Batches that nobody has acknowledged"),
    "suites": _("Steps after a payment that have failed"),
}
