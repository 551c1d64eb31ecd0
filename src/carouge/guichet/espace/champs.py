"""What a form of the espace shows: fields, locked values, sections."""

from __future__ import annotations

from carouge.guichet.compte.content import Compte
from carouge.guichet.compte.domain import AccountType
from carouge.guichet.compte.domain import ADDRESS_FACTS
from carouge.guichet.compte.domain import Fact
from carouge.guichet.compte.domain import ORGANISATION_FACTS
from carouge.guichet.compte.domain import PERSON_FACTS
from carouge.guichet.compte.domain import Source
from carouge.guichet.compte.labels import FACT_LABELS
from carouge.guichet.compte.labels import SEX_LABELS
from carouge.guichet.compte.labels import source_text
from carouge.guichet.compte.saisie import format_fact
from carouge.guichet.compte.saisie import MAX_LENGTH
from carouge.guichet.compte.saisie import MAX_LENGTHS
from carouge.guichet.espace.labels import CHOOSE
from carouge.guichet.espace.labels import FACT_HELP
from carouge.guichet.espace.labels import SECTION_LABELS
from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass

import hashlib
import re


# What the browser may know of a field (WCAG 1.3.5, HTML 4.10.18.7).
AUTOCOMPLETE = {
    "prenom": "given-name",
    "nom": "family-name",
    "date_naissance": "bday",
    "sexe": "sex",
    "raison_sociale": "organization",
    "rue": "address-line1",
    "complement": "address-line2",
    "npa": "postal-code",
    "localite": "address-level2",
    "telephone": "tel",
    "courriel": "email",
}

_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")

INPUTMODE = {"npa": "numeric", "avs": "numeric", "telephone": "tel"}


@dataclass(frozen=True)
class Option:
    """One answer to choose."""

    value: str
    label: object
    selected: bool


@dataclass(frozen=True)
class Champ:
    """One field of a form, or one locked value in its place.

    ``kind`` is ``text``, ``date``, ``select`` or ``locked``. Labels, help, error and
    source are messages. ``correction`` is the address of « This is not right », empty
    when there is no such way.
    """

    id: str
    name: str
    label: object
    value: str
    kind: str = "text"
    help: object = None
    error: object = None
    required: bool = False
    maxlength: int = MAX_LENGTH
    autocomplete: str = "off"
    inputmode: str | None = None
    options: tuple[Option, ...] = ()
    source: object = None
    correction: str = ""
    cantonal: bool = False

    @property
    def locked(self) -> bool:
        return self.kind == "locked"

    @property
    def input_type(self) -> str:
        """A browser's date field shows nothing of a text that is no date."""
        if self.kind == "date" and (not self.value or _ISO_DAY.fullmatch(self.value)):
            return "date"
        return "text"

    @property
    def described_by(self) -> str | None:
        ids = []
        if self.help:
            ids.append(f"aide-{self.id}")
        if self.error:
            ids.append(f"erreur-{self.id}")
        return " ".join(ids) or None


@dataclass(frozen=True)
class Section:
    """A part of the page with a form of its own."""

    name: str
    title: object
    champs: tuple[Champ, ...]
    version: str
    notice: object = None

    @property
    def id(self) -> str:
        return f"section-{self.name}"

    @property
    def writable(self) -> bool:
        return any(not champ.locked for champ in self.champs)


def section_names(compte: Compte) -> dict[str, tuple[str, ...]]:
    """The facts of each section of a compte, in the order of the page."""
    if compte.account_type is AccountType.PERSONNE:
        return {
            "identite": PERSON_FACTS,
            "adresse": ADDRESS_FACTS,
            "contact": ("telephone", "iban"),
        }
    known = tuple(
        name
        for name in PERSON_FACTS
        if name in ("prenom", "nom") or compte.fact(name) is not None
    )
    return {
        "organisation": ORGANISATION_FACTS,
        "adresse": ADDRESS_FACTS,
        "contact": ("telephone", "iban"),
        "identite": known,
    }


def version_of(compte: Compte, names: tuple[str, ...]) -> str:
    """Changes with each change of these facts; tells two open tabs apart."""
    text = "\0".join(f"{name}={compte.value(name)}" for name in names)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def section_title(compte: Compte, name: str):
    """The heading of a section; an organisation's is called otherwise."""
    if compte.organisation is not None:
        return SECTION_LABELS.get(f"organisation.{name}") or SECTION_LABELS[name]
    return SECTION_LABELS[name]


def champs_of(
    compte: Compte,
    names: tuple[str, ...],
    *,
    language: str,
    correction: Callable[[str], str],
    editable: bool,
    typed: Mapping[str, str],
    errors: Mapping[str, object],
) -> tuple[Champ, ...]:
    """The fields of a section.

    ``correction`` gives the address of a request for correction; ``typed`` and
    ``errors`` (messages) come from a form that was not taken.
    """
    champs = []
    for name in names:
        fact = compte.fact(name)
        if (fact is not None and fact.locked) or not editable:
            champs.append(_locked(name, fact, language, correction))
        else:
            champs.append(_open(name, fact, language, typed, errors))
    return tuple(champs)


def _locked(
    name: str, fact: Fact | None, language: str, correction: Callable[[str], str]
) -> Champ:
    source = fact.source if fact is not None else None
    register = source is Source.REGISTRE
    return Champ(
        id=f"compte-{name}",
        name=name,
        label=FACT_LABELS[name],
        value=shown(fact) if fact is not None else "",
        kind="locked",
        source=source_text(fact, language) if fact is not None else None,
        correction=correction(name) if register else "",
        cantonal=source is Source.EDEMARCHES,
    )


def _open(
    name: str,
    fact: Fact | None,
    language: str,
    typed: Mapping[str, str],
    errors: Mapping[str, object],
) -> Champ:
    present = fact.value if fact is not None else ""
    value = typed.get(name, present if name in DATES else format_fact(name, present))
    options: tuple[Option, ...] = ()
    if name == "sexe":
        options = sex_options(value)
    foreign = fact is not None and fact.source is not Source.DECLARE
    return Champ(
        id=f"compte-{name}",
        name=name,
        label=FACT_LABELS[name],
        value=value,
        kind="select" if options else "date" if name in DATES else "text",
        help=FACT_HELP.get(name),
        error=errors.get(name),
        maxlength=MAX_LENGTHS.get(name, MAX_LENGTH),
        autocomplete=AUTOCOMPLETE.get(name, "off"),
        inputmode=INPUTMODE.get(name),
        options=options,
        source=source_text(fact, language) if foreign else None,
    )


DATES = frozenset({"date_naissance"})


def sex_options(value: str) -> tuple[Option, ...]:
    """The answers to the question of the sex, the empty one first."""
    return (
        Option("", CHOOSE, not value),
        *(Option(key, label, key == value) for key, label in SEX_LABELS.items()),
    )


def shown(fact: Fact):
    """A fact as people read it: text or message."""
    if fact.name == "sexe":
        return SEX_LABELS.get(fact.value, fact.value)
    return format_fact(fact.name, fact.value)
