"""``@paiements``: the caller's payments, for other programs."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.dossier.remise import remettre_pdf
from carouge.guichet.espace.mots_factures import ETATS_PAIEMENT
from carouge.guichet.espace.mots_factures import REFUSED
from carouge.guichet.espace.mots_factures import UNAVAILABLE
from carouge.guichet.espace.paiements import abandonner
from carouge.guichet.espace.paiements import mon_paiement
from carouge.guichet.espace.paiements import partir
from carouge.guichet.espace.paiements import quittance
from carouge.guichet.espace.paiements import revenir
from carouge.guichet.espace.restapi.factures import ServiceDuCompte
from carouge.guichet.formulaire.limites import TropVite
from carouge.guichet.paiement.content import Paiement
from carouge.guichet.paiement.domain import DomainError
from carouge.guichet.paiement.domain import ENCAISSEES
from carouge.guichet.paiement.domain import PasserelleIndisponible
from carouge.guichet.paiement.domain import PasserelleRefuse
from carouge.guichet.paiement.domain import StatutRemboursement
from carouge.guichet.paiement.quittance import encaisse_le
from carouge.guichet.paiement.quittance import nom_de_fichier
from carouge.guichet.paiement.quittance import SansQuittance
from carouge.guichet.paiement.service import lire_paiements
from carouge.guichet.paiement.service import Payeur
from carouge.guichet.rest import not_found
from carouge.guichet.rest import Refusal
from plone.protect.interfaces import IDisableCSRFProtection
from zope.interface import alsoProvides


def paiement_json(service: ServiceDuCompte, paiement: Paiement) -> dict:
    """One payment; nothing of the provider's but its name for the means of payment."""
    address = service.at("@paiements", paiement.uid)
    moment = encaisse_le(paiement)
    return {
        "@id": address,
        "id": paiement.uid,
        "regie": paiement.regie,
        "etat": paiement.etat.value,
        "etat_libelle": service.say(ETATS_PAIEMENT[paiement.etat][0]),
        "total": paiement.total,
        "devise": paiement.devise,
        "cree": paiement.cree.isoformat(timespec="seconds"),
        "encaisse": moment.isoformat(timespec="seconds") if moment else None,
        "moyen": paiement.moyen or None,
        "articles": [
            {
                "@id": service.at("@factures", one.facture),
                "facture": one.facture,
                "numero": one.numero,
                "montant": one.centimes,
            }
            for one in paiement.articles
        ],
        "rembourse": sum(
            one.centimes
            for one in paiement.remboursements
            if one.statut == StatutRemboursement.FAIT.value
        ),
        "quittance": f"{address}/quittance" if paiement.etat in ENCAISSEES else None,
    }


class _Paiements(ServiceDuCompte):
    @property
    def payeur(self) -> Payeur:
        return Payeur(compte=self.compte.id)

    def mine(self) -> Paiement:
        paiement = mon_paiement(self.context, self.payeur, self.path[0])
        if paiement is None:
            raise not_found()
        return paiement


class LirePaiements(_Paiements):
    """``GET @paiements``, ``@paiements/<uid>`` and ``@paiements/<uid>/quittance``."""

    def answer_for_compte(self):
        if not self.path:
            return self._list()
        paiement = self.mine()
        if len(self.path) == 1:
            return paiement_json(self, paiement)
        if self.path[1:] != ["quittance"]:
            raise not_found()
        try:
            pdf = quittance(self.context, paiement)
        except SansQuittance as error:
            raise not_found() from error
        except TropVite as error:
            raise self.too_often(error) from error
        return remettre_pdf(self.request.response, pdf, nom_de_fichier(paiement))

    def _list(self) -> dict:
        part = self.part()
        found = sorted(
            lire_paiements(self.context).de(self.compte.id),
            key=lambda one: one.cree,
            reverse=True,
        )
        items = found[part.start : part.start + part.size]
        return self.batched(
            [paiement_json(self, one) for one in items], part, len(found)
        )


class SuivrePaiement(_Paiements):
    """``POST @paiements/<uid>/depart``, ``…/etat`` and ``…/abandon``.

    ``depart`` gives the address of the provider's page, to be opened in a browser that
    is logged in here: there it comes back to. ``etat`` asks the provider.
    """

    def answer_for_compte(self) -> dict:
        # json_body refuses what a page of another site can make a browser send.
        alsoProvides(self.request, IDisableCSRFProtection)
        orders = {"depart": self._leave, "etat": self._ask, "abandon": self._give_up}
        if len(self.path) != 2 or self.path[1] not in orders:
            raise not_found()
        paiement = self.mine()
        self.json_body()
        return orders[self.path[1]](paiement)

    def _leave(self, paiement: Paiement) -> dict:
        base = self.context.absolute_url().replace("/++api++", "")
        retour = f"{base}/mon-espace/paiements/{paiement.uid}/retour"
        try:
            adresse = partir(self.context, paiement, retour)
        except TropVite as error:
            raise self.too_often(error) from error
        except PasserelleIndisponible as error:
            raise Refusal(503, "ServiceUnavailable", UNAVAILABLE) from error
        except PasserelleRefuse as error:
            raise Refusal(409, "Conflict", REFUSED) from error
        except DomainError as error:
            raise Refusal(
                409, "Conflict", _("This payment is over already.")
            ) from error
        return {**paiement_json(self, paiement), "adresse": adresse}

    def _ask(self, paiement: Paiement) -> dict:
        try:
            revenir(self.context, paiement)
        except TropVite as error:
            raise self.too_often(error) from error
        return paiement_json(self, paiement)

    def _give_up(self, paiement: Paiement) -> dict:
        try:
            abandonner(self.context, paiement)
        except TropVite as error:
            raise self.too_often(error) from error
        except PasserelleIndisponible as error:
            raise Refusal(503, "ServiceUnavailable", UNAVAILABLE) from error
        return paiement_json(self, paiement)
