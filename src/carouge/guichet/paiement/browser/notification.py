"""``/paiement/<regie>/notification``: a payment provider says that something happened.

Anybody can call it: what is sent proves itself by its signature, and says where to look
only. A 200 means that it was kept: Zope answers after the commit.
"""

from __future__ import annotations

from carouge.guichet.limiter import client_key
from carouge.guichet.limiter import Quota
from carouge.guichet.paiement.domain import NotificationInvalide
from carouge.guichet.paiement.domain import PasserelleIndisponible
from carouge.guichet.paiement.service import recevoir_notification
from carouge.guichet.paiement.service import RegieSansPaiement
from carouge.guichet.regie.service import RegieInconnue
from plone.protect.interfaces import IDisableCSRFProtection
from Products.Five.browser import BrowserView
from time import monotonic
from zExceptions import NotFound
from zope.interface import alsoProvides
from zope.interface import implementer
from zope.publisher.interfaces import IPublishTraverse

import ipaddress
import logging


logger = logging.getLogger(__name__)

#: Bytes; what a provider says of one payment is far below.
MAX_CORPS = 64 * 1024

#: Notifications that proved nothing, from one address; those that do are not counted.
refusees = Quota(monotonic, uses=100, seconds=600.0)


@implementer(IPublishTraverse)
class Notification(BrowserView):
    """See the module."""

    #: Below ``/paiement``: the régie, and what it is.
    segments: tuple[str, ...] = ()

    def publishTraverse(self, request, name):
        self.segments = (*self.segments, name)
        if len(self.segments) > 2 or (
            len(self.segments) == 2 and name != "notification"
        ):
            raise NotFound(name)
        return self

    def __call__(self) -> str:
        if len(self.segments) != 2:
            raise NotFound("paiement")
        response = self.request.response
        response.setHeader("Cache-Control", "no-store")
        response.setHeader("Content-Type", "text/plain; charset=utf-8")
        if self.request.method != "POST":
            response.setHeader("Allow", "POST")
            return self.repondre(405)
        # The proof that the provider sends it is its signature.
        alsoProvides(self.request, IDisableCSRFProtection)
        return self.repondre(self.recevoir())

    def repondre(self, status: int) -> str:
        self.request.response.setStatus(status)
        return "ok" if status == 200 else ""

    def recevoir(self) -> int:
        """The status to answer with."""
        corps = self.corps()
        if corps is None:
            return 413
        regie = self.segments[0]
        try:
            connu = recevoir_notification(self.context, regie, self.headers(), corps)
        except NotificationInvalide as error:
            client = self.client()
            if client and not refusees.take(client):
                # Nobody fills the log.
                return 429
            logger.warning("notification for %s refused: %s", regie, error)
            return 400
        except (RegieInconnue, RegieSansPaiement):
            raise NotFound(regie) from None
        except PasserelleIndisponible as error:
            # It comes again, and then the provider can be asked.
            logger.warning("notification for %s put off: %s", regie, error)
            return 503
        if not connu:
            logger.info("notification for %s about no payment of ours", regie)
        return 200

    def corps(self) -> bytes | None:
        """The raw body; None when it is too long."""
        file = self.request.get("BODYFILE")
        if file is None:
            return b""
        file.seek(0)
        corps = file.read(MAX_CORPS + 1)
        return None if len(corps) > MAX_CORPS else corps

    def headers(self) -> dict[str, str]:
        """The headers, by their names in lower case."""
        return {
            name.removeprefix("HTTP_").replace("_", "-").lower(): value
            for name, value in self.request.environ.items()
            if name.startswith("HTTP_") and isinstance(value, str)
        }

    def client(self) -> str:
        """Whom refusals are counted for; nobody for the machine itself."""
        address = self.request.getClientAddr()
        try:
            local = ipaddress.ip_address(address).is_loopback
        except ValueError:
            local = False
        return "" if local else client_key(address)
