"""The words of the citizen's pages about money."""

from carouge.guichet import _
from carouge.guichet.facture.domain import EtatFacture
from carouge.guichet.facture.regles import Raison
from carouge.guichet.paiement.domain import Etat
from carouge.guichet.panier.domain import Refus
from carouge.guichet.panier.domain import Situation


PAY_FIRST = _(
    "This article cannot be added, you have to pay first those waiting in your cart"
)

#: Why an invoice does not go into the cart.
REFUS = {
    Refus.DOUBLON: PAY_FIRST,
    Refus.REGIE: PAY_FIRST,
    Refus.EN_COURS: PAY_FIRST,
    Refus.VERROU: _(
        "A payment of this invoice is under way: it cannot be added to the cart."
    ),
    Refus.PAYEE: _("This invoice is paid: there is nothing more to pay."),
    Refus.IMPOSSIBLE: _("This invoice cannot be paid online."),
    Refus.PLEIN: _(
        "The cart is full. Please pay what lies in it, then add this invoice."
    ),
    Refus.INCONNUE: _("None of your invoices is at this address."),
}

#: What was kept although it was refused.
KEPT = {
    Refus.REGIE: _(
        "This invoice belongs to another budget of the commune: it is paid on its own. "
        "We keep it under « To be paid next ». Go to your cart, then pay what lies there "
        "or take it out: this invoice then comes into your cart by itself."
    ),
    Refus.EN_COURS: _(
        "What lies in your cart is being paid at this moment. We keep this invoice "
        "under « To be paid next ». Go to your cart and finish that payment, or give it "
        "up."
    ),
}

#: Where an invoice lies in the cart.
AU_PANIER = _("In my cart")
ENSUITE = _("To be paid next")

#: An invoice in the lists: its state and the colour of its badge.
ETAT_LABELS = {
    EtatFacture.OUVERTE: _("To be paid"),
    EtatFacture.EN_PAIEMENT: _("Payment under way"),
    EtatFacture.PAYEE: _("Paid"),
    EtatFacture.ANNULEE: _("Cancelled"),
    EtatFacture.SURPAYEE: _("Paid, too much came in"),
    EtatFacture.A_VERIFIER: _("Payment being checked"),
}
ETAT_COLOURS = {
    EtatFacture.OUVERTE: "text-bg-primary",
    EtatFacture.EN_PAIEMENT: "text-bg-warning",
    EtatFacture.PAYEE: "text-bg-success",
    EtatFacture.ANNULEE: "text-bg-secondary",
    EtatFacture.SURPAYEE: "text-bg-success",
    EtatFacture.A_VERIFIER: "text-bg-warning",
}

#: What a state means, on the page of the invoice.
ETAT_MEANINGS = {
    EtatFacture.EN_PAIEMENT: _(
        "A payment of this invoice has begun. Please do not pay it a second time."
    ),
    EtatFacture.A_VERIFIER: _(
        "A payment of this invoice is being checked by the cashier. Please do not pay it "
        "a second time."
    ),
    EtatFacture.SURPAYEE: _(
        "More came in than was due. The cashier gives the rest back to you."
    ),
    EtatFacture.ANNULEE: _("Nothing is due of this invoice any more."),
}

#: Why no invoice of the commune's services is shown.
RAISONS = {
    Raison.COMPTE_A_VALIDER: _(
        "Your invoices are shown here once the counter has validated your account."
    ),
    Raison.SANS_RATTACHEMENT: _(
        "To see the invoices of the commune's services here, tell us your debtor number: "
        "it stands on your paper invoices."
    ),
    Raison.A_VALIDER: _(
        "We check your debtor number. Your invoices are shown here once the cashier has "
        "validated it."
    ),
    Raison.REFUSE: _("The cashier could not confirm your debtor number."),
    Raison.TROP_RECENT: _(
        "Your account is new. Your invoices are shown here as soon as our services have "
        "checked it."
    ),
    Raison.SANS_PRESTATION: _(
        "No service of the school, after-school care, early childhood or social action "
        "was billed to your household: there is no invoice to show."
    ),
}

