"""What all JSON services of the guichet have in common, on top of plone.restapi.

A service answers with a dictionary or raises :class:`Refusal`; both leave as JSON. The
sentences of a refusal are for the person in front of the screen of a calling program.
"""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.layout import keep_private
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from plone import api
from plone.restapi.services import Service
from urllib.parse import parse_qsl
from urllib.parse import urlencode
from zope.i18n import translate
from zope.interface import implementer
from zope.publisher.interfaces import IPublishTraverse

import json


#: Length of a page of a list, when nothing is asked and at most.
BATCH_SIZE = 25
MAX_BATCH_SIZE = 500

#: Longest body of a request in bytes: several documents of the size a form allows.
MAX_BODY = 32 * 2**20


class Refusal(Exception):
    """A service says no.

    ``status`` is the HTTP status, ``kind`` the type told in the answer, ``message`` an
    i18n message, ``details`` further keys of the error.
    """

    def __init__(self, status: int, kind: str, message, **details) -> None:
        super().__init__(kind)
        self.status = status
        self.kind = kind
        self.message = message
        self.details = details


def bad_request(message, **details) -> Refusal:
    """400: the caller has to send something else."""
    return Refusal(400, "BadRequest", message, **details)


def unauthorized() -> Refusal:
    """401: the caller has to log in."""
    return Refusal(401, "Unauthorized", _("Please log in first."))


def not_found() -> Refusal:
    """404: it does not exist, or not for this caller."""
    return Refusal(404, "NotFound", _("Nothing was found at this address."))


def no_webdav(event) -> None:
    """Let a PATCH or DELETE below ``++api++`` find its service, on any IPubStart.

    Zope decides before it walks along the address whether a request may come from a
    WebDAV client, plone.rest says that it does not only when it meets ``++api++``:
    without the header ``Accept: application/json`` the last step would fail.
    """
    if "/++api++/" in event.request.get("PATH_INFO", ""):
        event.request.maybe_webdav_client = 0


@dataclass(frozen=True)
class Slice:
    """The part of a list the caller asks for."""

    start: int
    size: int


# What plone.restapi answers with when there is nothing to say.
_NO_CONTENT = Service.reply(None)


