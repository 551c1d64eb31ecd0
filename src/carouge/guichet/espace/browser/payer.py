"""The fee of a demande, for both ways its citizen has to it.

With an account the fee is an invoice like others; with number and code it is paid here.
"""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.dossier.emolument import facture_de
from carouge.guichet.dossier.remise import remettre_pdf
from carouge.guichet.espace.browser.paiements import PagesDuPaiement
from carouge.guichet.espace.browser.partie import ParCode
from carouge.guichet.espace.browser.partie import ParCompte
from carouge.guichet.espace.browser.partie import Partie
from carouge.guichet.espace.cadence import trop_souvent
from carouge.guichet.espace.factures import document
from carouge.guichet.espace.mots_factures import CHANGED
from carouge.guichet.espace.mots_factures import ETAT_MEANINGS
from carouge.guichet.espace.mots_factures import NOT_ONLINE
from carouge.guichet.espace.paiements import commencer
from carouge.guichet.espace.paiements import mon_paiement
from carouge.guichet.espace.paiements import titre_de_regie
from carouge.guichet.espace.paiements import vu
from carouge.guichet.facture.bulletin import bulletin_de
from carouge.guichet.formulaire.limites import TropVite
from carouge.guichet.money import format_chf
from carouge.guichet.paiement.domain import DomainError
from carouge.guichet.paiement.quittance import SansQuittance
from carouge.guichet.paiement.service import FacturesChangees
from carouge.guichet.paiement.service import lire_paiements
from carouge.guichet.paiement.service import Payeur
from carouge.guichet.regie.service import get_regie
from carouge.guichet.regie.service import RegieInconnue
from carouge.guichet.swisstime import format_date
from functools import cached_property
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zExceptions import NotFound


class PayerDuCompte(ParCompte):
    """``/mon-espace/demandes/<numero>/payer``: to the invoice."""

    def page(self):
        facture = facture_de(self.opened)
        if facture is None:
            raise NotFound(self.part)
        return self.request.response.redirect(
            f"{self.espace_url}/factures/{facture.id}", status=303
        )


class _DuSuivi(Partie):
    """What both pages by number and code know."""

    @property
    def payeur(self) -> Payeur:
        return Payeur(demande=self.opened.numero)

    @property
    def paiement_base(self) -> str:
        return self.part_url("paiement")


class PayerDuSuivi(_DuSuivi, ParCode):
    """``/suivi/payer``, with ``pdf`` and ``quittance`` below it."""

    page_title = _("Pay the fee")
    template = ViewPageTemplateFile("../templates/payer.pt")
    max_items = 1

    def page(self):
        facture = facture_de(self.opened)
        if facture is None or self.items not in ((), ("pdf",), ("quittance",)):
            raise NotFound(self.part)
        self.facture = facture
        if self.items:
            return self._pdf()
        return self._pay() if self.posted else self.template()

    def page_again(self):
        return self.page() if not self.posted else self._template_for_opened()

    def _template_for_opened(self):
        self.facture = facture_de(self.opened)
        if self.facture is None:
            raise NotFound(self.part)
        return self.template()

    def _pay(self):
        if not self.proved():
            return self.unproved()
        version = self.text("version", 20)
        if version != str(self.facture.version):
            return self._refused(CHANGED)
        try:
            paiement = commencer(
                self.context, self.payeur, [(self.facture.id, self.facture.version)]
            )
        except FacturesChangees:
            return self._refused(CHANGED)
        except TropVite as error:
            return self._too_often(error)
        except DomainError:
            return self._refused(NOT_ONLINE)
        return self.request.response.redirect(
            f"{self.paiement_base}/{paiement.uid}/depart", status=303
        )

    def _pdf(self):
        try:
            pdf, name = document(self.context, self.facture, self.items[0])
        except SansQuittance:
            raise NotFound(self.part) from None
        except TropVite as error:
            return self._too_often(error)
        return remettre_pdf(self.request.response, pdf, name)

    def _too_often(self, error: TropVite):
        self.problem = trop_souvent(self.request.response, error)
        return self.template()

    def _refused(self, problem):
        self.request.response.setStatus(409)
        self.problem = problem
        return self.template()

    @property
    def solde(self) -> str:
        return format_chf(max(self.facture.solde, 0))

    @property
    def echeance(self) -> str:
        return format_date(self.facture.echeance)

    @property
    def lignes(self) -> list[tuple[str, str]]:
        return [(one.libelle, format_chf(one.montant)) for one in self.facture.lignes]

    @property
    def regie(self) -> str:
        return titre_de_regie(self.facture.regie)

    @property
    def en_ligne(self) -> bool:
        """Whether it can be paid here and now."""
        try:
            regie = get_regie(self.facture.regie)
        except RegieInconnue:
            return False
        return self.facture.payable and bool(regie.passerelle)

    @property
    def meaning(self):
        return ETAT_MEANINGS.get(self.facture.etat)

    @cached_property
    def bulletin(self):
        return bulletin_de(self.facture)

    @cached_property
    def en_cours(self):
        """The payment somebody with this number and code has begun; None for none."""
        paiement = mon_paiement(self.context, self.payeur, self.facture.verrou)
        return vu(self.context, paiement) if paiement is not None else None

    @property
    def avec_quittance(self) -> bool:
        """It was paid otherwise than with this number and code."""
        return self.facture.payee_le is not None and not self.recus

    @cached_property
    def recus(self) -> list:
        """Payments of it by number and code that have a receipt."""
        found = [
            vu(self.context, one)
            for one in lire_paiements(self.context).de(self.opened.numero)
        ]
        return [one for one in found if one.quittance]


class PaiementDuSuivi(_DuSuivi, PagesDuPaiement, ParCode):
    """``/suivi/paiement/<uid>`` with ``depart``, ``retour`` and ``quittance``."""

    page_title = _("My payment")
    paiement_template = ViewPageTemplateFile("../templates/paiement.pt")
    max_items = 2
    in_espace = False

    def page(self):
        return self.repondre(self.items[1] if len(self.items) == 2 else "")

    @property
    def uid(self) -> str:
        if not self.items:
            raise NotFound(self.part)
        return self.items[0]

    @property
    def paiement_url(self) -> str:
        return f"{self.paiement_base}/{self.uid}"

    @property
    def reprendre_url(self) -> str:
        return self.part_url("payer")
