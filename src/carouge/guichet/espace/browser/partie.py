"""What all pages of one demande share, for both ways its citizen has to it.

A *part* is a page below a demande. ``/mon-espace/demandes/<numero>/<part>`` is answered
by the view ``mon-espace-une-demande-<part>``, ``/suivi/<part>`` by ``suivi-<part>``,
both registered for the guichet. A feature writes its page once, on :class:`Partie`, and
joins it with the two ways in::

    class Completer(Partie):
        page_title = _("...")
        template = ViewPageTemplateFile("completer.pt")

        def page(self):
            if not self.posted:
                return self.template()
            if not self.proved():
                return self.unproved()
            ...                                 # changes self.opened
            return self.done("complement")

        def page_again(self):
            return self.template()


    class CompleterDuCompte(Completer, ParCompte): ...


    class CompleterDuSuivi(Completer, ParCode): ...

The template fills the slot ``corps`` of the macro ``partie`` in ``@@demande-macros``,
which says :attr:`Partie.notice` and :attr:`Partie.problem`; each form that posts uses
the macro ``token`` and goes to ``view/url``.
"""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.access.page import ComptePage
from carouge.guichet.access.page import typed_pairs
from carouge.guichet.compte.service import owner_ids
from carouge.guichet.controlpanel.service import contact
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.domain import InvalidNumber
from carouge.guichet.demande.queries import get_own_demande
from carouge.guichet.espace.labels import MOVE_NOTICES
from carouge.guichet.espace.service import cookie_of
from carouge.guichet.espace.service import FollowUp
from carouge.guichet.espace.service import open_follow_up
from carouge.guichet.espace.service import proves
from carouge.guichet.espace.service import resume_follow_up
from carouge.guichet.espace.service import start_follow_up
from carouge.guichet.espace.service import TooManyAttempts
from carouge.guichet.layout import keep_private
from carouge.guichet.layout import single_column
from functools import cached_property
from plone.protect.authenticator import createToken
from plone.protect.interfaces import IDisableCSRFProtection
from Products.Five.browser import BrowserView
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from urllib.parse import urlencode
from urllib.parse import urlsplit
from zExceptions import NotFound
from zope.component import queryMultiAdapter
from zope.interface import alsoProvides
from zope.interface import implementer
from zope.publisher.interfaces import IPublishTraverse


COMPTE_PREFIX = "mon-espace-une-demande-"
CODE_PREFIX = "suivi-"

COOKIE = "guichet_suivi"
#: Much more than a number or a code, however they are spelled.
MAX_FIELD = 100
#: Of the form for number and code; everything else that was typed is kept.
OPENING_FIELDS = frozenset({"numero", "code", "action", "token", "ouvert", "fait"})


@implementer(IPublishTraverse)
class Partie(BrowserView):
    """One page of a demande, whichever way its citizen has come.

    Subclasses implement :meth:`page`. When it is called, :attr:`opened` is a demande
    this citizen may see; whoever may not has got a 404, the login, or the form for
    number and code.
    """

    #: How many further segments the address may have, as in ``document/<id>``.
    max_items = 0
    #: Those segments, as they stand in the address.
    items: tuple[str, ...] = ()
    #: What is said above the page: good news, and what went wrong.
    notice = None
    problem = None

    #: The name of this part; empty for the page of the demande itself.
    part = ""
    #: Whether the navigation of the espace stands above the page.
    in_espace = False
    #: The name of the hidden field that holds :attr:`token`.
    token_name = ""

    def publishTraverse(self, request, name):
        if len(self.items) >= self.max_items:
            raise NotFound(name)
        self.items = (*self.items, name)
        return self

    def show(self):
        """Called by the way in once it has found the demande, or will not find it."""
        self.opened  # noqa: B018 - a 404 for whoever may not see it
        self.notice = MOVE_NOTICES.get(self.text("fait", 40))
        return self.page()

    def page(self):
        """The answer, for a GET and for a POST."""
        raise NotImplementedError

    def page_again(self):
        """The page with what was typed (:meth:`text`), for a form that is too old.

        Whoever has a form overrides it.
        """
        return self.request.response.redirect(self.retour_url, status=303)

    @property
    def opened(self) -> Demande:
        """The demande this page is about.

        :raises NotFound: there is none for this citizen
        """
        raise NotImplementedError

    def proved(self) -> bool:
        """Whether a POST comes from a form we have made for this very citizen.

        Ask before any change, and answer with :meth:`unproved` when it does not.
        """
        raise NotImplementedError

    def unproved(self):
        """Answer to a form that is too old: nothing was changed, nothing is lost.

        With an account, :meth:`page_again` with a :attr:`problem`; without, number and
        code are asked for anew with all typed texts kept, then comes ``page_again``.
        """
        raise NotImplementedError

    @property
    def token(self) -> str:
        """What the hidden field of a form holds."""
        raise NotImplementedError

    def done(self, word: str):
        """Go to the demande after a change, which says the notice of that word once.

        The words are keys of :data:`carouge.guichet.espace.labels.MOVE_NOTICES`.
        """
        # See Other: a reload repeats the page, never the move.
        query = urlencode({"fait": word})
        return self.request.response.redirect(f"{self.retour_url}?{query}", status=303)

    @property
    def posted(self) -> bool:
        return self.request.method == "POST"

    def text(self, name: str, length: int = 20_000) -> str:
        """What was typed into a field; empty when it is missing or no text."""
        value = self.request.form.get(name)
        return value[:length] if isinstance(value, str) else ""

    @property
    def retour_url(self) -> str:
        """Address of the demande."""
        raise NotImplementedError

    def part_url(self, name: str) -> str:
        """Address of a part of this demande, by the same way in."""
        return f"{self.retour_url}/{name}"

    @property
    def url(self) -> str:
        """Address of this page: where its forms go."""
        return "/".join(filter(None, (self.retour_url, self.part, *self.items)))

    @property
    def guichet_url(self) -> str:
        return self.context.absolute_url()

    @property
    def contact(self):
        return contact()

    def below(self, prefix: str, name: str) -> Partie:
        """The view that answers for the part of that name.

        :raises NotFound: there is no such part
        """
        part = queryMultiAdapter((self.context, self.request), name=f"{prefix}{name}")
        if part is None:
            raise NotFound(name)
        part.part = name
        return part


