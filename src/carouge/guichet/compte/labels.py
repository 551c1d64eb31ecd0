"""The words for what a compte holds, the same on all pages and in REST."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.compte.domain import Canal
from carouge.guichet.compte.domain import Fact
from carouge.guichet.compte.domain import Role
from carouge.guichet.compte.domain import Source
from carouge.guichet.compte.saisie import MAX_LENGTH
from carouge.guichet.compte.saisie import MAX_LENGTHS
from carouge.guichet.compte.saisie import Problem
from carouge.guichet.registre.domain import Status
from carouge.guichet.swisstime import local_date
from datetime import date
from datetime import datetime
from zope.i18n.locales import locales


FACT_LABELS = {
    "prenom": _("First name"),
    "nom": _("Family name"),
    "nom_naissance": _("Name at birth"),
    "date_naissance": _("Date of birth"),
    "sexe": _("Sex"),
    "nationalite": _("Nationality"),
    "etat_civil": _("Marital status"),
    "avs": _("AVS number"),
    "raison_sociale": _("Name of the organisation"),
    "ide": _("UID number (IDE)"),
    "rue": _("Street"),
    "numero": _("House number"),
    "complement": _("Address supplement"),
    "npa": _("Postcode"),
    "localite": _("Town"),
    "courriel": _("E-mail address"),
    "telephone": _("Telephone number"),
    "iban": _("IBAN"),
}

MEMBRE_LABELS = {
    "role": _("This person is"),
    "prenom": _("First name"),
    "nom": _("Family name"),
    "date_naissance": _("Date of birth"),
    "sexe": _("Sex"),
    "ecole": _("School"),
    "classe": _("Class"),
    "representant": _("I am the legal representative of this person"),
}

SEX_LABELS = {"f": _("Female"), "m": _("Male")}

ROLE_LABELS = {Role.ADULTE: _("an adult"), Role.ENFANT: _("a child")}

CANAL_LABELS = {
    Canal.COURRIEL: _("E-mail"),
    Canal.SMS: _("SMS"),
    Canal.TELEPHONE: _("Telephone"),
    Canal.LETTRE: _("Letter"),
}

# A language is named in itself.
LANGUE_LABELS = {
    "fr": "Français",
    "de": "Deutsch",
    "it": "Italiano",
    "en": "English",
}

SOURCE_LABELS = {
    Source.REGISTRE: _("Residents' register"),
    Source.EDEMARCHES: _("e-démarches account"),
    Source.DECLARE: _("Your own indication"),
}

PROBLEM_LABELS = {
    Problem.REQUIRED: _("Please fill in this field."),
    Problem.CHARACTERS: _("This contains characters that cannot be kept."),
    Problem.NOT_TEXT: _("A text is expected here."),
    Problem.CHOICE: _("Please choose one of the answers."),
    Problem.DATE: _("This is no date. Write it like this: 8.3.2017."),
    Problem.DATE_FUTURE: _("This date lies in the future."),
    Problem.DATE_OLD: _("This date lies before 1900."),
    Problem.NPA: _("A Swiss postcode has 4 digits, for example 1227."),
    Problem.TELEPHONE: _(
        "This is no telephone number. Examples: 022 307 91 11, +33 4 50 12 34 56."
    ),
    Problem.MOBILE: _("This is no Swiss mobile number. Example: 079 123 45 67."),
    Problem.COURRIEL: _("This is no e-mail address. Example: prenom.nom@example.ch."),
    Problem.IBAN: _(
        "This IBAN contains an error. Please compare it with your bank card."
    ),
    Problem.QR_IBAN: _(
        "This is a QR-IBAN, which only takes payments of invoices. Please give the "
        "IBAN of the account."
    ),
    Problem.AVS: _(
        "This AVS number contains an error. It has 13 digits and begins with 756."
    ),
    Problem.IDE: _("This UID contains an error. Example: CHE-123.456.788."),
}

RESIDENCE_LABELS = {
    Status.RESIDENT: _("You are a resident of the commune."),
    Status.NOT_RESIDENT: _(
        "The residents' register does not know you as a resident of the commune."
    ),
    Status.AMBIGUOUS: _(
        "The residents' register does not tell for certain who you are. The counter "
        "can clear this up with you."
    ),
    Status.UNAVAILABLE: _(
        "The residents' register could not be asked. Nothing is wrong with your account."
    ),
    Status.NOT_CONFIGURED: _("This counter does not ask any residents' register."),
    None: _(
        "The residents' register has not been asked: this is done for verified "
        "accounts of natural persons only."
    ),
}


def problem_text(problem: Problem, name: str = ""):
    """Why a value of the field ``name`` cannot be taken, as a message."""
    if problem is Problem.TOO_LONG:
        return _(
            "This is too long: ${max} characters are possible.",
            mapping={"max": str(MAX_LENGTHS.get(name, MAX_LENGTH))},
        )
    return PROBLEM_LABELS[problem]


def long_date(moment: datetime | date, language: str) -> str:
    """``22 novembre 2026``, in the language of the page, by the counter's clock."""
    day = local_date(moment) if isinstance(moment, datetime) else moment
    text = locales.getLocale(language).dates.getFormatter("date", "long").format(day)
    return f"1er{text[1:]}" if language == "fr" and day.day == 1 else text


def source_text(fact: Fact, language: str):
    """Who says so since when: « Registre des habitants, le 22 novembre 2026 »."""
    return said_by(fact.source, fact.at, language)


def said_by(source: Source, at: datetime | None, language: str):
    """The same for anything with a source and a moment."""
    if at is None:
        return SOURCE_LABELS[source]
    return _(
        "${source}, ${date}",
        mapping={"source": SOURCE_LABELS[source], "date": long_date(at, language)},
    )
