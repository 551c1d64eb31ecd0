"""File names of strangers."""

from carouge.guichet.formulaire.noms_fichiers import MAX_NOM
from carouge.guichet.formulaire.noms_fichiers import MAX_OCTETS
from carouge.guichet.formulaire.noms_fichiers import nom_sur
from hypothesis import example
from hypothesis import given
from hypothesis import strategies as st

import pytest
import unicodedata


RTL = "\u202e"


@pytest.mark.parametrize(
    "name, safe",
    [
        ("facture.pdf", "facture.pdf"),
        ("Facture n° 12 – août.PDF", "Facture n° 12 – août.pdf"),
        ("photo.jpeg", "photo.pdf"),
        ("facture.pdf.exe", "facture.pdf"),
        ("facture.exe.pdf", "facture.pdf"),
        ("M. Blanc", "M. Blanc.pdf"),
        ("version 1.2", "version 1.2.pdf"),
        ("version 1.2.docx", "version 1.2.pdf"),
        ("", "document.pdf"),
        (".", "document.pdf"),
        ("..", "document.pdf"),
        (".pdf", "document.pdf"),
        (".htaccess", "htaccess.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\Jeanne\\bail.pdf", "bail.pdf"),
        ("..\\..\\boot.ini", "boot.ini.pdf"),
        ("/", "document.pdf"),
        ("a/b/", "document.pdf"),
        ("file\0.pdf", "file.pdf"),
        ("un\r\nSet-Cookie: x=1", "un Set-Cookie_ x=1.pdf"),
        ("a\tb", "a b.pdf"),
        (f"facture{RTL}fdp.exe", "facturefdp.pdf"),
        ("a\u200b\u200d\ufeffb\u00ad", "ab.pdf"),
        ("\u2800\u3164\uffa0\u115f", "document.pdf"),
        ("\U000e0041\ufe0f", "document.pdf"),
        ("e\u0301cole", "école.pdf"),
        ("e\u200b\u0301cole", "école.pdf"),
        ("\ud800x", "x.pdf"),
        ('<img src="x" onerror=alert(1)>', "_img src=_x_ onerror=alert(1)_.pdf"),
        ("a:b*c?d|e", "a_b_c_d_e.pdf"),
        ("CON", "_CON.pdf"),
        ("con.txt", "_con.pdf"),
        ("nul.tar.gz", "_nul.pdf"),
        ("LPT1", "_LPT1.pdf"),
        ("com¹.x", "_com¹.x.pdf"),
        ("CON .a", "_CON .a.pdf"),
        ("CONDITIONS", "CONDITIONS.pdf"),
        ("  a  b  ", "a b.pdf"),
        ("a\u00a0b", "a b.pdf"),
        ("a...", "a.pdf"),
        ("日本語", "日本語.pdf"),
        ("😀", "😀.pdf"),
    ],
)
def test_names(name, safe):
    assert nom_sur(name, "pdf") == safe


def test_long_names():
    assert nom_sur("a" * 300, "pdf") == "a" * (MAX_NOM - 4) + ".pdf"
    assert nom_sur("a" * 100_000 + ".docx", "docx").endswith("a.docx")
    assert nom_sur("é" * 300, "pdf") == "é" * 116 + ".pdf"
    assert nom_sur("日" * 300, "pdf") == "日" * 78 + ".pdf"
    assert nom_sur("a" * 115 + ". b", "pdf") == "a" * 115 + ".pdf"


ODD = st.sampled_from(
    ["/", "\\", ".", " ", "..", "\0", "\n", RTL, "\u200b", "\u0301", "e", "CON", "nul"]
    + [
        ".pdf",
        ".exe",
        ":",
        "*",
        "é",
        "日",
        "😀",
        "\u00a0",
        "\ud800",
        "\u2800",
        "~",
        "$",
    ]
)


@given(
    name=st.one_of(st.text(max_size=400), st.lists(ODD, max_size=60).map("".join)),
    extension=st.sampled_from(["pdf", "jpg", "docx"]),
)
@example("CON" + "\u200b", "pdf")
@example("CON\u200b.x", "pdf")
@example("a." + "\u0301" * 300, "pdf")
@example("/".join(["a"] * 2600), "pdf")
def test_whatever_the_name(name, extension):
    safe = nom_sur(name, extension)
    stem, point, ending = safe.rpartition(".")
    assert (point, ending) == (".", extension)
    assert stem
    assert stem == stem.strip(" .")
    assert len(safe) <= MAX_NOM
    assert len(safe.encode()) <= MAX_OCTETS
    assert not set(safe) & set('<>:"/\\|?*')
    assert all(
        char == " " or unicodedata.category(char)[0] not in "CZ" for char in safe
    )
    first = safe.split(".")[0].strip().lower()
    assert first not in {"con", "prn", "aux", "nul", "com1", "lpt9", "conin$"}
    assert unicodedata.normalize("NFC", safe) == safe
    assert nom_sur(safe, extension) == safe
