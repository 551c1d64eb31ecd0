"""``@panier``: what the caller wants to pay next, for other programs."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.espace.mots_factures import CHANGED
from carouge.guichet.espace.mots_factures import NOT_ONLINE
from carouge.guichet.espace.mots_factures import REFUS
from carouge.guichet.espace.mots_factures import SITUATIONS
from carouge.guichet.espace.paiements import commencer
from carouge.guichet.espace.paiements import mon_paiement
from carouge.guichet.espace.restapi.factures import ServiceDuCompte
from carouge.guichet.espace.restapi.paiements import paiement_json
from carouge.guichet.formulaire.limites import TropVite
from carouge.guichet.paiement.domain import DomainError
from carouge.guichet.paiement.service import FacturesChangees
from carouge.guichet.paiement.service import Payeur
from carouge.guichet.panier.domain import PanierRefuse
from carouge.guichet.panier.domain import Refus
from carouge.guichet.panier.domain import REPORTES
from carouge.guichet.panier.service import ajouter
from carouge.guichet.panier.service import contenu_de
from carouge.guichet.panier.service import LigneDuPanier
from carouge.guichet.panier.service import retirer
from carouge.guichet.rest import bad_request
from carouge.guichet.rest import not_found
from carouge.guichet.rest import Refusal
from plone.protect.interfaces import IDisableCSRFProtection
from zope.interface import alsoProvides


class _Panier(ServiceDuCompte):
    def panier(self) -> dict:
        contenu = contenu_de(self.context, self.compte)
        payeur = Payeur(compte=self.compte.id)
        paiement = mon_paiement(self.context, payeur, contenu.verrou)
        return {
            "@id": self.address,
            "regie": contenu.regie or None,
            "items": [self._ligne(one) for one in contenu.lignes],
            "items_total": len(contenu.lignes),
            "ensuite": [self._ligne(one) for one in contenu.ensuite],
            "total": contenu.total,
            "devise": "CHF",
            "payable": contenu.payable,
            "paiement": self.at("@paiements", paiement.uid) if paiement else None,
        }

    def _ligne(self, ligne: LigneDuPanier) -> dict:
        avis = SITUATIONS.get(ligne.situation)
        facture = ligne.facture
        return {
            "@id": self.at("@factures", ligne.id),
            "facture": ligne.id,
            "version": ligne.version,
            "numero": facture.numero if facture else None,
            "regie": facture.regie if facture else None,
            "libelle": facture.libelle if facture else None,
            "montant": ligne.centimes,
            "situation": ligne.situation.value,
            "message": self.say(avis) if avis else None,
        }


class LirePanier(_Panier):
    """``GET @panier``."""

    def answer_for_compte(self) -> dict:
        if self.path:
            raise not_found()
        return self.panier()


class EcrirePanier(_Panier):
    """``POST @panier`` adds an invoice, ``POST @panier/payer`` begins the payment."""

    def answer_for_compte(self) -> dict:
        # json_body refuses what a page of another site can make a browser send.
        alsoProvides(self.request, IDisableCSRFProtection)
        if self.path not in ([], ["payer"]):
            raise not_found()
        body = self.json_body()
        return self._pay(body) if self.path else self._add(body)

    def _add(self, body: dict) -> dict:
        facture = body.get("facture")
        if set(body) != {"facture"} or not isinstance(facture, str):
            raise _odd()
        try:
            ajouter(self.context, self.compte, facture)
        except PanierRefuse as error:
            if error.refus is Refus.INCONNUE:
                raise not_found() from error
            raise Refusal(
                409,
                "Conflict",
                REFUS[error.refus],
                refus=error.refus.value,
                ensuite=error.refus in REPORTES,
            ) from error
        return self.panier()

    def _pay(self, body: dict) -> dict:
        attendues = _attendues(body)
        contenu = contenu_de(self.context, self.compte)
        if sorted(attendues) != sorted(contenu.attendues):
            raise self._changed()
        try:
            paiement = commencer(self.context, Payeur(compte=self.compte.id), attendues)
        except FacturesChangees as error:
            raise self._changed() from error
        except TropVite as error:
            raise self.too_often(error) from error
        except DomainError as error:
            raise Refusal(409, "Conflict", NOT_ONLINE) from error
        self.request.response.setStatus(201)
        return paiement_json(self, paiement)

    def _changed(self) -> Refusal:
        return Refusal(409, "Conflict", CHANGED, refus="changee", panier=self.panier())


class ViderPanier(_Panier):
    """``DELETE @panier/<facture>``."""

    def answer_for_compte(self) -> dict:
        # No page of another site can make a browser send this method.
        alsoProvides(self.request, IDisableCSRFProtection)
        if len(self.path) != 1:
            raise not_found()
        retirer(self.context, self.compte, self.path[0])
        return self.panier()


def _attendues(body: dict) -> list[tuple[str, int]]:
    """``{"attendues": [{"facture": id, "version": n}]}``: what the caller has shown."""
    given = body.get("attendues")
    if set(body) != {"attendues"} or not isinstance(given, list) or not given:
        raise _odd()
    pairs = []
    for one in given:
        fits = isinstance(one, dict) and set(one) == {"facture", "version"}
        if not fits or not isinstance(one["facture"], str):
            raise _odd()
        if isinstance(one["version"], bool) or not isinstance(one["version"], int):
            raise _odd()
        pairs.append((one["facture"], one["version"]))
    return pairs


def _odd() -> Refusal:
    return bad_request(_("The body holds a key that is unknown or of another type."))
