"""Pages of the agents' desk: the list, one demande, its documents."""

from carouge.guichet import _
from carouge.guichet.backoffice import labels
from carouge.guichet.backoffice.domain import group_by_step
from carouge.guichet.backoffice.domain import last_start
from carouge.guichet.backoffice.domain import PAGE_SIZE
from carouge.guichet.backoffice.domain import parse_filters
from carouge.guichet.backoffice.domain import typed_number
from carouge.guichet.backoffice.domain import WAITING
from carouge.guichet.backoffice.domain import whole_number
from carouge.guichet.backoffice.service import Desk
from carouge.guichet.backoffice.service import InvalidMessage
from carouge.guichet.backoffice.service import is_late
from carouge.guichet.backoffice.service import moves_for_agent
from carouge.guichet.backoffice.service import NotVisible
from carouge.guichet.backoffice.service import Outdated
from carouge.guichet.backoffice.service import person_of
from carouge.guichet.backoffice.service import process
from carouge.guichet.backoffice.service import version_of
from carouge.guichet.demande.domain import InvalidNumber
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.labels import STATE_COLOURS
from carouge.guichet.demande.labels import STATE_LABELS
from carouge.guichet.demande.labels import TRANSITION_LABELS
from carouge.guichet.demande.service import history
from carouge.guichet.demande.service import MessageRequired
from carouge.guichet.demande.service import TransitionRefused
from carouge.guichet.formulaire.domain import MAX_TEXT
from carouge.guichet.swisstime import today
from functools import cached_property
from plone import api
from plone.namedfile.utils import stream_data
from plone.protect.authenticator import check as check_authenticator
from Products.Five.browser import BrowserView
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from urllib.parse import quote
from urllib.parse import urlencode
from zExceptions import Forbidden
from zExceptions import NotFound
from zope.component import getMultiAdapter
from zope.i18n import translate
from zope.interface import implementer
from zope.publisher.interfaces import IPublishTraverse


DEMANDE_PAGE = "agents-demande"
PIECE = "piece"
PIECE_PAGE = "agents-piece"


class DeskPage(BrowserView):
    """What the pages of the desk have in common."""

    state_labels = STATE_LABELS
    state_colours = STATE_COLOURS
    demarche_label = _("Démarche")
    all_demarches_label = _("All démarches")
    day = staticmethod(labels.day_of)
    moment = staticmethod(labels.moment_of)

    def prepare(self) -> None:
        """Nobody keeps a copy of these pages, and nothing stands beside them."""
        self.request.response.setHeader("Cache-Control", "private, no-store")
        for column in ("left", "right"):
            self.request.set(f"disable_plone.{column}column", 1)

    @cached_property
    def desk(self) -> Desk:
        return Desk(self.context, api.user.get_current())

    @cached_property
    def filters(self):
        return parse_filters(
            self.request.form,
            services=self.desk.service_titles,
            demarches={choice.uid for choice in self.desk.demarches},
        )

    @property
    def list_url(self) -> str:
        return f"{self.context.absolute_url()}/agents"

    def url_of(self, filters) -> str:
        """Address of the list with these filters."""
        query = filters.query()
        return f"{self.list_url}?{query}" if query else self.list_url

    def demande_url(self, numero: str) -> str:
        """Address of a demande, from which the way back leads to the same list."""
        query = self.filters.query()
        url = f"{self.list_url}/{numero}"
        return f"{url}?{query}" if query else url


@implementer(IPublishTraverse)
class Agents(DeskPage):
    """``<guichet>/agents``: the demandes of the agent's services."""

    template = ViewPageTemplateFile("templates/list.pt")
    page_title = _("Agents' desk")
    number_error = None
    number_unknown = False

    def publishTraverse(self, request, name):
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


