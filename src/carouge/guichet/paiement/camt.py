"""What a bank says of an account: ISO 20022 camt.053 and camt.054, in pure Python.

Both files tell the same of a credit by QR-bill, often on the same day. A movement has a
name of its own (``id_externe``), the same in both: it is booked once.
"""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.paiement.domain import DomainError
from carouge.guichet.regie.controle import est_reference_qr
from carouge.guichet.swisstime import local_date
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import replace
from datetime import date
from datetime import datetime
from decimal import Decimal
from decimal import InvalidOperation
from lxml import etree
from stdnum import iban as iban_number
from stdnum.exceptions import ValidationError

import hashlib
import re


#: The largest file, in bytes; a bank sends one a day.
MAX_OCTETS = 32 * 1024 * 1024

#: The documents that are read, and the element of each account in them.
_MESSAGES = {"camt.053": "Stmt", "camt.054": "Ntfctn"}

_ESPACE = re.compile(
    r"urn:iso:std:iso:20022:tech:xsd:([a-z]{4}\.[0-9]{3})\.001\.[0-9]{2}"
)
_MONTANT = re.compile(r"[0-9]{1,15}(?:\.[0-9]{0,5})?")
# A reference somebody has written into a sentence, in groups or without.
_REFERENCE = re.compile(r"(?<![0-9])[0-9](?: ?[0-9]){26}(?![0-9])")
_MAX_TEXTE = 140

#: Why a file is not read, by word; the first line of each is what a person is told.
RAISONS = {
    "vide": _("The file is empty."),
    "grand": _("The file is too large: at most 32 MB."),
    "codage": _("The file is not in UTF-8: please send it as the bank has made it."),
    "dtd": _("The file defines a document type (DTD), which no bank statement does."),
    "xml": _("The file is no XML, or only a part of it."),
    "document": _(
        "This is no camt.053 or camt.054: please ask the bank for one of these."
    ),
    "compte": _("An account in the file has no valid IBAN."),
    "montant": _("An amount in the file cannot be read."),
    "date": _("A date in the file cannot be read."),
    "sens": _("An entry in the file is neither a credit nor a debit."),
    "zip": _("The ZIP archive is damaged: please send it as the bank has made it."),
    "zip_grand": _("The ZIP archive holds too many files, or too large ones."),
    "zip_vide": _("There is no bank statement (XML) in the ZIP archive."),
    "zip_autre": _(
        "The ZIP archive holds something else than bank statements (XML): please send "
        "them alone."
    ),
    "zip_protege": _("The ZIP archive is protected by a password."),
}


class CamtIllisible(DomainError):
    """The file is not taken, as a whole; ``raison`` is a word of :data:`RAISONS`."""

    def __init__(self, raison: str) -> None:
        super().__init__(raison)
        self.raison = raison


@dataclass(frozen=True)
class Mouvement:
    """One movement on an account.

    ``iban`` is that of the creditor: the QR-IBAN when the bank tells it, else
    ``compte``, the account itself. ``id_externe`` is the bank's own reference
    (``AcctSvcrRef``), with the rank in the entry when its parts share one, or a digest of
    the movement when it has none. ``reference_qr`` are the 27 digits, empty without a
    valid one. ``centimes`` is never less than zero;
    ``credit`` says which way it goes, ``extourne`` that it takes an earlier one back.
    ``statut`` is the bank's (``BOOK``, ``PDNG``, ``INFO``). ``collectif``: several
    payments in one sum, whose parts this file does not tell (another one does).
    ``payeur`` and ``communication`` are for the person who has to look into it.
    """

    iban: str
    compte: str
    id_externe: str
    reference_qr: str
    centimes: int
    devise: str
    date: date
    statut: str
    credit: bool
    extourne: bool = False
    collectif: bool = False
    payeur: str = ""
    communication: str = ""


