"""The page of a démarche: what it is, for whom, what you need, then the button."""

from carouge.guichet import _
from carouge.guichet.access.domain import Remedy
from carouge.guichet.access.service import current_usager
from carouge.guichet.demarche.browser.page import CachedPage
from carouge.guichet.demarche.delais import delai_constate
from carouge.guichet.demarche.domain import Availability
from carouge.guichet.demarche.labels import badge_of
from carouge.guichet.demarche.labels import refusal_of
from carouge.guichet.demarche.service import fiche_of
from carouge.guichet.demarche.service import gate_of
from carouge.guichet.demarche.service import service_by_uid
from carouge.guichet.demarche.versions import modifiee
from carouge.guichet.identity.service import login_address
from carouge.guichet.identity.service import login_offered
from carouge.guichet.money import format_chf
from carouge.guichet.swisstime import format_date
from carouge.guichet.swisstime import today
from functools import cached_property
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from urllib.parse import urlsplit


class Demarche(CachedPage):
    """``view`` of a démarche."""

    content = ViewPageTemplateFile("../templates/demarche.pt")

    @cached_property
    def fiche(self):
        return fiche_of(self.context)

    @cached_property
    def gate(self):
        return gate_of(self.context)

    @property
    def draft(self) -> bool:
        return not self.fiche.published

    @property
    def unpublished_changes(self) -> bool:
        """Whether an editor looks at a published démarche whose form he has changed."""
        return self.can_edit and self.fiche.published and modifiee(self.context)

    def action(self) -> str:
        """What stands where the button is: start, refused, or why not at all."""
        if self.draft:
            return "draft"
        if self.gate.open:
            return "start"
        if self.gate.availability is Availability.OPEN:
            return "refused"
        return self.gate.availability.value

    def refusal(self):
        return refusal_of(self.fiche, self.gate.decision)

    def way_in(self) -> dict | None:
        """The button of the remedy: ``title`` and ``url``; None when there is none."""
        here = self.context.absolute_url()
        remedy = self.gate.decision.remedy
        if remedy is Remedy.LOG_IN and login_offered():
            return {"title": _("Log in"), "url": login_address(self.guichet_url, here)}
        anew = login_address(self.guichet_url, here, anew=True)
        if remedy is Remedy.CHANGE_ACCOUNT:
            return {"title": _("Change account"), "url": anew}
        if remedy in (Remedy.LOG_IN_AGAIN, Remedy.VERIFY_ACCOUNT):
            return {"title": _("Log in again"), "url": anew}
        if remedy is Remedy.TRY_LATER:
            return {
                "title": _("Ask the register again"),
                "url": f"{self.guichet_url}/mon-espace#espace-residence",
            }
        return None

    def recommended_login(self) -> str | None:
        """Address of the login, where an account helps and the visitor has none."""
        if (
            not self.fiche.account_recommended
            or not login_offered()
            or not current_usager().anonymous
        ):
            return None
        return login_address(self.guichet_url, self.context.absolute_url())

    def badge(self):
        return badge_of(self.fiche, today())

    def fee(self) -> str:
        """The fee in francs; empty when there is none."""
        return format_chf(self.fiche.fee) if self.fiche.fee else ""

    @cached_property
    def constate(self):
        """How long it really took in the last twelve months; None when unknown."""
        return delai_constate(self.guichet, self.fiche.uid)

    def opens(self) -> str:
        return format_date(self.fiche.opens) if self.fiche.opens else ""

    def closes(self) -> str:
        return format_date(self.fiche.closes) if self.fiche.closes else ""

    def external_host(self) -> str:
        """The site an external démarche is done on, as people know it."""
        return urlsplit(self.fiche.external or "").hostname or ""

    @cached_property
    def service(self):
        return service_by_uid(self.guichet, self.fiche.service_uid)
