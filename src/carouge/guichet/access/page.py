"""The frame of every page that belongs to a compte.

It lies this low so that every feature with a page in the espace can build upon it.
"""

from carouge.guichet import _
from carouge.guichet.compte.service import current_compte
from carouge.guichet.identity.service import login_address
from carouge.guichet.layout import keep_private
from carouge.guichet.layout import single_column
from plone import api
from plone.protect.authenticator import check as check_authenticator
from Products.Five.browser import BrowserView
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zExceptions import Forbidden


#: A form of ours is never longer; what a program sends is not shown again.
MAX_KEPT_FIELDS = 200
MAX_KEPT_LENGTH = 20_000


class ComptePage(BrowserView):
    """A page for the logged-in citizen; subclasses implement :meth:`show`.

    ``compte`` is his compte. Nobody keeps a copy of these pages, and nothing stands
    beside them.
    """

    page_title = _("My space")
    without_compte = ViewPageTemplateFile("templates/sans-compte.pt")
    #: Whether what was typed may stand in the page that tells of an ended session;
    #: False for a form with passwords.
    keeps_input = True
    compte = None

    def __call__(self):
        keep_private(self.request.response)
        single_column(self.request)
        self.compte = current_compte()
        if self.compte is not None:
            return self.show()
        self.anonymous = api.user.is_anonymous()
        if self.anonymous and not self.posted:
            return self.request.response.redirect(self.login_url)
        self.request.response.setStatus(403)
        return self.without_compte()

    def show(self):
        """The page for ``self.compte``."""
        raise NotImplementedError

    @property
    def posted(self) -> bool:
        return self.request.method == "POST"

    @property
    def guichet_url(self) -> str:
        return self.context.absolute_url()

    @property
    def espace_url(self) -> str:
        return f"{self.guichet_url}/mon-espace"

    @property
    def here(self) -> str:
        """Address of this page, as it was asked for; for a POST without its query."""
        address = self.request.get("ACTUAL_URL", self.espace_url)
        query = self.request.get("QUERY_STRING", "")
        return address if self.posted or not query else f"{address}?{query}"

    @property
    def login_url(self) -> str:
        return login_address(self.guichet_url, self.here)

    def proved(self) -> bool:
        """Whether a form was made by us for this session (plone.protect)."""
        try:
            check_authenticator(self.request)
        except Forbidden:
            return False
        return True

    def text(self, name: str, length: int = MAX_KEPT_LENGTH) -> str:
        """What was typed into a field; empty when it is missing or no text."""
        value = self.request.form.get(name)
        return value[:length] if isinstance(value, str) else ""

    def typed(self) -> list[tuple[str, str]]:
        """All that was sent, for the form that sends it again."""
        if not (self.posted and self.keeps_input):
            return []
        return typed_pairs(self.request.form, {"_authenticator"})


def typed_pairs(form, without) -> list[tuple[str, str]]:
    """The texts of a form, for hidden fields that send them again.

    Fields named in ``without`` are left out. Empty when it is more than any form of ours.
    """
    pairs = [
        (name, value)
        for name, values in form.items()
        for value in (values if isinstance(values, list) else [values])
        if isinstance(value, str) and name not in without
    ]
    total = sum(len(value) for _name, value in pairs)
    if len(pairs) > MAX_KEPT_FIELDS or total > MAX_KEPT_LENGTH:
        return []
    return pairs
