"""``completer``: the answer to what the service has asked for, and what lies below it."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.compte.service import current_compte
from carouge.guichet.dossier.page import PageComplement
from carouge.guichet.dossier.parcours import CHOIX_DE_LA_PERSONNE
from carouge.guichet.espace.browser.partie import ParCode
from carouge.guichet.espace.browser.partie import ParCompte
from carouge.guichet.espace.browser.partie import Partie
from carouge.guichet.identity.service import login_address
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile


class Completer(PageComplement, Partie):
    """Exactly what is asked for, with the answers given before."""

    template = ViewPageTemplateFile("../templates/completer.pt")
    too_late_template = ViewPageTemplateFile("../templates/completer-trop-tard.pt")

    avis_retenue = _("Log in to choose another member")

    @property
    def lecteur(self):
        return current_compte()

    def page(self):
        return self.servir()

    def page_again(self):
        return self.montrer_encore()


class CompleterDuCompte(Completer, ParCompte):
    """``/mon-espace/demandes/<numero>/completer``."""

    page_title = _("Complete your demande")
    #: A colleague is logged in already.
    avis_retenue = CHOIX_DE_LA_PERSONNE

    def __call__(self):
        if self.items and self.posted and current_compte() is None:
            return self.non_prouve()
        return super().__call__()

    @property
    def login_url(self) -> str:
        page = f"{self.list_url}/{self.numero}/completer"
        return login_address(self.guichet_url, page)


class CompleterDuSuivi(Completer, ParCode):
    """``/suivi/completer``."""

    page_title = _("Complete your demande")

    def closed(self):
        return self.non_prouve() if self.items and self.posted else super().closed()

    @property
    def login_url(self) -> str:
        return self.retour_url

    @property
    def connexion_url(self) -> str:
        numero = self.opened.numero
        page = f"{self.guichet_url}/mon-espace/demandes/{numero}/completer"
        return login_address(self.guichet_url, page)
