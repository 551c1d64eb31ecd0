"""``/connexion``: the login with an account of the commune's own."""

from carouge.guichet import _
from carouge.guichet.compte.service import current_compte
from carouge.guichet.identity.service import open_session
from carouge.guichet.identity.settings import provider_configured
from carouge.guichet.inscription import labels
from carouge.guichet.inscription.browser.page import LocalPage
from carouge.guichet.inscription.browser.page import make_champ
from carouge.guichet.inscription.connexion import authenticate
from carouge.guichet.inscription.connexion import DEVICE_LIFETIME
from carouge.guichet.inscription.connexion import device_of
from carouge.guichet.inscription.connexion import login_meant
from carouge.guichet.inscription.connexion import login_token
from carouge.guichet.inscription.connexion import Refused
from carouge.guichet.inscription.connexion import release
from carouge.guichet.inscription.connexion import TooManyAttempts
from carouge.guichet.inscription.connexion import WrongPair
from carouge.guichet.inscription.liens import find_lien
from carouge.guichet.inscription.liens import Purpose
from functools import cached_property
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from urllib.parse import urlencode

import secrets


COOKIE = "guichet_connexion"
DEVICE_COOKIE = "guichet_appareil"
MAX_RETOUR = 2000


class Connexion(LocalPage):
    """One form; a wrong identifier and a wrong password get the same words."""

    page = "connexion"
    page_title = _("Log in")
    template = ViewPageTemplateFile("../templates/connexion.pt")
    release_template = ViewPageTemplateFile("../templates/liberer.pt")

    def show(self):
        if "lien" in self.request.form:
            return self._release()
        self.retour = self.inside(
            self.text("retour", MAX_RETOUR), f"{self.context.absolute_url()}/mon-espace"
        )
        self.identifiant = self.text("identifiant")
        if self.posted:
            return self._log_in()
        # Whoever is asked for the proof again is logged in already.
        if current_compte() is not None and self.text("nouveau") != "1":
            return self.request.response.redirect(self.retour, status=303)
        if self.text("fait") == "mot-de-passe":
            self.notice = _("Your new password is set. Log in with it.")
        if self.text("fait") == "libere":
            self.notice = _("You can log in again with this browser.")
        return self.template()

    def _log_in(self):
        if not login_meant(self.text("jeton", 2000), self.cookie(COOKIE)):
            self.refuse(
                400,
                _(
                    "This page was open for a long time, or your browser refuses "
                    "cookies. Please log in now; allow cookies for this site if this "
                    "happens again."
                ),
            )
            return self.template()
        device = self.cookie(DEVICE_COOKIE)
        try:
            compte = authenticate(
                typed=self.identifiant,
                password=self.text("mot_de_passe"),
                client=self.client,
                device=device,
                guichet=self.context,
            )
        except TooManyAttempts as error:
            self.request.response.setHeader("Retry-After", str(error.seconds))
            self.refuse(429, labels.wait_text(error.seconds))
        except WrongPair:
            self.refuse(
                400,
                _(
                    "This identifier and this password do not belong together. Please "
                    "check both."
                ),
            )
        except Refused:
            self.refuse(
                403,
                _(
                    "The counter has not accepted this account. We wrote to you why; "
                    "the counter can tell you more."
                ),
            )
        else:
            open_session(self.request, compte)
            self._know_browser(device_of(compte, device))
            self.set_cookie(COOKIE, "", max_age=0)
            return self.request.response.redirect(self.retour, status=303)
        return self.template()

    def _release(self):
        if not self.posted:
            self.token = self.text("lien")
            lien = find_lien(Purpose.LIBERER, self.token)
            self.usable = lien is not None and lien.used_at is None
            if not self.usable:
                self.request.response.setStatus(404)
            return self.release_template()
        self.token = self.text("lien")
        device = release(self.token)
        self.usable = False
        if device is None:
            self.request.response.setStatus(404)
            return self.release_template()
        self._know_browser(device)
        return self.redirect(fait="libere")

    def _know_browser(self, device: str) -> None:
        self.set_cookie(
            DEVICE_COOKIE, device, max_age=int(DEVICE_LIFETIME.total_seconds())
        )

    # What is shown

    @property
    def champs(self):
        return [
            make_champ("identifiant", value=self.identifiant),
            make_champ("mot_de_passe", kind="password", help=None),
        ]

    @cached_property
    def jeton(self) -> str:
        """Binds the form to this browser: nobody logs another one in."""
        cookie = self.cookie(COOKIE)
        if not 20 <= len(cookie) <= 100:
            cookie = secrets.token_urlsafe(24)
            self.set_cookie(COOKIE, cookie)
        return login_token(cookie)

    @property
    def register_url(self) -> str:
        return f"{self.context.absolute_url()}/inscription"

    @property
    def forgotten_url(self) -> str:
        return f"{self.context.absolute_url()}/mot-de-passe-oublie"

    @property
    def other_ways_url(self) -> str | None:
        """The choice of all logins; None when this is the only one."""
        if not provider_configured():
            return None
        query = urlencode({"retour": self.retour})
        return f"{self.context.absolute_url()}/se-connecter?{query}"
