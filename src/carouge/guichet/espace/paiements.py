"""A payment as whoever pays sees it: how it begins, where it stands, in words."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.controlpanel.service import public_address
from carouge.guichet.espace import cadence
from carouge.guichet.espace.mots_factures import ETATS_PAIEMENT
from carouge.guichet.facture.service import get_facture
from carouge.guichet.formulaire.limites import compter
from carouge.guichet.money import format_chf
from carouge.guichet.paiement.content import Paiement
from carouge.guichet.paiement.domain import DomainError
from carouge.guichet.paiement.domain import ENCAISSEES
from carouge.guichet.paiement.domain import Etat
from carouge.guichet.paiement.domain import Ordre
from carouge.guichet.paiement.domain import StatutRemboursement
from carouge.guichet.paiement.quittance import encaisse_le
from carouge.guichet.paiement.quittance import moyen_en_mots
from carouge.guichet.paiement.quittance import quittance_pdf
from carouge.guichet.paiement.service import demander_annulation
from carouge.guichet.paiement.service import demander_depart
from carouge.guichet.paiement.service import demander_etat
from carouge.guichet.paiement.service import get_paiement
from carouge.guichet.paiement.service import Payeur
from carouge.guichet.paiement.service import preparer
from carouge.guichet.regie.service import get_regie
from carouge.guichet.regie.service import RegieInconnue
from carouge.guichet.swisstime import format_time
from collections.abc import Callable
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from plone import api
from zope.i18nmessageid import Message


#: What a payer reads at the provider.
MAX_LIBELLE = 100


def commencer(guichet, payeur: Payeur, attendues: Sequence[tuple[str, int]]):
    """Begin a payment of what was shown, or find the one that was begun for just that.

    Pressing the button twice is one payment. No network.

    :raises carouge.guichet.formulaire.limites.TropVite: too many were begun
    :raises carouge.guichet.paiement.service.FacturesChangees: it is not what was shown
    :raises carouge.guichet.paiement.domain.DomainError: it cannot be paid online
    """
    deja = _deja_commence(guichet, payeur, attendues) if attendues else None
    if deja is not None:
        return deja
    compter(cadence.departs)
    return preparer(guichet, payeur, attendues)


def partir(guichet, paiement: Paiement, retour: str) -> str:
    """The address of the provider's page; ``retour`` is where the browser comes back to.

    :raises carouge.guichet.formulaire.limites.TropVite: the provider was asked too often
    :raises carouge.guichet.paiement.domain.DomainError: and the others of
        paiement.service.demander_depart
    """
    if paiement.etat is Etat.CREEE:
        compter(cadence.questions)
    return demander_depart(guichet, paiement, ordre_de(guichet, retour))


def revenir(guichet, paiement: Paiement) -> None:
    """Ask the provider where the payment stands; when the régie has lost its provider,
    what is known stays.

    :raises carouge.guichet.formulaire.limites.TropVite: it was asked too often
    """
    if paiement.etat.vivante:
        compter(cadence.questions)
    with suppress(DomainError):
        demander_etat(guichet, paiement, "retour")


def abandonner(guichet, paiement: Paiement) -> None:
    """Give it up, if the provider agrees.

    :raises carouge.guichet.formulaire.limites.TropVite: it was asked too often
    :raises PasserelleIndisponible: nothing is known
    """
    if paiement.reference and paiement.etat.vivante:
        compter(cadence.questions)
    with suppress(DomainError):
        demander_annulation(guichet, paiement, "abandon")


def quittance(guichet, paiement: Paiement) -> bytes:
    """The receipt as PDF.

    :raises carouge.guichet.formulaire.limites.TropVite: too many PDF were made
    :raises SansQuittance: nothing was paid
    """
    if paiement.etat in ENCAISSEES:
        compter(cadence.documents)
    return quittance_pdf(guichet, paiement)


def _deja_commence(guichet, payeur: Payeur, attendues) -> Paiement | None:
    facture = get_facture(guichet, attendues[0][0])
    paiement = get_paiement(guichet, facture.verrou) if facture is not None else None
    if paiement is None or not a_paye(paiement, payeur):
        return None
    siens = [(article.facture, article.version) for article in paiement.articles]
    ouvrable = paiement.etat in (Etat.CREEE, Etat.EN_ATTENTE)
    return paiement if ouvrable and sorted(siens) == sorted(attendues) else None


def a_paye(paiement: Paiement, payeur: Payeur) -> bool:
    """Whether it is a payment of this very payer."""
    if payeur.compte:
        return paiement.payeur == payeur.compte
    return bool(payeur.demande) and paiement.demande == payeur.demande


def mon_paiement(guichet, payeur: Payeur, uid: str) -> Paiement | None:
    """The payment of that uid; None when there is none, or not of this payer."""
    paiement = get_paiement(guichet, uid)
    return paiement if paiement is not None and a_paye(paiement, payeur) else None


def ordre_de(guichet, retour: str) -> Callable[[Paiement], Ordre]:
    """What the provider is asked for; ``retour`` is where the browser comes back to."""
    base = public_address() or guichet.absolute_url()

    def ordre(paiement: Paiement) -> Ordre:
        numeros = ", ".join(article.numero for article in paiement.articles)
        return Ordre(
            uid=paiement.uid,
            centimes=paiement.total,
            devise=paiement.devise,
            libelle=f"{titre_de_regie(paiement.regie)}: {numeros}"[:MAX_LIBELLE],
            retour=retour,
            notification=f"{base}/paiement/{paiement.regie}/notification",
            langue=api.portal.get_current_language()[:2],
        )

    return ordre


def titre_de_regie(code: str) -> str:
    try:
        return get_regie(code).titre
    except RegieInconnue:
        return code


@dataclass(frozen=True)
class Renvoi:
    """Money that goes back, in words."""

    montant: str
    etat: Message
    date: str


@dataclass(frozen=True)
class PaiementVu:
    """A payment in words; ``colour`` is that of its box."""

    uid: str
    numeros: tuple[str, ...]
    articles: tuple[tuple[str, str, str, str], ...]
    regie: str
    total: str
    etat: Etat
    titre: Message
    texte: Message
    colour: str
    date: str
    moyen: str
    renvois: tuple[Renvoi, ...]
    en_cours: bool
    ouvrable: bool
    sans_argent: bool
    quittance: bool


_RENVOIS = {
    StatutRemboursement.FAIT: _("given back"),
    StatutRemboursement.REFUSE: _("could not be given back this way"),
}


def vu(guichet, paiement: Paiement) -> PaiementVu:
    """A payment in words."""
    titre, texte, colour = ETATS_PAIEMENT[paiement.etat]
    moment = encaisse_le(paiement)
    factures = {
        article.facture: get_facture(guichet, article.facture)
        for article in paiement.articles
    }
    return PaiementVu(
        uid=paiement.uid,
        numeros=tuple(article.numero for article in paiement.articles),
        articles=tuple(
            (
                article.facture,
                article.numero,
                getattr(factures[article.facture], "libelle", ""),
                format_chf(article.centimes),
            )
            for article in paiement.articles
        ),
        regie=titre_de_regie(paiement.regie),
        total=format_chf(paiement.total),
        etat=paiement.etat,
        titre=titre,
        texte=texte,
        colour=colour,
        date=format_time(moment or paiement.cree),
        moyen=moyen_en_mots(paiement.moyen),
        renvois=tuple(_renvois(paiement)),
        en_cours=paiement.etat in (Etat.CREEE, Etat.EN_ATTENTE, Etat.AUTORISEE),
        ouvrable=paiement.etat in (Etat.CREEE, Etat.EN_ATTENTE),
        sans_argent=paiement.etat.sans_argent,
        quittance=paiement.etat in ENCAISSEES,
    )


def _renvois(paiement: Paiement):
    for one in paiement.remboursements:
        statut = StatutRemboursement(one.statut)
        # What the cashier has only proposed, or another one has refused, is no news.
        if statut is StatutRemboursement.A_APPROUVER or one.refuse_par:
            continue
        yield Renvoi(
            format_chf(one.centimes),
            _RENVOIS.get(statut, _("on its way back to you")),
            format_time(one.fait or one.moment),
        )
