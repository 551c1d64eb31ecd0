"""``/suivi``: a demande by number and code, without an account."""

from carouge.guichet import _
from carouge.guichet.compte.service import current_compte
from carouge.guichet.controlpanel.service import contact
from carouge.guichet.demande.domain import InvalidNumber
from carouge.guichet.demande.service import DejaRattachee
from carouge.guichet.demande.service import rattacher
from carouge.guichet.espace.browser.mouvements import BORDEREAU
from carouge.guichet.espace.browser.mouvements import cover_sheet
from carouge.guichet.espace.browser.mouvements import MAX_KEPT
from carouge.guichet.espace.browser.mouvements import Mouvements
from carouge.guichet.espace.browser.mouvements import NOTICES
from carouge.guichet.espace.service import can
from carouge.guichet.espace.service import cookie_of
from carouge.guichet.espace.service import open_follow_up
from carouge.guichet.espace.service import proves
from carouge.guichet.espace.service import resume_follow_up
from carouge.guichet.espace.service import start_follow_up
from carouge.guichet.espace.service import TooManyAttempts
from carouge.guichet.layout import keep_private
from carouge.guichet.layout import single_column
from functools import cached_property
from plone.protect.interfaces import IDisableCSRFProtection
from Products.Five.browser import BrowserView
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from urllib.parse import urlencode
from urllib.parse import urlsplit
from zExceptions import NotFound
from zope.interface import alsoProvides
from zope.interface import implementer
from zope.publisher.interfaces import IPublishTraverse


COOKIE = "guichet_suivi"
#: Much more than a number or a code, however they are spelled.
MAX_FIELD = 100


