"""Formula injection: what is guarded, what stays readable, what a file holds."""

from carouge.guichet.backoffice.exports.ecrivains import EcrivainCsv
from carouge.guichet.backoffice.exports.ecrivains import EcrivainJson
from carouge.guichet.backoffice.exports.ecrivains import EcrivainXlsx
from carouge.guichet.cellules import est_dangereux
from carouge.guichet.cellules import garder
from carouge.guichet.cellules import pour_excel
from datetime import date
from datetime import datetime
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

import csv
import io
import json
import pytest
import re


def ecrire_csv(stream, titres, lignes):
    _ecrire(EcrivainCsv(stream, titres), lignes)


def ecrire_xlsx(stream, titres, lignes, feuille):
    _ecrire(EcrivainXlsx(stream, titres, feuille), lignes)


def ecrire_json(stream, objets, par_lignes=False):
    _ecrire(EcrivainJson(stream, par_lignes), objets)


def _ecrire(ecrivain, lignes):
    for ligne in lignes:
        ecrivain.ligne(ligne)
    ecrivain.fin()


FORMULES = [
    "=cmd|'/c calc'!A1",
    '=HYPERLINK("http://evil.example","ici")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1:A9)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "\u200b=1+1",
    "\ufeff=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(1)",
    "﹦1+1",
    "−1+1",
    "\x00=1+1",
    "+41-79",
    "+41 79;=1+1",
    "+41 79 000 01 01 =1",
]


@pytest.mark.parametrize("texte", FORMULES)
def test_formulas_become_text(texte):
    assert garder(texte) == "'" + texte


@pytest.mark.parametrize(
    ("texte", "cellule"),
    [
        ("", ""),
        ("Rue Vautier 12", "Rue Vautier 12"),
        ("a=b", "a=b"),
        ("Jean-Luc", "Jean-Luc"),
        ("+41790000101", "+41 79 000 01 01"),
        ("+41 79 000 01 01", "+41 79 000 01 01"),
        ("+33612345678", "+33 6 12 34 56 78"),
        ("+33 6 12 34 56 78", "+33 6 12 34 56 78"),
        ("+33\u00a0612345678", "+33\u00a0612345678"),
        ("079 000 01 01", "079 000 01 01"),
    ],
)
def test_what_is_no_formula_stays_readable(texte, cellule):
    assert garder(texte) == cellule


@given(st.text())
def test_whatever_is_typed(texte):
    cellule = garder(texte)
    if cellule != texte and not cellule.startswith("'"):
        # A telephone number, the same digits.
        assert re.sub(r"\D", "", cellule) == re.sub(r"\D", "", texte)
    if est_dangereux(cellule):
        assert re.fullmatch(r"\+\d[\d \u00a0]*", cellule)
        assert " " in cellule or "\u00a0" in cellule
    assert cellule.removeprefix("'") == texte or not cellule.startswith("'")


@given(st.lists(st.lists(st.text(), min_size=2, max_size=2), max_size=5))
def test_a_csv_file_gives_back_what_went_in(lignes):
    stream = io.BytesIO()
    ecrire_csv(stream, ["Un", "Deux"], lignes)
    data = stream.getvalue()
    assert data.startswith(b"\xef\xbb\xbf")
    text = data.decode("utf-8-sig")
    found = list(csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True))
    assert found == [["Un", "Deux"]] + [[garder(c) for c in ligne] for ligne in lignes]


def test_a_csv_file_of_all_kinds():
    stream = io.BytesIO()
    ecrire_csv(
        stream,
        ["Numéro", "=Titre"],
        [["a;b", None], ['"x"', -5], [date(2026, 11, 3), 40.5], ["=1", True]],
    )
    assert stream.getvalue().decode("utf-8-sig") == (
        'Numéro;\'=Titre\r\n"a;b";\r\n"""x""";-5\r\n03.11.2026;40.50\r\n\'=1;True\r\n'
    )


def test_an_xlsx_file_holds_text_and_no_formula():
    stream = io.BytesIO()
    lignes = [
        [texte, -5, date(2026, 11, 3), datetime(2026, 11, 3, 14, 5), None]
        for texte in FORMULES
    ]
    ecrire_xlsx(stream, ["=Titre", "n", "jour", "heure", "rien"], lignes, "a/b: [c]")
    stream.seek(0)
    book = load_workbook(stream)
    assert book.sheetnames == ["a b   c"]
    sheet = book.active
    assert (sheet["A1"].value, sheet["A1"].data_type) == ("=Titre", "s")
    for rang, texte in enumerate(FORMULES, start=2):
        cell = sheet.cell(rang, 1)
        assert cell.data_type == "s"
        assert cell.quotePrefix
        assert cell.value.strip("\r\n\t ") == pour_excel(texte).strip("\r\n\t ")
        assert sheet.cell(rang, 2).value == -5
    assert sheet["C2"].value == datetime(2026, 11, 3)
    assert sheet["D2"].value == datetime(2026, 11, 3, 14, 5)
    assert sheet["E2"].value is None


@given(st.text(max_size=200))
def test_excel_takes_every_text(texte):
    stream = io.BytesIO()
    ecrire_xlsx(stream, ["a"], [[texte]], texte)
    stream.seek(0)
    cell = load_workbook(stream).active["A2"]
    assert cell.data_type in ("s", "n")
    if cell.data_type == "n":
        assert cell.value is None


def test_a_cell_that_is_too_long_is_cut():
    assert pour_excel("x" * 40_000) == "x" * 32_766 + "…"


@pytest.mark.parametrize("par_lignes", [True, False])
def test_json(par_lignes):
    stream = io.BytesIO()
    objets = [{"a": "=1+1", "jour": date(2026, 11, 3)}, {"a": None}]
    ecrire_json(stream, objets, par_lignes)
    text = stream.getvalue().decode()
    found = (
        [json.loads(line) for line in text.splitlines()]
        if par_lignes
        else json.loads(text)
    )
    # What a program reads is not changed.
    assert found == [{"a": "=1+1", "jour": "2026-11-03"}, {"a": None}]


def test_json_of_nothing():
    stream = io.BytesIO()
    ecrire_json(stream, [])
    assert json.loads(stream.getvalue()) == []
