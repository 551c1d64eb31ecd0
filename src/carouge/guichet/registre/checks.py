"""What each setting of the register must be.

Each check answers True, or raises :class:`zope.interface.Invalid` with the sentence
for the screen. An empty setting is no mistake: whether it is needed depends on the
client chosen (``check_config`` of the client says so). The site's registry itself does
not run them: the clients check again what they use.
"""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.registre.mapping import MappingProblem
from carouge.guichet.registre.mapping import parse_table
from ipaddress import ip_address
from urllib.parse import parse_qsl
from urllib.parse import SplitResult
from urllib.parse import urlsplit
from zope.interface import Invalid

import json
import re


#: What a question may hold, in an address, a document or a statement.
QUERY_NAMES = (
    "family_name",
    "given_names",
    "first_name",
    "birthdate",
    "sex",
    "person_id",
    "avs",
)

PLACEHOLDER = re.compile(r"\{(\w*)\}")

# Names of databases' own words that write, lock or run something.
_FORBIDDEN_WORDS = frozenset(
    [
        "insert",
        "update",
        "delete",
        "merge",
        "replace",
        "drop",
        "alter",
        "create",
        "truncate",
        "grant",
        "revoke",
        "call",
        "exec",
        "execute",
        "do",
        "copy",
        "into",
        "lock",
        "set",
        "vacuum",
        "attach",
        "pragma",
        "begin",
        "commit",
    ]
)
_LITERALS = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"")
_PARAMETER = re.compile(r"(?<![:\w]):([a-z_]+)\b")


def loopback(host: str | None) -> bool:
    """True for the own machine, by name or by address."""
    if host == "localhost":
        return True
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False


def check_http_url(value: str) -> bool:
    """An https address with placeholders in its path or its query string only."""
    if not value:
        return True
    try:
        parts = urlsplit(value)
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise Invalid(_("This is not a web address.")) from None
    if not host or re.search(r"\s", value) or not value.isprintable():
        raise Invalid(_("This is not a web address."))
    if parts.scheme != "https" and not (parts.scheme == "http" and loopback(host)):
        raise Invalid(_("The address must begin with https://."))
    if parts.username is not None or parts.password is not None:
        raise Invalid(_("No password in an address: use the environment."))
    if "{" in parts.netloc or parts.fragment:
        raise Invalid(_("Placeholders may stand in the path and after the ? only."))
    names = set(PLACEHOLDER.findall(value))
    if "avs" in names:
        raise Invalid(
            _("The AVS number must not stand in an address: send a document (POST).")
        )
    _check_names(names)
    return True


def check_http_body(value: str) -> bool:
    """A JSON object whose texts may hold placeholders."""
    if not value:
        return True
    try:
        data = json.loads(value)
    except (ValueError, RecursionError):
        raise Invalid(_("This is not valid JSON.")) from None
    if not isinstance(data, dict):
        raise Invalid(_("The document must be a JSON object."))
    _check_names(set(PLACEHOLDER.findall(value)) - {"fields"})
    return True


def check_http_table(value: str) -> bool:
    return _check_table(value, nested=True)


def check_column_table(value: str) -> bool:
    return _check_table(value, nested=False)


def _check_table(value: str, *, nested: bool) -> bool:
    if not value:
        return True
    try:
        parse_table(value, nested=nested)
    except MappingProblem as problem:
        raise Invalid(problem.message) from None
    return True


def check_sql_url(value: str) -> bool:
    """A SQLAlchemy URL without password."""
    if not value:
        return True
    try:
        parts = urlsplit(value)
    except ValueError:
        parts = SplitResult("", "", "", "", "")
    if not re.fullmatch(r"[a-z]+(\+[a-z0-9_]+)?", parts.scheme) or "://" not in value:
        raise Invalid(
            _("This is no address of a database, as postgresql://user@host/base.")
        )
    named = {name.casefold() for name, _value in parse_qsl(parts.query)}
    if parts.password is not None or named & {"password", "passwd", "pwd"}:
        raise Invalid(_("No password in an address: use the environment."))
    return True


def check_statement(value: str) -> bool:
    """One SELECT that asks for somebody by parameters."""
    if _check_select(value):
        names = statement_parameters(value)
        if not names:
            raise Invalid(
                _("The statement asks for nobody: use parameters as :family_name.")
            )
        _check_names(names)
    return True


def check_household_statement(value: str) -> bool:
    """One SELECT that asks for the household of ``:person_id``."""
    if _check_select(value) and statement_parameters(value) != {"person_id"}:
        raise Invalid(_("The statement must have exactly one parameter: :person_id."))
    return True


def statement_parameters(value: str) -> set[str]:
    """The names of the parameters of a statement."""
    return set(_PARAMETER.findall(_LITERALS.sub(" ", value)))


def _check_select(value: str) -> bool:
    bare = _LITERALS.sub(" ", value or "").strip().removesuffix(";")
    if not bare:
        return False
    if "--" in bare or "/*" in bare or "#" in bare:
        raise Invalid(_("No comments in a statement."))
    words = re.findall(r"[a-z_]\w*", bare.casefold())
    if ";" in bare or not words or words[0] not in ("select", "with"):
        raise Invalid(_("The statement must be one single SELECT."))
    forbidden = sorted(_FORBIDDEN_WORDS & set(words))
    if forbidden:
        raise Invalid(
            _(
                "The statement must only read: ${words} is not allowed.",
                mapping={"words": ", ".join(forbidden)},
            )
        )
    return True


def check_path(value: str) -> bool:
    if value and (not value.startswith("/") or not value.isprintable()):
        raise Invalid(_("The path of the file must be absolute, as /srv/registre.csv."))
    return True


def _check_names(names: set[str]) -> None:
    unknown = sorted(names - set(QUERY_NAMES))
    if unknown:
        raise Invalid(
            _(
                "Unknown placeholder ${names}. These exist: ${known}.",
                mapping={"names": ", ".join(unknown), "known": ", ".join(QUERY_NAMES)},
            )
        )
