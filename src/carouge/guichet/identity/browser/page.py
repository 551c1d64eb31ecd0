"""What the pages of login and logout share."""

from __future__ import annotations

from Acquisition import aq_base
from carouge.guichet import _
from carouge.guichet import config
from carouge.guichet import logger
from carouge.guichet.identity.errors import LoginRefused
from carouge.guichet.identity.errors import ProviderUnavailable
from carouge.guichet.identity.service import login_address
from carouge.guichet.layout import keep_private
from carouge.guichet.layout import single_column
from plone import api
from Products.Five.browser import BrowserView
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zExceptions import NotFound


#: Title and explanation of a failure, by its reason.
FAILURES = {
    "cancelled": (
        _("You are not logged in"),
        _("You have left the login of e-démarches. Nothing was changed or saved."),
    ),
    "flow": (
        _("This login can no longer be used"),
        _(
            "It took more than ten minutes, was begun in another browser, or was used "
            "already. If you are logged in, simply go on; otherwise begin again."
        ),
    ),
    "answer": (
        _("The login did not succeed"),
        _(
            "The answer of e-démarches could not be checked. For your safety nobody was "
            "logged in. Please try again."
        ),
    ),
    "level": (
        _("A stronger login is needed"),
        _(
            "e-démarches has answered with a weaker or an older login than was asked "
            "for. Please log in again, with all the steps it offers."
        ),
    ),
    "person": (
        _("The account of the organisation names nobody"),
        _(
            "e-démarches did not tell who acts for this organisation. Please ask "
            "whoever manages its accounts there."
        ),
    ),
    "organisation": (
        _("The organisation is not known"),
        _(
            "e-démarches did not tell for which organisation you act. Please choose it "
            "when you log in, or ask whoever manages its accounts there."
        ),
    ),
    "uid": (
        _("The company's number is missing"),
        _(
            "e-démarches did not send a valid company number (IDE) for this company. "
            "Please ask whoever manages its accounts there."
        ),
    ),
    "unavailable": (
        _("The login does not work at the moment"),
        _(
            "e-démarches does not answer, or not as it should. Please try again in a "
            "few minutes."
        ),
    ),
}


def guichet_of_request(request):
    """The guichet the address leads through, otherwise the site's first one.

    :raises NotFound: the site has none
    """
    for parent in request.get("PARENTS", ()):
        if getattr(aq_base(parent), "portal_type", "") == config.GUICHET:
            return parent
    brains = api.portal.get_tool("portal_catalog").unrestrictedSearchResults(
        portal_type=config.GUICHET, sort_on="created", sort_limit=1
    )
    if not brains:
        raise NotFound
    return brains[0]._unrestrictedGetObject()


class LoginPage(BrowserView):
    """A page nobody keeps, with the guichet as its context."""

    page_title = _("Log in")

    def prepare(self) -> None:
        keep_private(self.request.response)
        single_column(self.request)

    @property
    def guichet_url(self) -> str:
        return self.context.absolute_url()


class Failure(LoginPage):
    """Says why nobody is logged in, and what can be done all the same."""

    template = ViewPageTemplateFile("../templates/echec.pt")
    page_title = _("You are not logged in")

    def __init__(self, context, request, error: Exception, retour: str = "") -> None:
        super().__init__(context, request)
        self.error = error
        self.retour = retour

    def __call__(self) -> str:
        self.prepare()
        if isinstance(self.error, LoginRefused):
            self.reason, status = self.error.reason, 403
        else:
            self.reason, status = "unavailable", 502
        logger.warning("login: %s", self.error)
        self.request.response.setStatus(status)
        return self.template()

    @property
    def title(self):
        return FAILURES[self.reason][0]

    @property
    def explanation(self):
        return FAILURES[self.reason][1]

    @property
    def again(self) -> str:
        anew = self.reason in ("level", "organisation", "person", "uid")
        return login_address(
            self.guichet_url, self.retour or self.guichet_url, anew=anew
        )


def failure(request, error: LoginRefused | ProviderUnavailable, retour: str = ""):
    """The page for a failure, in the guichet the request belongs to."""
    return Failure(guichet_of_request(request), request, error, retour)()
