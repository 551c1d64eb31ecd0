"""The frame of all pages of one demande at the desk, and of their writes.

A *part* is a page below a demande: ``/agents/<numero>/<part>`` is answered by the view
``agents-demande-<part>``, registered on the guichet with the permission ``zope2.View``
because the page asks for the permissions on the demande itself. A feature writes::

    class Complement(DemandePage):
        page_title = _("...")
        template = ViewPageTemplateFile("../templates/complement.pt")

        def act(self):
            text = self.typed("message")
            with self.changing("complement", text) as to_do:
                if to_do:
                    ...                         # changes self.demande
            return self.done(_("Done."))

The template fills the slot ``corps`` of the macro ``partie`` of ``@@bureau-macros``;
each of its forms that post uses the macro ``token``, which holds the version as well.
"""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.backoffice.browser.page import DeskPage
from carouge.guichet.backoffice.domain import normalise_line_ends
from carouge.guichet.backoffice.domain import parse_query
from carouge.guichet.backoffice.domain import whole_number
from carouge.guichet.backoffice.historique import in_words
from carouge.guichet.backoffice.service import changing
from carouge.guichet.backoffice.service import NotVisible
from carouge.guichet.backoffice.service import Outdated
from carouge.guichet.demande.service import TransitionRefused
from carouge.guichet.demande.traitement import revision
from carouge.guichet.formulaire.domain import has_control_characters
from carouge.guichet.formulaire.domain import MAX_TEXT
from contextlib import AbstractContextManager
from functools import cached_property
from plone import api
from plone.protect.authenticator import check as check_authenticator
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from urllib.parse import quote
from urllib.parse import urlencode
from zExceptions import Forbidden
from zExceptions import NotFound


#: Nobody types more; of what is longer only so much is shown again.
MAX_KEPT = 5 * MAX_TEXT

FORBIDDEN = _(
    "This page was open for a long time, or somebody else has logged in meanwhile. "
    "Nothing was changed; please check and send again."
)
OUTDATED = _(
    "This demande has changed since you opened it. What you ordered was not done; your "
    "text is kept below."
)
UNUSABLE_TEXT = _(
    "The text is longer than ${count} characters, or holds characters that cannot be "
    "shown.",
    mapping={"count": str(MAX_TEXT)},
)
IMPOSSIBLE = _("This move is not possible now. Nothing was changed.")


class Refused(Exception):
    """An order cannot be carried out; ``message`` is what the agent is told.

    ``field`` is the name of the field it is about, empty for the page as a whole.
    """

    def __init__(self, message, field: str = "") -> None:
        super().__init__(field)
        self.message = message
        self.field = field


class DemandePage(DeskPage):
    """One demande, or a part of it.

    The page is open to everybody who sees the guichet, because it answers to all but
    the agents in charge in the same way: there is nothing at this address.
    """

    template = None
    nothing = ViewPageTemplateFile("../templates/nothing.pt")
    page_title = _("There is no page at this address")
    #: As it stands in the address.
    number = None
    #: What the agent is told on top of the page, and what he has not seen yet.
    alert = None
    unseen: list[dict] = []
    told = False

    def __call__(self):
        self.prepare()
        self.errors: dict[str, object] = {}
        posted = self.request.method == "POST"
        if api.user.is_anonymous():
            self.request.response.setStatus(404)
            return self.nothing()
        try:
            self.demande = self.desk.open(self.number or "")
        except NotVisible as error:
            target = self.gone() if posted else None
            if target is None:
                raise NotFound(self.number) from error
            return self.request.response.redirect(target)
        self.page_title = self.demande.numero
        if posted:
            answer = self._post()
            if answer is not None:
                return answer
        return self.template()

    def act(self) -> str | None:
        """Carry out what was posted; returns the address of the page to show then.

        :raises Refused: with what the agent is told
        """
        raise Refused(IMPOSSIBLE)

    def gone(self) -> str | None:
        """Where to go when what was posted has taken the demande out of sight."""
        return None

    def changing(self, *ordre: str) -> AbstractContextManager[bool]:
        """:func:`carouge.guichet.backoffice.service.changing` for this page."""
        return changing(self.demande, self.sent_version, *ordre)

    def done(self, message, url: str = "") -> str:
        """Tell that something was done; returns where to go."""
        api.portal.show_message(message, self.request)
        return url or self.demande_url(self.demande.numero)

    def typed(self, name: str) -> str:
        """What was typed into a field of one or more lines; empty for nothing."""
        text = self.request.form.get(name)
        return normalise_line_ends(text[:MAX_KEPT]) if isinstance(text, str) else ""

    def checked(self, name: str) -> str:
        """Like :meth:`typed`, for a text that is to be kept.

        :raises Refused: too long, or with characters no keyboard makes
        """
        text = self.typed(name)
        if len(text) > MAX_TEXT or has_control_characters(text):
            raise Refused(UNUSABLE_TEXT, name)
        return text

    @property
    def message(self) -> str:
        """What was typed before the session ended."""
        return self.typed("message") or self.typed("note") or self.typed("raison")

    @cached_property
    def sent_version(self) -> int | None:
        """The revision of the demande the page was made from."""
        return whole_number(self.request.form.get("version"))

    @property
    def version(self) -> int:
        """The revision the agent has been told of, for the next order of this page."""
        current = revision(self.demande)
        sent = self.sent_version
        if self.request.method != "POST" or self.told or sent is None:
            return current
        # What has changed meanwhile is told when he orders something.
        return sent if 0 < sent <= current else current

    @property
    def part_url(self) -> str:
        """The address of the demande, without the way back; parts follow it."""
        return f"{self.list_url}/{self.demande.numero}"

    @cached_property
    def filters(self):
        # The list one came from stands in the address; the fields of a form of ours may
        # bear the same names.
        return parse_query(
            self.request.get("QUERY_STRING", ""),
            services=self.desk.service_titles,
            demarches={choice.uid for choice in self.desk.demarches},
        )

    @property
    def back_url(self) -> str:
        return self.url_of(self.filters)

    @property
    def login_url(self) -> str:
        target = f"{self.list_url}/{quote(self.number or '', safe='')}"
        portal_url = api.portal.get().absolute_url()
        return f"{portal_url}/login?{urlencode({'came_from': target})}"

    def _post(self):
        response = self.request.response
        try:
            check_authenticator(self.request)
            target = self.act()
        except Forbidden:
            response.setStatus(403)
            self.alert = FORBIDDEN
        except NotVisible as error:
            raise NotFound(self.number) from error
        except Outdated as error:
            response.setStatus(409)
            self.unseen = in_words(self.demande, error.unseen, self.request)
            self.alert = OUTDATED
            self.told = True
        except TransitionRefused:
            response.setStatus(400)
            self.alert = IMPOSSIBLE
        except Refused as error:
            response.setStatus(400)
            if error.field:
                self.errors[error.field] = error.message
            else:
                self.alert = error.message
        else:
            return None if target is None else response.redirect(target)
        return None
