"""A register behind a web service that speaks JSON.

Proof of who asks comes from the environment: ``GUICHET_REGISTRE_ENTETE`` is a whole
header line (``Authorization: Bearer …``); ``GUICHET_REGISTRE_CERTIFICAT`` and
``GUICHET_REGISTRE_CLE`` are the files of a client certificate, ``GUICHET_REGISTRE_CA``
the file of the authorities to trust beside those of the system.

The standard library's client and not a richer one: nothing is followed, nothing is
tried again, no proxy comes in by the environment, and the connection can be cut.
"""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.interfaces import IResidentRegistry
from carouge.guichet.registre import checks
from carouge.guichet.registre.clients import question
from carouge.guichet.registre.clients.deadline import call_within
from carouge.guichet.registre.domain import RegisterUnavailable
from carouge.guichet.registre.domain import ResidentQuery
from carouge.guichet.registre.domain import ResidentRecord
from carouge.guichet.registre.interfaces import IRegistreSettings
from carouge.guichet.registre.mapping import not_delivered
from carouge.guichet.registre.mapping import parse_table
from carouge.guichet.registre.mapping import people_of
from carouge.guichet.registre.settings import complaint
from carouge.guichet.registre.settings import site_settings
from carouge.guichet.sonde import toquer
from carouge.guichet.swisstime import today
from collections.abc import Callable
from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit
from zope.i18nmessageid import Message
from zope.interface import implementer

import http.client
import json
import logging
import os
import socket
import ssl


logger = logging.getLogger("carouge.guichet.registre")

HEADER = "GUICHET_REGISTRE_ENTETE"
CERTIFICATE = "GUICHET_REGISTRE_CERTIFICAT"
KEY = "GUICHET_REGISTRE_CLE"
AUTHORITIES = "GUICHET_REGISTRE_CA"


@dataclass(frozen=True)
class Limits:
    """Seconds to connect, between two bytes, and in all; bytes and people at most."""

    connect: float = 2.0
    read: float = 3.0
    total: float = 5.0
    size: int = 1_000_000
    people: int = 50


@implementer(IResidentRegistry)
class HttpRegistry:
    title = _("Web service (HTTP and JSON)")

    def __init__(
        self,
        settings: Callable[[], IRegistreSettings] = site_settings,
        limits: Limits = Limits(),
    ) -> None:
        self._settings = settings
        self._limits = limits

    def find(
        self, query: ResidentQuery, fields: Collection[str]
    ) -> list[ResidentRecord]:
        """See :class:`~carouge.guichet.interfaces.IResidentRegistry`."""
        settings = self._settings()
        if self._problems(settings):
            raise RegisterUnavailable("settings of the web service")
        table = parse_table(settings.http_correspondance, nested=True)
        body = None
        if settings.http_methode == "POST":
            body = question.document(settings.http_corps, query, fields)
        call = _Call(
            question.address(settings.http_url, query),
            settings.http_methode,
            body,
            _headers(),
            self._limits,
        )
        status, content = call_within(self._limits.total, call.answer, call.cut)
        if status == 404:
            return []
        if status != 200:
            raise RegisterUnavailable(f"HTTP {status}")
        people = people_of(_parse(content), table, self._limits.people)
        return [table.record(person, fields, today()) for person in people]

    def sonde(self) -> Callable[[], None]:
        """See :class:`~carouge.guichet.interfaces.IResidentRegistry`."""
        settings = self._settings()
        if self._problems(settings):
            raise RegisterUnavailable("settings of the web service")
        return partial(toquer, settings.http_url, self._limits.connect)

    def check_config(self) -> list[Message]:
        """See :class:`~carouge.guichet.interfaces.IResidentRegistry`."""
        settings = self._settings()
        problems = self._problems(settings)
        if not problems:
            table = parse_table(settings.http_correspondance, nested=True)
            lacking = not_delivered(table, settings.donnees or ())
            if lacking:
                problems.append(
                    _(
                        "The table lacks: ${names}",
                        mapping={"names": ", ".join(lacking)},
                    )
                )
        return problems

    def _problems(self, settings) -> list[Message]:
        url = settings.http_url or ""
        table = settings.http_correspondance or ""
        if not url or not table:
            return [_("Address and table of the web service are needed.")]
        problems = complaint(checks.check_http_url, url)
        problems += complaint(checks.check_http_table, table)
        if settings.http_methode == "POST":
            if not settings.http_corps:
                problems.append(_("POST needs a document to send."))
            problems += complaint(checks.check_http_body, settings.http_corps or "")
        elif "{" not in url:
            problems.append(_("The address asks for nobody: it has no placeholder."))
        try:
            _headers()
            _tls(url)
        except (OSError, ValueError) as error:
            logger.error("register: %s in the environment", type(error).__name__)
            problems.append(_("The header or the certificate cannot be used."))
        return problems


