"""The door to the messages the counter sends."""

from __future__ import annotations

from carouge.guichet.controlpanel.service import contact
from carouge.guichet.controlpanel.service import public_address
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.domain import Actor
from carouge.guichet.demarche.service import guichet_of
from carouge.guichet.demarche.service import service_by_uid
from carouge.guichet.interfaces import INotificationChannel
from carouge.guichet.notification import texts
from carouge.guichet.notification.channels.courriel import hand_over_settings
from carouge.guichet.notification.channels.courriel import queue_root
from carouge.guichet.notification.channels.queue import Postman
from carouge.guichet.notification.channels.sms import sms_root
from carouge.guichet.notification.channels.sms import SmsCarrier
from plone import api
from urllib.parse import urlencode
from zope.component import getUtility
from zope.i18n import translate

import atexit
import logging
import transaction


logger = logging.getLogger("carouge.guichet.notification")

CHANNEL = "courriel"

#: To the service, for what the citizen did himself.
_BY_USAGER = {
    "completer": texts.answered,
    "retirer": texts.withdrawn,
}


def tell_submitted(demande: Demande, code: str) -> None:
    """Confirm a new demande to the citizen and announce it to the service.

    ``code`` is the tracking code in clear. Whoever has no address is not written to.
    """
    if demande.courriel:
        letter = texts.received(
            numero=demande.numero,
            code=code,
            titre=demande.demarche_titre,
            attendu=demande.attendu,
            url=follow_up_url(demande),
            contact=contact(),
        )
        # It is the citizen who is there: his language is the one of the request.
        _send(demande, demande.courriel, letter, api.portal.get_current_language())
    _tell_service(
        demande,
        texts.arrived(
            numero=demande.numero,
            titre=demande.demarche_titre,
            attendu=demande.attendu,
            url=desk_url(demande),
        ),
    )


def tell_moved(demande: Demande, message: str, actor: str, transition: str) -> None:
    """Tell the other side of a move; the demande is already in its new state."""
    if actor == Actor.AGENT.value:
        if demande.courriel:
            letter = texts.moved(
                numero=demande.numero,
                titre=demande.demarche_titre,
                etat=demande.etat,
                message=message,
                url=follow_up_url(demande),
                contact=contact(),
            )
            _send(demande, demande.courriel, letter, _site_language())
    elif transition in _BY_USAGER:
        letter = _BY_USAGER[transition](
            numero=demande.numero,
            titre=demande.demarche_titre,
            url=desk_url(demande),
        )
        _tell_service(demande, letter)


def follow_up_url(demande: Demande) -> str:
    """Where a citizen follows his demande: with the number, never with the code."""
    query = urlencode({"numero": demande.numero})
    return f"{_base(demande)}/suivi?{query}"


def desk_url(demande: Demande) -> str:
    """Where an agent finds the demande."""
    return f"{_base(demande)}/agents/{demande.numero}"


def _base(demande: Demande) -> str:
    # Whoever sends the request can choose its host name; a setting cannot be chosen.
    return public_address() or guichet_of(demande).absolute_url()


def mail_settings_changed() -> None:
    """Mails that wait for a working server learn of new settings once they are real."""

    def tell(committed: bool) -> None:
        if committed:
            hand_over_settings()

    transaction.get().addAfterCommitHook(tell)


def start_postman() -> Postman:
    """Start the thread that takes the waiting mails of this process's sites away."""
    return _started(Postman(queue_root()))


def start_sms_carrier() -> Postman:
    """Start the thread that takes the waiting text messages to their gateway."""
    return _started(SmsCarrier(sms_root()))


def _started(postman: Postman) -> Postman:
    postman.start()
    atexit.register(postman.stop)
    return postman


def _tell_service(demande: Demande, letter: texts.Letter) -> None:
    service = service_by_uid(guichet_of(demande), demande.service_uid)
    if service is not None and service.courriel:
        _send(demande, service.courriel, letter, _site_language())


def _send(
    demande: Demande, recipient: str, letter: texts.Letter, language: str
) -> None:
    subject, text = texts.compose(
        letter, lambda line: translate(line, target_language=language)
    )
    try:
        getUtility(INotificationChannel, name=CHANNEL).send(recipient, subject, text)
    except ValueError:
        # A mistyped address must not cost anybody his demande.
        logger.warning("demande %s: unusable e-mail address", demande.numero)


def _site_language() -> str:
    return api.portal.get_default_language()