@implementer(IPublishTraverse)
class Suivi(Mouvements, BrowserView):
    """One address for everything, so that no address ever holds a secret.

    ``bordereau`` below it is the cover sheet of what is still to come.
    """

    page_title = _("Follow a demande")
    open_template = ViewPageTemplateFile("../templates/ouvrir.pt")
    demande_template = ViewPageTemplateFile("../templates/suivi.pt")
    withdraw_template = ViewPageTemplateFile("../templates/retirer.pt")

    token_name = "token"
    follow_up = None
    part = ""
    number_problem = None
    code_problem = None

    def publishTraverse(self, request, name):
        if self.part or name != BORDEREAU:
            raise NotFound(name)
        self.part = name
        return self

    def __call__(self):
        keep_private(self.request.response)
        single_column(self.request)
        self.numero = self._field("numero", MAX_FIELD)
        self.message = self._field("message", MAX_KEPT)
        self.follow_up = resume_follow_up(
            self.context, str(self.request.cookies.get(COOKIE) or "")
        )
        if self.part:
            return self._show_part()
        if self.request.method != "POST":
            return self._show()
        action = {
            "ouvrir": self._open,
            "fermer": self._close,
            "repondre": self.answer_service,
            "retirer": self.withdraw_demande,
            "rattacher": self._attach,
        }.get(self._field("action", MAX_FIELD), self._open)
        return action()

    # What is shown

    def _show(self):
        if self.follow_up is None or self._asks_for_another():
            self.follow_up = None
            if "ouvert" in self.request.form or "fait" in self.request.form:
                self.notice = _(
                    "The follow-up is closed. It closes by itself after 30 minutes "
                    "without activity. If it does not open at all, allow cookies for "
                    "this site in your browser."
                )
            return self.open_template()
        self._keep_open()
        if self.request.form.get("etape") == "retirer" and can(
            self.follow_up.demande, "retirer"
        ):
            return self.withdraw_template()
        self.notice = NOTICES.get(self._field("fait", MAX_FIELD))
        return self.demande_template()

    def _show_part(self):
        if self.follow_up is None:
            return self.request.response.redirect(self.url)
        self._keep_open()
        return cover_sheet(self.opened, self.request)

    def _asks_for_another(self) -> bool:
        return bool(self.numero) and self.numero != self.follow_up.demande.numero

    @cached_property
    def token(self) -> str:
        return self.follow_up.token

    @property
    def contact(self):
        return contact()

    @property
    def url(self) -> str:
        return f"{self.context.absolute_url()}/suivi"

    # What is done

    def _open(self):
        try:
            demande = open_follow_up(
                guichet=self.context,
                number=self.numero,
                code=self._field("code", MAX_FIELD),
                client=self.request.getClientAddr(),
            )
        except InvalidNumber:
            return self._mistyped()
        except TooManyAttempts as error:
            return self._slow_down(error.seconds)
        self.follow_up = None
        if demande is None:
            self.problem = _(
                "This number and this code do not belong together. Please check "
                "both; you find them in the confirmation of your demande."
            )
            return self.open_template()
        self.follow_up = start_follow_up(demande)
        self._keep_open()
        if self.message.strip() and can(demande, "completer"):
            # The follow-up had closed over a long answer: it is all there.
            self.message_problem = _(
                "The follow-up had closed before your answer was sent. Please send "
                "it now; nothing was lost."
            )
            return self.demande_template()
        return self._redirect(ouvert="1")

    def _mistyped(self):
        self.follow_up = None
        if self.numero:
            self.number_problem = _(
                "This number contains a typing error. Please compare it with the "
                "confirmation of your demande."
            )
        else:
            self.number_problem = _("Please enter the number of your demande.")
        return self.open_template()

    def _slow_down(self, seconds: int):
        self.follow_up = None
        minutes = -(-seconds // 60)
        self.request.response.setStatus(429)
        self.request.response.setHeader("Retry-After", str(seconds))
        self.problem = (
            _("There were several wrong attempts. Please try again in one minute.")
            if minutes == 1
            else _(
                "There were several wrong attempts. Please try again in ${minutes} "
                "minutes.",
                mapping={"minutes": minutes},
            )
        )
        return self.open_template()

    def _close(self):
        self.request.response.expireCookie(COOKIE, path=self._cookie_path)
        return self.request.response.redirect(self.url, status=303)

    @cached_property
    def compte(self):
        return current_compte()

    @property
    def may_attach(self) -> bool:
        """Whether the demande can become one of the account that is logged in."""
        return self.compte is not None and not self.opened.owner_ids

    @property
    def mine(self) -> str:
        """Address of the demande in the account that is logged in; empty elsewhere."""
        if self.compte is None or self.opened.usager_id != self.compte.id:
            return ""
        return f"{self.context.absolute_url()}/mon-espace/demandes/{self.opened.numero}"

    def _attach(self):
        if not self.proved() or self.compte is None:
            return self.unproved()
        self.touch()
        try:
            rattacher(self.opened, self.compte)
        except DejaRattachee:
            self.problem = _(
                "This demande belongs to another account: nothing was changed."
            )
            return self.show_demande()
        return self.request.response.redirect(
            f"{self.mine}?fait=rattachement", status=303
        )

    @property
    def opened(self):
        return self.follow_up.demande

    def show_demande(self):
        return self.demande_template()

    def touch(self) -> None:
        self._keep_open()

    def done(self, word: str):
        return self._redirect(fait=word)

    def proved(self) -> bool:
        if self.follow_up is None or not proves(
            self.follow_up, self._field("token", MAX_FIELD)
        ):
            return False
        # Our own token is bound to this very follow-up.
        alsoProvides(self.request, IDisableCSRFProtection)
        return True

    def unproved(self):
        if self.follow_up is not None:
            self.numero = self.follow_up.demande.numero
        self.follow_up = None
        self.problem = _(
            "The follow-up is closed. Please enter number and code once more; nothing "
            "was changed."
        )
        return self.open_template()

    # The ways of HTTP

    def _field(self, name: str, length: int) -> str:
        value = self.request.form.get(name)
        return value[:length] if isinstance(value, str) else ""

    @property
    def _cookie_path(self) -> str:
        return urlsplit(self.url).path

    def _keep_open(self) -> None:
        self.request.response.setCookie(
            COOKIE,
            cookie_of(self.context, self.follow_up),
            path=self._cookie_path,
            http_only=True,
            same_site="Lax",
            secure=self.url.startswith("https:"),
        )

    def _redirect(self, **query: str):
        # See Other: a reload repeats the page, never the move.
        return self.request.response.redirect(
            f"{self.url}?{urlencode(query)}", status=303
        )
