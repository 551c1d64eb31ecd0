"""``/mon-espace/panier``: what is to be paid together, and the way to the bank."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.access.page import ComptePage
from carouge.guichet.entiers import lire_entier
from carouge.guichet.espace.cadence import trop_souvent
from carouge.guichet.espace.mots_factures import CHANGED
from carouge.guichet.espace.mots_factures import KEPT
from carouge.guichet.espace.mots_factures import NOT_ONLINE
from carouge.guichet.espace.mots_factures import NOTICES
from carouge.guichet.espace.mots_factures import OUTDATED
from carouge.guichet.espace.mots_factures import REFUS
from carouge.guichet.espace.mots_factures import SITUATIONS
from carouge.guichet.espace.paiements import commencer
from carouge.guichet.espace.paiements import mon_paiement
from carouge.guichet.espace.paiements import titre_de_regie
from carouge.guichet.espace.paiements import vu
from carouge.guichet.formulaire.limites import TropVite
from carouge.guichet.money import format_chf
from carouge.guichet.paiement.domain import DomainError
from carouge.guichet.paiement.service import FacturesChangees
from carouge.guichet.paiement.service import Payeur
from carouge.guichet.panier.domain import A_PAYER_D_ABORD
from carouge.guichet.panier.domain import PanierRefuse
from carouge.guichet.panier.domain import Refus
from carouge.guichet.panier.service import ajouter
from carouge.guichet.panier.service import Contenu
from carouge.guichet.panier.service import contenu_de
from carouge.guichet.panier.service import LigneDuPanier
from carouge.guichet.panier.service import retirer
from carouge.guichet.swisstime import format_date
from functools import cached_property
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zExceptions import NotFound
from zope.i18n import translate

import json


#: Of an invoice; whatever is longer names none.
MAX_ID = 100


class MonPanier(ComptePage):
    """The cart: add, take out, pay. It locks nothing, and each page looks anew."""

    page_title = _("My cart")
    template = ViewPageTemplateFile("../templates/panier.pt")
    refused_template = ViewPageTemplateFile("../templates/panier-refus.pt")
    problem = None
    refus: Refus | None = None

    def show(self):
        if not self.posted:
            return self.template()
        if not self.proved():
            self.request.response.setStatus(403)
            self.problem = OUTDATED
            return self.template()
        actions = {
            "ajouter": self._add,
            "payer-maintenant": self._add_and_show,
            "retirer": self._remove,
            "payer": self._pay,
        }
        return actions.get(self.text("action", 40), self.template)()

    # What is done

    @property
    def facture_id(self) -> str:
        return self.text("facture", MAX_ID)

    def _add(self):
        try:
            ajouter(self.context, self.compte, self.facture_id)
        except PanierRefuse as error:
            return self._refused(error.refus)
        return self._done(f"{self.back}?fait=ajout")

    def _add_and_show(self):
        try:
            ajouter(self.context, self.compte, self.facture_id)
        except PanierRefuse as error:
            if error.refus is not Refus.DOUBLON:
                return self._refused(error.refus)
        return self._done(self.url)

    def _refused(self, refus: Refus):
        if refus is Refus.INCONNUE:
            raise NotFound(self.facture_id)
        self.refus = refus
        if self._by_script:
            # The words and the buttons are those of the page.
            return self._json(
                {
                    "refus": refus.value,
                    "texte": self._say(self.refusal),
                    "suite": self._say(self.kept) if self.kept else "",
                    "panier": self.pay_first,
                }
            )
        self.request.response.setStatus(409)
        return self.refused_template()

    def _remove(self):
        retirer(self.context, self.compte, self.facture_id)
        return self._done(f"{self.url}?fait=retrait")

    def _pay(self):
        attendues = self._shown()
        if not attendues or sorted(attendues) != sorted(self.contenu.attendues):
            return self._changed()
        try:
            paiement = commencer(self.context, Payeur(compte=self.compte.id), attendues)
        except FacturesChangees:
            return self._changed()
        except TropVite as error:
            self.problem = trop_souvent(self.request.response, error)
            return self.template()
        except DomainError:
            self.problem = NOT_ONLINE
            self.request.response.setStatus(409)
            return self.template()
        return self._done(f"{self.espace_url}/paiements/{paiement.uid}/depart")

    def _changed(self):
        self.request.response.setStatus(409)
        self.problem = CHANGED
        self.__dict__.pop("contenu", None)
        return self.template()

    def _shown(self) -> list[tuple[str, int]]:
        """Invoices and versions as they stood in the page; [] when that is odd."""
        values = self.request.form.get("attendues")
        values = [values] if isinstance(values, str) else values
        pairs = []
        for value in values if isinstance(values, list) else []:
            id, _colon, text = str(value)[:MAX_ID].rpartition(":")
            version = lire_entier(text)
            if not id or version is None:
                return []
            pairs.append((id, version))
        return pairs

    def _done(self, address: str):
        if self._by_script:
            return self._json({"adresse": address})
        # See Other: a reload repeats the page, never the order.
        return self.request.response.redirect(address, status=303)

    @property
    def _by_script(self) -> bool:
        return self.text("par", 10) == "script"

    def _json(self, value: dict) -> str:
        self.request.response.setHeader("Content-Type", "application/json")
        return json.dumps(value)

    def _say(self, message) -> str:
        return translate(message, context=self.request)

    # What is shown

    @property
    def url(self) -> str:
        return f"{self.espace_url}/panier"

    @property
    def list_url(self) -> str:
        return f"{self.espace_url}/factures"

    @property
    def back(self) -> str:
        """Where « Ok » leads: the list, or the page of the invoice."""
        if self.text("de", 20) == "facture" and self.facture_id.isalnum():
            return f"{self.list_url}/{self.facture_id}"
        return self.list_url

    @property
    def notice(self):
        return NOTICES.get(self.text("fait", 40))

    @property
    def refusal(self):
        return REFUS[self.refus]

    @property
    def kept(self):
        return KEPT.get(self.refus)

    @property
    def pay_first(self) -> bool:
        """Whether the way to the cart helps."""
        return self.refus in A_PAYER_D_ABORD

    @cached_property
    def contenu(self) -> Contenu:
        return contenu_de(self.context, self.compte)

    @property
    def lignes(self) -> list[dict]:
        return [self._ligne(one) for one in self.contenu.lignes]

    @property
    def ensuite(self) -> list[dict]:
        return [self._ligne(one) for one in self.contenu.ensuite]

    def _ligne(self, ligne: LigneDuPanier) -> dict:
        facture = ligne.facture
        return {
            "id": ligne.id,
            "libelle": facture.libelle if facture else _("Invoice"),
            "numero": facture.numero if facture else "",
            "regie": titre_de_regie(facture.regie) if facture else "",
            "echeance": format_date(facture.echeance) if facture else "",
            "montant": format_chf(facture.solde)
            if facture and facture.solde > 0
            else "",
            "avis": SITUATIONS.get(ligne.situation),
            "payable": ligne.payable,
            "attendue": f"{ligne.id}:{ligne.version}",
        }

    @property
    def regie(self) -> str:
        return titre_de_regie(self.contenu.regie)

    @property
    def total(self) -> str:
        return format_chf(self.contenu.total)

    @cached_property
    def en_cours(self):
        """The person's own payment that has what lies in the cart; None for none."""
        uid = self.contenu.verrou
        payeur = Payeur(compte=self.compte.id)
        paiement = mon_paiement(self.context, payeur, uid) if uid else None
        return vu(self.context, paiement) if paiement is not None else None

    @property
    def d_autrui(self) -> bool:
        """Whether somebody else pays at this moment what lies in this cart."""
        return bool(self.contenu.verrou) and self.en_cours is None