@implementer(IPublishTraverse)
class AgentsDemande(DeskPage):
    """``<guichet>/agents/<numero>``: one demande, its history and what can be done.

    The page is open to everybody who sees the guichet, because it answers to all but
    the agents in charge in the same way: there is nothing at this address.
    """

    template = ViewPageTemplateFile("templates/demande.pt")
    nothing = ViewPageTemplateFile("templates/nothing.pt")
    page_title = _("There is no page at this address")
    number = None
    message = ""
    message_error = None
    alert = None
    unseen = None

    def publishTraverse(self, request, name):
        if name != PIECE or self.number is None:
            raise NotFound(name)
        page = getMultiAdapter((self.context, request), name=PIECE_PAGE)
        page.number = self.number
        return page

    def __call__(self):
        self.prepare()
        posted = self.request.method == "POST"
        if posted:
            text = self.request.form.get("message")
            self.message = text if isinstance(text, str) else ""
        if api.user.is_anonymous():
            self.request.response.setStatus(404)
            return self.nothing()
        try:
            self.demande = self.desk.open(self.number or "")
        except NotVisible as error:
            raise NotFound(self.number) from error
        self.page_title = self.demande.numero
        if posted and self._process():
            return self.request.response.redirect(self.demande_url(self.demande.numero))
        return self.template()

    def _process(self) -> bool:
        """Do what the agent ordered; False when the page has something to say."""
        form = self.request.form
        move = form.get("mouvement")
        move = move if isinstance(move, str) else ""
        response = self.request.response
        try:
            check_authenticator(self.request)
            state = process(
                self.demande,
                transition=move,
                message=self.message,
                version=whole_number(form.get("version")),
            )
        except Forbidden:
            response.setStatus(403)
            self.alert = _(
                "This page was open for a long time, or somebody else has logged in "
                "meanwhile. Nothing was changed; please check and send again."
            )
        except Outdated as error:
            response.setStatus(409)
            self.unseen = self._in_words(error.steps)
            self.alert = _(
                "This demande has changed since you opened it. Your move was not made; "
                "your text is kept below."
            )
        except TransitionRefused:
            response.setStatus(400)
            self.alert = _("This move is not possible now. Nothing was changed.")
        except MessageRequired:
            response.setStatus(400)
            self.message_error = _(
                "Please write to the citizen before you choose « ${move} ».",
                mapping={"move": self._say(TRANSITION_LABELS[move])},
            )
        except InvalidMessage:
            response.setStatus(400)
            self.message_error = _(
                "The message is longer than ${count} characters, or holds characters "
                "that cannot be shown.",
                mapping={"count": str(MAX_TEXT)},
            )
        else:
            text = _(
                "Done. The state of the demande ${number} is now: ${state}.",
                mapping={
                    "number": self.demande.numero,
                    "state": self._say(STATE_LABELS[state]),
                },
            )
            api.portal.show_message(text, self.request)
            return True
        return False

    @property
    def login_url(self) -> str:
        target = f"{self.list_url}/{quote(self.number or '', safe='')}"
        portal_url = api.portal.get().absolute_url()
        return f"{portal_url}/login?{urlencode({'came_from': target})}"

    @property
    def back_url(self) -> str:
        return self.url_of(self.filters)

    @property
    def action(self) -> str:
        return self.demande_url(self.demande.numero)

    @property
    def version(self) -> int:
        return version_of(self.demande)

    @property
    def late(self) -> bool:
        return is_late(self.demande)

    @property
    def service_title(self) -> str:
        return self.desk.service_titles[self.demande.service_uid]

    @property
    def mail_url(self) -> str:
        return "mailto:" + quote(self.demande.courriel, safe="@")

    @property
    def groups(self):
        return group_by_step(self.demande.reponses)

    @property
    def pieces(self) -> list[dict]:
        return [
            {
                "label": piece.label,
                "filename": filename_of(piece, index),
                "size": labels.size_of(piece.file.getSize()),
                "url": f"{self.list_url}/{self.demande.numero}/{PIECE}/{index}",
            }
            for index, piece in enumerate(self.demande.pieces, start=1)
        ]

    @property
    def history(self) -> list[dict]:
        return self._in_words(history(self.demande))

    @cached_property
    def moves(self) -> list[dict]:
        return [
            {
                "id": move.id,
                "title": TRANSITION_LABELS[move.id],
                "css": labels.MOVE_COLOURS.get(move.id, "btn-outline-primary"),
                "message_required": move.message_required,
            }
            for move in moves_for_agent(self.demande)
        ]

    @property
    def moves_with_message(self) -> str:
        """The moves for which the citizen must be told why, as on their buttons."""
        return ", ".join(
            f"«\u00a0{self._say(move['title'])}\u00a0»"
            for move in self.moves
            if move["message_required"]
        )

    def _in_words(self, steps) -> list[dict]:
        return [
            {
                "time": labels.moment_of(step.time),
                "machine_time": step.time.isoformat(timespec="seconds"),
                "person": person_of(self.demande, step) or labels.CITIZEN,
                "title": labels.MOVE_DONE_LABELS.get(step.transition, step.transition),
                "state": STATE_LABELS[step.state],
                "css": STATE_COLOURS[step.state],
                "message": step.message,
            }
            for step in steps
        ]

    def _say(self, message) -> str:
        return translate(message, context=self.request)


@implementer(IPublishTraverse)
class AgentsPiece(DeskPage):
    """``<guichet>/agents/<numero>/piece/<index>``: one document, to be saved.

    Open in the same way as the page of the demande; the first document is number 1.
    """

    number = None
    index = None

    def publishTraverse(self, request, name):
        if self.number is None or self.index is not None:
            raise NotFound(name)
        self.index = name
        return self

    def __call__(self):
        index = whole_number(self.index)
        if api.user.is_anonymous() or index is None:
            raise NotFound(self.index)
        try:
            piece = self.desk.piece(self.number, index - 1)
        except NotVisible as error:
            raise NotFound(self.index) from error
        filename = quote(filename_of(piece, index), safe="")
        response = self.request.response
        for name, value in (
            # Not the type somebody claimed: as HTML it would even get the site's theme.
            ("Content-Type", "application/octet-stream"),
            ("Content-Length", str(piece.file.getSize())),
            ("Content-Disposition", f"attachment; filename*=UTF-8''{filename}"),
            ("X-Content-Type-Options", "nosniff"),
            ("Content-Security-Policy", "default-src 'none'; sandbox"),
            ("Cache-Control", "private, no-store"),
        ):
            response.setHeader(name, value)
        return stream_data(piece.file)


def filename_of(piece, index: int) -> str:
    """The name under which a document is shown and saved."""
    return piece.file.filename or f"{PIECE}-{index}"
