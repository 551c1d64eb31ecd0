"""``/agents/caisse/releves`` and ``a-traiter``: what the banks say."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.caisse import labels
from carouge.guichet.caisse.browser.page import CaissePage
from carouge.guichet.caisse.browser.page import IMPOSSIBLE
from carouge.guichet.caisse.browser.page import outdated
from carouge.guichet.caisse.browser.page import Refused
from carouge.guichet.caisse.browser.travail import TravailPage
from carouge.guichet.caisse.browser.travail import TravauxPage
from carouge.guichet.caisse.releve_travail import compte_rendu
from carouge.guichet.caisse.releve_travail import deposer
from carouge.guichet.caisse.releve_travail import est_petit
from carouge.guichet.caisse.releve_travail import RELEVE
from carouge.guichet.caisse.releves import affecter_mouvement
from carouge.guichet.caisse.releves import classer_mouvement
from carouge.guichet.caisse.releves import id_de
from carouge.guichet.caisse.releves import importer_releve
from carouge.guichet.caisse.releves import mouvement_de
from carouge.guichet.caisse.releves import PasDeCetteRegie
from carouge.guichet.facture.service import lire_factures
from carouge.guichet.money import format_chf
from carouge.guichet.money import to_decimal
from carouge.guichet.paiement.camt import CamtIllisible
from carouge.guichet.paiement.camt import RAISONS
from carouge.guichet.paiement.labels import A_TRAITER
from carouge.guichet.paiement.service import a_traiter
from carouge.guichet.paiement.service import Collectif
from carouge.guichet.paiement.service import DejaTraite
from carouge.guichet.paiement.service import RapportMouvements
from functools import cached_property
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zope.component import getMultiAdapter
from zope.interface import implementer
from zope.publisher.interfaces import IPublishTraverse


RELEVE_PAGE = "agents-caisse-releve"

#: Movements on one page.
MAX_MOUVEMENTS = 50

SEVERAL = _(
    "This sum stands for several payments. Please import the camt.054 of that day, which "
    "tells each of them, then close this movement."
)


class _Releve:
    """What was booked of a file; ``report`` has the counts."""

    report: RapportMouvements | None = None

    @property
    def counts(self) -> list[dict]:
        report = self.report
        return [
            {"count": count, "title": title}
            for count, title in (
                (report.inscrits, _("booked on their invoice")),
                (report.connus, _("known already")),
                (report.a_traiter, _("to be treated by you")),
                (report.en_attente, _("not final at the bank")),
                (report.etrangers, _("on accounts of no régie")),
            )
        ]

    @property
    def sum(self) -> str:
        return format_chf(self.report.centimes)


@implementer(IPublishTraverse)
class Releves(_Releve, TravauxPage):
    """A camt.053 or camt.054 file, and what was booked of it.

    A large one is a job; ``<id>`` below this page is one of them.
    """

    template = ViewPageTemplateFile("../templates/releves.pt")
    page_title = _("Bank statements")
    section = "releves"
    genre = RELEVE
    running = False

    def publishTraverse(self, request, name):
        page = getMultiAdapter((self.context, request), name=RELEVE_PAGE)
        page.id = name
        return page

    def act(self):
        sent = self.upload("fichier")
        try:
            if not est_petit(sent):
                travail = deposer(self.context, sent, nom=sent.filename, cle=self.key)
                return self.go(self.job_url(travail))
            self.report = importer_releve(self.context, sent.read(), par=self.me)
        except CamtIllisible as error:
            raise Refused(RAISONS[error.raison], "fichier") from error
        return None

    @cached_property
    def jobs(self) -> list[dict]:
        return self.rows_of_jobs(compte_rendu)


class UnReleve(_Releve, TravailPage):
    """``/releves/<id>``: how far a large file is, and what was booked of it."""

    template = ViewPageTemplateFile("../templates/releve.pt")
    page_title = _("Bank statement")
    section = "releves"
    genre = RELEVE
    words_stopped = _(
        "The file is being stopped. What was booked already stays booked; the same file "
        "sent again goes on from there."
    )

    @cached_property
    def rendu(self):
        return compte_rendu(self.travail)

    @property
    def report(self) -> RapportMouvements:
        return self.rendu.rapport

    @property
    def refusal(self):
        """Why the file was not taken; None when it was read."""
        return RAISONS[self.rendu.refus] if self.rendu.refus else None

    @property
    def back(self) -> str:
        return self.url("releves")


class ATraiter(CaissePage):
    """The movements that belong to no invoice by themselves."""

    template = ViewPageTemplateFile("../templates/a-traiter.pt")
    page_title = _("Bank movements to be treated")
    section = "a-traiter"
    words_invoice = _("Number or QR reference of the invoice")
    words_remark = _("Why it concerns no invoice")

    def act(self):
        geste = self.request.form.get("geste")
        mouvement = mouvement_de(self.context, self.typed("mouvement", 40))
        if mouvement is None:
            raise outdated()
        try:
            if geste == "affecter":
                return self._affecter(mouvement)
            if geste == "classer":
                return self._classer(mouvement)
        except DejaTraite as error:
            raise outdated() from error
        raise Refused(IMPOSSIBLE)

    def _affecter(self, mouvement):
        field = f"facture-{id_de(mouvement)}"
        facture = self._facture(mouvement.regie, self.typed(field))
        if facture is None:
            raise Refused(_("No invoice of this régie has this number."), field)
        try:
            affecter_mouvement(self.context, mouvement, facture, par=self.me)
        except Collectif as error:
            raise Refused(SEVERAL, field) from error
        except PasDeCetteRegie as error:
            raise Refused(
                _("This movement cannot be booked on an invoice: close it."), field
            ) from error
        return self.done(
            _(
                "Booked: ${amount} on the invoice ${number}.",
                mapping={
                    "amount": format_chf(mouvement.centimes),
                    "number": facture.numero,
                },
            )
        )

    def _classer(self, mouvement):
        remark = self.reason(f"remarque-{id_de(mouvement)}")
        classer_mouvement(self.context, mouvement, remark, par=self.me)
        return self.done(_("The movement is closed without an invoice."))

    def _facture(self, regie: str, text: str):
        magasin = lire_factures(self.context)
        digits = "".join(text.split())
        found = magasin.par_numero(regie, text) or magasin.par_reference(digits)
        return found if found is not None and found.regie == regie else None

    # What is shown

    @cached_property
    def movements(self) -> list[dict]:
        return [self._row(one) for one in a_traiter(self.context)[:MAX_MOUVEMENTS]]

    def _row(self, mouvement) -> dict:
        id, values = id_de(mouvement), mouvement.valeurs
        named = lire_factures(self.context).par_reference(values["reference_qr"])
        here = named is not None and named.regie == mouvement.regie
        francs = values["devise"] == "CHF"
        return {
            "id": id,
            "regie": self.regie_title(mouvement.regie),
            "reason": A_TRAITER.get(mouvement.raison, mouvement.raison),
            "amount": format_chf(mouvement.centimes)
            if francs
            else f"{values['devise']} {to_decimal(mouvement.centimes)}",
            "day": self.day(values["date"]),
            "payer": values["payeur"],
            "words": values["communication"],
            "reference": labels.reference_qr(values["reference_qr"]),
            "bank": values["id_externe"],
            "facture": self.rows_of([named.resume()])[0] if here else None,
            "bookable": francs and bool(mouvement.centimes) and not values["collectif"],
            "several": SEVERAL if values["collectif"] else "",
            "field": f"facture-{id}",
            "value": self.typed(f"facture-{id}") or (named.numero if here else ""),
            "remark": f"remarque-{id}",
        }
