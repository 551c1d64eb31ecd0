"""What we keep of a usager between visits, in pure Python."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from datetime import datetime
from enum import Enum
from enum import IntEnum

import hashlib


class DomainError(ValueError):
    """A rule of the comptes was broken; the text is for the log, not for the screen."""


class LockedFact(DomainError):
    """Somebody tried to change a fact that a source other than the person holds.

    ``names`` are the names of the facts.
    """

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(", ".join(names))
        self.names = names


class Level(IntEnum):
    """How well an identity is established; a higher level includes the lower ones."""

    ANONYMOUS = 0
    DECLARED = 1
    VERIFIED = 2


class AccountType(str, Enum):
    """In whose name an account acts."""

    PERSONNE = "personne"
    ENTREPRISE = "entreprise"
    ASSOCIATION = "association"


# --- who logged in --------------------------------------------------------------


def _digest(*parts: str) -> str:
    # A separator no identifier contains: two different keys never join to one text.
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]


@dataclass(frozen=True)
class Organisation:
    """A company or an association in whose name somebody acts.

    ``uid`` is the compact UID (``CHE123456788``; OIDE art. 5, RS 431.031), checked, or
    empty; ``id`` is the provider's own identifier of it, opaque.
    """

    id: str
    name: str
    uid: str = ""


@dataclass(frozen=True)
class Identite:
    """What one login proves about a person; nothing in it was typed by hand here.

    ``sex`` is ``"f"``, ``"m"`` or empty, ``avs`` 13 digits or empty. ``auth_time`` is
    the moment of the last proof, timezone-aware; ``sid`` the provider's session.
    """

    issuer: str
    subject: str
    account_type: AccountType
    level: Level
    given_name: str = ""
    family_name: str = ""
    birthdate: date | None = None
    sex: str = ""
    avs: str = ""
    email: str = ""
    phone: str = ""
    organisation: Organisation | None = None
    mandate: str = ""
    acr: str = ""
    auth_time: datetime | None = None
    sid: str = ""


def compte_id(issuer: str, subject: str, organisation_id: str = "") -> str:
    """The id of a compte, as a Plone user id: one per provider, person, organisation.

    Never derived from an e-mail: two people may share one, and one may change it.
    """
    return "ge-" + _digest(issuer, subject, organisation_id)


def organisation_principal(issuer: str, organisation: Organisation) -> str:
    """The group id of an organisation: all who act for it have it."""
    if organisation.uid:
        return f"org-{organisation.uid}"
    return "org-" + _digest(issuer, organisation.id)


# --- facts ----------------------------------------------------------------------


class Source(str, Enum):
    """Who says so, the most trusted first."""

    REGISTRE = "registre"
    EDEMARCHES = "edemarches"
    DECLARE = "declare"


@dataclass(frozen=True)
class Fact:
    """One value of the profile: ``value`` is text (dates in ISO form, never empty).

    ``at`` is when the source said so, timezone-aware.
    """

    name: str
    value: str
    source: Source
    at: datetime

    @property
    def locked(self) -> bool:
        """True when the person may not change it here."""
        return self.source is not Source.DECLARE and self.name not in OWN_FACTS


#: Facts of a natural person, in the order of the screen.
PERSON_FACTS = (
    "prenom",
    "nom",
    "nom_naissance",
    "date_naissance",
    "sexe",
    "nationalite",
    "etat_civil",
    "avs",
)

#: Facts of an organisation.
ORGANISATION_FACTS = ("raison_sociale", "ide")

ADDRESS_FACTS = ("rue", "numero", "complement", "npa", "localite")

CONTACT_FACTS = ("courriel", "telephone", "iban")

#: Every fact a compte can hold.
FACTS = PERSON_FACTS + ORGANISATION_FACTS + ADDRESS_FACTS + CONTACT_FACTS

#: Facts that stay the person's own, whoever gave the first value.
OWN_FACTS = frozenset(CONTACT_FACTS)


def sources_of(name: str) -> tuple[Source, ...]:
    """The sources of a fact, the one that counts most first."""
    sources = tuple(Source)
    return sources[::-1] if name in OWN_FACTS else sources


# --- foyer ----------------------------------------------------------------------


class Role(str, Enum):
    """What somebody is in the household."""

    ADULTE = "adulte"
    ENFANT = "enfant"


@dataclass(frozen=True)
class Membre:
    """Somebody of the household.

    ``id`` is random and never reused. A membre whose ``source`` is the register has
    locked names, birth date, sex and role; school, class (``classe``) and
    ``representant`` (the compte's holder represents this person by law) stay the
    holder's to say.
    """

    id: str
    role: Role
    prenom: str
    nom: str
    date_naissance: date | None
    sexe: str = ""
    ecole: str = ""
    classe: str = ""
    representant: bool = False
    source: Source = Source.DECLARE
    at: datetime | None = None
    registre_id: str = ""

    @property
    def locked(self) -> bool:
        return self.source is Source.REGISTRE

    @property
    def nom_complet(self) -> str:
        return f"{self.prenom} {self.nom}".strip()


#: What a form can take of the household member concerned, prefixed by ``membre.``.
MEMBRE_FACTS = ("prenom", "nom", "date_naissance", "sexe", "ecole", "classe")


# --- preferences ----------------------------------------------------------------


class Canal(str, Enum):
    """How the person wants to be told news."""

    COURRIEL = "courriel"
    SMS = "sms"
    TELEPHONE = "telephone"
    LETTRE = "lettre"


#: The languages the counter writes in.
LANGUES = ("fr", "de", "it", "en")


@dataclass(frozen=True)
class Attente:
    """An address that waits for the code sent there; see compte/verification.py.

    ``digest`` is empty once the code opens nothing any more; ``sent`` are the moments
    of the last codes, whatever their address.
    """

    address: str
    digest: str
    expires: datetime
    tries: int = 0
    sent: tuple[datetime, ...] = ()
