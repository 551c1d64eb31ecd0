"""What happens to a session before and after a page is made."""

from AccessControl import getSecurityManager
from AccessControl.SecurityManagement import noSecurityManager
from carouge.guichet.identity.service import has_session
from carouge.guichet.identity.service import refuse_borrowed
from carouge.guichet.identity.service import renew
from carouge.guichet.interfaces import IGuichetLayer
from zExceptions import Unauthorized
from zope.component.hooks import getSite


def user_found(event) -> None:
    """Let nobody act as a compte but with a session of ours, on IPubAfterTraversal.

    :raises Unauthorized: somebody else has vouched for him
    """
    user_id = getSecurityManager().getUser().getId()
    if getSite() is None or not refuse_borrowed(event.request, user_id):
        return
    # The page that says so is nobody's.
    noSecurityManager()
    raise Unauthorized


def page_served(event) -> None:
    """Let a session last as long as its pages are used; never with anything cached."""
    request = event.request
    if not IGuichetLayer.providedBy(request):
        return
    response = request.response
    kind = response.getHeader("Content-Type") or ""
    if not kind.startswith("text/html"):
        return
    if has_session(request) and not response.getHeader("Cache-Control"):
        # Every page shows the name in the menu.
        response.setHeader("Cache-Control", "no-cache, private")
    if response.getStatus() == 200:
        renew(request)
