"""The list of the desk."""

from carouge.guichet import _
from carouge.guichet import config
from carouge.guichet.backoffice.browser.page import DeskPage
from carouge.guichet.backoffice.comptes import count_waiting
from carouge.guichet.backoffice.domain import last_start
from carouge.guichet.backoffice.domain import PAGE_SIZE
from carouge.guichet.backoffice.domain import typed_number
from carouge.guichet.backoffice.domain import WAITING
from carouge.guichet.backoffice.service import NotVisible
from carouge.guichet.demande.domain import InvalidNumber
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.labels import STATE_COLOURS
from carouge.guichet.demande.labels import STATE_LABELS
from carouge.guichet.swisstime import today
from plone import api
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zope.component import getMultiAdapter
from zope.interface import implementer
from zope.publisher.interfaces import IPublishTraverse


DEMANDE_PAGE = "agents-demande"
COMPTES = "comptes"
COMPTES_PAGE = "agents-comptes"


@implementer(IPublishTraverse)
class Agents(DeskPage):
    """``<guichet>/agents``: the demandes of the agent's services."""

    template = ViewPageTemplateFile("../templates/list.pt")
    page_title = _("Agents' desk")
    number_error = None
    number_unknown = False

    def publishTraverse(self, request, name):
        if name == COMPTES:
            return getMultiAdapter((self.context, request), name=COMPTES_PAGE)
        page = getMultiAdapter((self.context, request), name=DEMANDE_PAGE)
        page.number = name
        return page

    def __call__(self):
        self.prepare()
        self.number = typed_number(self.request.form)
        if self.number:
            try:
                demande = self.desk.find(self.number)
            except InvalidNumber:
                self.number_error = _(
                    "This number cannot be right: a character is missing or mistyped. "
                    "Please compare it with the letter or the mail."
                )
            except NotVisible:
                self.number_unknown = True
            else:
                return self.request.response.redirect(self.demande_url(demande.numero))
        self.listing = self.desk.listing(self.filters)
        return self.template()

    @property
    def rows(self) -> list[dict]:
        day = today()
        return [
            {
                "numero": row.numero,
                "titre": row.titre,
                "etat": row.etat,
                "depot": row.depot,
                "attendu": row.attendu,
                "late": row.late(day),
                "service": self.desk.service_titles[row.service_uid],
                "url": self.demande_url(row.numero),
            }
            for row in self.listing.rows
        ]

    @property
    def counters(self) -> list[dict]:
        """How many demandes there are, with a link to each part of them."""
        counts = self.listing.counts
        groups = [
            (_("All"), (), "text-bg-light border"),
            (_("Waiting for us"), WAITING, "text-bg-dark"),
        ]
        groups += [(STATE_LABELS[etat], (etat,), STATE_COLOURS[etat]) for etat in State]
        return [
            {
                "title": title,
                "count": count,
                "url": self.url_of(self.filters.with_states(*etats)),
                "current": self.filters.etats == etats,
                "css": css if count else "text-bg-light border",
            }
            for title, etats, css in groups
            for count in [sum(counts[etat] for etat in etats or State)]
        ]

    @property
    def comptes(self) -> dict | None:
        """The way to the accounts, and how many of them wait; None without the right."""
        if not api.user.has_permission(config.MANAGE_COMPTES, obj=self.context):
            return None
        return {"url": f"{self.list_url}/{COMPTES}", "count": count_waiting()}

    @property
    def states(self) -> list[dict]:
        return [
            {
                "value": etat.value,
                "title": STATE_LABELS[etat],
                "checked": etat in self.filters.etats,
            }
            for etat in State
        ]

    @property
    def several_services(self) -> bool:
        return len(self.desk.services) > 1

    @property
    def filtered(self) -> bool:
        return bool(self.filters.query())

    @property
    def pages(self) -> dict:
        """Where in the list this page is; addresses are None at the ends."""
        filters, total = self.listing.filters, self.listing.total
        last = last_start(total)
        return {
            "current": filters.start // PAGE_SIZE + 1,
            "count": last // PAGE_SIZE + 1,
            "previous": self.url_of(filters.at(filters.start - PAGE_SIZE))
            if filters.start
            else None,
            "next": self.url_of(filters.at(filters.start + PAGE_SIZE))
            if filters.start < last
            else None,
        }
