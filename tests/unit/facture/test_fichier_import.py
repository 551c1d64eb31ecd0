"""Files of invoices, piece by piece."""

from carouge.guichet.facture import fichier_import
from carouge.guichet.facture.fichier_import import CSV
from carouge.guichet.facture.fichier_import import FichierRefuse
from carouge.guichet.facture.fichier_import import format_de
from carouge.guichet.facture.fichier_import import JSON
from carouge.guichet.facture.fichier_import import lire_fichier
from io import BytesIO

import json
import pytest
import tracemalloc


ENTETE = "regie;numero;debiteur;emise_le;echeance;montant;domaine;libelle"
LIGNE = "VILLE;1;M-1;2026-10-31;30.11.2026;187,35;scolaire;Repas"
VALEURS = dict(zip(ENTETE.split(";"), LIGNE.split(";"), strict=True))


def lire(corps, format=None):
    data = corps.encode() if isinstance(corps, str) else corps
    return list(lire_fichier(BytesIO(data), format or format_de(data)))


def refus(corps, format=None):
    with pytest.raises(FichierRefuse) as caught:
        lire(corps, format)
    return caught.value.raison, caught.value.ligne, caught.value.precision


# --- CSV --------------------------------------------------------------------------


@pytest.mark.parametrize("debut", ["", "\ufeff"])
@pytest.mark.parametrize("fin", ["\n", "\r\n"])
def test_a_csv_file(debut, fin):
    assert lire(debut + fin.join([ENTETE, LIGNE, LIGNE, ""])) == [
        (2, VALEURS),
        (3, VALEURS),
    ]


def test_columns_in_any_order_with_address():
    corps = "adresse_nom;adresse_npa;etat;" + ENTETE + "\nCamille;1227;;" + LIGNE
    assert lire(corps) == [
        (2, {**VALEURS, "adresse": {"nom": "Camille", "npa": "1227"}})
    ]


def test_quoted_cells_and_empty_lines():
    corps = f"{ENTETE}\n\n;;;;;;;\n{LIGNE.replace('Repas', chr(34) + 'Repas; 15' + chr(34))}\n"
    assert lire(corps) == [(4, {**VALEURS, "libelle": "Repas; 15"})]


def test_a_line_with_too_few_columns_is_one_bad_line():
    assert lire(f"{ENTETE}\nVILLE;1;M-1\n{LIGNE}") == [(2, None), (3, VALEURS)]


def test_half_a_file():
    assert lire(f"{ENTETE}\n{LIGNE}\n{LIGNE[:20]}") == [(2, VALEURS), (3, None)]


@pytest.mark.parametrize(
    ("corps", "raison"),
    [
        (b"", ("vide", 0, "")),
        (ENTETE, ("vide", 0, "")),
        (ENTETE + "\n\n", ("vide", 0, "")),
        (ENTETE.replace(";", ","), ("entete", 1, "regie")),
        (ENTETE.replace("montant", "prix"), ("entete", 1, "montant")),
        (ENTETE + ";couleur", ("colonne", 1, "couleur")),
        (ENTETE + ";regie", ("colonne", 1, "regie")),
        (f"{ENTETE}\n{LIGNE}é".encode("latin-1"), ("codage", 0, "")),
        (f"{ENTETE}\n{LIGNE}".encode("utf-16"), ("codage", 0, "")),
        (f'{ENTETE}\n"{LIGNE}', ("csv", 2, "")),
        (f"{ENTETE}\n{LIGNE}\0", ("csv", 1, "")),
        (f"{ENTETE}\n{LIGNE}{'x' * 20_000}", ("csv", 1, "")),
    ],
)
def test_a_csv_file_that_is_none(corps, raison):
    assert refus(corps, CSV) == raison


# --- JSON -------------------------------------------------------------------------


def fichier(factures, **autres):
    return json.dumps({"schema": "carouge.facture/1", "factures": factures, **autres})


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("trie", [False, True])
def test_a_json_file(indent, trie):
    corps = json.dumps(
        {
            "schema": "carouge.facture/1",
            "lot": "2026-11-03-01",
            "factures": [VALEURS] * 3,
        },
        indent=indent,
        sort_keys=trie,
    )
    assert format_de(corps.encode()) == JSON
    assert lire(corps) == [(1, VALEURS), (2, VALEURS), (3, VALEURS)]


def test_a_json_file_in_small_pieces(monkeypatch):
    monkeypatch.setattr(fichier_import, "_MORCEAU", 3)
    corps = "\ufeff" + fichier([VALEURS, 12, {"libelle": "é\u20ac\U0001f600"}], lot="x")
    assert [valeurs for _rang, valeurs in lire(corps)] == [
        VALEURS,
        12,
        {"libelle": "é\u20ac\U0001f600"},
    ]


@pytest.mark.parametrize(
    ("corps", "raison"),
    [
        ("[]", "json"),
        ("{}", "schema"),
        ("{", "json"),
        ('{"schema": "carouge.facture/1"}', "factures"),
        ('{"schema": "carouge.facture/2", "factures": [{}]}', "schema"),
        (fichier([]), "vide"),
        (fichier({}), "factures"),
        (fichier("x"), "factures"),
        (fichier([VALEURS], couleur=1), "cle"),
        (fichier([VALEURS])[:-1], "json"),
        (fichier([VALEURS])[:-30], "json"),
        (fichier([VALEURS]) + "x", "json"),
        (fichier([VALEURS]).replace("]", ",]"), "json"),
        (fichier([VALEURS]).replace('"1"', "NaN"), "json"),
        (fichier([VALEURS]).replace('"1"', "1" * 5000), "json"),
        (fichier([VALEURS]).replace("numero", "regie"), "json"),
        ('{"schema": "carouge.facture/1", "factures": [' + "[" * 100_000, "json"),
        ('{"schema": "carouge.facture/1", "factures": ["' + "x" * 600_000, "json"),
        (
            b'{"schema": "carouge.facture/1", "factures": [{"libelle": "\xe9"}]}',
            "codage",
        ),
        ('{"schema": "a", "schema": "carouge.facture/1", "factures": [1]}', "json"),
    ],
)
def test_a_json_file_that_is_none(corps, raison):
    assert refus(corps, JSON)[0] == raison


def test_no_more_than_a_hundred_thousand(monkeypatch):
    monkeypatch.setattr(fichier_import, "MAX_FACTURES", 3)
    assert len(lire(f"{ENTETE}\n" + f"{LIGNE}\n" * 3)) == 3
    assert refus(f"{ENTETE}\n" + f"{LIGNE}\n" * 4) == ("trop", 0, "")


def test_one_invoice_at_a_time_is_in_the_memory():
    for corps in (fichier([VALEURS] * 20_000), f"{ENTETE}\n" + f"{LIGNE}\n" * 20_000):
        flux = BytesIO(corps.encode())
        format = format_de(corps[:10].encode())
        tracemalloc.start()
        assert sum(1 for _one in lire_fichier(flux, format)) == 20_000
        _now, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        # The file of 4 MB is held by the test.
        assert peak < 2_000_000
