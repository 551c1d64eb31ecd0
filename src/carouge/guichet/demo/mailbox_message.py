"""One message of the demonstration's mailbox, and how a received e-mail becomes one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from datetime import timezone
from email.errors import HeaderParseError
from email.header import decode_header
from email.header import make_header
from email.message import Message as Email
from email.parser import BytesParser
from email.policy import compat32
from email.utils import parseaddr
from html.parser import HTMLParser
from itertools import islice
from markupsafe import escape
from markupsafe import Markup

import logging
import re


logger = logging.getLogger(__name__)

MAX_HEADERS = 100
MAX_HEADER_LENGTH = 10_000
MAX_TEXT_LENGTH = 1_000_000
MAX_ATTACHMENTS = 200

_URL = re.compile(r"https?://[^\s<>\"'«»]+", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_CONTENT_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]*/[a-z0-9][a-z0-9.+-]*")


@dataclass(frozen=True)
class Attachment:
    """A file of an e-mail: its safe name, its declared type and its bytes."""

    filename: str
    content_type: str
    data: bytes

    @property
    def size(self) -> int:
        """Number of bytes."""
        return len(self.data)


@dataclass(frozen=True)
class Message:
    """An e-mail or an SMS as the mailbox shows it.

    ``kind`` is "email" or "sms", ``sender`` and ``to`` are the addresses of the
    envelope (telephone numbers for an SMS), ``text`` what a person reads, ``html`` the
    source of an e-mail's HTML part, ``headers`` (name, value) pairs in order. ``id``
    and ``received`` (UTC) are set by the mailbox.
    """

    kind: str
    sender: str
    to: tuple[str, ...]
    subject: str = ""
    text: str = ""
    html: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    attachments: tuple[Attachment, ...] = ()
    id: str = ""
    received: datetime = datetime.fromtimestamp(0, timezone.utc)

    @property
    def size(self) -> int:
        """About how many bytes of memory the message takes."""
        headers = sum(len(name) + len(value) for name, value in self.headers)
        files = sum(attachment.size for attachment in self.attachments)
        return len(self.text) + len(self.html) + headers + files

    @property
    def title(self) -> str:
        """What stands for the message in a list: its subject, or how it begins."""
        if self.subject or self.kind == "email":
            return self.subject or "(sans objet)"
        first = self.text.strip().partition("\n")[0]
        return first if len(first) <= 80 else first[:79] + "…"

    def as_json(self) -> dict[str, object]:
        """Return the message for ``/messages.json``."""
        return {
            "id": self.id,
            "kind": self.kind,
            "from": self.sender,
            "to": list(self.to),
            "subject": self.subject,
            "date": self.received.isoformat(timespec="milliseconds"),
            "text": self.text,
            "attachments": [
                {
                    "filename": attachment.filename,
                    "content_type": attachment.content_type,
                    "size": attachment.size,
                }
                for attachment in self.attachments
            ],
        }


def clean(text: str) -> str:
    """Return ``text`` as it can be encoded and shown: no lone surrogate, no control."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = text.encode("utf-8", "replace").decode("utf-8")
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def linkify(text: str) -> Markup:
    """Return ``text`` escaped for HTML, with its http and https addresses as links."""
    parts = []
    end = 0
    for match in _URL.finditer(text):
        url = match[0].rstrip(".,;:!?")
        # The bracket around an address is no part of it, one inside it is.
        while url.endswith((")", "]")) and url.count("(") + url.count("[") < (
            url.count(")") + url.count("]")
        ):
            url = url[:-1].rstrip(".,;:!?")
        parts.append(escape(text[end : match.start()]))
        parts.append(Markup('<a href="{0}" rel="noreferrer">{0}</a>').format(url))
        end = match.start() + len(url)
    parts.append(escape(text[end:]))
    return Markup("").join(parts)


def parse_email(content: bytes, sender: str, to: tuple[str, ...]) -> Message:
    """Return the message of a received e-mail, whatever its bytes are.

    ``sender`` and ``to`` come from the SMTP envelope: they also name those who are in
    no header (blind copies). What cannot be read is shown as it came.
    """
    recipients = tuple(clean(address) for address in to)
    try:
        return _parse(content, sender, recipients)
    # The email package answers broken input with nearly any exception.
    except Exception:
        logger.exception("unreadable e-mail, kept as it came")
        return Message(
            kind="email",
            sender=clean(sender),
            to=recipients,
            subject="(message illisible)",
            text=clean(content[:MAX_TEXT_LENGTH].decode("utf-8", "replace")),
        )


