"""The threads that take the waiting mails and text messages away."""

from __future__ import annotations

from carouge.guichet.controlpanel.service import sms_gateway
from carouge.guichet.notification.channels.courriel import hand_over_settings
from carouge.guichet.notification.channels.courriel import queue_of_site
from carouge.guichet.notification.channels.courriel import queue_root
from carouge.guichet.notification.channels.courriel import server_of_site
from carouge.guichet.notification.channels.queue import Backlog
from carouge.guichet.notification.channels.queue import backlog
from carouge.guichet.notification.channels.queue import Postman
from carouge.guichet.notification.channels.sms import queue_of_site as sms_queue_of_site
from carouge.guichet.notification.channels.sms import sms_root
from carouge.guichet.notification.channels.sms import SmsCarrier
from carouge.guichet.notification.channels.smtp import knock
from carouge.guichet.sonde import CONNEXION
from carouge.guichet.sonde import saluer
from carouge.guichet.sonde import Sonde
from functools import partial

import atexit
import transaction


def mail_settings_changed() -> None:
    """Mails that wait for a working server learn of new settings once they are real."""

    def tell(committed: bool) -> None:
        if committed:
            hand_over_settings()

    transaction.get().addAfterCommitHook(tell)


def sonde_courriel() -> Sonde:
    """What finds out whether the SMTP server of the present site lets us in."""
    return Sonde(partial(knock, server_of_site(), CONNEXION))


def sonde_sms() -> Sonde | None:
    """What finds out whether the SMS gateway answers; None when there is none."""
    url = sms_gateway()
    return Sonde(partial(saluer, url)) if url else None


def backlogs() -> dict[str, Backlog]:
    """What waits in the queues of the present site, by channel."""
    return {
        "courriel": backlog(queue_of_site()),
        "sms": backlog(sms_queue_of_site()),
    }


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
