"""The report of an import as a table for a spreadsheet."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.cellules import garder
from carouge.guichet.facture import import_labels
from carouge.guichet.facture.importation import LigneRapport
from collections.abc import Callable
from collections.abc import Iterable

import csv
import io


TITRES = (
    _("Line"),
    _("Régie"),
    _("Invoice"),
    _("What became of it"),
    _("Why"),
)


def rapport_csv(lignes: Iterable[LigneRapport], dire: Callable) -> bytes:
    """UTF-8 with a byte order mark, semicolons; ``dire`` translates a message."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow([dire(title) for title in TITRES])
    for ligne in lignes:
        writer.writerow(
            [
                ligne.rang,
                garder(ligne.regie),
                garder(ligne.numero),
                dire(import_labels.SORTS[ligne.sort]),
                garder(dire(import_labels.raison(ligne))) if ligne.raison else "",
            ]
        )
    return text.getvalue().encode("utf-8-sig", "replace")
