"""Who is told when something happens to a demande or to an account."""

from carouge.guichet.notification.brouillons import tell_ending
from carouge.guichet.notification.comptes import tell_compte
from carouge.guichet.notification.departs import mail_settings_changed
from carouge.guichet.notification.factures import tell_link
from carouge.guichet.notification.factures import tell_reminder
from carouge.guichet.notification.paiements import tell_paid
from carouge.guichet.notification.paiements import tell_payment
from carouge.guichet.notification.paiements import tell_refund
from carouge.guichet.notification.paiements import tell_review
from carouge.guichet.notification.service import tell_avis
from carouge.guichet.notification.service import tell_moved
from carouge.guichet.notification.service import tell_submitted
from plone.base.interfaces import IMailSchema


def demande_submitted(event) -> None:
    tell_submitted(event.object, event.code)


def demande_moved(event) -> None:
    # Its message stands in the counter: it leaves in no notice.
    tell_moved(event.object, event.actor, event.transition)


def demande_avis(event) -> None:
    tell_avis(event.object, event.occasion, event.pour)


def compte_letter(event) -> None:
    tell_compte(event.object, event.recipient, event.occasion, event.values)


def brouillon_ending(event) -> None:
    tell_ending(event.object, event.guichet, event.recipient, event.fin)


def paiement_change(event) -> None:
    tell_payment(event.guichet, event.object, event.avant)


def remboursement_fait(event) -> None:
    tell_refund(event.guichet, event.object)


def revue_necessaire(event) -> None:
    tell_review(event.guichet, event.object)


def facture_payee(event) -> None:
    tell_paid(event.guichet, event.object)


def facture_rappelee(event) -> None:
    tell_reminder(event.guichet, event.object, event.comptes)


def rattachement_decide(event) -> None:
    tell_link(event.guichet, event.object, event.compte)


def registry_changed(event) -> None:
    if event.record.interfaceName == IMailSchema.__identifier__:
        mail_settings_changed()
