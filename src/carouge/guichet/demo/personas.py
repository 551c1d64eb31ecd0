"""The people who have an account with the demonstration's identity provider."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import NAMESPACE_URL
from uuid import uuid5


#: The code that every text message of the identity provider holds.
SMS_CODE = "424242"

#: What an account has proved of its person (the scale of AGOV, in whose terms the
#: canton's levels are understood): declared by himself, checked by a letter.
ACR_DECLARED = "urn:qa.agov.ch:names:tc:ac:classes:100"
ACR_VERIFIED = "urn:qa.agov.ch:names:tc:ac:classes:200"

# Opaque identifiers of persons and organisations are made of their names in here.
_REALM = "https://edemarches.demo.example/"


@dataclass(frozen=True)
class Organisation:
    """Something a person can act for; ``uid`` is empty when it has none.

    ``kind`` is ``"company"`` or ``"association"``.
    """

    name: str
    kind: str
    uid: str = ""

    @property
    def id(self) -> str:
        """The identity provider's own identifier."""
        return f"O-{uuid5(NAMESPACE_URL, _REALM + self.name)}"


@dataclass(frozen=True)
class Persona:
    """One account: a person, what is proved of him, whom he can act for.

    ``gender`` is ``"female"`` or ``"male"``; ``avs`` is empty when the canton does not
    tell it. ``private`` says whether the account may also be used for oneself.
    ``who`` says in French who this is.
    """

    email: str
    given_name: str
    family_name: str
    birthdate: date
    gender: str
    phone: str
    verified: bool
    who: str
    avs: str = ""
    organisations: tuple[Organisation, ...] = ()
    private: bool = True

    @property
    def sub(self) -> str:
        """The opaque subject; it never changes, whatever the e-mail address does."""
        return f"G-{uuid5(NAMESPACE_URL, _REALM + self.email)}"

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    @property
    def acr(self) -> str:
        return ACR_VERIFIED if self.verified else ACR_DECLARED

    @property
    def choices(self) -> tuple[Organisation | None, ...]:
        """In whose name the person can act; None is herself."""
        return (*self.organisations, None) if self.private else self.organisations

    def acting_for(self, organisation_id: str) -> Organisation | None:
        """Return the choice with this id, "" for oneself; KeyError for another one."""
        for choice in self.choices:
            if organisation_id == (choice.id if choice else ""):
                return choice
        raise KeyError(organisation_id)

    def claims(self, organisation: Organisation | None) -> dict[str, object]:
        """Return what the canton says of the person who acts for ``organisation``."""
        claims: dict[str, object] = {
            "sub": self.sub,
            "name": self.name,
            "given_name": self.given_name,
            "family_name": self.family_name,
            "birthdate": self.birthdate.isoformat(),
            "gender": self.gender,
            "email": self.email,
            "email_verified": True,
            "phone_number": self.phone,
            "account_type": "legal" if organisation else "natural",
            "verified": self.verified,
        }
        if self.avs:
            claims["avs"] = self.avs
        if organisation:
            claims["organisation"] = {
                "id": organisation.id,
                "name": organisation.name,
                "kind": organisation.kind,
            }
            if organisation.uid:
                claims["organisation"] |= {"uid": organisation.uid}
        return claims


BOULANGERIE = Organisation(
    "Boulangerie du Rondeau Sàrl", "company", uid="CHE-107.482.617"
)
CHOEUR = Organisation("Chœur du Vieux-Carouge", "association")

RESIDENT = Persona(
    email="resident@demo.example",
    given_name="Camille",
    family_name="Rochat",
    birthdate=date(1986, 4, 12),
    gender="female",
    phone="+41790000101",
    verified=True,
    avs="756.1234.5678.97",
    who="compte vérifié, habite Carouge avec son foyer",
)
NONRESIDENT = Persona(
    email="nonresident@demo.example",
    given_name="Marc",
    family_name="Dubois",
    birthdate=date(1979, 1, 23),
    gender="male",
    phone="+41790000102",
    verified=True,
    avs="756.2314.5017.87",
    who="compte vérifié, habite Lancy",
)
NONVERIFIE = Persona(
    email="nonverifie@demo.example",
    given_name="Sofia",
    family_name="Moreno",
    birthdate=date(1992, 7, 15),
    gender="female",
    phone="+41790000103",
    verified=False,
    who="compte simple, identité non vérifiée",
)
HOMONYME = Persona(
    email="homonyme@demo.example",
    given_name="Jean",
    family_name="Martin",
    birthdate=date(1975, 5, 5),
    gender="male",
    phone="+41790000104",
    verified=True,
    who="compte vérifié, le registre connaît deux personnes de ce nom",
)
ENTREPRISE = Persona(
    email="entreprise@demo.example",
    given_name="Laura",
    family_name="Keller",
    birthdate=date(1981, 9, 2),
    gender="female",
    phone="+41790000105",
    verified=True,
    avs="756.4509.3821.71",
    organisations=(BOULANGERIE,),
    who="agit pour la Boulangerie du Rondeau Sàrl, ou pour elle-même",
)
ASSOCIATION = Persona(
    email="association@demo.example",
    given_name="Yann",
    family_name="Pittet",
    birthdate=date(1990, 12, 18),
    gender="male",
    phone="+41790000106",
    verified=True,
    avs="756.7981.2034.53",
    organisations=(CHOEUR,),
    private=False,
    who="agit pour l’association Chœur du Vieux-Carouge",
)

PERSONAS = (RESIDENT, NONRESIDENT, NONVERIFIE, HOMONYME, ENTREPRISE, ASSOCIATION)


def find(email: str) -> Persona | None:
    """Return the account with this e-mail address, however it is written, or None."""
    wanted = email.strip().casefold()
    return next((persona for persona in PERSONAS if persona.email == wanted), None)