#: What has to be told about an invoice that lies in the cart.
SITUATIONS = {
    Situation.CHANGEE: _(
        "This invoice has changed since you put it into the cart. What is due now stands "
        "here."
    ),
    Situation.EN_PAIEMENT: _("A payment of this invoice is under way."),
    Situation.A_VERIFIER: _("A payment of this invoice is being checked."),
    Situation.PAYEE: _("This invoice is paid meanwhile: please remove it."),
    Situation.ANNULEE: _("This invoice was cancelled meanwhile: please remove it."),
    Situation.HORS_LIGNE: _(
        "This invoice can no longer be paid online: please remove it."
    ),
    Situation.DISPARUE: _(
        "This invoice is no longer among those you see: please remove it."
    ),
}

#: Where a payment stands, for whoever pays: title, sentence, colour of the box.
ETATS_PAIEMENT = {
    Etat.CREEE: (
        _("Payment not begun yet"),
        _(
            "Nothing was taken. Go on to the payment page; until then the invoices are "
            "kept for you."
        ),
        "info",
    ),
    Etat.EN_ATTENTE: (
        _("Payment under way"),
        _(
            "The payment provider has not confirmed your payment yet. Nothing is lost: "
            "this page shows the result as soon as it is known, and we write to you. "
            "Please do not pay a second time meanwhile."
        ),
        "info",
    ),
    Etat.AUTORISEE: (
        _("Payment under way"),
        _(
            "Your payment is accepted; it is being completed. You have nothing more to "
            "do: we write to you."
        ),
        "info",
    ),
    Etat.CAPTUREE: (
        _("Payment received"),
        _("Thank you. Your invoices are paid; here is your receipt."),
        "success",
    ),
    Etat.REMBOURSEE_EN_PARTIE: (
        _("Payment given back in part"),
        _("A part of this payment was given back to you."),
        "success",
    ),
    Etat.REMBOURSEE: (
        _("Payment given back"),
        _("This payment was given back to you."),
        "success",
    ),
    Etat.ECHOUEE: (
        _("Payment refused"),
        _(
            "The payment was refused and nothing was taken. Your invoices are still to "
            "be paid: you can try again, with another means of payment if you like."
        ),
        "warning",
    ),
    Etat.ANNULEE: (
        _("Payment given up"),
        _(
            "You have left the payment page and nothing was taken. Your invoices are "
            "still to be paid."
        ),
        "warning",
    ),
    Etat.EXPIREE: (
        _("Payment expired"),
        _(
            "The payment was not completed in time and nothing was taken. Your invoices "
            "are still to be paid."
        ),
        "warning",
    ),
    Etat.A_VERIFIER: (
        _("Payment being checked"),
        _(
            "The cashier checks this payment and writes to you. Please do not pay these "
            "invoices a second time."
        ),
        "warning",
    ),
}

#: Good news above the page.
NOTICES = {
    "ajout": _("The invoice is in your cart."),
    "retrait": _("The invoice was taken out of your cart."),
    "rattachement": _(
        "Thank you. The cashier compares your numbers; you then see your invoices here."
    ),
}

OUTDATED = _(
    "This page was open for a long time, or somebody else has logged in meanwhile. "
    "Nothing was changed; please check and send again."
)
CHANGED = _(
    "Something has changed meanwhile. Nothing was paid: please check what is shown now, "
    "then pay."
)
UNAVAILABLE = _(
    "The payment page does not answer at this moment. Nothing was taken. Please try again "
    "in a few minutes: you will not pay twice."
)
REFUSED = _(
    "The payment provider has refused this payment. Nothing was taken, and your invoices "
    "are still to be paid. Please try again later, or pay with the QR-bill."
)
NOT_ONLINE = _("Nothing can be paid online for this invoice at the moment.")
