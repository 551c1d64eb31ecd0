"""The letters about accounts of the commune's own: their words, and their sending."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.compte.content import Compte
from carouge.guichet.compte.events import Occasion
from carouge.guichet.controlpanel.service import contact
from carouge.guichet.interfaces import INotificationChannel
from carouge.guichet.notification.texts import citizen_footer
from carouge.guichet.notification.texts import compose
from carouge.guichet.notification.texts import Letter
from collections.abc import Mapping
from plone import api
from zope.component import getUtility
from zope.i18n import translate

import logging


logger = logging.getLogger("carouge.guichet.notification")

CHANNEL = "courriel"

_NOT_YOU = _(
    "It was not you? Then please do nothing: without this link nothing happens, and "
    "nobody else has received it."
)


def letter_of(occasion: Occasion, values: Mapping[str, str]) -> Letter:
    """Subject and paragraphs, without the footer; ``values`` as the occasion says."""
    subject, *paragraphs = _WORDS[occasion](values)
    return Letter(subject, ((_("Hello,"),), *paragraphs))


def tell_compte(
    compte: Compte | None,
    recipient: str,
    occasion: Occasion,
    values: Mapping[str, str],
) -> None:
    """Write to somebody about his account; the letter leaves after the commit."""
    letter = letter_of(occasion, values)
    language = compte.langue if compte else api.portal.get_current_language()
    subject, text = compose(
        Letter(letter.subject, (*letter.paragraphs, *citizen_footer(contact()))),
        lambda line: translate(line, target_language=language),
    )
    try:
        getUtility(INotificationChannel, name=CHANNEL).send(recipient, subject, text)
    except ValueError:
        # No fault of the address may tell a stranger whether there is an account.
        logger.warning("a letter about an account was not sent: unusable address")


def _confirm(values: Mapping[str, str]) -> tuple:
    return (
        _("Confirm your e-mail address"),
        (
            _(
                "You want to open an account with the online counter. Confirm your "
                "address within 24 hours:"
            ),
            values["url"],
        ),
        (_NOT_YOU,),
    )


def _already(values: Mapping[str, str]) -> tuple:
    return (
        _("You have an account already"),
        (
            _(
                "Somebody has just wanted to open an account with this address. You "
                "have one already; nothing was changed."
            ),
        ),
        (
            _("Your identifier: ${name}", mapping={"name": values["identifiant"]}),
            _("If you have forgotten your password, choose a new one here:"),
            values["url"],
        ),
    )


def _opened(values: Mapping[str, str]) -> tuple:
    return (
        _("Your identifier for the online counter"),
        (_("Your account is open."),),
        (_("Your identifier: ${name}", mapping={"name": values["identifiant"]}),),
        (
            _("Log in with it, or with this e-mail address, and your password:"),
            values["url"],
        ),
        (
            _(
                "You can file démarches at once. As soon as the counter has validated "
                "your account, you can change its data as well; we write to you then."
            ),
        ),
    )


def _forgotten(values: Mapping[str, str]) -> tuple:
    return (
        _("Choose a new password"),
        (
            _(
                "Somebody has asked for a new password for your account. The link is "
                "valid for one hour and for one use:"
            ),
            values["url"],
        ),
        (_NOT_YOU,),
    )


def _changed(values: Mapping[str, str]) -> tuple:
    return (
        _("Your password or your personal question was changed"),
        (_("The password or the personal question of your account was changed."),),
        (
            _("It was not you? Choose a new password at once, and tell the counter:"),
            values["url"],
        ),
    )


def _locked(values: Mapping[str, str]) -> tuple:
    return (
        _("Several wrong passwords for your account"),
        (
            _(
                "Somebody has typed several wrong passwords for your account. The login "
                "is closed for a while; it opens again by itself, after one hour at the "
                "latest."
            ),
        ),
        (
            _(
                "Do you want to log in now? With this link your browser does not have "
                "to wait. It is valid for one hour and for one use:"
            ),
            values["url"],
        ),
        (_("It was not you? Your password still protects your account."),),
    )


def _validated(values: Mapping[str, str]) -> tuple:
    return (
        _("Your account is validated"),
        (
            _(
                "The counter has validated your account. From now on you can change "
                "its data yourself:"
            ),
            values["url"],
        ),
    )


def _refused(values: Mapping[str, str]) -> tuple:
    return (
        _("Your account was not accepted"),
        (_("The counter has not accepted your account. Its reason:"),),
        (*values["motif"].splitlines(),),
        (
            _(
                "You can no longer log in with it. The counter helps you with your "
                "démarches; your demandes that are under way go on."
            ),
        ),
    )


def _erased(values: Mapping[str, str]) -> tuple:
    return (
        _("Your account was erased"),
        (
            _(
                "The counter has erased your account and the data in it. What you have "
                "submitted stays with the services for as long as the law asks for it."
            ),
        ),
    )


_WORDS = {
    Occasion.CONFIRMER: _confirm,
    Occasion.DEJA: _already,
    Occasion.OUVERT: _opened,
    Occasion.OUBLI: _forgotten,
    Occasion.CHANGE: _changed,
    Occasion.BLOQUE: _locked,
    Occasion.VALIDE: _validated,
    Occasion.REFUSE: _refused,
    Occasion.EFFACE: _erased,
}
