"""One demande at the desk."""

from carouge.guichet import _
from carouge.guichet.backoffice import labels
from carouge.guichet.backoffice.browser.page import DeskPage
from carouge.guichet.backoffice.domain import group_by_step
from carouge.guichet.backoffice.domain import whole_number
from carouge.guichet.backoffice.service import InvalidMessage
from carouge.guichet.backoffice.service import moves_for_agent
from carouge.guichet.backoffice.service import NotVisible
from carouge.guichet.backoffice.service import Outdated
from carouge.guichet.backoffice.service import person_of
from carouge.guichet.backoffice.service import process
from carouge.guichet.backoffice.service import version_of
from carouge.guichet.compte.domain import Source
from carouge.guichet.compte.saisie import format_fact
from carouge.guichet.demande.domain import is_late
from carouge.guichet.demande.labels import NIVEAU_LABELS
from carouge.guichet.demande.labels import remark_on
from carouge.guichet.demande.labels import RESIDENCE_LABELS
from carouge.guichet.demande.labels import STATE_COLOURS
from carouge.guichet.demande.labels import STATE_LABELS
from carouge.guichet.demande.labels import TRANSITION_LABELS
from carouge.guichet.demande.labels import TYPE_LABELS
from carouge.guichet.demande.service import history
from carouge.guichet.demande.service import MessageRequired
from carouge.guichet.demande.service import TransitionRefused
from carouge.guichet.formulaire.domain import MAX_TEXT
from carouge.guichet.money import format_chf
from carouge.guichet.swisstime import format_date
from carouge.guichet.swisstime import local_date
from carouge.guichet.swisstime import today
from datetime import datetime
from functools import cached_property
from plone import api
from plone.protect.authenticator import check as check_authenticator
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from urllib.parse import quote
from urllib.parse import urlencode
from zExceptions import Forbidden
from zExceptions import NotFound
from zope.component import getMultiAdapter
from zope.i18n import translate
from zope.interface import implementer
from zope.publisher.interfaces import IPublishTraverse


PIECE = "piece"
PIECE_PAGE = "agents-piece"


def format_name(deposant) -> str:
    """The organisation acted for, with its UID if it has one."""
    if not deposant.ide:
        return deposant.organisation
    return f"{deposant.organisation} ({format_fact('ide', deposant.ide)})"


@implementer(IPublishTraverse)
class AgentsDemande(DeskPage):
    """``<guichet>/agents/<numero>``: one demande, its history and what can be done.

    The page is open to everybody who sees the guichet, because it answers to all but
    the agents in charge in the same way: there is nothing at this address.
    """

    template = ViewPageTemplateFile("../templates/demande.pt")
    nothing = ViewPageTemplateFile("../templates/nothing.pt")
    format_chf = staticmethod(format_chf)
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
        return is_late(self.demande.attendu, self.demande.etat, today())

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
    def deposant(self) -> str:
        """Who filed it, in words; empty without an account."""
        deposant = self.demande.deposant
        if deposant is None:
            return ""
        phrases = [
            deposant.nom,
            deposant.organisation and format_name(deposant),
            TYPE_LABELS.get(deposant.type),
            NIVEAU_LABELS.get(deposant.niveau),
            RESIDENCE_LABELS.get(deposant.residence),
        ]
        return ", ".join(self._say(phrase) for phrase in phrases if phrase)

    @property
    def origins(self) -> dict[str, dict]:
        """Where the answers that an account had a say in come from, by question."""
        return {
            fait.champ: {
                # The words kept with the answer speak to the citizen.
                "source": labels.STAFF_SOURCES.get(Source(fait.source), fait.origine),
                "date": format_date(local_date(datetime.fromisoformat(fait.date))),
                "confirmed": fait.verrouille,
            }
            for fait in self.demande.faits
        }

    @property
    def pieces(self) -> list[dict]:
        return [
            {
                "label": piece.label,
                "remark": remark_on(piece),
                "filename": "" if piece.annoncee else labels.filename_of(piece, index),
                "size": None
                if piece.annoncee
                else labels.size_of(piece.file.getSize()),
                "url": f"{self.list_url}/{self.demande.numero}/{PIECE}/{index}"
                if piece.lisible
                else "",
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
