"""``/agents/comptes``: the citizens' accounts at the desk."""

from carouge.guichet import _
from carouge.guichet import config
from carouge.guichet.backoffice import comptes
from carouge.guichet.backoffice import labels
from carouge.guichet.backoffice.browser.page import DeskPage
from carouge.guichet.compte.labels import FACT_LABELS
from carouge.guichet.compte.labels import SEX_LABELS
from carouge.guichet.compte.labels import SOURCE_LABELS
from carouge.guichet.compte.saisie import format_fact
from carouge.guichet.controlpanel.service import local_accounts
from carouge.guichet.formulaire.domain import MAX_TEXT
from functools import cached_property
from plone import api
from plone.protect.authenticator import check as check_authenticator
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from urllib.parse import urlencode
from zExceptions import Forbidden
from zExceptions import NotFound
from zope.component import getMultiAdapter
from zope.interface import implementer
from zope.publisher.interfaces import IPublishTraverse


COMPTE_PAGE = "agents-compte"


class ComptesPage(DeskPage):
    """What list and page of the accounts have in common."""

    @property
    def comptes_url(self) -> str:
        return f"{self.list_url}/comptes"

    def compte_url(self, compte) -> str:
        return f"{self.comptes_url}/{compte.id}"

    nothing = ViewPageTemplateFile("../templates/nothing.pt")
    #: What was typed before the session ended.
    message = ""

    def refused(self) -> str | None:
        """The page for whoever is not logged in (any more); None for who may go on.

        :raises zExceptions.NotFound: nobody else learns that there is such a page
        """
        if api.user.has_permission(config.MANAGE_COMPTES, obj=self.context):
            return None
        if not api.user.is_anonymous():
            raise NotFound("comptes")
        motif = self.request.form.get("motif")
        self.message = motif[:MAX_TEXT] if isinstance(motif, str) else ""
        self.page_title = _("There is no page at this address")
        self.request.response.setStatus(404)
        return self.nothing()

    @property
    def login_url(self) -> str:
        here = self.request.get("ACTUAL_URL", self.comptes_url)
        portal_url = api.portal.get().absolute_url()
        return f"{portal_url}/login?{urlencode({'came_from': here})}"

    def row(self, compte) -> dict:
        """An account in one line."""
        return {
            "url": self.compte_url(compte),
            "name": compte.nom_affiche or compte.nom_personne or compte.id,
            "identifiant": compte.local.identifiant if compte.local else "",
            "courriel": compte.courriel_verifie or compte.value("courriel"),
            "created": self.day(compte.created),
            "state": labels.compte_state(compte),
        }


@implementer(IPublishTraverse)
class AgentsComptes(ComptesPage):
    """What waits for a decision, and the search."""

    template = ViewPageTemplateFile("../templates/comptes.pt")
    page_title = _("Citizens' accounts")
    results = None
    asked = ""

    def publishTraverse(self, request, name):
        page = getMultiAdapter((self.context, request), name=COMPTE_PAGE)
        page.compte_id = name
        return page

    def __call__(self):
        self.prepare()
        refused = self.refused()
        if refused is not None:
            return refused
        # Searched by POST: whom somebody looks for stands in no address and no log.
        if self.request.method == "POST":
            asked = self.request.form.get("q")
            self.asked = asked[: comptes.MAX_SEARCH] if isinstance(asked, str) else ""
            self.results = [self.row(found) for found in comptes.search(self.asked)]
        self.waiting = [self.row(compte) for compte in comptes.waiting()]
        self.ambiguous = [self.row(compte) for compte in comptes.ambiguous()]
        return self.template()

    @property
    def local_accounts(self) -> bool:
        return local_accounts()

    @property
    def most(self) -> int:
        return comptes.MOST