def lire(corps: bytes) -> list[Mouvement]:
    """All movements of a file, in its order; the same one twice is there twice.

    :raises CamtIllisible: it is no such file; nothing of it is taken
    """
    root = _document(corps)
    found = _ESPACE.fullmatch(etree.QName(root).namespace or "")
    compte = _MESSAGES.get(found[1]) if found else None
    if compte is None or etree.QName(root).localname != "Document":
        raise CamtIllisible("document")
    # Every version has a namespace of its own, for the same names.
    for element in root.iter(etree.Element):
        element.tag = etree.QName(element).localname
    if root.find(f"*/{compte}") is None:
        raise CamtIllisible("document")
    doubles: Counter[str] = Counter()
    return [
        mouvement
        for releve in root.iterfind(f"*/{compte}")
        for mouvement in _releve(releve, doubles)
    ]


def _document(corps: bytes) -> etree._Element:
    if not corps.strip():
        raise CamtIllisible("vide")
    if len(corps) > MAX_OCTETS:
        raise CamtIllisible("grand")
    try:
        texte = corps.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CamtIllisible("codage") from error
    # Before anything is parsed: an entity is dangerous as soon as it is defined.
    if "<!DOCTYPE" in texte or "<!ENTITY" in texte:
        raise CamtIllisible("dtd")
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(texte.strip().encode(), parser)
    except etree.XMLSyntaxError as error:
        raise CamtIllisible("xml") from error


def _releve(releve, doubles: Counter[str]) -> Iterator[Mouvement]:
    compte = _iban(releve.findtext("Acct/Id/IBAN"))
    if not compte:
        raise CamtIllisible("compte")
    for ecriture in releve.iterfind("Ntry"):
        yield from _ecriture(ecriture, compte, doubles)


def _ecriture(ecriture, compte: str, doubles: Counter[str]) -> Iterator[Mouvement]:
    montant = _montant(ecriture.find("Amt"))
    if montant is None:
        raise CamtIllisible("montant")
    details = ecriture.findall("NtryDtls/TxDtls")
    montants = [_montant_de(detail) for detail in details]
    if len(details) == 1 and montants[0] is None:
        montants = [montant]
    reference = _texte(ecriture, "AcctSvcrRef", 80)
    commun = {
        "compte": compte,
        "date": _jour(ecriture),
        "statut": _texte(ecriture, "Sts/Cd", 4) or _texte(ecriture, "Sts", 4),
        "extourne": _texte(ecriture, "RvslInd", 5) in ("true", "1"),
    }
    # Parts without amounts tell nothing: then it is one sum.
    if not details or None in montants:
        nombre = _texte(ecriture, "NtryDtls/Btch/NbOfTxs", 15)
        yield _nommer(
            Mouvement(
                iban=_iban(_texte(ecriture, "NtryRef", 35)) or compte,
                id_externe=reference,
                reference_qr="" if details else _reference_ecrite(ecriture),
                centimes=montant[0],
                devise=montant[1],
                credit=_credit(ecriture, None),
                collectif=bool(details) or nombre not in ("", "1"),
                communication=_texte(ecriture, "AddtlNtryInf"),
                **commun,
            ),
            doubles,
        )
        return
    for detail, (centimes, devise), propre in zip(
        details, montants, _references(details, reference), strict=True
    ):
        yield _nommer(
            Mouvement(
                iban=_iban(_texte(detail, "RltdPties/CdtrAcct/Id/IBAN"))
                or _iban(_texte(ecriture, "NtryRef", 35))
                or compte,
                id_externe=propre,
                reference_qr=_reference(detail) or _reference_seule(ecriture, details),
                centimes=centimes,
                devise=devise,
                credit=_credit(ecriture, detail),
                payeur=_texte(detail, "RltdPties/Dbtr/Pty/Nm")
                or _texte(detail, "RltdPties/Dbtr/Nm"),
                communication=_texte(detail, "RmtInf/Ustrd"),
                **commun,
            ),
            doubles,
        )


def _references(details: list, reference: str) -> list[str]:
    """The bank's names of the parts of an entry, each once; empty: it has none.

    A part without a name, or with one that others have as well, is told by its rank.
    """
    propres = [
        _texte(detail, "Refs/AcctSvcrRef", 80) or reference for detail in details
    ]
    fois = Counter(propres)
    return [
        f"{propre}/{rang}" if propre and fois[propre] > 1 else propre
        for rang, propre in enumerate(propres, 1)
    ]


