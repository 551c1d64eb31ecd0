"""``/mon-espace/demandes``: what somebody has filed, and one of it."""

from carouge.guichet import _
from carouge.guichet.access.page import ComptePage
from carouge.guichet.compte.service import owner_ids
from carouge.guichet.controlpanel.service import contact
from carouge.guichet.demande.domain import is_late
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.labels import STATE_COLOURS
from carouge.guichet.demande.labels import STATE_LABELS
from carouge.guichet.demande.queries import get_own_demande
from carouge.guichet.demande.queries import list_demandes
from carouge.guichet.espace.browser.mouvements import BORDEREAU
from carouge.guichet.espace.browser.mouvements import cover_sheet
from carouge.guichet.espace.browser.mouvements import MAX_KEPT
from carouge.guichet.espace.browser.mouvements import Mouvements
from carouge.guichet.espace.browser.mouvements import NOTICES
from carouge.guichet.espace.service import can
from carouge.guichet.swisstime import format_date
from carouge.guichet.swisstime import local_date
from carouge.guichet.swisstime import today
from functools import cached_property
from plone.protect.authenticator import createToken
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from urllib.parse import urlencode
from zExceptions import NotFound
from zope.component import getMultiAdapter
from zope.interface import implementer
from zope.publisher.interfaces import IPublishTraverse


PAGE_SIZE = 20
DEMANDE_PAGE = "mon-espace-une-demande"


@implementer(IPublishTraverse)
class MesDemandes(ComptePage):
    """The list, newest first; ``<numero>`` below it is one of it."""

    page_title = _("My demandes")
    template = ViewPageTemplateFile("../templates/demandes.pt")

    state_labels = STATE_LABELS
    state_colours = STATE_COLOURS

    def publishTraverse(self, request, name):
        page = getMultiAdapter((self.context, request), name=DEMANDE_PAGE)
        page.numero = name
        return page

    def show(self):
        self.owners = owner_ids(self.compte)
        if self.number > 1 and not self.page.rows:
            raise NotFound(self.text("page"))
        return self.template()

    @cached_property
    def etat(self) -> State | None:
        try:
            return State(self.text("etat", 40))
        except ValueError:
            return None

    @cached_property
    def number(self) -> int:
        """The page of the list, from 1."""
        text = self.text("page", 6)
        return max(1, int(text)) if text.isascii() and text.isdigit() else 1

    @cached_property
    def page(self):
        return list_demandes(
            usager=self.owners,
            etats=[self.etat] if self.etat else (),
            start=(self.number - 1) * PAGE_SIZE,
            size=PAGE_SIZE,
        )

    @property
    def states(self) -> list[State]:
        return list(State)

    @property
    def url(self) -> str:
        return f"{self.espace_url}/demandes"

    def page_url(self, number: int) -> str:
        query = {"etat": self.etat.value} if self.etat else {}
        if number > 1:
            query["page"] = number
        return f"{self.url}?{urlencode(query)}" if query else self.url

    @property
    def previous(self) -> str:
        return self.page_url(self.number - 1) if self.number > 1 else ""

    @property
    def next(self) -> str:
        more = self.number * PAGE_SIZE < self.page.total
        return self.page_url(self.number + 1) if more else ""

    @property
    def last(self) -> int:
        return max(1, -(-self.page.total // PAGE_SIZE))

    def colleague(self, row) -> str:
        """Who filed it, when it was not oneself."""
        return row.deposant if row.par != self.compte.id else ""

    def late(self, row) -> bool:
        return is_late(row.attendu, row.etat, today())

    def day(self, moment) -> str:
        return format_date(local_date(moment))

    format_date = staticmethod(format_date)


@implementer(IPublishTraverse)
class MaDemande(Mouvements, ComptePage):
    """``/mon-espace/demandes/<numero>``; anything that is not one's own is not there.

    ``bordereau`` below it is the cover sheet of what is still to come.
    """

    page_title = _("My demandes")
    demande_template = ViewPageTemplateFile("../templates/demande.pt")
    withdraw_template = ViewPageTemplateFile("../templates/retirer.pt")
    token_name = "_authenticator"
    numero = ""
    part = ""

    def publishTraverse(self, request, name):
        if self.part or name != BORDEREAU:
            raise NotFound(name)
        self.part = name
        return self

    def show(self):
        self.demande = get_own_demande(
            self.context, self.numero, owner_ids(self.compte)
        )
        if self.demande is None:
            raise NotFound(self.numero)
        if self.part:
            return cover_sheet(self.demande, self.request)
        self.message = self.text("message", MAX_KEPT)
        if self.posted:
            action = {
                "repondre": self.answer_service,
                "retirer": self.withdraw_demande,
            }.get(self.text("action", 40), self.show_demande)
            return action()
        if self.text("etape", 40) == "retirer" and can(self.demande, "retirer"):
            return self.withdraw_template()
        self.notice = NOTICES.get(self.text("fait", 40))
        return self.show_demande()

    @property
    def opened(self):
        return self.demande

    def show_demande(self):
        return self.demande_template()

    def done(self, word: str):
        # See Other: a reload repeats the page, never the move.
        return self.request.response.redirect(f"{self.url}?fait={word}", status=303)

    def unproved(self):
        self.request.response.setStatus(403)
        self.problem = _(
            "This page was open for a long time, or somebody else has logged in "
            "meanwhile. Nothing was changed; please check and send again."
        )
        if self.message:
            self.message_problem = _("Your answer was not sent yet. It is kept here.")
        return self.show_demande()

    @property
    def list_url(self) -> str:
        return f"{self.espace_url}/demandes"

    @property
    def url(self) -> str:
        return f"{self.list_url}/{self.demande.numero}"

    @cached_property
    def token(self) -> str:
        return createToken()

    @property
    def contact(self):
        return contact()
