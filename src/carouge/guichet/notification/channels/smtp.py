"""One message to one SMTP server, and how a refusal is to be understood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field

import smtplib


#: How long one step of the conversation may last, in seconds.
TIMEOUT = 10.0


@dataclass(frozen=True)
class SmtpServer:
    """Where the site sends its mails; ``user`` is empty when nobody logs in."""

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    force_tls: bool = False
    implicit_tls: bool = False


class Unreachable(Exception):
    """No conversation with the server: nothing is said about any message.

    The text names the kind of failure, never an address or the server's own words.
    """


class NotAccepted(Exception):
    """The server did not take this message; ``permanent`` means that it never will."""

    def __init__(self, reason: str, *, permanent: bool) -> None:
        super().__init__(reason)
        self.permanent = permanent


def deliver(
    server: SmtpServer,
    sender: str,
    recipients: Sequence[str],
    message: bytes,
    timeout: float = TIMEOUT,
) -> None:
    """Give a message (bytes with CRLF line ends) to the server.

    TLS is trusted as the site's MailHost trusts it: taken when it is offered, without
    a look at the certificate.

    :raises Unreachable: no connection, no greeting, no TLS, no login
    :raises NotAccepted: the server refused the message or broke off
    """
    try:
        connection = _connect(server, timeout)
    except (OSError, ValueError) as error:
        # A refused login is a fault of our settings: the message can wait for them.
        raise Unreachable(_kind(error)) from None
    try:
        connection.sendmail(sender, recipients, message)
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _words in error.recipients.values()]
        raise NotAccepted(
            f"SMTP {codes[0]}", permanent=all(_permanent(code) for code in codes)
        ) from None
    except smtplib.SMTPResponseException as error:
        raise NotAccepted(_kind(error), permanent=_permanent(error.smtp_code)) from None
    except OSError as error:
        raise NotAccepted(_kind(error), permanent=False) from None
    except ValueError as error:
        raise NotAccepted(_kind(error), permanent=True) from None
    finally:
        _leave(connection)


def knock(server: SmtpServer, timeout: float) -> None:
    """Begin a conversation, with TLS and login, and end it without any message.

    :raises OSError: the server cannot be reached or does not let us in
    """
    _leave(_connect(server, timeout))


def _connect(server: SmtpServer, timeout: float) -> smtplib.SMTP:
    factory = smtplib.SMTP_SSL if server.implicit_tls else smtplib.SMTP
    connection = factory(server.host, server.port, timeout=timeout)
    try:
        connection.ehlo_or_helo_if_needed()
        if not server.implicit_tls:
            if connection.has_extn("starttls"):
                connection.starttls()
                connection.ehlo()
            elif server.force_tls:
                raise smtplib.SMTPNotSupportedError("STARTTLS")
        if server.user:
            connection.login(server.user, server.password)
    except BaseException:
        connection.close()
        raise
    return connection


def _leave(connection: smtplib.SMTP) -> None:
    # What happens after the message was taken changes nothing any more.
    try:
        connection.quit()
    except OSError:
        connection.close()


def _permanent(code: int) -> bool:
    return 500 <= code <= 599


def _kind(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{type(error).__name__} {error.smtp_code}"
    return type(error).__name__
