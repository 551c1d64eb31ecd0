"""What all pages of a guichet do with Plone's frame around them."""

from plone import api
from plone.namedfile.utils import stream_data
from urllib.parse import quote
from zExceptions import NotFound
from zope.publisher.interfaces import IPublishTraverse


#: How long a cache may answer with a page that all visitors share.
SHARED_SECONDS = 60


def single_column(request) -> None:
    """Leave the whole width to the page: no portlets beside it, none computed."""
    request.set("disable_plone.leftcolumn", 1)
    request.set("disable_plone.rightcolumn", 1)


def keep_private(response) -> None:
    """Let no cache keep the page and no search engine show it.

    The address may hold what opens a demande: it is told to no other site either.
    """
    response.setHeader("Cache-Control", "no-store, private")
    response.setHeader("Referrer-Policy", "no-referrer")
    response.setHeader("X-Robots-Tag", "noindex")


def share(request) -> None:
    """Let a cache before the site answer others with the page for a minute.

    Only where nothing about this visitor is in it: the caller knows that it is the same
    for everybody, here it is seen to that nobody brought anything along.
    """
    response = request.response
    alone = not (request.cookies or response.cookies or request._auth)
    # Plone may choose the language by what the browser prefers: no cache looks at that.
    negotiated = api.portal.get_registry_record(
        "plone.use_request_negotiation", default=False
    )
    unsaid = not response.getHeader("Cache-Control")
    if alone and unsaid and not negotiated and response.getStatus() == 200:
        # Browsers ask each time; what an editor changes is seen after a minute.
        response.setHeader("Cache-Control", f"s-maxage={SHARED_SECONDS}")


def is_private(response) -> bool:
    """Whether :func:`keep_private` was called: the address may hold a secret."""
    return "no-store" in (response.getHeader("Cache-Control") or "")


def send_file(request, file, name: str):
    """A file somebody has sent, to be saved and never shown; ``file`` is a NamedFile.

    Returns what a page answers with. The caller has seen to it that this visitor may
    have it.
    """
    response = request.response
    keep_private(response)
    for header, value in (
        # Not the type somebody claimed: as HTML it would even get the site's theme.
        ("Content-Type", "application/octet-stream"),
        ("Content-Length", str(file.getSize())),
        ("Content-Disposition", f"attachment; filename*=UTF-8''{quote(name, safe='')}"),
        ("X-Content-Type-Options", "nosniff"),
        ("Content-Security-Policy", "default-src 'none'; sandbox"),
    ):
        response.setHeader(header, value)
    return stream_data(file)


class Retrouvable:
    """A page that Plone's login form can lead back to, with those below it.

    The form asks by path whether there is such a page, and no view but ours knows what
    lies below it.
    """

    def __bobo_traverse__(self, _request, name):
        # What is handed over by a lookup by path is no request.
        if not IPublishTraverse.providedBy(self):
            raise NotFound(name)
        return self.publishTraverse(self.request, name)
