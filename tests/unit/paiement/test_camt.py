"""What is read of a bank's files, and what is no file of a bank."""

from carouge.guichet.paiement.camt import CamtIllisible
from carouge.guichet.paiement.camt import lire
from carouge.guichet.paiement.camt import Mouvement
from carouge.guichet.paiement.camt import RAISONS
from dataclasses import replace
from datetime import date
from hypothesis import given
from hypothesis import strategies as st
from releves import camt
from releves import COMPTE
from releves import Credit

import contextlib
import pytest


REF1 = "210000000003139471430009017"
REF2 = "000008207791225857421286694"
QR_IBAN = "CH4431999123000889012"
DEUX = [Credit(REF1, 18735, "A-1"), Credit(REF2, 10000, "A-2", payeur="Marc Dubois")]

ATTENDU = Mouvement(
    iban=QR_IBAN,
    compte=COMPTE,
    id_externe="A-1",
    reference_qr=REF1,
    centimes=18735,
    devise="CHF",
    date=date(2026, 11, 20),
    statut="BOOK",
    credit=True,
    payeur="Camille Rochat",
)


@pytest.mark.parametrize(
    "genre",
    ["camt.054.001.04", "camt.054.001.08", "camt.053.001.04", "camt.053.001.08"],
)
def test_two_credits_in_one_entry(genre):
    assert lire(camt(DEUX, genre=genre)) == [
        ATTENDU,
        replace(
            ATTENDU,
            id_externe="A-2",
            reference_qr=REF2,
            centimes=10000,
            payeur="Marc Dubois",
        ),
    ]


def test_same_names_in_statement_and_notice():
    assert lire(camt(DEUX, genre="camt.053.001.08")) == lire(camt(DEUX))


@pytest.mark.parametrize(
    ("values", "champs"),
    [
        ({"sens": "DBIT"}, {"credit": False}),
        ({"extourne": True}, {"extourne": True}),
        ({"statut": "PDNG"}, {"statut": "PDNG"}),
        ({"statut": "INFO"}, {"statut": "INFO"}),
    ],
)
def test_what_is_no_money_for_good(values, champs):
    (mouvement,) = lire(camt(DEUX[:1], **values))
    assert mouvement == replace(ATTENDU, **champs)


def test_other_currency():
    (mouvement,) = lire(camt([replace(DEUX[0], devise="EUR")]))
    assert mouvement == replace(ATTENDU, devise="EUR")


@pytest.mark.parametrize(
    "reference", ["", "RF18539007547034", REF1[:-1] + "8", REF1[:-1], "0" * 27]
)
def test_no_qr_reference(reference):
    (mouvement,) = lire(camt([Credit(reference, 18735, "A-1")]))
    assert mouvement == replace(ATTENDU, reference_qr="")


def test_reference_in_groups():
    (mouvement,) = lire(
        camt([Credit("21 00000 00003 13947 14300 09017", 18735, "A-1")])
    )
    assert mouvement == ATTENDU


def _ecriture(corps: str, *, amt='<Amt Ccy="CHF">187.35</Amt>', dt=None) -> bytes:
    dt = dt or "<BookgDt><Dt>2026-11-20</Dt></BookgDt>"
    return f"""<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">
      <BkToCstmrStmt><Stmt><Acct><Id><IBAN>{COMPTE}</IBAN></Id></Acct><Ntry>
      {amt}<CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>{dt}{corps}
      </Ntry></Stmt></BkToCstmrStmt></Document>""".encode()


def test_entry_without_details_of_postfinance():
    """The reference stands among the words."""
    (mouvement,) = lire(
        _ecriture(
            "<AcctSvcrRef>P-1</AcctSvcrRef><AddtlNtryInf>GUTSCHRIFT QR-RECHNUNG "
            "REFERENZ 21 00000 00003 13947 14300 09017 VOM 20.11.2026</AddtlNtryInf>"
        )
    )
    assert mouvement.reference_qr == REF1
    assert (mouvement.iban, mouvement.id_externe) == (COMPTE, "P-1")
    assert (mouvement.statut, mouvement.credit) == ("BOOK", True)
    assert not (mouvement.extourne or mouvement.collectif)


