"""What is typed at the desk of the cashier, read; pure Python."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from datetime import datetime
from enum import Enum

import re


#: Longest text that is searched for; a scanned QR-bill has at most 997 characters.
MAX_RECHERCHE = 1200

# The lines of a Swiss QR code (IG QR-bill 2.3, 4.2.2): where its reference stands.
_ENTETE = "SPC"
_LIGNE_REFERENCE = 28

_REFERENCE = re.compile(r"(?<![0-9])[0-9]{27}(?![0-9])")
_JOUR_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_JOUR = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")


class Genre(str, Enum):
    """What a text that is searched for may be."""

    RIEN = "rien"
    REFERENCE = "reference"
    #: A number of an invoice, of a debtor, of a demande, or the uid of a payment.
    NUMERO = "numero"
    #: A scanned code that has no QR reference.
    SCAN_INCONNU = "scan_inconnu"


@dataclass(frozen=True)
class Recherche:
    """A text that is searched for; ``valeur`` holds nothing of a scan but its reference."""

    genre: Genre
    valeur: str = ""


def lire_recherche(texte: str) -> Recherche:
    """What somebody has typed, or a hand scanner, into the field of the search."""
    texte = texte[:MAX_RECHERCHE].replace("\x00", "").strip()
    if not texte:
        return Recherche(Genre.RIEN)
    if texte.startswith(_ENTETE) and len(texte) > 40:
        reference = _reference_du_scan(texte)
        if not reference:
            return Recherche(Genre.SCAN_INCONNU)
        return Recherche(Genre.REFERENCE, reference)
    digits = "".join(texte.split())
    if digits.isascii() and digits.isdigit() and len(digits) == 27:
        return Recherche(Genre.REFERENCE, digits)
    return Recherche(Genre.NUMERO, " ".join(texte.split())[:200])


def _reference_du_scan(texte: str) -> str:
    lignes = texte.splitlines()
    if len(lignes) > _LIGNE_REFERENCE:
        found = _REFERENCE.fullmatch(lignes[_LIGNE_REFERENCE].strip())
        if found:
            return found[0]
    # There are scanners that send no line ends, or each of them twice.
    found = _REFERENCE.search(texte)
    return found[0] if found else ""


def lire_jour(texte: str) -> date | None:
    """``2026-11-23`` or ``23.11.2026``; None for anything else."""
    texte = texte.strip()
    try:
        if _JOUR_ISO.fullmatch(texte):
            return date.fromisoformat(texte)
        found = _JOUR.fullmatch(texte)
        if found:
            day, month, year = map(int, found.groups())
            return date(year, month, day)
    except ValueError:
        return None
    return None


def jour_iso(moment: datetime | date | None) -> str:
    """For ``datetime`` attributes; empty for None."""
    return "" if moment is None else moment.isoformat()
