"""``/<demarche>/confirmation``: number, code, what happens next."""

from carouge.guichet.controlpanel.service import sender
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.echeance import echeance_en_mots
from carouge.guichet.demande.labels import MOYEN_LABELS
from carouge.guichet.demarche.service import guichet_of
from carouge.guichet.facture.service import get_facture
from carouge.guichet.formulaire.au_guichet import adresse_du_depot
from carouge.guichet.formulaire.remplir import depot_recent
from carouge.guichet.layout import keep_private
from carouge.guichet.layout import single_column
from carouge.guichet.money import format_chf
from carouge.guichet.swisstime import format_date
from carouge.guichet.swisstime import format_time
from carouge.guichet.swisstime import today
from Products.Five.browser import BrowserView
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zope.i18nmessageid import Message


class Confirmation(BrowserView):
    """What a brouillon has become; for a day, its id is enough to see it."""

    template = ViewPageTemplateFile("../templates/confirmation.pt")
    format_date = staticmethod(format_date)
    format_time = staticmethod(format_time)
    format_chf = staticmethod(format_chf)

    def __call__(self):
        response = self.request.response
        keep_private(response)
        single_column(self.request)
        self.submission = self.id and depot_recent(self.context, self.id)
        elsewhere = self.submission and adresse_du_depot(
            self.context, self.submission, self.id
        )
        if elsewhere:
            return response.redirect(elsewhere)
        if not self.submission:
            self.submission = None
            response.setStatus(404)
        return self.template()

    @property
    def id(self) -> str:
        """The id of the brouillon that was sent; empty for none that could be one."""
        value = self.request.form.get("brouillon")
        return value if isinstance(value, str) and value.isalnum() else ""

    @property
    def demande(self):
        return self.submission.demande

    @property
    def mail_expected(self) -> bool:
        """Whether a mail can leave at all: somewhere to go, and a sender."""
        return bool(self.demande.courriel and sender()[1])

    @property
    def kept(self) -> str:
        """Whether answers went into the compte: ``oui``, ``non``, or empty."""
        value = self.request.form.get("garde")
        return value if value in ("oui", "non") else ""

    @property
    def own(self) -> bool:
        """The demande stands in the space of whoever looks at this page."""
        return self.demande.deposant is not None

    @property
    def facture(self):
        """The invoice of what is to be paid before the service begins; else None."""
        if self.demande.etat is not State.A_PAYER:
            return None
        facture = get_facture(guichet_of(self.context), self.demande.facture)
        return facture if facture is not None and facture.payable else None

    @property
    def announced(self) -> list[tuple[str, Message]]:
        """What will come by post or to the counter: its question, and how."""
        return [
            (piece.label, MOYEN_LABELS[piece.moyen])
            for piece in self.demande.pieces_annoncees
        ]

    @property
    def delay(self) -> Message | None:
        """When the answer will come, counted from the arrival of these documents."""
        return echeance_en_mots(self.demande, today())

    @property
    def cover_url(self) -> str:
        return f"{self.context.absolute_url()}/bordereau?brouillon={self.id}"

    @property
    def receipt_url(self) -> str:
        """The receipt, with the tracking code on it."""
        return f"{self.context.absolute_url()}/recepisse?brouillon={self.id}"

    @property
    def guichet_url(self) -> str:
        return guichet_of(self.context).absolute_url()
