"""The channel of the text messages: each waits in a folder until the gateway takes it.

The gateway is an HTTP service: a POST with the JSON object ``{"to": "+41...", "text":
"..."}``, the header ``Idempotency-Key`` (a message that comes twice is the same one)
and, when GUICHET_SMS_SECRET is set, ``Authorization: Bearer <secret>``. Any 2xx means
that it has taken the message. The secret is never written anywhere.
"""

from __future__ import annotations

from App.config import getConfiguration
from carouge.guichet.interfaces import INotificationChannel
from carouge.guichet.notification.channels.queue import Postman
from carouge.guichet.notification.channels.queue import prepare
from carouge.guichet.notification.channels.queue import take_up
from carouge.guichet.notification.channels.smtp import NotAccepted
from carouge.guichet.notification.channels.smtp import Unreachable
from carouge.guichet.notification.interfaces import ISmsGateway
from carouge.guichet.transactions import apres_commit
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from plone import api
from typing import BinaryIO
from zope.component import getUtility
from zope.interface import implementer
from zope.sendmail.maildir import Maildir

import json
import logging
import os
import re
import requests
import tempfile
import uuid


logger = logging.getLogger("carouge.guichet.notification")

#: Names the folder of the waiting text messages.
VARIABLE = "GUICHET_SMS"
#: Holds the secret the gateway knows us by.
SECRET = "GUICHET_SMS_SECRET"
SETTINGS = "gateway.json"

#: Ten parts of a concatenated message: nobody reads more on a telephone.
MAX_TEXT = 1530

_NUMBER = re.compile(r"\+[1-9]\d{7,14}")
_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
#: Answers that tell of wrong settings or a wrong moment, not of a wrong message.
_GATEWAY_FAULTS = frozenset({401, 403, 404, 405, 407, 408, 421, 425, 429})


@dataclass(frozen=True)
class Gateway:
    """The HTTP service that sends the text messages."""

    url: str


@implementer(INotificationChannel)
class Sms:
    """Text messages to Swiss or foreign mobile numbers."""

    def send(
        self,
        recipient: str,
        subject: str,
        text: str,
        reply_to: str | None = None,
        preuve: str = "",
    ) -> None:
        """See :class:`~carouge.guichet.interfaces.INotificationChannel`.

        ``subject`` and ``reply_to`` have no place in a text message.

        :raises ValueError: ``recipient`` is no number as ``+41791234567``, or the text
            is empty or longer than ``MAX_TEXT`` characters
        """
        if not _NUMBER.fullmatch(recipient):
            raise ValueError("not a telephone number")
        text = _CONTROLS.sub("", text).strip()
        if not text or len(text) > MAX_TEXT:
            raise ValueError("no text, or too much of it for a text message")
        url = getUtility(ISmsGateway)()
        if not url:
            logger.error("a text message was not sent: there is no gateway")
            return
        message_id = uuid.uuid4().hex
        queue = queue_of_site()
        try:
            prepare(queue)
            write_gateway(queue, Gateway(url))
            draft = _draft(
                queue,
                {"id": message_id, "to": recipient, "text": text, "preuve": preuve},
            )
        except OSError as error:
            logger.error(
                "text message %s lost, its folder cannot be written: %s",
                message_id,
                type(error).__name__,
            )
            return
        doute = partial(_in_doubt, message_id) if preuve else None
        apres_commit(draft.commit, oubli=draft.abort, doute=doute)

    def reprendre(self, tenue: Callable[[str], bool]) -> int:
        """See :class:`~carouge.guichet.interfaces.INotificationChannel`."""
        return take_up(queue_of_site(), _proof, tenue)

    def usable(self) -> bool:
        """Whether there is a gateway."""
        return bool(getUtility(ISmsGateway)())


def _draft(queue: Path, values: dict[str, str]):
    """The file of a text message, not to leave yet."""
    draft = Maildir(str(queue), True).newMessage()
    try:
        draft.write(json.dumps(values).encode())
        draft.close()
    except OSError:
        draft.abort()
        raise
    return draft


def _in_doubt(message_id: str) -> None:
    """Keep the draft; the tasks look whether its transaction was committed."""
    logger.warning("text message %s waits: the database broke down", message_id)


def _proof(file: BinaryIO) -> str:
    try:
        return str(json.load(file).get("preuve", ""))
    except (AttributeError, ValueError):
        # Its process was killed while it wrote it.
        return ""


def sms_root() -> Path:
    """The folder below which each site of this Zope has its queue."""
    folder = os.environ.get(VARIABLE)
    if folder:
        return Path(folder).expanduser().absolute()
    return Path(getConfiguration().clienthome) / "guichet-sms"


def queue_of_site() -> Path:
    """The queue of the present site; it need not exist yet."""
    path = api.portal.get().getPhysicalPath()
    return sms_root() / "-".join(name for name in path if name)


def read_gateway(queue: Path) -> Gateway | None:
    """The gateway of a queue, or None as long as nobody has said one."""
    try:
        values = json.loads((queue / SETTINGS).read_text("utf-8"))
        return Gateway(values["url"])
    except (FileNotFoundError, KeyError, TypeError, ValueError):
        return None


def write_gateway(queue: Path, gateway: Gateway) -> None:
    """Say to which gateway the messages of a queue go."""
    if read_gateway(queue) == gateway:
        return
    # Another process may read at any moment: it sees the old or the new, whole.
    handle, name = tempfile.mkstemp(dir=queue, prefix=f".{SETTINGS}-")
    try:
        with open(handle, "w", encoding="utf-8") as file:
            json.dump({"url": gateway.url}, file)
        os.replace(name, queue / SETTINGS)
    except BaseException:
        os.unlink(name)
        raise


class SmsCarrier(Postman):
    """Takes the text messages of all queues below ``root`` to their gateway."""

    kind = "text message"
    server_kind = "SMS gateway"

    def proof_of(self, file: BinaryIO) -> str:
        return _proof(file)

    def server_of(self, queue: Path) -> Gateway | None:
        return read_gateway(queue)

    def unpack(self, file: BinaryIO) -> tuple[str, Callable]:
        values = json.loads(file.read())
        if not (
            isinstance(values, dict)
            and all(isinstance(values.get(key), str) for key in ("id", "to", "text"))
        ):
            raise ValueError("no text message")

        def hand_over(gateway: Gateway) -> None:
            post(gateway, values, self.timeout)

        return values["id"], hand_over


def post(gateway: Gateway, message: dict[str, str], timeout: float) -> None:
    """Give a message (keys ``id``, ``to``, ``text``) to the gateway.

    :raises Unreachable: no answer, or one that tells of wrong settings
    :raises NotAccepted: the gateway refused this message
    """
    headers = {"Idempotency-Key": message["id"]}
    secret = os.environ.get(SECRET, "")
    if secret:
        headers["Authorization"] = f"Bearer {secret}"
    try:
        response = requests.post(
            gateway.url,
            json={"to": message["to"], "text": message["text"]},
            headers=headers,
            timeout=timeout,
            # The secret goes to this address and to no other one.
            allow_redirects=False,
            # What the gateway says beyond its status interests nobody.
            stream=True,
        )
    except (requests.RequestException, ValueError) as error:
        raise Unreachable(type(error).__name__) from None
    status = response.status_code
    response.close()
    if 200 <= status <= 299:
        return
    if status in _GATEWAY_FAULTS or 300 <= status <= 399:
        raise Unreachable(f"HTTP {status}")
    raise NotAccepted(f"HTTP {status}", permanent=400 <= status <= 499)
