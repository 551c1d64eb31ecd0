"""``/se-connecter`` and ``/se-deconnecter``."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.compte.service import current_compte
from carouge.guichet.controlpanel.service import local_accounts
from carouge.guichet.identity import connexion
from carouge.guichet.identity.browser.page import LoginPage
from carouge.guichet.identity.settings import guichet_address
from carouge.guichet.identity.settings import provider_configured
from plone.protect.authenticator import check as check_authenticator
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from urllib.parse import urlencode
from urllib.parse import urlsplit
from zExceptions import Forbidden


class SeConnecter(LoginPage):
    """Leads to the login, and back to ``retour``."""

    template = ViewPageTemplateFile("../templates/se-connecter.pt")

    def __call__(self):
        self.prepare()
        self.provider = provider_configured()
        self.local = local_accounts()
        self.retour = connexion.retour_of(
            self.guichet_url, self.request.form.get("retour")
        )
        self.anew = self.request.form.get("nouveau") == "1"
        if current_compte() is not None and not self.anew:
            return self.request.response.redirect(self.retour)
        elsewhere = self._public_page()
        if elsewhere:
            return self.request.response.redirect(elsewhere)
        if self.provider and not self.local:
            return self.request.response.redirect(self.provider_url)
        if self.local and not self.provider:
            return self.request.response.redirect(self.local_url)
        if not self.provider:
            self.request.response.setStatus(503)
        return self.template()

    @property
    def provider_url(self) -> str:
        query = {"came_from": self.retour} | ({"nouveau": "1"} if self.anew else {})
        return f"{self.address}/{connexion.PLUGIN_PATH}/login?{urlencode(query)}"

    @property
    def local_url(self) -> str:
        query = {"retour": self.retour} | ({"nouveau": "1"} if self.anew else {})
        return f"{self.address}/connexion?{urlencode(query)}"

    @property
    def address(self) -> str:
        return guichet_address(self.guichet_url)

    def _public_page(self) -> str:
        """This page under the public host name: cookies of another are not seen there.

        Empty when it is there already, and after one attempt: behind some proxies a
        request never says under which name it came.
        """
        if (
            urlsplit(self.address).netloc == urlsplit(self.guichet_url).netloc
            or self.request.form.get("hote") == "1"
        ):
            return ""
        query = {"retour": self.retour, "hote": "1"}
        query |= {"nouveau": "1"} if self.anew else {}
        return f"{self.address}/se-connecter?{urlencode(query)}"


class SeDeconnecter(LoginPage):
    """Asks, on POST ends the session, and is where the provider leads back to."""

    page_title = _("Log out")
    template = ViewPageTemplateFile("../templates/se-deconnecter.pt")
    #: Which of its texts the page shows.
    state = "asked"

    def __call__(self):
        self.prepare()
        self.compte = current_compte()
        if self.compte is None:
            return self._after()
        if self.request.method == "POST" and self._meant():
            address = connexion.leave(self.request, self.guichet_url)
            return self.request.response.redirect(address, status=303)
        return self.template()

    def _after(self) -> str:
        state = self.request.form.get("state")
        if not connexion.returned(self.request, self.guichet_url, state):
            self.state = "unexpected"
            self.request.response.setStatus(400)
        elif self.request.form.get("reste") == "1":
            self.state = "provider_open"
        else:
            self.state = "done"
        return self.template()

    def _meant(self) -> bool:
        """Whether the button was pressed on a page of ours (plone.protect)."""
        try:
            check_authenticator(self.request)
        except Forbidden:
            self.request.response.setStatus(403)
            return False
        return True
