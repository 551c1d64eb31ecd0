"""What a provider's claims say about a person, in pure Python.

Which claim says what is configuration, a JSON object (``docs/login.md``). Whatever is
missing, unknown or of another type counts as the least: no value, the lowest level.
"""

from __future__ import annotations

from carouge.guichet.compte.domain import AccountType
from carouge.guichet.compte.domain import Identite
from carouge.guichet.compte.domain import Level
from carouge.guichet.compte.domain import Organisation
from carouge.guichet.identity.mapping import Mapping
from carouge.guichet.identity.mapping import read
from dataclasses import dataclass
from datetime import date
from datetime import datetime
from datetime import timezone
from enum import Enum
from stdnum.ch import ssn
from stdnum.ch import uid
from stdnum.exceptions import ValidationError
from typing import Any

import hashlib


Claims = dict[str, Any]

#: What only the signed ID token may say; the userinfo endpoint cannot change it.
PROTOCOL_CLAIMS = frozenset(
    {
        "acr",
        "amr",
        "aud",
        "auth_time",
        "azp",
        "exp",
        "iat",
        "iss",
        "jti",
        "nbf",
        "nonce",
        "sid",
        "sub",
    }
)


class Problem(str, Enum):
    """What is wrong with one field of an identity."""

    UNKNOWN_VALUE = "unknown_value"
    NOT_VALID = "not_valid"


@dataclass(frozen=True)
class Warning:
    """A claim that counts as missing; it never holds the value."""

    field: str
    problem: Problem


class UnusableIdentity(ValueError):
    """The claims are of nobody who could be let in.

    ``reason`` is ``"person"`` (a legal person without anybody who acts for it),
    ``"organisation"`` (nothing says which) or ``"uid"`` (a company without valid UID).
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Reading:
    """What claims say: the identity, and what in them could not be used."""

    identite: Identite
    warnings: tuple[Warning, ...] = ()


def session_index_key(kind: str, issuer: str, identifier: str) -> str:
    """Under which the sessions of a subject (``"sub"``) or of one ``"sid"`` are found."""
    return hashlib.sha256("\0".join((kind, issuer, identifier)).encode()).hexdigest()


def merged(id_token: Claims, userinfo: Claims) -> Claims:
    """The claims of one login: userinfo has the newer ones, the token the protocol's."""
    others = {
        name: value for name, value in userinfo.items() if name not in PROTOCOL_CLAIMS
    }
    return id_token | others


def identity_of(mapping: Mapping, issuer: str, claims: Claims, today: date) -> Reading:
    """Read an identity out of the (verified) claims of one login.

    :raises UnusableIdentity: nobody can be let in with them
    """
    reader = _Reader(mapping, claims, today)
    account_type = reader.choice("account_type", {"natural", "legal"})
    level = reader.choice("level", {"verified"})
    verified = level == "verified" and not reader.unknown("account_type")
    given_name, family_name = reader.text("given_name"), reader.text("family_name")
    organisation = None
    kind = AccountType.PERSONNE
    if account_type == "legal":
        if not (given_name or family_name):
            raise UnusableIdentity("person")
        organisation, kind = reader.organisation()
    identite = Identite(
        issuer=issuer,
        subject=str(claims.get("sub", "")),
        account_type=kind,
        level=Level.VERIFIED if verified else Level.DECLARED,
        given_name=given_name,
        family_name=family_name,
        birthdate=reader.birthdate(),
        sex=reader.choice("sex", {"f", "m"}),
        avs=reader.number("avs", ssn),
        email=reader.email(),
        phone=reader.text("phone"),
        organisation=organisation,
        mandate=reader.text("mandate"),
        acr=_text(claims.get("acr")),
        auth_time=_moment(claims.get("auth_time")),
        sid=_text(claims.get("sid")),
    )
    return Reading(identite, tuple(reader.warnings))


class _Reader:
    """Reads fields and collects what cannot be used."""

    def __init__(self, mapping: Mapping, claims: Claims, today: date) -> None:
        self.mapping = mapping
        self.claims = claims
        self.today = today
        self.warnings: list[Warning] = []

    def unknown(self, name: str) -> bool:
        return Warning(name, Problem.UNKNOWN_VALUE) in self.warnings

    def value(self, name: str) -> Any:
        rule = self.mapping.get(name)
        return None if rule is None else read(rule, self.claims)

    def text(self, name: str) -> str:
        value = self.value(name)
        text = _text(value)
        if value not in (None, "") and not text:
            self._warn(name, Problem.NOT_VALID)
        return text

    def choice(self, name: str, known: set[str]) -> str:
        value = self.value(name)
        if value is None or value == "":
            return ""
        for result, values in self.mapping[name].values.items():
            if result in known and any(_same(value, other) for other in values):
                return result
        # What is no « yes » to the one question about the level is a « no ».
        if not (name == "level" and value is False):
            self._warn(name, Problem.UNKNOWN_VALUE)
        return ""

    def number(self, name: str, kind) -> str:
        text = self.text(name)
        if not text:
            return ""
        try:
            return kind.compact(kind.validate(text))
        except ValidationError:
            self._warn(name, Problem.NOT_VALID)
            return ""

    def email(self) -> str:
        text = self.text("email")
        if text and not (text.count("@") == 1 and " " not in text and len(text) < 255):
            self._warn("email", Problem.NOT_VALID)
            return ""
        return text

    def birthdate(self) -> date | None:
        text = self.text("birthdate")
        if not text:
            return None
        for pattern in self.mapping["birthdate"].formats:
            try:
                day = datetime.strptime(text, pattern).date()
            except ValueError:
                continue
            if date(1880, 1, 1) < day <= self.today:
                return day
        self._warn("birthdate", Problem.NOT_VALID)
        return None

    def organisation(self) -> tuple[Organisation, AccountType]:
        number = self.number("organisation.uid", uid)
        id_ = self.text("organisation.id") or number
        if not id_:
            raise UnusableIdentity("organisation")
        kind = self.choice("organisation.kind", {"company", "association"})
        if not kind:
            kind = "company" if number else "association"
        if kind == "company" and not number:
            raise UnusableIdentity("uid")
        name = self.text("organisation.name") or number or id_
        return (
            Organisation(id=id_, name=name, uid=number),
            AccountType.ENTREPRISE if kind == "company" else AccountType.ASSOCIATION,
        )

    def _warn(self, name: str, problem: Problem) -> None:
        self.warnings.append(Warning(name, problem))


def _same(value: Any, other: Any) -> bool:
    # In Python True == 1: the number one is no « yes » of a provider.
    return type(value) is type(other) and value == other


def _text(value: Any) -> str:
    # Keycloak makes a list of an attribute that has one value.
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if not isinstance(value, str) or len(value) > 250 or not value.isprintable():
        return ""
    return value.strip()


def _moment(value: Any) -> datetime | None:
    if type(value) is not int or not 0 < value < 2**33:
        return None
    return datetime.fromtimestamp(value, timezone.utc)