@implementer(IPublishTraverse)
class GuichetService(Service):
    """A service of the guichet; subclasses implement :meth:`answer`.

    ``path`` are the segments of the address after the name of the service.
    """

    def __init__(self, context, request):
        super().__init__(context, request)
        self.path: list[str] = []

    def publishTraverse(self, request, name):
        self.path.append(name)
        return self

    def answer(self):
        """The answer as a dictionary, or a file as a page returns it.

        :raises Refusal: instead of an answer
        """
        raise NotImplementedError

    def render(self):
        """JSON; a file leaves as it is, with the headers it has got."""
        self.check_permission()
        content = self.reply()
        if isinstance(content, dict):
            self.request.response.setHeader("Content-Type", self.content_type)
            return json.dumps(content, indent=2, sort_keys=True)
        return None if content is _NO_CONTENT else content

    def reply(self):
        try:
            return self.answer()
        except Refusal as refusal:
            self.request.response.setStatus(refusal.status)
            return {
                "error": {
                    "type": refusal.kind,
                    "message": self.say(refusal.message),
                    **refusal.details,
                }
            }

    def say(self, message) -> str:
        """An i18n message in the language of the request."""
        return translate(message, context=self.request)

    def personal(self) -> None:
        """What leaves is about a person: nothing on the way may keep it."""
        keep_private(self.request.response)

    @property
    def caller(self) -> str | None:
        """User id of the caller; None without login."""
        return None if api.user.is_anonymous() else api.user.get_current().getId()

    @property
    def address(self) -> str:
        """Address of the service, in the spelling the caller has used."""
        name = self.__name__.rsplit("_", 1)[-1]
        return f"{self.request['ACTUAL_URL'].split(f'/{name}', 1)[0]}/{name}"

    # Lists

    def part(self) -> Slice:
        """Read ``b_start`` and ``b_size``.

        :raises Refusal: when they are no usable numbers
        """
        start = self._number("b_start", 0, 0, 10**9)
        size = self._number("b_size", BATCH_SIZE, 1, MAX_BATCH_SIZE)
        return Slice(start, size)

    def text(self, name: str) -> str:
        """A parameter of the address; empty when it is missing.

        :raises Refusal: when it is given twice or is no text
        """
        value = self.request.form.get(name, "")
        if not isinstance(value, str):
            raise bad_request(
                _("The parameter ${name} is not valid.", mapping={"name": name})
            )
        return value.strip()

    def batched(self, items: Sequence[dict], part: Slice, total: int) -> dict:
        """A page of a list, in plone.restapi's envelope."""
        result = {
            "@id": self._address(b_start=None, b_size=None),
            "items": list(items),
            "items_total": total,
        }
        if total > part.size:
            result["batching"] = self._links(part, total)
        return result

    def _links(self, part: Slice, total: int) -> dict[str, str]:
        last = (total - 1) // part.size * part.size
        links = {
            "@id": self._address(),
            "first": self._address(b_start=0),
            "last": self._address(b_start=last),
        }
        if part.start + part.size < total:
            links["next"] = self._address(b_start=part.start + part.size)
        if part.start > 0:
            previous = min(part.start - part.size, last)
            links["prev"] = self._address(b_start=max(0, previous))
        return links

    def _address(self, **changes: int | None) -> str:
        """The address of this request with other parameters; None leaves one out."""
        pairs = [
            (name, value)
            for name, value in parse_qsl(
                self.request.get("QUERY_STRING", ""), keep_blank_values=True
            )
            if name not in changes
        ]
        pairs += [
            (name, str(value)) for name, value in changes.items() if value is not None
        ]
        return self.address + (f"?{urlencode(pairs)}" if pairs else "")

    def _number(self, name: str, default: int, low: int, high: int) -> int:
        text = self.text(name)
        if not text:
            return default
        digits = text.isascii() and text.isdigit() and len(text) <= 10
        if not (digits and low <= int(text) <= high):
            raise bad_request(
                _(
                    "The parameter ${name} must be a whole number from ${low} to "
                    "${high}.",
                    mapping={"name": name, "low": low, "high": high},
                )
            )
        return int(text)

    # Bodies

    def json_body(self) -> dict:
        """The JSON object of the request; numbers with a fraction are ``Decimal``.

        A browser sends this type of content to another site only after asking that
        site, so no foreign page can make its visitors submit something.

        :raises Refusal: for another type of content, and for anything but an object
        """
        content_type = self.request.getHeader("Content-Type", "")
        if content_type.split(";")[0].strip().lower() != "application/json":
            raise bad_request(
                _("Send JSON, with the header Content-Type: application/json.")
            )
        length = self.request.environ.get("CONTENT_LENGTH") or "0"
        if length.isdigit() and int(length) > MAX_BODY:
            raise Refusal(
                413, "PayloadTooLarge", _("This is too much for one demande.")
            )
        try:
            body = json.loads(
                self.request.get("BODY") or b"",
                parse_float=_decimal,
                parse_constant=_refuse,
                object_pairs_hook=_object,
            )
        # RecursionError: thousands of brackets, one in the other.
        except (ValueError, RecursionError) as error:
            raise bad_request(_("This is not valid JSON.")) from error
        if not isinstance(body, dict):
            raise bad_request(_("Send a JSON object, with braces."))
        return body


def _object(pairs: list[tuple[str, object]]) -> dict:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a name stands twice in an object")
    return result


def _decimal(text: str) -> Decimal:
    value = Decimal(text)
    # Arithmetic with 1e999999999 would never end.
    if abs(value.adjusted()) > 30:
        raise ValueError("a number out of any range")
    return value


def _refuse(name: str):
    raise ValueError(name)
