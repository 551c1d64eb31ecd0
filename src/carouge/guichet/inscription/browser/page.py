"""What the pages of the accounts of the commune's own have in common."""

from __future__ import annotations

from carouge.guichet.controlpanel.service import local_accounts
from carouge.guichet.identity.connexion import retour_of
from carouge.guichet.inscription import labels
from carouge.guichet.layout import keep_private
from carouge.guichet.layout import single_column
from dataclasses import dataclass
from plone.protect.interfaces import IDisableCSRFProtection
from Products.Five.browser import BrowserView
from urllib.parse import urlencode
from urllib.parse import urlsplit
from zExceptions import NotFound
from zope.interface import alsoProvides


#: Much more than any field may hold; the rest is cut off unseen.
MAX_FIELD = 500


@dataclass(frozen=True)
class Champ:
    """One field of a form; ``problem`` and ``help`` are messages or None."""

    name: str
    value: str = ""
    problem: object = None
    required: bool = True
    kind: str = "text"
    help: object = None
    #: Tells the fields of several forms on one page apart.
    prefix: str = ""

    @property
    def id(self) -> str:
        return f"{self.prefix}{self.name}"

    @property
    def label(self):
        return labels.FIELD_LABELS[self.name]

    @property
    def autocomplete(self) -> str:
        return labels.AUTOCOMPLETE[self.name]

    @property
    def maxlength(self) -> int:
        return labels.MAX_LENGTHS.get(self.name, 200)

    @property
    def described_by(self) -> str | None:
        ids = []
        if self.problem:
            ids.append(f"erreur-{self.id}")
        if self.help:
            ids.append(f"aide-{self.id}")
        return " ".join(ids) or None


def make_champ(name: str, *, kind: str = "text", problem=None, **options) -> Champ:
    """A field with its usual help; ``problem`` is what the service found."""
    return Champ(
        name,
        kind=kind,
        problem=None if problem is None else labels.problem_of(name, problem),
        **{"help": labels.FIELD_HELP.get(name), **options},
    )


class LocalPage(BrowserView):
    """A page that exists only while the commune keeps accounts of its own."""

    #: Last part of the address.
    page = ""
    alert = None
    notice = None

    def __call__(self):
        if not local_accounts():
            raise NotFound(self.page)
        keep_private(self.request.response)
        single_column(self.request)
        if self.posted:
            # The forms prove themselves otherwise: see docs/security.md.
            alsoProvides(self.request, IDisableCSRFProtection)
        return self.show()

    def show(self):
        """The page."""
        raise NotImplementedError

    @property
    def posted(self) -> bool:
        return self.request.method == "POST"

    @property
    def url(self) -> str:
        return f"{self.context.absolute_url()}/{self.page}"

    @property
    def client(self) -> str:
        return self.request.getClientAddr()

    def text(self, name: str, length: int = MAX_FIELD) -> str:
        """What was sent under a name; empty when it is missing or no text."""
        value = self.request.form.get(name)
        return value[:length] if isinstance(value, str) else ""

    def cookie(self, name: str) -> str:
        value = self.request.cookies.get(name)
        return value if isinstance(value, str) else ""

    def set_cookie(self, name: str, value: str, **options) -> None:
        """A cookie for this page only, out of reach of scripts."""
        self.request.response.setCookie(
            name,
            value,
            path=urlsplit(self.url).path,
            http_only=True,
            same_site="Lax",
            secure=self.url.startswith("https:"),
            **options,
        )

    def refuse(self, status: int, alert) -> None:
        """Say with the page why nothing was done."""
        self.request.response.setStatus(status)
        self.alert = alert

    def redirect(self, **query: str):
        # See Other: a reload repeats the page, never what was done.
        target = f"{self.url}?{urlencode(query)}" if query else self.url
        return self.request.response.redirect(target, status=303)

    def inside(self, address: str, default: str) -> str:
        """An address of this site, or the default."""
        return retour_of(self.context.absolute_url(), address, default)
