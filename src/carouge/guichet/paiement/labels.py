"""The words of the payments, for citizens and cashiers."""

from carouge.guichet import _
from carouge.guichet.facture.domain import Source
from carouge.guichet.paiement.domain import Etat
from carouge.guichet.paiement.domain import StatutRemboursement


#: For the citizen and for the cashier alike.
ETATS = {
    Etat.CREEE: _("not begun yet"),
    Etat.EN_ATTENTE: _("waiting for the payment"),
    Etat.AUTORISEE: _("authorised"),
    Etat.CAPTUREE: _("paid"),
    Etat.REMBOURSEE_EN_PARTIE: _("paid back in part"),
    Etat.REMBOURSEE: _("paid back"),
    Etat.ECHOUEE: _("refused"),
    Etat.ANNULEE: _("given up"),
    Etat.EXPIREE: _("out of time"),
    Etat.A_VERIFIER: _("being checked"),
}

REMBOURSEMENTS = {
    StatutRemboursement.A_APPROUVER: _("waits for a second person"),
    StatutRemboursement.A_ENVOYER: _("is being ordered"),
    StatutRemboursement.EN_COURS: _("under way"),
    StatutRemboursement.FAIT: _("done"),
    StatutRemboursement.REFUSE: _("refused"),
    StatutRemboursement.MANUEL: _("the provider decides"),
}

SOURCES = {
    Source.CARTE: _("Card, online"),
    Source.TWINT: _("TWINT, online"),
    Source.VIREMENT: _("Bank transfer"),
    Source.ERP: _("Business application"),
    Source.ESPECES: _("Cash"),
    Source.TERMINAL: _("Card terminal"),
    Source.REMBOURSEMENT: _("Refund"),
    Source.ARRONDI: _("Rounding of cash"),
}

#: What moved a payment: words of paiement.content.Etape.cause.
CAUSES = {
    "depart": _("Departure to the payment page"),
    "retour": _("Return from the payment page"),
    "notification": _("Notification of the provider"),
    "rapprochement": _("Reconciliation"),
    "comparaison": _("Comparison with the provider's list"),
    "caisse": _("Cash desk"),
    "delai": _("End of the time for the payment"),
    "abandon": _("Given up by the payer"),
    "remboursement": _("Refund"),
}

#: Why a person has to look into a payment: words of Paiement.revue.
REVUES = {
    "montant": _(
        "The amount, the currency or the reference at the provider is not the one that "
        "was ordered."
    ),
    "tardive": _(
        "Money came after the end of the payment, and one of the invoices is paid or "
        "being paid otherwise."
    ),
    "reprise": _("Money that was taken was taken back, or more than all of it."),
    "renvoi": _("The provider has paid money back that it had never announced."),
    "inconnue": _("The provider does not know this payment any more."),
    "deja_affectee": _(
        "This money was assigned to an invoice at the cash desk before the payment was "
        "found again: nothing more may be booked. Say that nothing was taken to end it."
    ),
    "facture": _("An invoice of this payment does not exist any more."),
}

#: Why a movement of a bank account waits: words of MouvementATraiter.raison.
A_TRAITER = {
    "inconnue": _("No invoice of this régie has that reference."),
    "sans_reference": _("It has no valid QR reference."),
    "montant": _("The amount is not what is due."),
    "deja_payee": _("The invoice is paid already."),
    "annulee": _("The invoice was cancelled."),
    "en_revue": _("A payment of the invoice is being checked."),
    "devise": _("It is not in Swiss francs."),
    "debit": _("It is a debit."),
    "extourne": _("It takes an earlier movement back."),
    "prestataire": _(
        "Paid online, and no payment is known here: probably lost with a backup that was "
        "put back."
    ),
    "collectif": _("Several payments in one sum: their details are missing."),
    "double": _(
        "The bank has given the same reference to another movement: please check that "
        "both have come in."
    ),
}