class ParCompte(Partie, ComptePage):
    """The way in through an account: the demande is one of the compte's own."""

    page_title = _("My demandes")
    token_name = "_authenticator"
    in_espace = True
    #: As it stands in the address.
    numero = ""

    @cached_property
    def opened(self) -> Demande:
        demande = get_own_demande(self.context, self.numero, owner_ids(self.compte))
        if demande is None:
            raise NotFound(self.numero)
        return demande

    def proved(self) -> bool:
        return ComptePage.proved(self)

    def unproved(self):
        self.request.response.setStatus(403)
        self.problem = _(
            "This page was open for a long time, or somebody else has logged in "
            "meanwhile. Nothing was changed; please check and send again."
        )
        return self.page_again()

    @cached_property
    def token(self) -> str:
        return createToken()

    @property
    def list_url(self) -> str:
        return f"{self.espace_url}/demandes"

    @property
    def retour_url(self) -> str:
        return f"{self.list_url}/{self.opened.numero}"


class ParCode(Partie):
    """The way in by number and code, remembered in a cookie for a while.

    The address never holds a secret. As long as the follow-up is closed, each address
    shows the form for number and code, and goes on where one wanted to go.
    """

    page_title = _("Follow a demande")
    open_template = ViewPageTemplateFile("../templates/ouvrir.pt")
    token_name = "token"

    follow_up: FollowUp | None = None
    number_problem = None
    code_problem = None

    def __call__(self):
        keep_private(self.request.response)
        single_column(self.request)
        self.follow_up = resume_follow_up(
            self.context, str(self.request.cookies.get(COOKIE) or "")
        )
        if self.posted and "code" in self.request.form:
            return self._open()
        if self.follow_up is None:
            return self.closed()
        if not self.posted:
            self.keep_open()
        return self.show()

    @property
    def opened(self) -> Demande:
        if self.follow_up is None:
            raise NotFound(self.part)
        return self.follow_up.demande

    @cached_property
    def token(self) -> str:
        return self.follow_up.token

    def proved(self) -> bool:
        if self.follow_up is None or not proves(
            self.follow_up, self.text(self.token_name, MAX_FIELD)
        ):
            return False
        # Our own token is bound to this very follow-up.
        alsoProvides(self.request, IDisableCSRFProtection)
        self.keep_open()
        return True

    def unproved(self):
        if self.follow_up is not None:
            self.request.form.setdefault("numero", self.follow_up.demande.numero)
        self.follow_up = None
        self.problem = _(
            "The follow-up is closed. Please enter number and code once more; nothing "
            "was changed."
        )
        return self.open_template()

    def closed(self):
        """The form for number and code, with what was typed so far."""
        if self.posted:
            return self.unproved()
        return self.open_template()

    # Opening

    @property
    def numero(self) -> str:
        """The number that was typed."""
        return self.text("numero", MAX_FIELD)

    def kept(self) -> list[tuple[str, str]]:
        """What was typed before the follow-up closed."""
        return typed_pairs(self.request.form, OPENING_FIELDS)

    def _open(self):
        try:
            demande = open_follow_up(
                guichet=self.context,
                number=self.numero,
                code=self.text("code", MAX_FIELD),
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
        self.keep_open()
        if any(value.strip() for _name, value in self.kept()):
            # The follow-up had closed over what was being written: it is all there.
            self.problem = _(
                "The follow-up had closed before your text was sent. Please send it "
                "now; nothing was lost."
            )
            return self.page_again()
        query = urlencode({"ouvert": "1"})
        return self.request.response.redirect(f"{self.url}?{query}", status=303)

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

    # The ways of HTTP

    @property
    def retour_url(self) -> str:
        return f"{self.guichet_url}/suivi"

    def keep_open(self) -> None:
        """Let the follow-up last from now on."""
        self.request.response.setCookie(
            COOKIE,
            cookie_of(self.context, self.follow_up),
            path=urlsplit(self.retour_url).path,
            http_only=True,
            same_site="Lax",
            secure=self.retour_url.startswith("https:"),
        )