class AgentsCompte(ComptesPage):
    """``/agents/comptes/<id>``: what is known of one account, and what to do."""

    template = ViewPageTemplateFile("../templates/compte.pt")
    erase_template = ViewPageTemplateFile("../templates/compte-effacer.pt")
    page_title = _("Citizens' accounts")
    compte_id = ""
    alert = None
    motif = ""
    motif_error = None

    def __call__(self):
        self.prepare()
        refused = self.refused()
        if refused is not None:
            return refused
        try:
            self.compte = comptes.open_compte(self.compte_id)
        except comptes.NoCompte as error:
            raise NotFound(self.compte_id) from error
        self.page_title = self.compte.nom_affiche or self.compte.id
        form = self.request.form
        if self.request.method != "POST":
            if form.get("etape") == "effacer":
                return self.erase_template()
            return self.template()
        motif = form.get("motif")
        self.motif = motif if isinstance(motif, str) else ""
        version = form.get("version")
        self.sent_version = version if isinstance(version, str) else ""
        try:
            check_authenticator(self.request)
        except Forbidden:
            return self._refused(
                403,
                _(
                    "This page was open for a long time, or somebody else has logged in "
                    "meanwhile. Nothing was changed; please check and send again."
                ),
            )
        action = {
            "valider": self._validate,
            "refuser": self._refuse,
            "registre": self._register,
            "effacer": self._erase,
        }.get(form.get("action"), self._unknown)
        return action()

    def _validate(self):
        try:
            comptes.validate(
                self.compte, version=self.sent_version, guichet=self.context
            )
        except comptes.NotLocal:
            return self._unknown()
        except comptes.Outdated:
            return self._outdated()
        return self._done(_("The account is validated. The person is told by e-mail."))

    def _refuse(self):
        try:
            comptes.refuse(self.compte, motif=self.motif, version=self.sent_version)
        except comptes.NotLocal:
            return self._unknown()
        except comptes.ReasonRequired:
            self.motif_error = _("Please write to the person why.")
        except comptes.UnusableReason:
            self.motif_error = _(
                "The message is longer than ${count} characters, or holds characters "
                "that cannot be shown.",
                mapping={"count": str(MAX_TEXT)},
            )
        except comptes.Outdated:
            return self._outdated()
        else:
            return self._done(
                _("The account is refused and closed. The person is told by e-mail.")
            )
        self.request.response.setStatus(400)
        return self.template()

    def _register(self):
        if not comptes.can_ask_register(self.compte):
            return self._unknown()
        comptes.ask_register(self.compte)
        return self._done(_("The residents' register was asked again."))

    def _erase(self):
        if self.request.form.get("confirme") != "1":
            self.request.response.setStatus(400)
            self.alert = _("Please tick the box if the account is to be erased.")
            return self.erase_template()
        comptes.erase(self.compte)
        api.portal.show_message(_("The account is erased."), self.request)
        return self.request.response.redirect(self.comptes_url, status=303)

    def _done(self, message):
        api.portal.show_message(message, self.request)
        return self.request.response.redirect(self.here, status=303)

    def _outdated(self):
        return self._refused(
            409,
            _(
                "Somebody else has decided about this account since you opened it. "
                "Nothing was changed; please look again."
            ),
        )

    def _unknown(self):
        return self._refused(
            400, _("This move is not possible now. Nothing was changed.")
        )

    def _refused(self, status: int, alert):
        self.request.response.setStatus(status)
        self.alert = alert
        return self.template()

    # What is shown

    @property
    def here(self) -> str:
        return self.compte_url(self.compte)

    @property
    def version(self) -> str:
        return comptes.version_of(self.compte)

    @property
    def local(self):
        return self.compte.local

    @property
    def state(self):
        return labels.compte_state(self.compte)

    @property
    def facts(self) -> list[dict]:
        """All that is known, with who says so and since when."""
        return [
            {
                "label": FACT_LABELS[fact.name],
                "value": SEX_LABELS.get(fact.value)
                if fact.name == "sexe"
                else format_fact(fact.name, fact.value),
                "source": labels.STAFF_SOURCES.get(
                    fact.source, SOURCE_LABELS[fact.source]
                ),
                "date": self.day(fact.at),
            }
            for fact in self.compte.facts.values()
        ]

    @property
    def foyer(self) -> list[dict]:
        return [
            {"name": membre.nom_complet, "born": self.day(membre.date_naissance)}
            for membre in self.compte.foyer
        ]

    @cached_property
    def can_ask(self) -> bool:
        return comptes.can_ask_register(self.compte)

    @property
    def residence(self):
        return labels.STAFF_RESIDENCE[comptes.current_residency(self.compte)]

    @property
    def residence_source(self) -> str:
        compte = self.compte
        if compte.residency_at is None:
            return ""
        return f"{compte.residency_source}, {self.moment(compte.residency_at)}"

    @property
    def decided(self) -> dict | None:
        """Who decided about a local account, and when."""
        local = self.compte.local
        if local is None or local.decide_at is None:
            return None
        member = api.user.get(userid=local.decide_par)
        name = member.getProperty("fullname", "") if member is not None else ""
        return {
            "person": name or local.decide_par,
            "time": self.moment(local.decide_at),
            "motif": local.motif,
        }
