"""The words of the cashier's desk."""

from carouge.guichet import _
from carouge.guichet.facture.domain import EtatFacture
from carouge.guichet.paiement.domain import Etat
from carouge.guichet.paiement.domain import StatutRemboursement
from carouge.guichet.swisstime import format_date
from carouge.guichet.swisstime import format_time
from carouge.guichet.swisstime import local_date
from carouge.guichet.travaux.domain import EtatTravail
from datetime import date
from datetime import datetime
from plone import api
from zope.annotation.interfaces import IAnnotations


_NOMS = "carouge.guichet.caisse.noms"

FACTURE_LABELS = {
    EtatFacture.OUVERTE: _("Invoice open"),
    EtatFacture.EN_PAIEMENT: _("Payment under way"),
    EtatFacture.PAYEE: _("Paid"),
    EtatFacture.ANNULEE: _("Invoice void"),
    EtatFacture.SURPAYEE: _("Paid too much"),
    EtatFacture.A_VERIFIER: _("Payment to check"),
}
FACTURE_COLOURS = {
    EtatFacture.OUVERTE: "text-bg-primary",
    EtatFacture.EN_PAIEMENT: "text-bg-secondary",
    EtatFacture.PAYEE: "text-bg-success",
    EtatFacture.ANNULEE: "text-bg-light border",
    EtatFacture.SURPAYEE: "text-bg-danger",
    EtatFacture.A_VERIFIER: "text-bg-danger",
}

PAIEMENT_COLOURS = {
    Etat.CREEE: "text-bg-secondary",
    Etat.EN_ATTENTE: "text-bg-secondary",
    Etat.AUTORISEE: "text-bg-primary",
    Etat.CAPTUREE: "text-bg-success",
    Etat.REMBOURSEE_EN_PARTIE: "text-bg-warning",
    Etat.REMBOURSEE: "text-bg-warning",
    Etat.ECHOUEE: "text-bg-light border",
    Etat.ANNULEE: "text-bg-light border",
    Etat.EXPIREE: "text-bg-light border",
    Etat.A_VERIFIER: "text-bg-danger",
}

REMBOURSEMENT_COLOURS = {
    StatutRemboursement.A_APPROUVER: "text-bg-warning",
    StatutRemboursement.FAIT: "text-bg-success",
    StatutRemboursement.REFUSE: "text-bg-danger",
}

TRAVAIL_LABELS = {
    EtatTravail.EN_ATTENTE: _("Waiting"),
    EtatTravail.EN_COURS: _("Running"),
    EtatTravail.FINI: _("Finished"),
    EtatTravail.ECHEC: _("Failed"),
    EtatTravail.ANNULE: _("Stopped"),
}

COUNTER = _("The counter itself")


def reference_qr(texte: str) -> str:
    """A QR reference in groups, as it stands on the bill; anything else as it is."""
    if len(texte) != 27:
        return texte
    return " ".join([texte[:2], *(texte[i : i + 5] for i in range(2, 27, 5))])


def day_of(day: datetime | date | None) -> str:
    """A day by the counter's clock; empty for None."""
    if day is None:
        return ""
    return format_date(local_date(day) if isinstance(day, datetime) else day)


def moment_of(moment: datetime | None) -> str:
    """Day and hour by the counter's clock; empty for None."""
    return format_time(moment) if moment is not None else ""


def name_of(user_id: str, request):
    """The name of a member of the staff, looked up once per request.

    The words for the counter when nobody did it.
    """
    if not user_id:
        return COUNTER
    names = IAnnotations(request).setdefault(_NOMS, {})
    if user_id not in names:
        member = api.user.get(userid=user_id)
        name = member.getProperty("fullname", "") if member is not None else ""
        names[user_id] = name or user_id
    return names[user_id]


#: What a listener does, by the package it belongs to.
_SUITES = {
    "notification": _("The letter about it could not be written."),
    "dossier": _("The demande it pays for could not go on."),
    "paiement": _("The cart of the citizen could not be brought up to date."),
}


def suite_ratee(ecouteur: str):
    """What did not happen, in words; ``ecouteur`` is the dotted name of a listener."""
    paquet = ecouteur.removeprefix("carouge.guichet.").partition(".")[0]
    return _SUITES.get(
        paquet, _("A step of an add-on has failed: ${name}", mapping={"name": ecouteur})
    )
