"""``/mon-espace/paiements``: the way to the bank and back, and the receipts.

What the address says when the browser comes back decides nothing: the provider is asked.
"""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.access.page import ComptePage
from carouge.guichet.dossier.remise import remettre_pdf
from carouge.guichet.espace.cadence import trop_souvent
from carouge.guichet.espace.mots_factures import OUTDATED
from carouge.guichet.espace.mots_factures import REFUSED
from carouge.guichet.espace.mots_factures import UNAVAILABLE
from carouge.guichet.espace.paiements import abandonner
from carouge.guichet.espace.paiements import mon_paiement
from carouge.guichet.espace.paiements import partir
from carouge.guichet.espace.paiements import quittance
from carouge.guichet.espace.paiements import revenir
from carouge.guichet.espace.paiements import vu
from carouge.guichet.formulaire.limites import TropVite
from carouge.guichet.paiement.domain import DomainError
from carouge.guichet.paiement.domain import PasserelleIndisponible
from carouge.guichet.paiement.domain import PasserelleRefuse
from carouge.guichet.paiement.quittance import nom_de_fichier
from carouge.guichet.paiement.quittance import SansQuittance
from carouge.guichet.paiement.service import lire_paiements
from carouge.guichet.paiement.service import Payeur
from carouge.guichet.panier.service import nombre
from functools import cached_property
from plone.protect.authenticator import createToken
from plone.protect.interfaces import IDisableCSRFProtection
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zExceptions import NotFound
from zope.component import getMultiAdapter
from zope.interface import alsoProvides
from zope.interface import implementer
from zope.publisher.interfaces import IPublishTraverse


PAIEMENT_PAGE = "mon-espace-un-paiement"


class PagesDuPaiement:
    """What is below the address of one payment, for both kinds of payer.

    Joined with a page that has ``context``, ``request``, ``posted``, ``proved`` and
    ``text``; the subclass says who pays and where things are.
    """

    etapes = ("", "depart", "retour", "quittance")
    problem = None
    #: The navigation of the espace stands above.
    in_espace = True

    @property
    def payeur(self) -> Payeur:
        raise NotImplementedError

    @property
    def uid(self) -> str:
        raise NotImplementedError

    @property
    def paiement_url(self) -> str:
        """Address of the receipt, and of what lies below it."""
        raise NotImplementedError

    @property
    def reprendre_url(self) -> str:
        """Where one begins anew."""
        raise NotImplementedError

    def repondre(self, etape: str):
        """Answer for one of :attr:`etapes`; foreign and unknown payments are not there."""
        paiement = mon_paiement(self.context, self.payeur, self.uid)
        if paiement is None or etape not in self.etapes:
            raise NotFound(self.uid)
        self.paiement = paiement
        if etape == "depart":
            return self._leave()
        if etape == "retour":
            return self._back()
        if etape == "quittance":
            return self._receipt()
        if self.posted and self.text("action", 40) == "abandonner":
            return self._give_up()
        return self.paiement_template()

    def _leave(self):
        """To the payment page of the provider: the same one however often one comes."""
        # What is stored is the provider's answer about a payment this person has begun
        # with a form: nobody gains by making a browser ask for it.
        alsoProvides(self.request, IDisableCSRFProtection)
        try:
            address = partir(self.context, self.paiement, f"{self.paiement_url}/retour")
        except TropVite as error:
            return self._too_often(error)
        except PasserelleIndisponible:
            return self._failed(503, UNAVAILABLE)
        except PasserelleRefuse:
            return self._failed(409, REFUSED)
        except DomainError:
            # It is over, or its money is there: the receipt tells which.
            return self._to(self.paiement_url)
        return self._to(address)

    def _back(self):
        """Ask the provider once, then show where the payment stands."""
        alsoProvides(self.request, IDisableCSRFProtection)
        try:
            revenir(self.context, self.paiement)
        except TropVite as error:
            return self._too_often(error)
        return self._to(self.paiement_url)

    def _receipt(self):
        try:
            pdf = quittance(self.context, self.paiement)
        except SansQuittance:
            raise NotFound(self.uid) from None
        except TropVite as error:
            return self._too_often(error)
        return remettre_pdf(self.request.response, pdf, nom_de_fichier(self.paiement))

    def _give_up(self):
        if not self.proved():
            return self._failed(403, OUTDATED)
        try:
            abandonner(self.context, self.paiement)
        except TropVite as error:
            return self._too_often(error)
        except PasserelleIndisponible:
            return self._failed(
                503,
                _(
                    "The payment provider does not answer at this moment. Please try "
                    "again in a few minutes."
                ),
            )
        return self._to(self.paiement_url)

    def _too_often(self, error: TropVite):
        self.problem = trop_souvent(self.request.response, error)
        return self.paiement_template()

    def _failed(self, status: int, problem):
        self.request.response.setStatus(status)
        self.problem = problem
        return self.paiement_template()

    def _to(self, address: str):
        return self.request.response.redirect(address, status=303)

    @property
    def vu(self):
        return vu(self.context, self.paiement)

    @property
    def suivantes(self) -> int:
        """How many invoices wait in the cart for the next payment."""
        return 0


@implementer(IPublishTraverse)
class MesPaiements(ComptePage):
    """The payments of the person, the last first; ``<uid>`` below it is one of them."""

    page_title = _("My payments")
    template = ViewPageTemplateFile("../templates/paiements.pt")

    def publishTraverse(self, request, name):
        page = getMultiAdapter((self.context, request), name=PAIEMENT_PAGE)
        page.uid = name
        return page

    def show(self):
        return self.template()

    @property
    def url(self) -> str:
        return f"{self.espace_url}/paiements"

    @cached_property
    def paiements(self) -> list:
        found = lire_paiements(self.context).de(self.compte.id)
        found = sorted(found, key=lambda one: one.cree, reverse=True)
        return [vu(self.context, one) for one in found[:MAX_PAIEMENTS]]


#: The last ones a page shows.
MAX_PAIEMENTS = 100


@implementer(IPublishTraverse)
class MonPaiement(PagesDuPaiement, ComptePage):
    """``/mon-espace/paiements/<uid>`` with ``depart``, ``retour`` and ``quittance``."""

    page_title = _("My payments")
    paiement_template = ViewPageTemplateFile("../templates/paiement.pt")
    token_name = "_authenticator"
    uid = ""
    etape = ""

    def publishTraverse(self, request, name):
        if self.etape or not name:
            raise NotFound(name)
        self.etape = name
        return self

    def show(self):
        return self.repondre(self.etape)

    @cached_property
    def token(self) -> str:
        return createToken()

    @property
    def payeur(self) -> Payeur:
        return Payeur(compte=self.compte.id)

    @property
    def paiement_url(self) -> str:
        return f"{self.espace_url}/paiements/{self.uid}"

    @property
    def reprendre_url(self) -> str:
        return f"{self.espace_url}/panier"

    @property
    def suivantes(self) -> int:
        return nombre(self.context, self.compte)
