"""The list of transactions that Datatrans exports as CSV; there is no API for it.

Columns by their names, in any order: ``transactionId`` and ``status`` must be there,
``refno``, ``amount`` (francs), ``currency`` and ``type`` (``credit`` for what went back)
may be. Comma, semicolon or tabulator; UTF-8.
"""

from __future__ import annotations

from carouge.guichet.money import read_amount
from carouge.guichet.paiement.datatrans_lecture import REFERENCE
from carouge.guichet.paiement.datatrans_lecture import STATUTS
from carouge.guichet.paiement.domain import LigneDuPrestataire
from carouge.guichet.paiement.domain import ListeIllisible
from carouge.guichet.paiement.domain import Statut

import csv
import io


#: Characters; a year of a large town is far below.
MAX_TEXTE = 64 * 2**20


def lire_liste(corps: bytes) -> list[LigneDuPrestataire]:
    """The lines of the file, in its order.

    :raises ListeIllisible: it is no such file; nothing of it is taken
    """
    if len(corps) > MAX_TEXTE:
        raise ListeIllisible("Le fichier est trop grand.")
    try:
        texte = corps.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ListeIllisible("Le fichier n'est pas en UTF-8.") from None
    head = texte.partition("\n")[0]
    delimiter = max(";,\t", key=head.count)
    try:
        rows = [*csv.reader(io.StringIO(texte), delimiter=delimiter, strict=True)]
    except csv.Error:
        raise ListeIllisible("Le fichier n'est pas un CSV.") from None
    names = [_nom(name) for name in rows[0]] if rows else []
    for needed, title in (("transactionid", "transactionId"), ("status", "status")):
        if needed not in names:
            raise ListeIllisible(f"La colonne « {title} » manque.")
    return [
        _ligne(number, dict(zip(names, row, strict=False)))
        for number, row in enumerate(rows[1:], start=2)
        if any(cell.strip() for cell in row)
    ]


def _ligne(number: int, values: dict[str, str]) -> LigneDuPrestataire:
    reference = values.get("transactionid", "").strip()
    if not REFERENCE.fullmatch(reference):
        raise ListeIllisible(f"Ligne {number} : pas de numéro de transaction.")
    status = values.get("status", "").strip().lower()
    return LigneDuPrestataire(
        reference=reference,
        marchand=values.get("refno", "").strip(),
        centimes=_centimes(number, values.get("amount", "")),
        devise=values.get("currency", "").strip().upper(),
        statut=STATUTS.get(status, Statut.INCONNU),
        renvoi=values.get("type", "").strip().lower() == "credit",
    )


def _centimes(number: int, text: str) -> int:
    """An amount in francs; 0 without one: then the provider is asked."""
    text = text.strip()
    if not text:
        return 0
    # What went back may have a minus.
    francs = read_amount(text.removeprefix("-"))
    if francs is None:
        raise ListeIllisible(f"Ligne {number} : « {text[:40]} » n'est pas un montant.")
    return int(francs * 100) * (-1 if text.startswith("-") else 1)


def _nom(text: str) -> str:
    return "".join(text.lower().split()).replace("_", "").replace("-", "")
