"""Bank statements for tests: camt.054 and camt.053 as Swiss banks write them."""

from __future__ import annotations

from carouge.guichet.money import to_decimal
from dataclasses import dataclass
from datetime import date
from xml.sax.saxutils import escape

import itertools


#: The account behind the QR-IBAN of the régie VILLE.
COMPTE = "CH5604835012345678009"

_refs = itertools.count(1)


@dataclass(frozen=True)
class Credit:
    """A payment by QR-bill; ``id`` is the bank's reference (one is made if empty)."""

    reference: str
    centimes: int
    id: str = ""
    devise: str = "CHF"
    payeur: str = "Camille Rochat"


def camt(
    credits: list[Credit],
    *,
    genre: str = "camt.054.001.08",
    iban: str = "CH4431999123000889012",
    compte: str = COMPTE,
    jour: date = date(2026, 11, 20),
    statut: str = "BOOK",
    sens: str = "CRDT",
    extourne: bool = False,
) -> bytes:
    """A file with one collective entry of these credits on the QR-IBAN ``iban``."""
    racine, releve = {
        "camt.053": ("BkToCstmrStmt", "Stmt"),
        "camt.054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
        "camt.052": ("BkToCstmrAcctRpt", "Rpt"),
    }[genre[:8]]
    nouvelle = int(genre[-2:]) >= 8
    total = sum(credit.centimes for credit in credits)
    entree = f"E{next(_refs):08}"
    details = "".join(_detail(credit, iban, sens, nouvelle) for credit in credits)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{genre}">
 <{racine}>
  <GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-11-20T22:00:00</CreDtTm></GrpHdr>
  <{releve}><Id>R1</Id><Acct><Id><IBAN>{compte}</IBAN></Id></Acct>
   <Ntry>
    <NtryRef>{iban}</NtryRef>
    <Amt Ccy="CHF">{to_decimal(total)}</Amt>
    <CdtDbtInd>{sens}</CdtDbtInd>
    <RvslInd>{"true" if extourne else "false"}</RvslInd>
    <Sts>{f"<Cd>{statut}</Cd>" if nouvelle else statut}</Sts>
    <BookgDt><Dt>{jour.isoformat()}</Dt></BookgDt>
    <ValDt><Dt>{jour.isoformat()}</Dt></ValDt>
    <AcctSvcrRef>{entree}</AcctSvcrRef>
    <NtryDtls><Btch><NbOfTxs>{len(credits)}</NbOfTxs></Btch>{details}</NtryDtls>
   </Ntry>
  </{releve}>
 </{racine}>
</Document>""".encode()


def _detail(credit: Credit, iban: str, sens: str, nouvelle: bool) -> str:
    id = credit.id or f"T{next(_refs):08}"
    nom = f"<Nm>{escape(credit.payeur)}</Nm>"
    debiteur = f"<Pty>{nom}</Pty>" if nouvelle else nom
    return f"""
     <TxDtls>
      <Refs><AcctSvcrRef>{escape(id)}</AcctSvcrRef></Refs>
      <Amt Ccy="{credit.devise}">{to_decimal(credit.centimes)}</Amt>
      <CdtDbtInd>{sens}</CdtDbtInd>
      <RltdPties><Dbtr>{debiteur}</Dbtr>
       <CdtrAcct><Id><IBAN>{iban}</IBAN></Id></CdtrAcct></RltdPties>
      <RmtInf><Strd><CdtrRefInf>
       <Tp><CdOrPrtry><Prtry>QRR</Prtry></CdOrPrtry></Tp>
       <Ref>{escape(credit.reference)}</Ref>
      </CdtrRefInf></Strd></RmtInf>
     </TxDtls>"""
