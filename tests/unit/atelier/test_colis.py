"""Parcels: the same content gives the same bytes, and nothing strange comes in."""

from carouge.guichet.atelier import colis
from carouge.guichet.atelier.colis import ColisRefuse
from carouge.guichet.atelier.colis import Contenu
from hypothesis import given
from hypothesis import strategies as st
from io import BytesIO

import hashlib
import json
import pytest
import zipfile


ID = "0123456789abcdef0123456789abcdef"
OTHER = "f" * 32

TEXT = st.text(st.characters(codec="utf-8")).filter(colis.texte_sain)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | TEXT,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4)
    ),
    max_leaves=12,
)
CONTENTS = st.builds(
    lambda id, donnees, modele, scenarios: Contenu(
        id, {**donnees, "identifiant": id}, modele, scenarios
    ),
    st.uuids().map(lambda uuid: uuid.hex),
    st.dictionaries(TEXT, VALUES, max_size=4),
    # A BOM at the beginning is no part of a text.
    TEXT.filter(lambda text: not text.startswith("\ufeff")),
    st.dictionaries(st.from_regex(r"[a-z0-9][a-z0-9-]{0,20}", fullmatch=True), VALUES),
)


def contenu(id=ID, **donnees):
    return Contenu(id, {"identifiant": id, **donnees}, "<model/>")


def parcel(files, manifest=None, **options):
    """A ZIP file as anybody can make one, its manifest right unless given."""
    if manifest is None:
        manifest = {
            "format": colis.FORMAT,
            "version": colis.VERSION,
            "fichiers": {
                name: hashlib.sha256(data).hexdigest() for name, data in files
            },
        }
    if not isinstance(manifest, bytes):
        manifest = json.dumps(manifest).encode()
    out = BytesIO()
    with zipfile.ZipFile(out, "w", **options) as archive:
        archive.writestr("manifeste.json", manifest)
        for name, data in files:
            archive.writestr(zipfile.ZipInfo(name), data)
    return out.getvalue()


def good(**changes):
    files = {
        f"demarches/{ID}/demarche.json": json.dumps({"identifiant": ID}).encode(),
        f"demarches/{ID}/formulaire.xml": b"<model/>",
    } | {f"demarches/{ID}/{name}": data for name, data in changes.items()}
    return [(name, data) for name, data in files.items() if data is not None]


def refusal(data) -> str:
    with pytest.raises(ColisRefuse) as refused:
        colis.lire(data)
    message = refused.value.message
    return str(message).replace("${name}", str((message.mapping or {}).get("name")))


@given(st.lists(CONTENTS, min_size=1, max_size=4, unique_by=lambda c: c.identifiant))
def test_there_and_back_and_there_again_are_the_same_bytes(contenus):
    data = colis.ecrire(contenus)
    back = colis.lire(data)
    assert back == sorted(contenus, key=lambda one: one.identifiant)
    assert colis.ecrire(back) == data
    assert colis.ecrire(reversed(contenus)) == data


def test_bytes_depend_on_nothing_but_the_content():
    data = colis.ecrire([contenu(titre="Été")])
    assert hashlib.sha256(data).hexdigest() == (
        hashlib.sha256(colis.ecrire([contenu(titre="Été")])).hexdigest()
    )
    with zipfile.ZipFile(BytesIO(data)) as archive:
        entries = archive.infolist()
    assert [entry.filename for entry in entries] == [
        "manifeste.json",
        f"demarches/{ID}/demarche.json",
        f"demarches/{ID}/formulaire.xml",
    ]
    for entry in entries:
        assert entry.date_time == (1980, 1, 1, 0, 0, 0)
        assert entry.compress_type == zipfile.ZIP_STORED
        assert (entry.create_system, entry.external_attr) == (3, 0o100644 << 16)


def test_a_parcel_that_was_packed_again_is_read():
    data = parcel(good(), compression=zipfile.ZIP_DEFLATED)
    assert colis.lire(data) == [contenu()]


