"""Datatrans (https://docs.datatrans.ch): redirect mode, cards and TWINT.

The amount is reserved on the payment page and taken by :meth:`Datatrans.capturer`, so
that nothing is taken that cannot be booked. The webhook only says where to look.
"""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.interfaces import IPaiementGateway
from carouge.guichet.money import CURRENCY
from carouge.guichet.paiement.datatrans_lecture import centimes_de
from carouge.guichet.paiement.datatrans_lecture import CLE
from carouge.guichet.paiement.datatrans_lecture import code_de
from carouge.guichet.paiement.datatrans_lecture import observation_de
from carouge.guichet.paiement.datatrans_lecture import REFERENCE
from carouge.guichet.paiement.datatrans_lecture import reference_de
from carouge.guichet.paiement.datatrans_lecture import statut_de
from carouge.guichet.paiement.datatrans_lecture import verifier_signature
from carouge.guichet.paiement.datatrans_liste import lire_liste
from carouge.guichet.paiement.domain import LigneDuPrestataire
from carouge.guichet.paiement.domain import Notification
from carouge.guichet.paiement.domain import NotificationInvalide
from carouge.guichet.paiement.domain import Observation
from carouge.guichet.paiement.domain import Ordre
from carouge.guichet.paiement.domain import Ouverture
from carouge.guichet.paiement.domain import PasserelleIndisponible
from carouge.guichet.paiement.domain import PasserelleRefuse
from carouge.guichet.paiement.domain import ReferenceInconnue
from carouge.guichet.paiement.domain import RemboursementObserve
from carouge.guichet.paiement.domain import Statut
from carouge.guichet.paiement.domain import StatutRemboursement
from carouge.guichet.paiement.ligne import adresse_permise
from carouge.guichet.paiement.ligne import adresse_sure
from carouge.guichet.paiement.ligne import demander
from carouge.guichet.paiement.ligne import Reponse
from carouge.guichet.regie.domain import Regie
from carouge.guichet.regie.service import secrets_de
from carouge.guichet.swisstime import now
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlsplit
from zope.interface import implementer

import hashlib
import json
import re


#: Where its password goes, and nowhere else.
DOMAINE = "datatrans.com"
#: Seconds in which a payment page must be used.
SESSION = 1_800
#: Answers that tell of wrong settings or a wrong moment, not of a wrong order: the
#: same key may be under way already, or too much was asked.
PASSAGERS = frozenset({401, 403, 407, 408, 409, 421, 425, 429})


