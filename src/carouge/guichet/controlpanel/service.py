"""The door to the settings."""

from carouge.guichet.controlpanel.interfaces import days_of
from carouge.guichet.controlpanel.interfaces import IGuichetSettings
from carouge.guichet.controlpanel.interfaces import PREFIX
from dataclasses import dataclass
from plone import api
from plone.registry.interfaces import IRegistry
from zope.component import getUtility

import os


@dataclass(frozen=True)
class Contact:
    """How to reach the counter; empty strings where nothing is set."""

    commune: str
    adresse: str
    telephone: str
    courriel: str
    horaires: tuple[str, ...]

    @property
    def empty(self) -> bool:
        return not (self.adresse or self.telephone or self.courriel or self.horaires)


def contact() -> Contact:
    """The contact block of the counter."""
    values = _settings()
    return Contact(
        commune=values.commune or "",
        adresse=values.adresse or "",
        telephone=values.telephone or "",
        courriel=values.courriel or "",
        horaires=tuple(
            line.strip()
            for line in (values.horaires or "").splitlines()
            if line.strip()
        ),
    )


def sender() -> tuple[str, str]:
    """Name and no-reply address automatic mails come from.

    The address is empty when neither the guichet nor the site has one.
    """
    values = _settings()
    address = values.expediteur or api.portal.get_registry_record(
        "plone.email_from_address", default=""
    )
    name = values.commune or api.portal.get_registry_record(
        "plone.email_from_name", default=""
    )
    return name or "", address or ""


def public_address() -> str | None:
    """Address of the guichet for links in mails, without slash at the end, if set."""
    address = _settings().adresse_publique
    return address.rstrip("/") if address else None


def colleagues_share() -> bool:
    """Whether all who act for an organisation with a verified UID see its demandes."""
    return bool(_settings().collegues_partagent)


def schools() -> tuple[str, ...]:
    """The schools a child may go to; empty when the name is typed."""
    return _lines(_settings().ecoles)


def streets() -> tuple[str, ...]:
    """The streets of the commune; empty when the webmaster has not listed them."""
    return _lines(_settings().rues)


def sms_gateway() -> str:
    """Address text messages are posted to; empty when there is none."""
    return os.environ.get("GUICHET_SMS_URL", "").strip() or (
        _settings().passerelle_sms or ""
    )


def envelope_window() -> str:
    """Where the window of the envelopes is: ``droite`` or ``gauche``."""
    return _settings().fenetre or "droite"


def local_accounts() -> bool:
    """Whether citizens may open and use accounts of the commune's own."""
    return bool(_settings().comptes_locaux)


def draft_days() -> int:
    """How many days after the last save a brouillon of a compte is deleted."""
    return _settings().brouillons_jours or 100


def browser_draft_days() -> int:
    """The same for one of somebody who is not logged in."""
    return _settings().brouillons_navigateur_jours or 7


def reminder_days() -> tuple[int, ...]:
    """After how many days a citizen is reminded of what is awaited; empty: never."""
    return days_of(_settings().rappels_jours)


def piece_reminder_days() -> int | None:
    """After how many working days a citizen is reminded of what he has announced;
    None: never."""
    return _settings().rappel_pieces_jours or None


def archive_days() -> int | None:
    """After how many days what is over is put away; None: never."""
    return _settings().archives_jours or None


def _lines(text: str | None) -> tuple[str, ...]:
    lines = (line.strip() for line in (text or "").splitlines())
    return tuple(dict.fromkeys(line for line in lines if line))


def _settings():
    return getUtility(IRegistry).forInterface(
        IGuichetSettings, prefix=PREFIX, check=False
    )
