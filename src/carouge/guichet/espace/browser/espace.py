"""``/mon-espace``: what waits for the citizen, and the way to all his pages."""

from carouge.guichet import _
from carouge.guichet.access.labels import acting_as
from carouge.guichet.access.page import ComptePage
from carouge.guichet.brouillon.service import lister
from carouge.guichet.compte import residency
from carouge.guichet.compte.labels import RESIDENCE_LABELS
from carouge.guichet.compte.labels import said_by
from carouge.guichet.compte.service import current_compte
from carouge.guichet.controlpanel.service import local_accounts
from carouge.guichet.demande.labels import STATE_COLOURS
from carouge.guichet.demande.labels import STATE_LABELS
from carouge.guichet.espace.apercu import apercu_of
from carouge.guichet.espace.factures import bref_de
from carouge.guichet.espace.labels import OUTDATED
from carouge.guichet.panier.service import nombre
from carouge.guichet.registre.domain import Status
from carouge.guichet.swisstime import format_date
from carouge.guichet.swisstime import local_date
from functools import cached_property
from plone import api
from Products.Five.browser import BrowserView
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zExceptions import NotFound
from zope.component import queryMultiAdapter
from zope.interface import implementer
from zope.publisher.interfaces import IPublishTraverse


PREFIX = "mon-espace-"


def page_exists(guichet, request, name: str) -> bool:
    """Whether there is a page ``/mon-espace/<name>``."""
    return queryMultiAdapter((guichet, request), name=f"{PREFIX}{name}") is not None


@implementer(IPublishTraverse)
class MonEspace(ComptePage):
    """``<guichet>/mon-espace``; what lies below it are views ``mon-espace-<name>``."""

    template = ViewPageTemplateFile("../templates/espace.pt")
    alert = None
    notice = None

    state_labels = STATE_LABELS
    state_colours = STATE_COLOURS

    def publishTraverse(self, request, name):
        page = queryMultiAdapter((self.context, request), name=f"{PREFIX}{name}")
        if page is None:
            raise NotFound(name)
        return page

    def show(self):
        if self.posted:
            return self._ask_register()
        if self.text("registre") == "verifie" and self.may_retry:
            self.alert = _(
                "The residents' register still does not answer. Please try again in a "
                "few minutes."
            )
        elif self.text("registre") == "verifie":
            self.notice = _("The residents' register was asked again.")
        return self.template()

    def _ask_register(self):
        if not self.proved():
            self.request.response.setStatus(403)
            self.alert = OUTDATED
            return self.template()
        if self.may_retry:
            residency.refresh(self.compte)
        return self.request.response.redirect(
            f"{self.espace_url}?registre=verifie#espace-residence", status=303
        )

    @cached_property
    def apercu(self):
        return apercu_of(self.compte)

    @cached_property
    def brouillons(self) -> int:
        """How many drafts the person has."""
        return len(lister(self.context, (self.compte.id,)))

    @cached_property
    def factures(self):
        """What is due, in short."""
        return bref_de(self.context, self.compte)

    @property
    def acting(self):
        return acting_as(self.compte)

    @property
    def residence(self):
        return RESIDENCE_LABELS[self.apercu.residency]

    @property
    def residence_source(self):
        """Who said so and when; None as long as nobody was asked."""
        if self.compte.residency_at is None or self.may_retry:
            return None
        language = api.portal.get_current_language()
        return said_by(self.apercu.register, self.compte.residency_at, language)

    @property
    def may_retry(self) -> bool:
        return self.apercu.residency is Status.UNAVAILABLE

    @property
    def at_counter(self) -> bool:
        """Whether the counter is to be named; the words for AMBIGUOUS do so already."""
        return self.apercu.residency is Status.NOT_RESIDENT

    @cached_property
    def demandes_url(self) -> str:
        """Address of the list of demandes; empty as long as there is no such page."""
        if not page_exists(self.context, self.request, "demandes"):
            return ""
        return f"{self.espace_url}/demandes"

    def day(self, moment) -> str:
        return format_date(local_date(moment))


class EspaceMacros(BrowserView):
    """``@@espace-macros``: navigation and form fields of the espace.

    A feature adds its page to :attr:`pages`; a page that does not exist is not shown.
    """

    #: Last part of the address, and the title in the navigation.
    pages = (
        ("demandes", _("My demandes")),
        ("brouillons", _("My drafts")),
        ("factures", _("My invoices")),
        ("panier", _("My cart")),
        ("compte", _("My account")),
        ("securite", _("Security")),
    )

    #: Pages that stand below another one in the navigation.
    sections = {"foyer": "compte", "paiements": "factures"}

    def links(self) -> list[dict]:
        """The pages of the espace: title, url, and how it is the current one."""
        base = f"{self.context.absolute_url()}/mon-espace"
        here = self.request.get("ACTUAL_URL", "").removeprefix(base).strip("/")
        section = here.partition("/")[0]
        section = self.sections.get(section, section)
        links = [("", _("Overview"))]
        links += [
            (name, self._titled(name, title))
            for name, title in self.pages
            if page_exists(self.context, self.request, name)
            # That page answers 404 as long as there are no accounts with passwords.
            and (name != "securite" or local_accounts())
        ]
        return [
            {
                "title": title,
                "url": f"{base}/{name}" if name else base,
                "current": ("page" if here == name else "true")
                if section == name
                else None,
            }
            for name, title in links
        ]

    def _titled(self, name: str, title):
        """The title in the navigation, for the cart with how many lie in it."""
        compte = current_compte() if name == "panier" else None
        count = nombre(self.context, compte) if compte is not None else 0
        if not count:
            return title
        return _("My cart (${count})", mapping={"count": count})