@given(st.text(min_size=1, max_size=40))
def test_no_name_but_our_own(name):
    entry = zipfile.ZipInfo("x")
    entry.filename = name
    out = BytesIO()
    try:
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr(entry, b"")
    except (UnicodeEncodeError, ValueError):
        return
    with pytest.raises(ColisRefuse):
        colis.lire(out.getvalue())


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "..\\..\\zope.conf",
        f"demarches/{ID}/../../zope.conf",
        f"demarches/{ID}/scenarios/../../x.json",
        f"demarches/{ID}/scenarios/..json",
        f"demarches/{ID}/demarche.json/",
        f"demarches/{ID}/demarche.json\0.txt",
        f"demarches/{ID.upper()}/demarche.json",
        f"./demarches/{ID}/demarche.json",
        f"demarches/{ID}/dеmarche.json",
        f"demarches/{'a' * 31}/demarche.json",
        f"demarches/{'٣' * 32}/demarche.json",
        "Manifeste.json",
        "lisez-moi.txt",
    ],
)
def test_hostile_names(name):
    files = [*good(), ("x" * len(name.encode()), b"{}")]
    data = parcel(files).replace(b"x" * len(name.encode()), name.encode())
    assert refusal(data).startswith("The file has an entry that no export makes: “")


def test_the_same_name_twice():
    files = good()
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = parcel([*files, files[0]])
    assert refusal(data) == (
        f"The file has two entries with the same name: “demarches/{ID}/demarche.json”."
    )


def test_bombs():
    zeros = b"\0" * (colis.MAX_FICHIER + 1)
    name = f"demarches/{ID}/demarche.json"
    data = parcel([(name, zeros)], compression=zipfile.ZIP_DEFLATED)
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, zeros)
    assert len(out.getvalue()) < 10_000
    assert refusal(out.getvalue()) == f"“{name}” in this file is too large."
    assert refusal(data) == f"“{name}” in this file is too large."


def test_a_bomb_that_says_it_is_small():
    name = f"demarches/{ID}/demarche.json"
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, b"\0" * (colis.MAX_FICHIER + 1))
    size = (colis.MAX_FICHIER + 1).to_bytes(4, "little")
    data = out.getvalue().replace(size, (10).to_bytes(4, "little"))
    assert refusal(data) == "The file is damaged, or no ZIP file. Export it again."


def test_all_files_together_are_limited():
    one = b" " * (colis.MAX_FICHIER - 10)
    names = [f"demarches/{ID}/scenarios/{n}.json" for n in range(12)]
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, one)
    assert refusal(out.getvalue()) == "Unpacked, this file would be too large."


def test_too_many_files():
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for n in range(colis.MAX_FICHIERS + 1):
            archive.writestr(f"demarches/{ID}/scenarios/{n}.json", b"{}")
    assert refusal(out.getvalue()) == "There are too many files in this ZIP file."


@pytest.mark.parametrize("data", [b"", b"PK", b"%PDF-1.7", b"\0" * 1000])
def test_no_zip(data):
    assert refusal(data) == "The file is damaged, or no ZIP file. Export it again."


def test_too_large():
    assert refusal(b"x" * (colis.MAX_COLIS + 1)) == (
        "The file is too large: ${mb} MB are possible."
    )


@given(st.data())
def test_whatever_is_damaged_is_refused_or_harmless(data):
    """One byte changed anywhere: refused, or read as the very same content."""
    whole = colis.ecrire([contenu(titre="Benne"), contenu(OTHER)])
    position = data.draw(st.integers(0, len(whole) - 1))
    byte = data.draw(st.integers(0, 255))
    broken = whole[:position] + bytes([byte]) + whole[position + 1 :]
    try:
        found = colis.lire(broken)
    except ColisRefuse:
        return
    assert found == [contenu(titre="Benne"), contenu(OTHER)]


