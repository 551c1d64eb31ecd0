"""``/agents/<numero>/completer``: the answer somebody brings to the counter."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet import config
from carouge.guichet.backoffice.browser.partie import DemandePage
from carouge.guichet.backoffice.browser.partie import FORBIDDEN
from carouge.guichet.backoffice.browser.partie import OUTDATED
from carouge.guichet.backoffice.historique import in_words
from carouge.guichet.backoffice.service import NotVisible
from carouge.guichet.backoffice.service import Outdated
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.domain import Actor
from carouge.guichet.demande.domain import InvalidNumber
from carouge.guichet.demande.domain import State
from carouge.guichet.dossier import complement as complements
from carouge.guichet.dossier.page import ENVOI
from carouge.guichet.dossier.page import PageComplement
from plone import api
from plone.protect.authenticator import check as check_authenticator
from plone.protect.authenticator import createToken
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zExceptions import Forbidden
from zExceptions import NotFound
from zope.interface import implementer
from zope.publisher.interfaces import IPublishTraverse


#: Below the choice of a household member: no agent looks into the household.
A_FAIRE_EN_LIGNE = _("To choose another member, the person has to do it online.")


@implementer(IPublishTraverse)
class AgentsCompleter(PageComplement, DemandePage):
    """The citizen's page, filled in by an agent of the service in charge."""

    template = ViewPageTemplateFile("../templates/completer.pt")
    too_late_template = ViewPageTemplateFile("../templates/completer-trop-tard.pt")
    acteur = Actor.AGENT
    token_name = "_authenticator"
    avis_retenue = A_FAIRE_EN_LIGNE

    def __call__(self):
        self.prepare()
        self.errors = {}
        if api.user.is_anonymous():
            if self.items and self.posted:
                return self.non_prouve()
            self.request.response.setStatus(404)
            return self.nothing()
        # A save while somebody types is no new look at the file; a document is.
        saving = self.items and self.posted
        find = self.desk.find if saving else self.desk.open
        try:
            self.demande = find(self.number or "")
        except (NotVisible, InvalidNumber) as error:
            raise NotFound(self.number) from error
        if not api.user.has_permission(config.PROCESS_DEMANDE, obj=self.demande):
            raise NotFound(self.number)
        self.page_title = self.demande.numero
        return self.servir()

    @staticmethod
    def offered(demande: Demande) -> bool:
        """Whether the page of the demande shows a way here."""
        return demande.etat is State.A_COMPLETER

    def envoyer(self) -> None:
        envoi = self.text(ENVOI, 40)
        with self.changing("completer", envoi) as to_do:
            if to_do:
                complements.repondre(self.ouverture, self.acteur, envoi)

    def _answer(self):
        try:
            return super()._answer()
        except Outdated as error:
            self.request.response.setStatus(409)
            self.unseen = in_words(self.demande, error.unseen, self.request)
            self.alert = OUTDATED
            self.told = True
            return self.montrer()
        except NotVisible as error:
            raise NotFound(self.number) from error

    # --- what the page wants of whoever shows it -------------------------------------

    @property
    def opened(self) -> Demande:
        return self.demande

    @property
    def posted(self) -> bool:
        return self.request.method == "POST"

    def text(self, name: str, length: int = 20_000) -> str:
        """What was typed into a field; empty when it is missing or no text."""
        value = self.request.form.get(name)
        return value[:length] if isinstance(value, str) else ""

    def proved(self) -> bool:
        try:
            check_authenticator(self.request)
        except Forbidden:
            return False
        return True

    def unproved(self):
        self.request.response.setStatus(403)
        self.alert = FORBIDDEN
        return self.montrer_encore()

    def trop_tard(self):
        if complements.deja_repondu(self.demande, self.text(ENVOI, 40)):
            return self.done("complement")
        self.alert = complements.PLUS_ATTENDU
        return super().trop_tard()

    def done(self, word: str):
        """Go to the demande and say what was done."""
        url = super().done(_("The answer is kept; the clock runs again."))
        return self.request.response.redirect(url, status=303)

    @property
    def token(self) -> str:
        return createToken()

    @property
    def caches(self) -> list[tuple[str, str]]:
        return [*super().caches, ("version", str(self.version))]

    @property
    def retour_url(self) -> str:
        return self.demande_url(self.demande.numero)

    @property
    def adresse(self) -> str:
        return f"{self.part_url}/completer"
