"""The letters about invoices and payments: their words, and their sending.

None of them says how much or for what: a number, the régie and the way to the rest.
"""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.compte.content import Compte
from carouge.guichet.compte.domain import Canal
from carouge.guichet.compte.modification import channel_ready
from carouge.guichet.compte.modification import channel_works
from carouge.guichet.compte.service import get_compte
from carouge.guichet.controlpanel.service import contact
from carouge.guichet.controlpanel.service import public_address
from carouge.guichet.demande.queries import get_demande
from carouge.guichet.facture.content import Facture
from carouge.guichet.facture.domain import Source
from carouge.guichet.facture.visibilite import comptes_de
from carouge.guichet.interfaces import INotificationChannel
from carouge.guichet.notification.preuves import preuve_de_facture
from carouge.guichet.notification.preuves import preuve_de_paiement
from carouge.guichet.notification.texts import citizen_footer
from carouge.guichet.notification.texts import compose
from carouge.guichet.notification.texts import Letter
from carouge.guichet.notification.texts import to_review
from carouge.guichet.notification.voies import langue_de
from carouge.guichet.notification.voies import voies_de
from carouge.guichet.paiement.content import Paiement
from carouge.guichet.paiement.domain import ENCAISSEES
from carouge.guichet.paiement.domain import Etat
from carouge.guichet.regie.service import get_regie
from carouge.guichet.regie.service import RegieInconnue
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from plone import api
from urllib.parse import urlencode
from zope.component import getUtility
from zope.i18n import translate

import logging


logger = logging.getLogger("carouge.guichet.notification")

#: More numbers than that are not read in a letter.
MAX_NUMEROS = 20

#: Money of which nobody else tells the citizen.
_SANS_PAIEMENT = (Source.VIREMENT, Source.ESPECES, Source.TERMINAL)


@dataclass(frozen=True)
class Lecteur:
    """Somebody who is told: by which channel, where, in which language."""

    canal: Canal
    adresse: str
    langue: str


# --- what happens ---------------------------------------------------------------


def tell_payment(guichet, paiement: Paiement, avant: Etat) -> None:
    """Tell whoever pays what has become of his payment, when that is news."""
    words = _nouvelle(paiement, avant)
    if words is not None:
        _dire_au_payeur(guichet, paiement, words)


def tell_refund(guichet, paiement: Paiement) -> None:
    """Tell whoever has paid that some of it went back: each time, it is his money."""
    _dire_au_payeur(guichet, paiement, _RENDU)


def tell_review(guichet, paiement: Paiement) -> None:
    """Tell the cash desk of the régie that somebody has to look; no name, no amount."""
    try:
        regie = get_regie(paiement.regie)
    except RegieInconnue:
        return
    if not regie.courriel:
        return
    url = f"{adresse_de_base(guichet)}/agents/caisse/paiements/{paiement.uid}"
    letter = to_review(regie=regie.titre, paiement=paiement.uid[:8], url=url)
    langue = api.portal.get_default_language()
    subject, text = compose(
        letter, lambda line: translate(line, target_language=langue)
    )
    try:
        getUtility(INotificationChannel, name=Canal.COURRIEL.value).send(
            regie.courriel, subject, text, preuve=preuve_de_paiement(guichet, paiement)
        )
    except ValueError:
        logger.warning("régie %s: unusable e-mail address", regie.code)


def _dire_au_payeur(guichet, paiement: Paiement, words: Nouvelle) -> None:
    base = adresse_de_base(guichet)
    if paiement.payeur:
        compte = get_compte(paiement.payeur)
        lecteurs = [*lecteurs_du_compte(compte)] if compte is not None else []
        url = f"{base}/mon-espace/paiements/{paiement.uid}"
    else:
        lecteurs = [*lecteurs_de_la_demande(guichet, paiement.demande)]
        url = f"{base}/suivi?{urlencode({'numero': paiement.demande})}"
    numeros = [article.numero for article in paiement.articles]
    preuve = preuve_de_paiement(guichet, paiement)
    _envoyer(paiement.uid, lecteurs, words, paiement.regie, numeros, url, preuve)


def tell_paid(guichet, facture: Facture) -> None:
    """Tell who sees an invoice that the money has come, when it came without us: by
    bank or at the counter. A payment here tells it itself, the ERP tells its own.
    """
    entrees = [one for one in facture.ecritures if one.montant > 0]
    if not entrees or entrees[-1].source not in _SANS_PAIEMENT:
        return
    base = adresse_de_base(guichet)
    preuve = preuve_de_facture(guichet, facture)
    comptes = comptes_de(guichet, facture)
    for compte in comptes:
        url = f"{base}/mon-espace/factures/{facture.id}"
        lecteurs = [*lecteurs_du_compte(compte)]
        _envoyer(
            facture.id, lecteurs, RECUE, facture.regie, [facture.numero], url, preuve
        )
    if facture.demande and not comptes:
        url = f"{base}/suivi?{urlencode({'numero': facture.demande})}"
        lecteurs = [*lecteurs_de_la_demande(guichet, facture.demande)]
        _envoyer(
            facture.id, lecteurs, RECUE, facture.regie, [facture.numero], url, preuve
        )


