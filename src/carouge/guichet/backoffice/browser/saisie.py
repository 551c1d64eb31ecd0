"""``/agents/saisie``: what an agent has just filed for somebody."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.backoffice import saisie
from carouge.guichet.backoffice.browser.saisir import CounterPage
from carouge.guichet.controlpanel.service import sender
from carouge.guichet.demande.domain import Canal
from carouge.guichet.demande.labels import CANAL_LABELS
from carouge.guichet.demande.labels import MOYEN_LABELS
from carouge.guichet.demande.valeurs import nom_usager
from carouge.guichet.demarche.service import demarche_by_uid
from carouge.guichet.formulaire.remplir import depot_recent
from carouge.guichet.money import format_chf
from carouge.guichet.swisstime import format_date
from carouge.guichet.swisstime import format_time
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zExceptions import NotFound


class AgentsSaisie(CounterPage):
    """Number and claim code, for a day and for the agent who has filed it only."""

    template = ViewPageTemplateFile("../templates/saisie.pt")
    page_title = _("The demande is filed")
    format_date = staticmethod(format_date)
    format_time = staticmethod(format_time)
    format_chf = staticmethod(format_chf)

    def __call__(self):
        self.prepare()
        refused = self.refused()
        if refused is not None:
            return refused
        self.demarche = demarche_by_uid(self.context, self.text("demarche"))
        self.id = self.text("brouillon")
        # What was filed is found by the agent's own user id only.
        found = None
        if self.demarche is not None and self.id.isalnum():
            found = depot_recent(self.demarche, self.id)
        if found is None or not found.demande.saisi_par:
            raise NotFound("saisie")
        self.demande, self.code = found.demande, found.code
        return self.template()

    # --- what the template asks for -----------------------------------------------

    @property
    def receipt_url(self) -> str:
        """The receipt, with the code as long as it is shown here."""
        return f"{self.demarche.absolute_url()}/recepisse?brouillon={self.id}"

    @property
    def cover_url(self) -> str:
        return f"{self.demarche.absolute_url()}/bordereau?brouillon={self.id}"

    @property
    def name(self) -> str:
        return nom_usager(self.demande)

    @property
    def canal(self):
        return CANAL_LABELS[Canal(self.demande.canal)]

    @property
    def service(self) -> str:
        return self.service_title(self.demande.service_uid or "")

    @property
    def ours(self) -> bool:
        """Whether the agent can open the file."""
        return self.demande.service_uid in self.desk.service_titles

    @property
    def mail(self) -> str:
        """Where a confirmation goes; empty for nowhere."""
        return (self.demande.courriel or "") if sender()[1] else ""

    @property
    def in_account(self) -> bool:
        """The person finds it in his account."""
        return bool(self.demande.usager_id)

    @property
    def announced(self) -> list[tuple[str, object]]:
        """What will come by post or to the counter: its question, and how."""
        return [
            (piece.label, MOYEN_LABELS[piece.moyen])
            for piece in self.demande.pieces_annoncees
        ]

    @property
    def sealed(self) -> str:
        """The same person, for the next entry."""
        etat = saisie.nouvel_etat(saisie.encore(self.demande))
        return saisie.sceller(self.context, self.agent, etat)