def test_two_references_in_the_words_are_none():
    (mouvement,) = lire(_ecriture(f"<AddtlNtryInf>{REF1} und {REF2}</AddtlNtryInf>"))
    assert mouvement.reference_qr == ""


def test_longer_numbers_are_no_reference():
    (mouvement,) = lire(_ecriture(f"<AddtlNtryInf>{REF1}0</AddtlNtryInf>"))
    assert mouvement.reference_qr == ""


def test_two_different_references_in_one_payment_are_none():
    structure = "".join(
        f"<Strd><CdtrRefInf><Tp><CdOrPrtry><Prtry>QRR</Prtry></CdOrPrtry></Tp>"
        f"<Ref>{reference}</Ref></CdtrRefInf></Strd>"
        for reference in (REF1, REF2)
    )
    (mouvement,) = lire(
        _ecriture(f"<NtryDtls><TxDtls><RmtInf>{structure}</RmtInf></TxDtls></NtryDtls>")
    )
    assert (mouvement.reference_qr, mouvement.centimes) == ("", 18735)


def test_sum_whose_parts_are_told_elsewhere():
    (mouvement,) = lire(
        _ecriture("<NtryDtls><Btch><NbOfTxs>12</NbOfTxs></Btch></NtryDtls>")
    )
    assert mouvement.collectif


def test_parts_without_amounts_are_one_sum():
    (mouvement,) = lire(_ecriture("<NtryDtls><TxDtls/><TxDtls/></NtryDtls>"))
    assert (mouvement.centimes, mouvement.collectif) == (18735, True)


def test_amount_of_the_older_details():
    (mouvement,) = lire(
        _ecriture(
            "<NtryDtls><TxDtls><AmtDtls><TxAmt><Amt Ccy='CHF'>7.5</Amt></TxAmt>"
            "</AmtDtls></TxDtls></NtryDtls>"
        )
    )
    assert mouvement.centimes == 750


def test_parts_without_references_of_their_own():
    corps = (
        "<AcctSvcrRef>E-1</AcctSvcrRef><NtryDtls>"
        "<TxDtls><Amt Ccy='CHF'>100</Amt></TxDtls>"
        "<TxDtls><Amt Ccy='CHF'>87.35</Amt></TxDtls></NtryDtls>"
    )
    assert [one.id_externe for one in lire(_ecriture(corps))] == ["E-1/1", "E-1/2"]


@pytest.mark.parametrize("genre", ["camt.053.001.08", "camt.054.001.08"])
def test_parts_that_share_a_reference(genre):
    trois = [*DEUX, Credit(REF2, 500, "A-1")]
    noms = [one.id_externe for one in lire(camt(trois, genre=genre))]
    assert noms == ["A-1/1", "A-2", "A-1/3"]


def test_movements_the_bank_does_not_name():
    """Each has a name, the same one each time, and equal ones are two payments."""
    parts = "<TxDtls><Amt Ccy='CHF'>100</Amt></TxDtls>" * 2
    corps = _ecriture(f"<NtryDtls>{parts}</NtryDtls>")
    noms = [one.id_externe for one in lire(corps)]
    assert noms == [one.id_externe for one in lire(corps)]
    assert len(set(noms)) == 2
    assert all(nom.startswith("sha256:") for nom in noms)


@pytest.mark.parametrize(
    ("dt", "jour"),
    [
        ("<BookgDt><DtTm>2026-11-20T23:30:00Z</DtTm></BookgDt>", date(2026, 11, 21)),
        ("<BookgDt><DtTm>2026-11-20T23:30:00</DtTm></BookgDt>", date(2026, 11, 20)),
        ("<BookgDt><Dt>2028-02-29</Dt></BookgDt>", date(2028, 2, 29)),
        ("<BookgDt><Dt>2026-11-20+01:00</Dt></BookgDt>", date(2026, 11, 20)),
        ("<ValDt><Dt>2026-11-19</Dt></ValDt>", date(2026, 11, 19)),
    ],
)
def test_day(dt, jour):
    (mouvement,) = lire(_ecriture("", dt=dt))
    assert mouvement.date == jour


