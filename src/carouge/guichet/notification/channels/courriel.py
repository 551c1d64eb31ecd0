"""The channel of the e-mails: each waits in a folder until the SMTP server takes it.

It is written there when the transaction is committed, and forgotten when the
transaction is aborted; the thread of :mod:`.queue` takes it away.
"""

from __future__ import annotations

from App.config import getConfiguration
from carouge.guichet.addresses import is_mail_address
from carouge.guichet.interfaces import INotificationChannel
from carouge.guichet.notification.channels.queue import prepare
from carouge.guichet.notification.channels.queue import PROOF
from carouge.guichet.notification.channels.queue import proof_of_mail
from carouge.guichet.notification.channels.queue import take_up
from carouge.guichet.notification.channels.queue import write_server
from carouge.guichet.notification.channels.smtp import SmtpServer
from carouge.guichet.notification.interfaces import ISender
from carouge.guichet.swisstime import now
from carouge.guichet.transactions import apres_commit
from collections.abc import Callable
from email.charset import Charset
from email.charset import QP
from email.header import Header
from email.message import Message
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime
from email.utils import formataddr
from email.utils import make_msgid
from functools import partial
from pathlib import Path
from plone import api
from plone.base.interfaces import IMailSchema
from plone.registry.interfaces import IRegistry
from zope.component import getUtility
from zope.interface import implementer
from zope.sendmail.maildir import Maildir

import logging
import os
import re


logger = logging.getLogger("carouge.guichet.notification")

#: Names the folder of the waiting mails.
VARIABLE = "GUICHET_COURRIELS"

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
# In a text, tab and line ends have a meaning.
_TEXT_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

_QUOTED_PRINTABLE = Charset("utf-8")
_QUOTED_PRINTABLE.body_encoding = QP
# The lines of a mail end like that (RFC 5321, section 2.3.8).
_CRLF = compat32.clone(linesep="\r\n")


@implementer(INotificationChannel)
class Courriel:
    """E-mail in plain text, from the commune's no-reply address."""

    def send(
        self,
        recipient: str,
        subject: str,
        text: str,
        reply_to: str | None = None,
        preuve: str = "",
    ) -> None:
        """See :class:`~carouge.guichet.interfaces.INotificationChannel`.

        Only a folder that cannot be written, or a site without any sender's address,
        makes a mail go astray; the log says so, the citizen's request goes on.

        :raises ValueError: unusable recipient or reply-to address, or a subject of
            more than one line
        """
        check_address(recipient)
        if reply_to is not None:
            check_address(reply_to)
        if _CONTROLS.search(subject):
            raise ValueError("control character in a subject")
        name, address = getUtility(ISender)()
        if not address:
            logger.error("a mail was not sent: the site has no sender's address")
            return
        check_address(address)
        message = _message(name, address, recipient, subject, text, reply_to)
        queue = queue_of_site()
        try:
            prepare(queue)
            write_server(queue, server_of_site())
            draft = _draft(queue, address, recipient, message, preuve)
        except OSError as error:
            logger.error(
                "mail %s lost, its folder cannot be written: %s",
                message["Message-ID"],
                type(error).__name__,
            )
            return
        doute = partial(_in_doubt, message["Message-ID"]) if preuve else None
        apres_commit(draft.commit, oubli=draft.abort, doute=doute)

    def reprendre(self, tenue: Callable[[str], bool]) -> int:
        """See :class:`~carouge.guichet.interfaces.INotificationChannel`."""
        return take_up(queue_of_site(), proof_of_mail, tenue)

    def usable(self) -> bool:
        """Whether the site has a sender's address."""
        return bool(getUtility(ISender)()[1])


def check_address(address: str) -> None:
    """:raises ValueError: when the text is not exactly one plain e-mail address."""
    if not is_mail_address(address):
        raise ValueError("not an e-mail address")


def queue_root() -> Path:
    """The folder below which each site of this Zope has its queue."""
    folder = os.environ.get(VARIABLE)
    if folder:
        return Path(folder).expanduser().absolute()
    return Path(getConfiguration().clienthome) / "guichet-courriels"


def queue_of_site() -> Path:
    """The queue of the present site; it need not exist yet."""
    path = api.portal.get().getPhysicalPath()
    return queue_root() / "-".join(name for name in path if name)


def server_of_site() -> SmtpServer:
    """The SMTP server of the present site, as its MailHost would use it."""
    settings = getUtility(IRegistry).forInterface(
        IMailSchema, prefix="plone", check=False
    )
    # Plone keeps the encryption on the MailHost, everything else in the registry.
    mailhost = api.portal.get_tool("MailHost")
    return SmtpServer(
        host=settings.smtp_host or "localhost",
        port=int(settings.smtp_port or 25),
        user=settings.smtp_userid or "",
        password=settings.smtp_pass or "",
        force_tls=bool(mailhost.force_tls),
        implicit_tls=bool(mailhost.implicit_tls),
    )


def hand_over_settings() -> None:
    """Tell the present settings to a queue that is in use."""
    queue = queue_of_site()
    if not queue.is_dir():
        return
    try:
        write_server(queue, server_of_site())
    except OSError as error:
        logger.error("mail settings not handed over: %s", type(error).__name__)


def _draft(queue: Path, sender: str, recipient: str, message: Message, preuve: str):
    """The file of a mail, in the form of zope.sendmail's queue, not to leave yet."""
    if not preuve.isascii() or _CONTROLS.search(preuve):
        raise ValueError("not a line of ASCII")
    draft = Maildir(str(queue), True).newMessage()
    try:
        draft.write(f"X-Zope-From: {sender}\nX-Zope-To: {recipient}\n")
        if preuve:
            draft.write(PROOF + preuve.encode("ascii") + b"\n")
        draft.write(message.as_bytes(policy=_CRLF))
        draft.close()
    except OSError:
        draft.abort()
        raise
    return draft


def _in_doubt(message_id: str) -> None:
    """Keep the draft; the tasks look whether its transaction was committed."""
    logger.warning("mail %s waits: the database broke down meanwhile", message_id)


def _message(
    name: str,
    address: str,
    recipient: str,
    subject: str,
    text: str,
    reply_to: str | None,
) -> Message:
    # Not an EmailMessage: that one parses each header it is given, which takes five
    # times as long, for each mail of a submission.
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    message = MIMEText(_utf8(_TEXT_CONTROLS.sub("", text)), "plain", _QUOTED_PRINTABLE)
    message["From"] = _mailbox(_utf8(_CONTROLS.sub(" ", name)), address)
    message["To"] = recipient
    if reply_to is not None:
        message["Reply-To"] = reply_to
    message["Subject"] = Header(_utf8(subject), header_name="Subject")
    message["Date"] = format_datetime(now())
    message["Message-ID"] = make_msgid(domain=address.partition("@")[2])
    # No out-of-office reply, no loop.
    message["Auto-Submitted"] = "auto-generated"
    return message


def _mailbox(name: str, address: str) -> str:
    """The two as a header has them (RFC 5322, section 3.4; RFC 2047)."""
    if name.isascii():
        return formataddr((name, address))
    return f"{Header(name, 'utf-8').encode(linesep='')} <{address}>"


def _utf8(text: str) -> str:
    """The same without what is half of a character."""
    return text.encode("utf-8", "replace").decode("utf-8")
