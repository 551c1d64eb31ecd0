"""What happens to a session when a page was served."""

from carouge.guichet.identity.service import renew
from carouge.guichet.interfaces import IGuichetLayer


def page_served(event) -> None:
    """Let a session last as long as its pages are used; never with anything cached."""
    request = event.request
    if not IGuichetLayer.providedBy(request):
        return
    kind = request.response.getHeader("Content-Type") or ""
    if kind.startswith("text/html") and request.response.getStatus() == 200:
        renew(request)