def _nommer(mouvement: Mouvement, doubles: Counter[str]) -> Mouvement:
    """Give it a name that is the same in every file that tells of it."""
    if mouvement.id_externe:
        return mouvement
    corps = "\n".join(
        (
            mouvement.compte,
            mouvement.date.isoformat(),
            str(mouvement.centimes),
            mouvement.devise,
            "+" if mouvement.credit else "-",
            "extourne" if mouvement.extourne else "",
            mouvement.reference_qr,
            mouvement.payeur,
            mouvement.communication,
        )
    )
    # Two payments that look alike are two payments.
    doubles[corps] += 1
    empreinte = hashlib.sha256(f"{corps}\n{doubles[corps]}".encode()).hexdigest()
    return replace(mouvement, id_externe=f"sha256:{empreinte[:40]}")


def _texte(element, chemin: str, longueur: int = _MAX_TEXTE) -> str:
    return " ".join((element.findtext(chemin) or "").split())[:longueur]


def _iban(texte: str | None) -> str:
    """The compact IBAN; empty for anything else."""
    try:
        return iban_number.validate(texte or "", check_country=False)
    except ValidationError:
        return ""


def _montant_de(detail) -> tuple[int, str] | None:
    element = detail.find("Amt")
    if element is None:
        element = detail.find("AmtDtls/TxAmt/Amt")
    return _montant(element)


def _montant(element) -> tuple[int, str] | None:
    """Centimes and currency.

    :raises CamtIllisible: there is something, and it is no amount
    """
    if element is None:
        return None
    texte, devise = (element.text or "").strip(), element.get("Ccy", "")
    if not _MONTANT.fullmatch(texte) or not re.fullmatch("[A-Z]{3}", devise):
        raise CamtIllisible("montant")
    try:
        centimes = Decimal(texte) * 100
        entier = int(centimes)
    except InvalidOperation as error:
        raise CamtIllisible("montant") from error
    if devise == "CHF" and centimes != entier:
        raise CamtIllisible("montant")
    return entier, devise


def _credit(ecriture, detail) -> bool:
    sens = "" if detail is None else _texte(detail, "CdtDbtInd", 4)
    sens = sens or _texte(ecriture, "CdtDbtInd", 4)
    if sens not in ("CRDT", "DBIT"):
        raise CamtIllisible("sens")
    return sens == "CRDT"


def _jour(ecriture) -> date:
    """The day it was booked; a notice may only have that of the value."""
    for nom in ("BookgDt", "ValDt"):
        jour = _texte(ecriture, f"{nom}/Dt", 40)
        moment = _texte(ecriture, f"{nom}/DtTm", 40)
        try:
            if jour:
                # Some banks add a time zone to a day.
                return date.fromisoformat(jour[:10])
            if moment:
                lu = datetime.fromisoformat(moment.replace("Z", "+00:00"))
                return local_date(lu) if lu.tzinfo else lu.date()
        except ValueError as error:
            raise CamtIllisible("date") from error
    raise CamtIllisible("date")


def _reference(detail) -> str:
    """The one valid QR reference of a payment; empty for none or several."""
    found = set()
    for structure in detail.iterfind("RmtInf/Strd/CdtrRefInf"):
        genre = _texte(structure, "Tp/CdOrPrtry/Prtry", 35)
        reference = "".join((structure.findtext("Ref") or "").split())
        if genre in ("QRR", "") and est_reference_qr(reference):
            found.add(reference)
    return found.pop() if len(found) == 1 else ""


def _reference_seule(ecriture, details: list) -> str:
    return _reference_ecrite(ecriture) if len(details) == 1 else ""


def _reference_ecrite(ecriture) -> str:
    """The reference in the words of an entry, where PostFinance writes it."""
    found = {
        reference
        for match in _REFERENCE.findall(_texte(ecriture, "AddtlNtryInf", 500))
        if est_reference_qr(reference := match.replace(" ", ""))
    }
    return found.pop() if len(found) == 1 else ""