@given(st.integers(0, 2000))
def test_whatever_is_cut_off_is_refused(length):
    whole = colis.ecrire([contenu(titre="Benne")])
    with pytest.raises(ColisRefuse):
        colis.lire(whole[: min(length, len(whole) - 1)])


@pytest.mark.parametrize(
    "manifest, message",
    [
        ({}, "This file was not made by the export of a guichet."),
        ([], "This file was not made by the export of a guichet."),
        (
            {"format": "autre/demarches", "version": 1, "fichiers": {}},
            "This file was not made by the export of a guichet.",
        ),
        (
            {"format": colis.FORMAT, "version": 2, "fichiers": {}},
            "This file has format version ${version}; this guichet reads version "
            "${ours}. Update the older of the two sites, then export again.",
        ),
        (
            {"format": colis.FORMAT, "version": True, "fichiers": {}},
            "This file has format version ${version}; this guichet reads version "
            "${ours}. Update the older of the two sites, then export again.",
        ),
        (
            {"format": colis.FORMAT, "version": 1},
            "“manifeste.json” in this file cannot be read.",
        ),
        (
            {"format": colis.FORMAT, "version": 1, "fichiers": {}},
            "The file is damaged or was changed by hand: "
            f"“demarches/{ID}/demarche.json” is not what its manifest says.",
        ),
        (
            {"format": colis.FORMAT, "version": 1, "fichiers": {"autre.json": "0"}},
            "The file is incomplete: “autre.json” is missing.",
        ),
        (b"{", "“manifeste.json” in this file cannot be read."),
        (b"[" * 100_000, "“manifeste.json” in this file cannot be read."),
        (b'{"a": NaN}', "“manifeste.json” in this file cannot be read."),
        (b'{"a": 1, "a": 2}', "“manifeste.json” in this file cannot be read."),
        (b"\xff\xfe{\0}\0", "“manifeste.json” in this file cannot be read."),
        (b"\xef\xbb\xbf{}", "“manifeste.json” in this file cannot be read."),
    ],
)
def test_manifests(manifest, message):
    assert refusal(parcel(good(), manifest)) == message


def test_without_manifest():
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in good():
            archive.writestr(name, data)
    assert refusal(out.getvalue()) == (
        "This file holds no démarches: its manifest is missing."
    )


def test_nothing_in_it():
    assert refusal(parcel([])) == "This file holds no démarche."


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"{}",
        b'{"identifiant": "other"}',
        b'{"identifiant": "\\ud800"}',
        b'{"identifiant": "%s", "nom": "\\u0000"}' % ID.encode(),
        b'{"identifiant": "%s", "\\u0000": 1}' % ID.encode(),
        b'{"identifiant": "%s", "nom": 1e999}' % ID.encode(),
        b'{"identifiant": "%s", "nom": %s}' % (ID.encode(), b"9" * 10_000),
        "é".encode("latin-1"),
    ],
)
def test_data_that_cannot_be_read(content):
    assert refusal(parcel(good(**{"demarche.json": content}))) == (
        f"“demarches/{ID}/demarche.json” in this file cannot be read."
    )


def test_a_part_is_missing():
    assert refusal(parcel(good(**{"formulaire.xml": None}))) == (
        f"The file is incomplete: “demarches/{ID}/formulaire.xml” is missing."
    )


@pytest.mark.parametrize(
    "content", [b"\xff\xfe<\0", b"\xef\xbb\xbf<a/>", b"<a>\x01</a>"]
)
def test_a_form_in_another_encoding(content):
    assert refusal(parcel(good(**{"formulaire.xml": content}))) == (
        f"“demarches/{ID}/formulaire.xml” in this file cannot be read."
    )


def test_password():
    data = bytearray(parcel(good()))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1
    assert refusal(bytes(data)) == "The file is protected by a password."


def test_another_compression():
    data = parcel(good(), compression=zipfile.ZIP_LZMA)
    assert refusal(data) == "The file is compressed in a way no export uses."
