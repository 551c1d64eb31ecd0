"""The mailbox of the demonstration: it receives every e-mail and SMS, delivers none.

One process with an SMTP server, the gateway of the text messages, pages to read both
and the same in JSON for the tests. Everything stays in memory.
"""

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope
from aiosmtpd.smtp import Session
from aiosmtpd.smtp import SMTP
from carouge.guichet.demo.mailbox_message import Attachment
from carouge.guichet.demo.mailbox_message import clean
from carouge.guichet.demo.mailbox_message import linkify
from carouge.guichet.demo.mailbox_message import Message
from carouge.guichet.demo.mailbox_message import parse_email
from carouge.guichet.demo.serveur import HOST
from carouge.guichet.demo.serveur import Serveur
from carouge.guichet.demo.serveur import servir
from carouge.guichet.demo.settings import MAIL_PORT
from carouge.guichet.demo.settings import SMTP_PORT
from collections import deque
from collections.abc import Iterator
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from datetime import timezone
from flask import abort
from flask import Flask
from flask import jsonify
from flask import redirect
from flask import render_template
from flask import request
from flask import Response
from flask import send_file
from flask import url_for
from io import BytesIO
from pathlib import Path
from werkzeug.exceptions import HTTPException
from zoneinfo import ZoneInfo

import asyncio
import logging
import re
import sys
import threading
import time


logger = logging.getLogger(__name__)

MAX_MESSAGES = 2_000
MAX_BYTES = 256 * 1024 * 1024
MAX_EMAIL_BYTES = 32 * 1024 * 1024
MAX_REQUEST_BYTES = 64 * 1024
MAX_SMS_LENGTH = 1_600
MAX_RECIPIENT_LENGTH = 320
PAGE_LENGTH = 50
SILENCE_SECONDS = 30

#: What the SMTP server may be told to do: work, refuse each message, not answer.
SMTP_MODES = ("ok", "refuse", "silence")

# A page shows text from strangers: nothing but its own style sheet may act in it.
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class Mailbox:
    """The messages in memory, oldest dropped first; every method is thread safe.

    ``max_messages`` and ``max_bytes`` (size of texts and attachments) bound it.
    """

    def __init__(self, max_messages: int = MAX_MESSAGES, max_bytes: int = MAX_BYTES):
        self._lock = threading.Lock()
        self._messages: deque[Message] = deque()
        self._max_messages = max_messages
        self._max_bytes = max_bytes
        self._bytes = 0
        self._last_number = 0
        self._smtp_mode = "ok"

    @property
    def smtp_mode(self) -> str:
        """What the SMTP server does: one of :data:`SMTP_MODES`."""
        return self._smtp_mode

    @smtp_mode.setter
    def smtp_mode(self, value: str) -> None:
        if value not in SMTP_MODES:
            raise ValueError(value)
        self._smtp_mode = value

    def add(self, message: Message) -> Message:
        """Keep a message; return it with the id and the time (UTC) it got here."""
        with self._lock:
            self._last_number += 1
            message = replace(
                message,
                id=str(self._last_number),
                received=datetime.now(timezone.utc),
            )
            self._messages.append(message)
            self._bytes += message.size
            while len(self._messages) > 1 and (
                len(self._messages) > self._max_messages
                or self._bytes > self._max_bytes
            ):
                self._bytes -= self._messages.popleft().size
        return message

    def newest_first(self, recipient: str = "") -> list[Message]:
        """Return the messages, newest first; only those to ``recipient`` if given."""
        with self._lock:
            messages = list(reversed(self._messages))
        wanted = recipient_key(recipient)
        if not wanted:
            return messages
        return [m for m in messages if wanted in map(recipient_key, m.to)]

    def get(self, message_id: str) -> Message | None:
        """Return the message with this id, or None."""
        with self._lock:
            return next((m for m in self._messages if m.id == message_id), None)

    def clear(self) -> None:
        """Forget all messages; ids are not used again."""
        with self._lock:
            self._messages.clear()
            self._bytes = 0