# --- the words ------------------------------------------------------------------


@dataclass(frozen=True)
class Nouvelle:
    """What is told: a subject, what has happened, and what the link leads to."""

    objet: str
    texte: str
    lien: str


RECUE = Nouvelle(
    _("Your payment was received"),
    _("We have received your payment. Thank you."),
    _("The invoice and its receipt:"),
)
_PAYEE = Nouvelle(
    _("Your payment was received"),
    _("We have received your payment. Thank you."),
    _("Your receipt:"),
)
_RENDU = Nouvelle(
    _("A payment was given back to you"),
    _(
        "We have given a payment back to you, as a whole or in part. Until it is on your "
        "account it may take a few days."
    ),
    _("The details:"),
)
_VERIFIE = Nouvelle(
    _("Your payment is being checked"),
    _(
        "The cashier checks your payment and writes to you. Please do not pay these "
        "invoices a second time meanwhile."
    ),
    _("Where it stands:"),
)
_SANS_SUITE = Nouvelle(
    _("Your payment was not completed"),
    _(
        "The cashier has checked your payment: nothing was taken, and your invoices are "
        "still to be paid."
    ),
    _("The details:"),
)


def _nouvelle(paiement: Paiement, avant: Etat) -> Nouvelle | None:
    etat = paiement.etat
    if etat is Etat.CAPTUREE:
        return _PAYEE
    if etat in ENCAISSEES:
        # A refund is told by itself (tell_refund). What a person has found to be taken
        # back was none.
        return _RENDU if avant is Etat.A_VERIFIER and paiement.repris else None
    if etat is Etat.A_VERIFIER:
        # What is reviewed after it was paid is no matter of his yet.
        return None if avant in ENCAISSEES else _VERIFIE
    if etat.sans_argent and avant is Etat.A_VERIFIER:
        return _SANS_SUITE
    return None


def letter_of(
    nouvelle: Nouvelle, *, regie: str, numeros: Sequence[str], url: str
) -> Letter:
    """What is said, without the footer."""
    shown = ", ".join(numeros[:MAX_NUMEROS])
    if len(numeros) > MAX_NUMEROS:
        shown += " …"
    return Letter(
        nouvelle.objet,
        (
            (_("Hello,"),),
            (nouvelle.texte,),
            (
                regie,
                _("Invoice: ${numero}", mapping={"numero": shown})
                if len(numeros) == 1
                else _("Invoices: ${numeros}", mapping={"numeros": shown}),
            ),
            (nouvelle.lien, url),
        ),
    )


# --- the readers ----------------------------------------------------------------


def lecteurs_du_compte(compte: Compte) -> Iterator[Lecteur]:
    """The ways to reach somebody, the best first; none by post: it is no duty."""
    if (
        compte.canal is Canal.SMS
        and channel_ready(compte, Canal.SMS)
        and channel_works(Canal.SMS)
    ):
        yield Lecteur(Canal.SMS, compte.telephone_verifie, compte.langue)
    for adresse in dict.fromkeys((compte.courriel_verifie, compte.value("courriel"))):
        if adresse:
            yield Lecteur(Canal.COURRIEL, adresse, compte.langue)


def lecteurs_de_la_demande(guichet, numero: str) -> Iterator[Lecteur]:
    """The ways to whoever filed a demande."""
    demande = get_demande(guichet, numero) if numero else None
    if demande is None:
        return
    for voie in voies_de(demande):
        if voie.canal in (Canal.SMS, Canal.COURRIEL):
            yield Lecteur(voie.canal, voie.adresse, langue_de(demande))


def adresse_de_base(guichet) -> str:
    """The address of the guichet as links outside of it name it."""
    return public_address() or guichet.absolute_url()


def titre_de_regie(code: str) -> str:
    try:
        return get_regie(code).titre
    except RegieInconnue:
        return code


def _envoyer(
    sujet: str,
    lecteurs: Sequence[Lecteur],
    nouvelle: Nouvelle,
    regie: str,
    numeros: Sequence[str],
    url: str,
    preuve: str,
) -> None:
    """Write to the first reader whose address can be used."""
    titre = titre_de_regie(regie)
    letter = letter_of(nouvelle, regie=titre, numeros=numeros, url=url)
    for lecteur in lecteurs:
        if send_letter(lecteur, letter, url, preuve):
            return
        logger.warning("payment of %s: unusable address", sujet)


def send_letter(lecteur: Lecteur, letter: Letter, url: str, preuve: str = "") -> bool:
    """Write to one reader; it leaves after the commit. False: no usable address.

    A text message is the subject and the link.
    """

    def words(line: str) -> str:
        return translate(line, target_language=lecteur.langue)

    whole = Letter(letter.subject, (*letter.paragraphs, *citizen_footer(contact())))
    subject, text = compose(whole, words)
    if lecteur.canal is Canal.SMS:
        subject, text = "", f"{subject} {url}"
    try:
        getUtility(INotificationChannel, name=lecteur.canal.value).send(
            lecteur.adresse, subject, text, preuve=preuve
        )
    except ValueError:
        return False
    return True