def test_empty_statement():
    corps = f"""<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">
      <BkToCstmrStmt><Stmt><Acct><Id><IBAN>{COMPTE}</IBAN></Id></Acct></Stmt>
      </BkToCstmrStmt></Document>"""
    assert lire(corps.encode()) == []


_ENTITE = '<!DOCTYPE Document [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
_RIRES = (
    '<!DOCTYPE Document [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)


@pytest.mark.parametrize(
    ("corps", "raison"),
    [
        (b"", "vide"),
        (b" \r\n", "vide"),
        (b"x" * (32 * 1024 * 1024 + 1), "grand"),
        (b"PK\x03\x04\xff\xfe", "codage"),
        (camt(DEUX).decode().encode("utf-16"), "codage"),
        (
            camt([replace(DEUX[0], payeur="Chlo\xe9")]).decode().encode("latin-1"),
            "codage",
        ),
        (_ENTITE.encode() + camt(DEUX)[39:], "dtd"),
        (_RIRES.encode() + camt(DEUX)[39:], "dtd"),
        (b'<?xml version="1.0"?><!DOCTYPE Document><Document/>', "dtd"),
        (b"Date;Montant\n2026-11-20;187.35\n", "xml"),
        (camt(DEUX)[:900], "xml"),
        (b"<html><body/></html>", "document"),
        (b"<Document/>", "document"),
        (camt(DEUX, genre="camt.052.001.08"), "document"),
        (camt(DEUX).replace(b"camt.054.001.08", b"pain.001.001.09"), "document"),
        (camt(DEUX).replace(b"camt.054.001.08", b"camt.053.001.08"), "document"),
        (camt(DEUX).replace(b"urn:iso:std", b"urn:xxx:std"), "document"),
        (camt(DEUX).replace(COMPTE.encode(), b"CH0000000000000000000"), "compte"),
        (camt(DEUX).replace(b"187.35", b"187,35"), "montant"),
        (camt(DEUX).replace(b"187.35", b"-187.35"), "montant"),
        (camt(DEUX).replace(b"187.35", b"1.8735e2"), "montant"),
        (camt(DEUX).replace(b"187.35", b"NaN"), "montant"),
        (camt(DEUX).replace(b"187.35", b"187.355"), "montant"),
        (camt(DEUX).replace(b'Ccy="CHF"', b'Ccy="chf"'), "montant"),
        (camt(DEUX).replace(b' Ccy="CHF"', b""), "montant"),
        (camt(DEUX).replace(b"2026-11-20</Dt>", b"20.11.2026</Dt>"), "date"),
        (camt(DEUX).replace(b"2026-11-20</Dt>", b"2026-02-30</Dt>"), "date"),
        (camt(DEUX).replace(b"CRDT", b"CRED"), "sens"),
    ],
    ids=lambda value: None if isinstance(value, bytes) else value,
)
def test_refused_as_a_whole(corps, raison):
    with pytest.raises(CamtIllisible) as refus:
        lire(corps)
    assert refus.value.raison == raison
    assert RAISONS[raison]


def test_byte_order_mark_and_blanks_around():
    assert lire(b"\xef\xbb\xbf" + camt(DEUX) + b"\n\n") == lire(camt(DEUX))


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_in_words(corps):
    with pytest.raises(CamtIllisible):
        lire(corps)


@given(st.integers(0, 2200), st.binary(min_size=1, max_size=4))
def test_a_damaged_file_is_read_or_refused(debut, octets):
    """Never another exception, whatever four bytes became."""
    corps = camt(DEUX)
    abime = corps[:debut] + octets + corps[debut + len(octets) :]
    with contextlib.suppress(CamtIllisible):
        assert all(isinstance(one, Mouvement) for one in lire(abime))
