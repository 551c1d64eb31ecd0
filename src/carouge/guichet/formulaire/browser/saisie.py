"""What the pages of a form show to an agent who fills it in for somebody."""

from __future__ import annotations

from carouge.guichet.brouillon.domain import PourAutrui
from carouge.guichet.demande.domain import Canal
from carouge.guichet.demande.domain import Controle
from carouge.guichet.demande.labels import CANAL_LABELS
from carouge.guichet.demande.labels import CONTROLE_IDENTITE_LABELS
from carouge.guichet.formulaire.au_guichet import compte_de
from carouge.guichet.formulaire.au_guichet import refus_en_ligne
from carouge.guichet.formulaire.labels import COUNTER_REASONS
from carouge.guichet.swisstime import format_date
from datetime import date
from plone import api
from urllib.parse import urlencode


#: A hidden input: whoever lost his login logs in as a member of the staff.
SAISIE = "saisie"


class SaisieAuGuichet:
    """The banner of all pages of such a brouillon, and its way to the login.

    To be mixed into a page with ``brouillon`` and ``request``.
    """

    brouillon = None

    @property
    def pour(self) -> PourAutrui | None:
        """For whom the form is filled in; None for oneself."""
        return None if self.brouillon is None else self.brouillon.pour

    @property
    def caches_de_saisie(self) -> list[tuple[str, str]]:
        return [(SAISIE, "1")] if self._staff else []

    @property
    def _staff(self) -> bool:
        return self.pour is not None or SAISIE in self.request.form

    @property
    def login_url(self) -> str:
        if not self._staff:
            return super().login_url
        # The address of the page, never one that only takes a POST.
        portal_url = api.portal.get().absolute_url()
        return f"{portal_url}/login?{urlencode({'came_from': self.retour})}"

    @property
    def saisies_url(self) -> str:
        """Where the agent's entries are."""
        return f"{self.guichet_url}/agents/saisir"

    @property
    def canal(self):
        return CANAL_LABELS[Canal(self.pour.canal)]

    @property
    def controle(self):
        return CONTROLE_IDENTITE_LABELS[Controle(self.pour.controle)]

    @property
    def naissance(self) -> str:
        """The birth date in words; empty for an organisation."""
        text = self.pour.naissance
        return format_date(date.fromisoformat(text)) if text else ""

    @property
    def compte_disparu(self) -> bool:
        """The account of the person was erased meanwhile."""
        return bool(self.pour.compte) and compte_de(self.brouillon) is None

    @property
    def refus_en_ligne(self):
        """Why the person could not do this online; None when he could."""
        decision = refus_en_ligne(self.context, compte_de(self.brouillon))
        return None if decision.allowed else COUNTER_REASONS[decision.reason]
