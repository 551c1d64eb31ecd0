"""The letter about a brouillon that will be deleted: its words, and its sending."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.brouillon.content import Brouillon
from carouge.guichet.compte.service import get_compte
from carouge.guichet.controlpanel.service import contact
from carouge.guichet.controlpanel.service import public_address
from carouge.guichet.interfaces import INotificationChannel
from carouge.guichet.notification.texts import citizen_footer
from carouge.guichet.notification.texts import compose
from carouge.guichet.notification.texts import Letter
from carouge.guichet.swisstime import format_date
from datetime import date
from plone import api
from zope.component import getUtility
from zope.i18n import translate

import logging


logger = logging.getLogger("carouge.guichet.notification")

CHANNEL = "courriel"


def letter_of(*, titre: str, fin: date, url: str) -> Letter:
    """What is said, without the footer; ``url`` may be empty: no address is known.

    Nothing of what was typed is in it.
    """
    day = {"date": format_date(fin)}
    way = (
        (_("To go on with it, log in here:"), url)
        if url
        else (
            _("To go on with it, log in at the online counter, under « My drafts »."),
        )
    )
    return Letter(
        _("Your draft will be deleted on ${date}", mapping=day),
        (
            (_("Hello,"),),
            (_("You have begun a démarche and not sent it yet:"), titre),
            (
                _(
                    "As nothing was saved for a long time, the draft and its files will "
                    "be deleted on ${date}.",
                    mapping=day,
                ),
            ),
            way,
            (_("You do not need it any more? Then you have nothing to do."),),
        ),
    )


def tell_ending(brouillon: Brouillon, guichet, recipient: str, fin: date) -> None:
    """Write to the owner; the letter leaves after the commit."""
    letter = letter_of(
        titre=brouillon.demarche_titre, fin=fin, url=_drafts_url(guichet)
    )
    compte = get_compte(brouillon.proprietaire)
    language = compte.langue if compte else api.portal.get_default_language()
    subject, text = compose(
        Letter(letter.subject, (*letter.paragraphs, *citizen_footer(contact()))),
        lambda line: translate(line, target_language=language),
    )
    try:
        getUtility(INotificationChannel, name=CHANNEL).send(recipient, subject, text)
    except ValueError:
        logger.warning("brouillon %s: unusable e-mail address", brouillon.id)


def _drafts_url(guichet) -> str:
    # A task has no visitor whose request would tell under which name we are reached.
    address = public_address()
    return f"{address}/mon-espace/brouillons" if address else ""
