"""Files of rows: CSV for Excel, XLSX, JSON. Rows come one by one and are not kept."""

from __future__ import annotations

from carouge.guichet.cellules import est_dangereux
from carouge.guichet.cellules import garder
from carouge.guichet.cellules import pour_excel
from carouge.guichet.swisstime import format_date
from collections.abc import Sequence
from datetime import date
from datetime import datetime
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from typing import BinaryIO

import csv
import io
import json
import re


#: Of a title, in Excel.
MAX_FEUILLE = 31


class EcrivainCsv:
    """UTF-8 with a byte order mark, semicolons: as Excel opens it in Switzerland."""

    def __init__(self, stream: BinaryIO, titres: Sequence[str]) -> None:
        self._text = io.TextIOWrapper(
            stream, "utf-8-sig", errors="replace", newline="", write_through=True
        )
        self._writer = csv.writer(self._text, delimiter=";")
        self._writer.writerow([garder(titre) for titre in titres])

    def ligne(self, valeurs: Sequence) -> None:
        self._writer.writerow([_en_csv(valeur) for valeur in valeurs])

    def fin(self) -> None:
        self._text.flush()
        self._text.detach()


class EcrivainXlsx:
    """One sheet; rows leave for a temporary file as they come."""

    def __init__(self, stream: BinaryIO, titres: Sequence[str], feuille: str) -> None:
        self._stream = stream
        self._book = Workbook(write_only=True)
        self._sheet = self._book.create_sheet(_nom_de_feuille(feuille))
        self._sheet.freeze_panes = "B2"
        bold = Font(bold=True)
        header = [_en_xlsx(self._sheet, titre) for titre in titres]
        for cell in header:
            cell.font = bold
        self._sheet.append(header)

    def ligne(self, valeurs: Sequence) -> None:
        self._sheet.append([_en_xlsx(self._sheet, valeur) for valeur in valeurs])

    def fin(self) -> None:
        self._book.save(self._stream)


class EcrivainJson:
    """An array of objects, or one object per line."""

    def __init__(self, stream: BinaryIO, par_lignes: bool = False) -> None:
        self._stream = stream
        self._par_lignes = par_lignes
        self._first = True
        if not par_lignes:
            stream.write(b"[")

    def ligne(self, objet: dict) -> None:
        text = json.dumps(objet, ensure_ascii=False, default=_en_json)
        if not self._par_lignes:
            self._stream.write(b"\n" if self._first else b",\n")
        self._stream.write(text.encode("utf-8", "replace"))
        if self._par_lignes:
            self._stream.write(b"\n")
        self._first = False

    def fin(self) -> None:
        if not self._par_lignes:
            self._stream.write(b"\n]\n")


def _en_csv(valeur) -> str:
    if valeur is None:
        return ""
    if isinstance(valeur, datetime):
        return f"{format_date(valeur)} {valeur:%H:%M}"
    if isinstance(valeur, date):
        return format_date(valeur)
    if isinstance(valeur, bool) or not isinstance(valeur, (int, float)):
        return garder(str(valeur))
    if isinstance(valeur, float):
        return f"{valeur:.2f}"
    return str(valeur)


def _en_xlsx(sheet, valeur) -> WriteOnlyCell:
    if not isinstance(valeur, str):
        cell = WriteOnlyCell(sheet, value=valeur)
        if isinstance(valeur, datetime):
            cell.number_format = "DD.MM.YYYY HH:MM"
        elif isinstance(valeur, date):
            cell.number_format = "DD.MM.YYYY"
        elif isinstance(valeur, float):
            cell.number_format = "0.00"
        return cell
    cell = WriteOnlyCell(sheet)
    text = pour_excel(valeur)
    if not text:
        return cell
    # Given as a value, what begins with « = » would be taken for a formula.
    cell._value = text
    cell.data_type = "s"
    if est_dangereux(text):
        # Text it stays when somebody edits the cell.
        cell.quotePrefix = True
    return cell


def _en_json(valeur):
    if isinstance(valeur, (date, datetime)):
        return valeur.isoformat()
    return str(valeur)


def _nom_de_feuille(titre: str) -> str:
    name = re.sub(r"[\[\]:*?/\\]", " ", pour_excel(titre)).strip().strip("'")
    return name[:MAX_FEUILLE] or "Demandes"