@implementer(IPaiementGateway)
class Datatrans:
    """See :class:`carouge.guichet.interfaces.IPaiementGateway`."""

    title = _("Datatrans (cards and TWINT)")
    capacites = frozenset(
        {
            "capture_differee",
            "remboursement",
            "remboursement_partiel",
            "notification_signee",
            "interrogation",
            "liste",
        }
    )
    attente = 5
    session = SESSION

    def ouvrir(self, regie: Regie, ordre: Ordre, cle: str) -> Ouverture:
        reponse = _api(
            "POST",
            regie,
            "",
            {
                "amount": ordre.centimes,
                "currency": ordre.devise,
                "refno": ordre.uid,
                "autoSettle": False,
                "language": ordre.langue,
                "redirect": {
                    "successUrl": ordre.retour,
                    "cancelUrl": ordre.retour,
                    "errorUrl": ordre.retour,
                },
                "webhook": {"url": ordre.notification},
            },
            cle,
            # Nothing was opened: the payer may try again at once.
            passagers=PASSAGERS - {401, 403, 407},
        )
        reference = reference_de(reponse.contenu)
        return Ouverture(
            reference,
            f"{_pages(regie)}/v1/start/{reference}",
            (reponse.moment or now()) + timedelta(seconds=SESSION),
        )

    def lire_notification(
        self, regie: Regie, headers: Mapping[str, str], corps: bytes
    ) -> Notification:
        moment = verifier_signature(
            headers.get("datatrans-signature", ""),
            corps,
            secrets_de(regie.code).signatures,
        )
        try:
            contenu = json.loads(corps)
        except (ValueError, RecursionError):
            raise NotificationInvalide("no JSON") from None
        if not isinstance(contenu, dict):
            raise NotificationInvalide("no JSON object")
        if contenu.get("merchantId") != regie.marchand:
            raise NotificationInvalide("another merchant")
        try:
            reference = reference_de(contenu)
        except PasserelleIndisponible:
            raise NotificationInvalide("no transaction") from None
        # It has no id of its own; its history makes each one different.
        return Notification(reference, hashlib.sha256(corps).hexdigest()[:32], moment)

    def consulter(self, regie: Regie, reference: str) -> Observation:
        return observation_de(_api("GET", regie, f"/{_sure(reference)}"))

    def lire_liste(self, corps: bytes) -> list[LigneDuPrestataire]:
        return lire_liste(corps)

    def capturer(
        self, regie: Regie, reference: str, centimes: int, cle: str
    ) -> Observation:
        avant = self.consulter(regie, reference)
        if avant.statut is not Statut.AUTORISEE:
            # An order whose answer was lost, or a payment that is not there any more.
            return avant
        corps = {
            "amount": centimes,
            "currency": avant.devise,
            "refno": avant.marchand,
        }
        return self._changer(regie, reference, "settle", corps, cle)

    def annuler(self, regie: Regie, reference: str, cle: str) -> Observation:
        avant = self.consulter(regie, reference)
        if avant.statut is not Statut.AUTORISEE:
            return avant
        corps = {"refno": avant.marchand}
        return self._changer(regie, reference, "cancel", corps, cle)

    def rembourser(
        self, regie: Regie, reference: str, centimes: int, cle: str
    ) -> RemboursementObserve:
        reponse = _api(
            "POST",
            regie,
            f"/{_sure(reference)}/credit",
            {"amount": centimes, "currency": CURRENCY, "refno": _refno(cle)},
            cle,
        )
        return RemboursementObserve(
            reference_de(reponse.contenu), StatutRemboursement.FAIT, centimes
        )

    def consulter_remboursement(
        self, regie: Regie, reference: str
    ) -> RemboursementObserve:
        contenu = _api("GET", regie, f"/{_sure(reference)}").contenu
        statut = {
            Statut.CAPTUREE: StatutRemboursement.FAIT,
            Statut.ECHOUEE: StatutRemboursement.REFUSE,
            Statut.ANNULEE: StatutRemboursement.REFUSE,
        }.get(statut_de(contenu), StatutRemboursement.EN_COURS)
        centimes = centimes_de(contenu, "settle") or centimes_de(contenu, "credit")
        return RemboursementObserve(reference, statut, centimes)

    def verifier(self, regie: Regie) -> list:
        secrets = secrets_de(regie.code)
        prefix = f"GUICHET_REGIE_{regie.code.upper().replace('-', '_')}"
        problems = []
        if not adresse_sure(regie.adresse_passerelle):
            problems.append(_("The address of the provider must begin with https://."))
        elif not adresse_permise(regie.adresse_passerelle, DOMAINE):
            problems.append(
                _(
                    "The address is not one of ${domain}: the password of the régie is "
                    "not sent there. The operator can allow it (GUICHET_PASSERELLES).",
                    mapping={"domain": DOMAINE},
                )
            )
        if not regie.marchand:
            problems.append(_("The number of the merchant is missing."))
        if not secrets.mot_de_passe:
            problems.append(_unset(f"{prefix}_MOT_DE_PASSE"))
        if not secrets.signatures:
            problems.append(_unset(f"{prefix}_SIGNATURES"))
        elif not all(CLE.fullmatch(cle) for cle in secrets.signatures):
            problems.append(
                _("The key of the notifications must be hexadecimal digits.")
            )
        return problems or self._essayer(regie)

    def _essayer(self, regie: Regie) -> list:
        try:
            _api("GET", regie, f"/{'0' * 18}", passagers=frozenset())
        except ReferenceInconnue:
            return []
        except PasserelleRefuse as error:
            if str(error).startswith(("401", "403")):
                return [_("The provider knows no such merchant or password.")]
        except PasserelleIndisponible:
            return [_("The provider does not answer.")]
        return [_("The provider answers something unexpected.")]

    def _changer(
        self, regie: Regie, reference: str, action: str, corps: dict, cle: str
    ) -> Observation:
        try:
            _api("POST", regie, f"/{reference}/{action}", corps, cle)
        except ReferenceInconnue:
            raise
        except PasserelleRefuse:
            # Somebody was faster, perhaps we ourselves: what counts is what is now.
            apres = self.consulter(regie, reference)
            if apres.statut is Statut.AUTORISEE:
                raise
            return apres
        return self.consulter(regie, reference)


# --- the API -------------------------------------------------------------------


def _api(
    methode: str,
    regie: Regie,
    chemin: str,
    corps: Mapping[str, object] | None = None,
    cle: str = "",
    *,
    passagers: frozenset[int] = PASSAGERS,
) -> Reponse:
    """
    :raises PasserelleIndisponible: nothing is known, or the address is not allowed
    :raises ReferenceInconnue: there is no such transaction
    :raises PasserelleRefuse: a final refusal; its text begins with the status
    """
    adresse = f"{regie.adresse_passerelle.rstrip('/')}/v1/transactions{chemin}"
    if not adresse_permise(adresse, DOMAINE):
        raise PasserelleIndisponible("address not allowed")
    auth = (regie.marchand, secrets_de(regie.code).mot_de_passe)
    reponse = demander(methode, adresse, auth=auth, corps=corps, cle=cle)
    statut = reponse.statut
    if statut < 400:
        return reponse
    if statut in passagers:
        raise PasserelleIndisponible(f"HTTP {statut}")
    if statut == 404 and chemin:
        # A page of somebody else would say so as well.
        if code_de(reponse) == "TRANSACTION_NOT_FOUND":
            raise ReferenceInconnue("404")
        raise PasserelleIndisponible("HTTP 404")
    raise PasserelleRefuse(f"{statut} {code_de(reponse)}")


def _sure(reference: str) -> str:
    """
    :raises ReferenceInconnue: no transaction is called so
    """
    if not REFERENCE.fullmatch(reference):
        raise ReferenceInconnue("not a reference")
    return reference


def _refno(cle: str) -> str:
    """A key as a merchant reference, which has at most 40 characters."""
    return cle.replace(":remboursement:", "-R")[-40:]


def _pages(regie: Regie) -> str:
    """Where the payment pages are: ``pay.`` beside the ``api.`` of the settings."""
    parts = urlsplit(regie.adresse_passerelle)
    host = re.sub(r"^api\.", "pay.", parts.netloc)
    return f"{parts.scheme}://{host}"


def _unset(name: str):
    return _("${name} is not set in the environment.", mapping={"name": name})
