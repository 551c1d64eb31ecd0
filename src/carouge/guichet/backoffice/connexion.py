"""Where the staff lands after Plone's own login form."""

from __future__ import annotations

from carouge.guichet import config
from carouge.guichet.demarche.service import guichets
from plone import api
from plone.base.interfaces import IRedirectAfterLogin
from zope.interface import implementer


#: Who runs the site lands where Plone lands him.
SITE_SETUP = "Plone Site Setup: Overview"


@implementer(IRedirectAfterLogin)
class AuBureau:
    """An agent or a cashier who had no page in mind lands at his desk.

    Whoever came from a page goes back there, like everybody else.
    """

    def __init__(self, context, request) -> None:
        self.context = context
        self.request = request

    def __call__(self, came_from=None, is_initial_login=False):
        front_page = api.portal.get().absolute_url()
        if came_from and came_from.rstrip("/") != front_page:
            return came_from
        if api.user.has_permission(SITE_SETUP, obj=api.portal.get()):
            return came_from
        for guichet in guichets():
            if any(
                api.user.has_permission(permission, obj=guichet)
                for permission in (config.USE_DESK, config.USE_CASH_DESK)
            ):
                # The page sends the cashier on to his own.
                return f"{guichet.absolute_url()}/agents"
        return came_from
