"""Who is told when something happens to a demande or to an account."""

from carouge.guichet.notification.brouillons import tell_ending
from carouge.guichet.notification.comptes import tell_compte
from carouge.guichet.notification.service import mail_settings_changed
from carouge.guichet.notification.service import tell_moved
from carouge.guichet.notification.service import tell_submitted
from plone.base.interfaces import IMailSchema


def demande_submitted(event) -> None:
    tell_submitted(event.object, event.code)


def demande_moved(event) -> None:
    tell_moved(event.object, event.message, event.actor, event.transition)


def compte_letter(event) -> None:
    tell_compte(event.object, event.recipient, event.occasion, event.values)


def brouillon_ending(event) -> None:
    tell_ending(event.object, event.guichet, event.recipient, event.fin)


def registry_changed(event) -> None:
    if event.record.interfaceName == IMailSchema.__identifier__:
        mail_settings_changed()
