"""``/agents/caisse/factures/<id>``: one invoice, its ledger and what can be done."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.caisse import labels
from carouge.guichet.caisse import service
from carouge.guichet.caisse.browser.page import CaissePage
from carouge.guichet.caisse.browser.page import IMPOSSIBLE
from carouge.guichet.caisse.browser.page import outdated
from carouge.guichet.caisse.browser.page import Refused
from carouge.guichet.caisse.histoire import histoire
from carouge.guichet.entiers import lire_entier
from carouge.guichet.facture.document import facture_pdf
from carouge.guichet.facture.domain import Source
from carouge.guichet.facture.domain import Verrouillee
from carouge.guichet.facture.rattachement import rattachements_de
from carouge.guichet.facture.rattachement import Statut
from carouge.guichet.facture.service import get_facture
from carouge.guichet.journal.service import record
from carouge.guichet.layout import keep_private
from carouge.guichet.money import format_chf
from carouge.guichet.money import to_decimal
from carouge.guichet.paiement.quittance import quittance_de_caisse
from carouge.guichet.paiement.quittance import SansQuittance
from contextlib import contextmanager
from functools import cached_property
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zExceptions import NotFound
from zope.interface import implementer
from zope.publisher.interfaces import IPublishTraverse

import re


_RECU = re.compile(r"[0-9A-Za-z][0-9A-Za-z./-]{0,39}")

#: What somebody gets a receipt for here; online payments have theirs on their page.
_QUITTANCES = (Source.ESPECES, Source.TERMINAL, Source.VIREMENT)

LOCKED = _(
    "An online payment of this invoice is under way: nothing else can be booked "
    "meanwhile. Look at the payment first."
)


@implementer(IPublishTraverse)
class FacturePage(CaissePage):
    """One invoice; ``/document`` and ``/quittance`` below it are PDF."""

    template = ViewPageTemplateFile("../templates/facture.pt")
    exact = False
    id = None
    part = None

    def publishTraverse(self, request, name):
        if self.id is None:
            self.id = name
        elif name in PARTS and self.part is None:
            self.part = name
        else:
            raise NotFound(name)
        return self

    def __call__(self):
        if self.part is not None:
            return PARTS[self.part](self)
        return super().__call__()

    def read(self) -> None:
        try:
            self.facture = service.ouvrir(self.context, self.id or "")
        except service.FactureInconnue as error:
            raise NotFound(self.id) from error
        self.page_title = _(
            "Invoice ${number}", mapping={"number": self.facture.numero}
        )

    def pdf(self):
        """The bill as it is sent."""
        keep_private(self.request.response)
        self.read()
        body = facture_pdf(self.context, self.facture)
        record("facture.document", subject=self.facture.id)
        return self.file(body, f"facture-{self.facture.id}.pdf", "application/pdf")

    def receipt(self):
        """What was paid at the counter, or by bank, as the payer keeps it."""
        keep_private(self.request.response)
        self.read()
        entries = self.facture.ecritures
        rank = lire_entier(self.typed("ecriture", 8), moins=1, plus=len(entries))
        if rank is None:
            raise NotFound("quittance")
        money = entries[rank - 1]
        paid = [one for one in entries if one.id_externe == money.id_externe]
        try:
            body = quittance_de_caisse(
                self.context,
                self.facture,
                paid,
                par=self.say(self.name_of(money.par)),
            )
        except SansQuittance as error:
            raise NotFound("quittance") from error
        record("facture.quittance", subject=self.facture.id)
        return self.file(body, f"quittance-{self.facture.id}.pdf", "application/pdf")

    def act(self):
        orders = {
            "especes": self._especes,
            "terminal": self._terminal,
            "annuler": self._annuler,
        }
        geste = self.request.form.get("geste")
        if not isinstance(geste, str) or geste not in orders:
            raise Refused(IMPOSSIBLE)
        with self._told():
            return orders[geste]()

    @contextmanager
    def _told(self):
        """Say what the books do not let happen."""
        try:
            yield
        except service.Perimee as error:
            raise outdated() from error
        except Verrouillee as error:
            raise Refused(LOCKED, status=409) from error
        except service.DejaPrise as error:
            other = get_facture(self.context, error.facture)
            raise Refused(
                _(
                    "This receipt is booked on the invoice ${number} already.",
                    mapping={"number": other.numero if other is not None else ""},
                ),
                "recu",
            ) from error

    def _especes(self):
        amount = self.amount("especes")
        try:
            service.encaisser_especes(
                self.context,
                self.facture,
                amount,
                cle=self.key,
                version=self.sent_version,
                par=self.me,
            )
        except service.PasEnPieces as error:
            raise Refused(
                _(
                    "Cash ends with 0 or 5 centimes: ${amount}, for instance.",
                    mapping={"amount": format_chf(service.especes_dues(self.facture))},
                ),
                "especes",
            ) from error
        except service.TropRecu as error:
            raise self._too_much(
                "especes", service.especes_dues(self.facture)
            ) from error
        return self._booked(amount)

    def _terminal(self):
        amount = self.amount("terminal")
        recu = self.typed("recu", 60)
        if not _RECU.fullmatch(recu):
            raise Refused(
                _(
                    "Please write the number that stands on the receipt of the "
                    "terminal: letters, digits, points, dashes."
                ),
                "recu",
            )
        try:
            service.encaisser_terminal(
                self.context,
                self.facture,
                amount,
                recu=recu,
                version=self.sent_version,
                par=self.me,
            )
        except service.TropRecu as error:
            raise self._too_much("terminal", self.facture.solde) from error
        return self._booked(amount)

    def _too_much(self, field: str, due: int) -> Refused:
        return Refused(
            _("No more than ${amount} is due.", mapping={"amount": format_chf(due)}),
            field,
        )

    def _booked(self, amount: int):
        return self.done(
            _(
                "Booked: ${amount} on the invoice ${number}.",
                mapping={"amount": format_chf(amount), "number": self.facture.numero},
            )
        )

    def _annuler(self):
        service.annuler_facture(
            self.context,
            self.facture,
            raison=self.reason(),
            version=self.sent_version,
            par=self.me,
        )
        return self.done(
            _(
                "The invoice ${number} is cancelled.",
                mapping={"number": self.facture.numero},
            )
        )

    # What is shown

    @property
    def here(self) -> str:
        return self.facture_url(self.facture.id)

    @property
    def sent_version(self) -> str:
        return self.typed("version", 20)

    @property
    def version(self) -> str:
        # What was shown is what this page was made from, or the next order would count
        # for what nobody has looked at.
        return service.revision(self.facture)

    @property
    def etat(self) -> dict:
        etat = self.facture.etat
        return {
            "title": self.facture_labels[etat],
            "css": self.facture_colours[etat],
        }

    @property
    def lines(self) -> list[dict]:
        return [
            {"label": line.libelle, "amount": format_chf(line.montant)}
            for line in self.facture.lignes
        ]

    @cached_property
    def ledger(self) -> list[dict]:
        """The movements of money, oldest first."""
        return [
            {
                "source": self.source_labels[one.source.value],
                "id": one.id_externe,
                "amount": format_chf(one.montant),
                "time": self.moment(one.moment),
                "machine_time": one.moment.isoformat(),
                "person": self.name_of(one.par),
                "payment": self.paiement_url(one.paiement) if one.paiement else None,
                "receipt": f"{self.here}/quittance?ecriture={rank}"
                if one.source in _QUITTANCES
                else None,
            }
            for rank, one in enumerate(self.facture.ecritures, 1)
        ]

    @cached_property
    def history(self) -> list[dict]:
        """What has happened, oldest first."""
        return [
            {
                "title": step.titre,
                "details": step.details,
                "time": self.moment(step.moment),
                "machine_time": step.moment.isoformat(),
                "person": self.name_of(step.par),
            }
            for step in histoire(self.facture)
        ]

    @property
    def payable(self) -> bool:
        """Money can be taken at the counter."""
        return self.facture.payable

    @property
    def cancellable(self) -> bool:
        return not self.facture.annulee and not self.facture.verrou

    @property
    def cash(self) -> str:
        """The amount that is proposed for cash; what was typed, after a refusal."""
        due = to_decimal(service.especes_dues(self.facture))
        return self.typed("especes") or due

    @property
    def card(self) -> str:
        return self.typed("terminal") or to_decimal(max(0, self.facture.solde))

    @property
    def rounded(self) -> bool:
        return service.especes_dues(self.facture) != self.facture.solde

    @property
    def lock(self) -> dict | None:
        """The payment under way."""
        if not self.facture.verrou:
            return None
        return {
            "url": self.paiement_url(self.facture.verrou),
            "since": self.moment(self.facture.verrou_depuis),
        }

    @cached_property
    def linked(self) -> int:
        """How many comptes see it as invoices of their debtor."""
        if not self.facture.debiteur:
            return 0
        links = rattachements_de(self.context).du_debiteur(
            self.facture.espace, self.facture.debiteur
        )
        return sum(1 for link in links if link.statut is Statut.VALIDE)

    @property
    def reference(self) -> str:
        return labels.reference_qr(self.facture.reference_qr)


#: Addresses below an invoice.
PARTS = {"document": FacturePage.pdf, "quittance": FacturePage.receipt}
