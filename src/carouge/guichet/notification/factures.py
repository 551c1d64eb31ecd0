"""The letters about what is due, and about the link to a debtor: words and sending."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.compte.content import Compte
from carouge.guichet.facture.content import Facture
from carouge.guichet.facture.rattachement import Rattachement
from carouge.guichet.facture.rattachement import Statut
from carouge.guichet.notification.paiements import adresse_de_base
from carouge.guichet.notification.paiements import lecteurs_du_compte
from carouge.guichet.notification.paiements import letter_of
from carouge.guichet.notification.paiements import Nouvelle
from carouge.guichet.notification.paiements import send_letter
from carouge.guichet.notification.paiements import titre_de_regie
from carouge.guichet.notification.texts import Letter

import logging


logger = logging.getLogger("carouge.guichet.notification")

RAPPEL = Nouvelle(
    _("An invoice is waiting for your payment"),
    _(
        "An invoice of yours was due, and we have received no payment. If you have paid "
        "in these days, you have nothing to do."
    ),
    _("See and pay it:"),
)

_VALIDE = (
    _("Your invoices are in your account"),
    _("The cashier has linked your account to your debtor number."),
    _("Your invoices:"),
)
_REFUSE = (
    _("Your invoices could not be linked to your account"),
    _(
        "The cashier could not confirm the debtor number you have given. Your account "
        "says why."
    ),
    _("Try again, or ask us:"),
)


def tell_reminder(guichet, facture: Facture, comptes: list[Compte]) -> None:
    """Remind whoever sees the invoice. No amount, no reason for it."""
    url = f"{adresse_de_base(guichet)}/mon-espace/factures/{facture.id}"
    letter = letter_of(
        RAPPEL,
        regie=titre_de_regie(facture.regie),
        numeros=[facture.numero],
        url=url,
    )
    for compte in comptes:
        _envoyer(compte, letter, url, facture.id)


def tell_link(guichet, lien: Rattachement, compte: Compte) -> None:
    """Tell a citizen what the cashier has found; what is undone is told by nobody."""
    words = {Statut.VALIDE: _VALIDE, Statut.REFUSE: _REFUSE}.get(lien.statut)
    if words is None:
        return
    objet, texte, lien_dit = words
    url = f"{adresse_de_base(guichet)}/mon-espace/factures"
    letter = Letter(objet, ((_("Hello,"),), (texte,), (lien_dit, url)))
    _envoyer(compte, letter, url, lien.id)


def _envoyer(compte: Compte, letter: Letter, url: str, sujet: str) -> None:
    for lecteur in lecteurs_du_compte(compte):
        if send_letter(lecteur, letter, url):
            return
    logger.warning("%s: no usable address", sujet)
