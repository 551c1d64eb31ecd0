"""``/suivi``: a demande by number and code, without an account, and what lies below."""

from carouge.guichet import _
from carouge.guichet.compte.service import current_compte
from carouge.guichet.demande.rattachement import RattachementRefuse
from carouge.guichet.demande.rattachement import rattacher
from carouge.guichet.espace.browser.mouvements import PageDemande
from carouge.guichet.espace.browser.partie import CODE_PREFIX
from carouge.guichet.espace.browser.partie import COOKIE
from carouge.guichet.espace.browser.partie import ParCode
from carouge.guichet.espace.browser.refaire import Refaire
from carouge.guichet.espace.browser.telechargement import Bordereau
from carouge.guichet.espace.browser.telechargement import PieceDemande
from carouge.guichet.espace.browser.telechargement import PieceMessage
from carouge.guichet.espace.labels import ATTACH_REFUSED
from functools import cached_property
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from urllib.parse import urlsplit


class Suivi(PageDemande, ParCode):
    """One address for everything, so that no address ever holds a secret."""

    demande_template = ViewPageTemplateFile("../templates/suivi.pt")
    prefix = CODE_PREFIX

    def publishTraverse(self, request, name):
        return self.below(self.prefix, name)

    def show(self):
        if not self.posted and self._asks_for_another():
            self.follow_up = None
            return self.closed()
        return super().show()

    def act(self, action: str):
        if action == "fermer":
            return self._close()
        if action == "rattacher":
            return self._attach()
        return super().act(action)

    def closed(self):
        if self.posted and self.text("action", 40) == "fermer":
            return self._close()
        if not self.posted and {"ouvert", "fait"} & {*self.request.form}:
            self.notice = _(
                "The follow-up is closed. It closes by itself after 30 minutes "
                "without activity. If it does not open at all, allow cookies for "
                "this site in your browser."
            )
        return super().closed()

    def _asks_for_another(self) -> bool:
        return bool(self.numero) and self.numero != self.opened.numero

    def _close(self):
        self.request.response.expireCookie(COOKIE, path=urlsplit(self.url).path)
        return self.request.response.redirect(self.url, status=303)

    @cached_property
    def compte(self):
        return current_compte()

    @property
    def may_attach(self) -> bool:
        """Whether the demande can become one of the account that is logged in."""
        return self.compte is not None and not self.opened.owner_ids

    @property
    def mine(self) -> str:
        """Address of the demande in the account that is logged in; empty elsewhere."""
        if self.compte is None or self.opened.usager_id != self.compte.id:
            return ""
        return f"{self.guichet_url}/mon-espace/demandes/{self.opened.numero}"

    def _attach(self):
        if not self.proved() or self.compte is None:
            return self.unproved()
        try:
            rattacher(self.opened, self.compte)
        except RattachementRefuse as error:
            self.problem = ATTACH_REFUSED[error.motif]
            return self.demande_template()
        return self.request.response.redirect(
            f"{self.mine}?fait=rattachement", status=303
        )


class BordereauDuSuivi(Bordereau, ParCode):
    """``/suivi/bordereau``."""


class PieceDuSuivi(PieceDemande, ParCode):
    """``/suivi/piece/<rang>``."""


class MessageDuSuivi(PieceMessage, ParCode):
    """``/suivi/message/<id>/<rang>``."""


class CopieDuSuivi(Refaire, ParCode):
    """``/suivi/refaire``."""