def recipient_key(recipient: str) -> str:
    """Return what makes two spellings of an address or a telephone number equal."""
    if "@" in recipient:
        return recipient.strip().casefold()
    # In a query string a + is a space: only the digits of a number are sure to arrive.
    return re.sub(r"\D", "", recipient) or recipient.strip().casefold()


class Receiver:
    """The SMTP server's handler (protocol of aiosmtpd): mail goes into ``mailbox``.

    ``silence`` is how long, in seconds, a client waits at most for an answer when the
    mailbox is told not to answer.
    """

    def __init__(self, mailbox: Mailbox, silence: float = SILENCE_SECONDS):
        self.mailbox = mailbox
        self.silence = silence

    async def handle_EHLO(
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        session.host_name = hostname
        refusal = await self._simulated_fault(only_silence=True)
        return [refusal] if refusal else responses

    async def handle_HELO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str
    ) -> str:
        session.host_name = hostname
        refusal = await self._simulated_fault(only_silence=True)
        return refusal or f"250 {server.hostname}"

    async def handle_MAIL(
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        mail_options: list[str],
    ) -> str:
        refusal = await self._simulated_fault()
        if refusal:
            return refusal
        envelope.mail_from = address
        envelope.mail_options.extend(mail_options)
        return "250 OK"

    async def handle_DATA(
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        refusal = await self._simulated_fault()
        if refusal:
            return refusal
        content = envelope.original_content or b""
        sender = envelope.mail_from or ""
        message = parse_email(content, sender, tuple(envelope.rcpt_tos))
        stored = self.mailbox.add(message)
        logger.info("e-mail %s to %s", stored.id, ", ".join(stored.to))
        return "250 OK"

    async def _simulated_fault(self, only_silence: bool = False) -> str:
        """Return the refusal the mailbox is told to give, "" for none."""
        end = time.monotonic() + self.silence
        while self.mailbox.smtp_mode == "silence":
            if time.monotonic() >= end:
                return "421 4.4.2 Simulated fault: no answer in time"
            await asyncio.sleep(0.05)
        if self.mailbox.smtp_mode == "refuse" and not only_silence:
            return "451 4.3.0 Simulated fault: message refused"
        return ""


def smtp_server(
    mailbox: Mailbox, port: int, silence: float = SILENCE_SECONDS
) -> Controller:
    """Return the SMTP server for ``mailbox``; start() and stop() run it in a thread."""
    return Controller(
        Receiver(mailbox, silence),
        hostname=HOST,
        port=port,
        ready_timeout=30,
        ident="guichet demo",
        data_size_limit=MAX_EMAIL_BYTES,
        enable_SMTPUTF8=True,
    )


def create_app(mailbox: Mailbox) -> Flask:
    """Return the WSGI application with the pages, the JSON and the SMS gateway."""
    app = Flask("mailbox", root_path=str(Path(__file__).parent))
    app.config["MAX_CONTENT_LENGTH"] = MAX_REQUEST_BYTES
    app.json.ensure_ascii = False
    app.add_template_filter(linkify)
    app.add_template_filter(local_time)
    app.add_template_filter(readable_size)
    app.context_processor(lambda: {"smtp_mode": mailbox.smtp_mode})

    @app.after_request
    def secure(response: Response) -> Response:
        response.headers.update(SECURITY_HEADERS)
        return response

    @app.errorhandler(HTTPException)
    def failed(error: HTTPException):
        if request.path in ("/sms", "/defauts", "/messages.json"):
            return jsonify(error=error.description), error.code
        # A redirection is an exception as well and has its own answer.
        if error.code is None or error.code < 400:
            return error
        return render_template("mailbox/error.html", code=error.code), error.code

    @app.get("/")
    def message_list() -> str:
        recipient = clean(request.args.get("to", "")).strip()
        messages = mailbox.newest_first(recipient)
        pages = max(1, -(-len(messages) // PAGE_LENGTH))
        page = min(max(request.args.get("page", 1, type=int), 1), pages)
        first = (page - 1) * PAGE_LENGTH
        return render_template(
            "mailbox/list.html",
            messages=messages[first : first + PAGE_LENGTH],
            count=len(messages),
            recipient=recipient,
            page=page,
            pages=pages,
        )

    @app.get("/messages/<message_id>")
    def message_page(message_id: str) -> str:
        return render_template("mailbox/message.html", message=find(message_id))

    @app.get("/messages/<message_id>/pieces/<int:number>")
    def attachment(message_id: str, number: int) -> Response:
        attachments = find(message_id).attachments
        if number >= len(attachments):
            abort(404)
        return send_attachment(attachments[number])

    @app.post("/vider")
    def empty():
        mailbox.clear()
        return redirect(url_for("message_list"), 303)

    @app.get("/messages.json")
    def messages_json() -> Response:
        messages = mailbox.newest_first(request.args.get("to", ""))
        return jsonify(messages=[message.as_json() for message in messages])

    @app.delete("/messages.json")
    def delete_messages() -> tuple[str, int]:
        mailbox.clear()
        return "", 204

    @app.post("/sms")
    def sms() -> tuple[Response, int]:
        to = json_text("to", MAX_RECIPIENT_LENGTH)
        text = json_text("text", MAX_SMS_LENGTH)
        message = mailbox.add(Message(kind="sms", sender="SMS", to=(to,), text=text))
        return jsonify(id=message.id), 201

    @app.get("/defauts")
    def faults() -> Response:
        return jsonify(smtp=mailbox.smtp_mode)

    @app.post("/defauts")
    def set_faults() -> Response:
        mode = json_text("smtp", 20)
        if mode not in SMTP_MODES:
            abort(400, "smtp: one of " + ", ".join(SMTP_MODES))
        mailbox.smtp_mode = mode
        return jsonify(smtp=mailbox.smtp_mode)

    def find(message_id: str) -> Message:
        return mailbox.get(message_id) or abort(404)

    return app


def json_text(key: str, max_length: int) -> str:
    """Return a text of the request's JSON object; abort with 400 when there is none."""
    try:
        data = request.get_json(force=True, silent=True)
    except RecursionError:
        abort(400, "JSON nested too deeply")
    value = data.get(key) if isinstance(data, dict) else None
    if not isinstance(value, str) or not value.strip() or len(value) > max_length:
        abort(400, f"{key}: a text of 1 to {max_length} characters")
    return clean(value).strip()


def send_attachment(attachment: Attachment) -> Response:
    """Return an attachment as a download, never as something a browser opens."""
    return send_file(
        BytesIO(attachment.data),
        mimetype=attachment.content_type,
        as_attachment=True,
        download_name=attachment.filename,
    )


def local_time(moment: datetime) -> str:
    """Return a time as a person in Carouge writes it."""
    return moment.astimezone(ZoneInfo("Europe/Zurich")).strftime("%d.%m.%Y, %H:%M:%S")


def readable_size(size: int) -> str:
    """Return a number of bytes for a French reader."""
    if size < 1_000:
        return f"{size} octets"
    if size < 1_000_000:
        return f"{size / 1_000:.0f} ko"
    return f"{size / 1_000_000:.1f} Mo".replace(".", ",")


@contextmanager
def receiving(smtp: Controller) -> Iterator[None]:
    """Mails are taken while the pages are served."""
    smtp.start()
    try:
        yield
    finally:
        smtp.stop()


def preparer(environ: Mapping[str, str]) -> Serveur:
    """Return the mailbox of this environment.

    Raises :class:`SettingsError` for a port that is none.
    """
    # aiosmtpd writes six lines for each e-mail.
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    mailbox = Mailbox()
    return Serveur(
        create_app(mailbox),
        MAIL_PORT.read(environ),
        "mailbox",
        avec=receiving(smtp_server(mailbox, SMTP_PORT.read(environ))),
    )


if __name__ == "__main__":
    sys.exit(servir(preparer))