class _Call:
    """One request on a connection of its own, which another thread may cut."""

    def __init__(
        self,
        url: str,
        method: str,
        body: bytes | None,
        headers: dict[str, str],
        limits: Limits,
    ) -> None:
        self._url = url
        self._method = method
        self._body = body
        self._headers = headers
        self._limits = limits
        self._socket: socket.socket | None = None
        self._given_up = False

    def answer(self) -> tuple[int, bytes]:
        """Status and body.

        :raises RegisterUnavailable: no whole answer within the limits
        """
        parts = urlsplit(self._url)
        if parts.scheme == "https":
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                parts.hostname,
                parts.port,
                timeout=self._limits.connect,
                context=_tls(self._url),
            )
        else:
            connection = http.client.HTTPConnection(
                parts.hostname, parts.port, timeout=self._limits.connect
            )
        try:
            connection.connect()
            self._socket = connection.sock
            if self._given_up:
                raise TimeoutError
            connection.sock.settimeout(self._limits.read)
            target = parts.path or "/"
            if parts.query:
                target = f"{target}?{parts.query}"
            connection.request(self._method, target, self._body, self._headers)
            response = connection.getresponse()
            content = response.read(self._limits.size + 1)
        except (OSError, http.client.HTTPException, ValueError) as error:
            # The words of the error may hold the address, and names with it.
            raise RegisterUnavailable(type(error).__name__) from None
        finally:
            connection.close()
        if len(content) > self._limits.size:
            raise RegisterUnavailable("answer too large")
        if response.length:
            raise RegisterUnavailable("answer cut off")
        return response.status, content

    def cut(self) -> None:
        """Make the request end, whatever it waits for."""
        self._given_up = True
        if self._socket is not None:
            try:
                self._socket.shutdown(socket.SHUT_RDWR)
            except OSError:
                # It has just ended by itself.
                return


def _headers() -> dict[str, str]:
    """
    :raises ValueError: the header of the environment is no header
    """
    headers = {
        "Accept": "application/json",
        "Content-Type": "application/json",
        "User-Agent": "carouge.guichet",
        "Connection": "close",
    }
    line = os.environ.get(HEADER, "").strip()
    if line:
        name, colon, value = line.partition(":")
        if not colon or not name.strip() or not value.isprintable():
            raise ValueError(HEADER)
        headers[name.strip()] = value.strip()
    return headers


def _tls(url: str) -> ssl.SSLContext | None:
    """
    :raises OSError: a file of the environment cannot be used
    """
    if urlsplit(url).scheme != "https":
        return None
    context = ssl.create_default_context()
    if os.environ.get(AUTHORITIES):
        context.load_verify_locations(os.environ[AUTHORITIES])
    if os.environ.get(CERTIFICATE):
        context.load_cert_chain(os.environ[CERTIFICATE], os.environ.get(KEY))
    return context


def _parse(content: bytes) -> object:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        raise RegisterUnavailable("no JSON") from None
