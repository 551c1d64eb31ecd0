"""The addresses the provider knows, on the plugin."""

from __future__ import annotations

from carouge.guichet import logger
from carouge.guichet.identity import connexion
from carouge.guichet.identity.browser.page import failure
from carouge.guichet.identity.browser.page import guichet_of_request
from carouge.guichet.identity.errors import LoginRefused
from carouge.guichet.identity.errors import ProviderUnavailable
from carouge.guichet.identity.service import login_address
from carouge.guichet.layout import keep_private
from plone.protect.interfaces import IDisableCSRFProtection
from Products.Five.browser import BrowserView
from zope.interface import alsoProvides

import json


class Login(BrowserView):
    """``login?came_from=``: sends the browser to the provider."""

    def __call__(self):
        keep_private(self.request.response)
        guichet = guichet_of_request(self.request)
        retour = _text(self.request.form.get("came_from"))
        try:
            address = connexion.begin(
                self.request,
                guichet.absolute_url(),
                retour,
                anew=self.request.form.get("nouveau") == "1",
            )
        except ProviderUnavailable as error:
            url = guichet.absolute_url()
            return failure(self.request, error, connexion.retour_of(url, retour))
        # The provider's host was checked against the settings.
        return self.request.response.redirect(address)


class RequireLogin(BrowserView):
    """``require_login?came_from=``: to the page that begins a login."""

    def __call__(self):
        keep_private(self.request.response)
        guichet = guichet_of_request(self.request)
        retour = _text(self.request.form.get("came_from"))
        return self.request.response.redirect(
            login_address(guichet.absolute_url(), retour)
        )


class Callback(BrowserView):
    """``callback``: where the provider sends the browser back to."""

    def __call__(self):
        keep_private(self.request.response)
        # The proof that this was meant is the attempt's own cookie, with its state.
        alsoProvides(self.request, IDisableCSRFProtection)
        guichet = guichet_of_request(self.request)
        try:
            retour = connexion.finish(self.request, guichet.absolute_url())
        except (LoginRefused, ProviderUnavailable) as error:
            return failure(self.request, error, error.retour)
        return self.request.response.redirect(retour)


class Logout(BrowserView):
    """``logout``: to the page that ends a session; nothing ends by a link."""

    def __call__(self):
        keep_private(self.request.response)
        guichet = guichet_of_request(self.request)
        return self.request.response.redirect(
            f"{guichet.absolute_url()}/se-deconnecter"
        )


class BackChannelLogout(BrowserView):
    """``backchannel-logout``: the provider says that a session is over."""

    def __call__(self) -> str:
        response = self.request.response
        response.setHeader("Cache-Control", "no-store")
        response.setHeader("Content-Type", "application/json")
        # The proof that the provider sends it is its signature.
        alsoProvides(self.request, IDisableCSRFProtection)
        if self.request.method != "POST":
            response.setStatus(400)
            return json.dumps({"error": "invalid_request"})
        try:
            connexion.end_from_outside(self.request.form.get("logout_token"))
        except (LoginRefused, ProviderUnavailable) as error:
            logger.warning("back-channel logout: %s", error)
            response.setStatus(400)
            return json.dumps({"error": "invalid_request"})
        return "{}"


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