def _parse(content: bytes, sender: str, to: tuple[str, ...]) -> Message:
    # The older policy is meant: the newer one raises on headers that this one shows.
    email = BytesParser(policy=compat32).parsebytes(content)
    texts: list[str] = []
    htmls: list[str] = []
    attachments: list[Attachment] = []
    for part in _leaves(email):
        is_file = part.get_content_disposition() == "attachment" or part.get_filename()
        content_type = part.get_content_type()
        if content_type == "text/plain" and not is_file:
            texts.append(_text(part))
        elif content_type == "text/html" and not is_file:
            htmls.append(_text(part))
        elif len(attachments) < MAX_ATTACHMENTS:
            attachments.append(_attachment(part, len(attachments) + 1))
    html = "\n".join(htmls)[:MAX_TEXT_LENGTH]
    text = "\n".join(texts)[:MAX_TEXT_LENGTH]
    headers = tuple(
        (clean(name), decode(value))
        for name, value in islice(email.raw_items(), MAX_HEADERS)
    )
    first = {name.lower(): value for name, value in reversed(headers)}
    return Message(
        kind="email",
        sender=clean(sender) or parseaddr(first.get("from", ""))[1],
        to=to,
        subject=first.get("subject", ""),
        text=text if text.strip() or not html else _text_of_html(html),
        html=html,
        headers=headers,
        attachments=tuple(attachments),
    )


def _leaves(email: Email) -> Iterator[Email]:
    """Yield the parts that hold something, an attached e-mail as one part."""
    if email.is_multipart() and email.get_content_maintype() == "multipart":
        for part in email.get_payload():
            yield from _leaves(part)
    else:
        yield email


def _bytes(part: Email) -> bytes:
    if part.is_multipart():
        return b"".join(inner.as_bytes() for inner in part.get_payload())
    return part.get_payload(decode=True) or b""


def _text(part: Email) -> str:
    data = _bytes(part)
    try:
        text = data.decode(part.get_content_charset() or "utf-8")
    # ValueError: wrong bytes, or a name no charset can have; LookupError: unknown name.
    except (ValueError, LookupError):
        text = data.decode("utf-8", "replace")
    return clean(text)


def _attachment(part: Email, number: int) -> Attachment:
    content_type = part.get_content_type()
    if not _CONTENT_TYPE.fullmatch(content_type):
        content_type = "application/octet-stream"
    # Some senders encode the name as a header would be, which get_filename leaves.
    filename = decode(part.get_filename() or "").replace("\\", "/").rpartition("/")[2]
    filename = " ".join(filename.split()).strip(". ")[-150:]
    return Attachment(filename or f"piece-{number}", content_type, _bytes(part))


def decode(value: str) -> str:
    """Return a header's value as a person reads it, on one line."""
    # Bytes over 127 came as surrogates; a header of a modern e-mail is UTF-8.
    raw = value[:MAX_HEADER_LENGTH].encode("utf-8", "surrogateescape")
    text = " ".join(raw.decode("utf-8", "replace").split())
    try:
        text = str(make_header(decode_header(text)))
    except (HeaderParseError, ValueError, LookupError):
        logger.info("a header is kept undecoded")
    return " ".join(clean(text).split())


class _TextOfHtml(HTMLParser):
    """Collects what a person would read of an HTML text."""

    hidden = frozenset({"script", "style", "title", "template"})
    blocks = frozenset(
        ("br", "div", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p")
        + ("table", "tr", "ul")
    )

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.hidden:
            self.depth += 1
        if tag in self.blocks:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.hidden and self.depth:
            self.depth -= 1
        if tag in self.blocks:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.depth:
            self.parts.append(re.sub(r"\s+", " ", data))


def _text_of_html(html: str) -> str:
    parser = _TextOfHtml()
    parser.feed(html)
    parser.close()
    lines = (line.strip() for line in "".join(parser.parts).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
