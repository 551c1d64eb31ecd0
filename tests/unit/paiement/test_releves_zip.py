"""Bank files in a ZIP archive: what is read, and what is refused."""

from carouge.guichet.paiement import releves
from carouge.guichet.paiement.camt import CamtIllisible
from carouge.guichet.paiement.camt import lire
from carouge.guichet.paiement.releves import lire_releves
from io import BytesIO
from releves import camt
from releves import Credit

import pytest
import zipfile


UN = camt([Credit("210000000003139471430009017", 18735, "A-1")])
DEUX = camt([Credit("210000000003139471430009017", 5000, "A-2")])


def archive(membres, methode=zipfile.ZIP_DEFLATED):
    out = BytesIO()
    with zipfile.ZipFile(out, "w", methode) as zip:
        for nom, contenu in membres:
            zip.writestr(nom, contenu)
    return out.getvalue()


def test_a_single_file_is_read_as_it_is():
    assert lire_releves(UN) == lire(UN)


@pytest.mark.parametrize("methode", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_the_statements_of_an_archive_in_its_order(methode):
    corps = archive(
        [
            ("novembre/", b""),
            ("novembre/camt054.xml", UN),
            ("novembre/bulletin.tif", b"II*"),
            ("__MACOSX/novembre/._camt054.xml", b"\0"),
            ("novembre/CAMT.C54", DEUX),
        ],
        methode,
    )
    assert lire_releves(corps) == lire(UN) + lire(DEUX)


@pytest.mark.parametrize(
    ("corps", "octets"),
    [
        (UN, len(UN)),
        (archive([("a.xml", UN), ("b.xml", DEUX)]), len(UN) + len(DEUX)),
        (b"PK\x03\x04 damaged", 12),
    ],
)
def test_how_much_there_is_to_read(corps, octets):
    assert releves.octets_a_lire(BytesIO(corps)) == octets


def _menteur():
    """The directory of the archive names less than what is in it."""
    corps = archive([("a.xml", UN)])
    taille = len(UN).to_bytes(4, "little")
    return corps.replace(taille, (10).to_bytes(4, "little"))


def _protege():
    corps = bytearray(archive([("a.xml", UN)]))
    corps[corps.index(b"PK\x01\x02") + 8] |= 1
    return bytes(corps)


@pytest.mark.parametrize(
    ("corps", "raison"),
    [
        (lambda: archive([("a.xml", UN), ("b.xml", b"<html/>")]), "document"),
        (lambda: archive([("a.xml", UN), ("b.xml", b"")]), "vide"),
        (lambda: archive([("a.pdf", b"%PDF")]), "zip_vide"),
        (lambda: archive([("a.xml", UN), ("b.exe", b"MZ")]), "zip_autre"),
        (lambda: archive([("a.xml", UN), ("b.zip", archive([]))]), "zip_autre"),
        (lambda: archive([("a.xml", UN)])[:-40], "zip"),
        (lambda: archive([("a.xml", UN)], zipfile.ZIP_BZIP2), "zip"),
        (_menteur, "zip"),
        (_protege, "zip_protege"),
        (lambda: archive([(f"{n}.xml", UN) for n in range(201)]), "zip_grand"),
    ],
)  # fmt: skip
def test_refused_as_a_whole(corps, raison):
    with pytest.raises(CamtIllisible) as refus:
        lire_releves(corps())
    assert refus.value.raison == raison


def test_a_bomb_is_read_no_further_than_its_limit(monkeypatch):
    monkeypatch.setattr(releves, "SEUIL_TAUX", 100_000)
    corps = archive([("a.xml", b"<a>" + b" " * 2_000_000 + b"</a>")])
    assert len(corps) * releves.MAX_TAUX < 2_000_000
    with pytest.raises(CamtIllisible) as refus:
        lire_releves(corps)
    assert refus.value.raison == "zip_grand"


def test_many_members_share_one_limit(monkeypatch):
    monkeypatch.setattr(releves, "MAX_DEPLIE", 3 * len(UN))
    assert len(lire_releves(archive([(f"{n}.xml", UN) for n in range(3)]))) == 3
    with pytest.raises(CamtIllisible) as refus:
        lire_releves(archive([(f"{n}.xml", UN) for n in range(4)]))
    assert refus.value.raison == "zip_grand"
