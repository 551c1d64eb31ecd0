"""What may be typed for a régie, in pure Python."""

from __future__ import annotations

from stdnum import iban
from stdnum.ch import esr
from stdnum.exceptions import ValidationError

import re


#: Digits of a QR reference without its check digit.
CHIFFRES_REFERENCE = 26

#: The digits before ours: enough stay for random ones, so that none comes twice.
MAX_PREFIXE_REFERENCE = 12

_CODE = re.compile(r"[A-Z][A-Z0-9_-]{0,19}")
_ESPACE = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,19}")
_PREFIXE = re.compile(r"[A-Z][A-Z0-9]{0,7}")
_NPA = re.compile(r"[0-9A-Z][0-9A-Z -]{1,15}")


def est_code(text: str) -> bool:
    """A name for imports, addresses and the environment: ``VILLE``."""
    return _CODE.fullmatch(text) is not None and not text.endswith(("-", "_"))


def est_espace(text: str) -> bool:
    """A name for the debtors of a business application: ``foyers``."""
    return _ESPACE.fullmatch(text) is not None


def est_prefixe_numero(text: str) -> bool:
    """What the numbers of invoices made here begin with: ``V``, ``CCAS``."""
    return _PREFIXE.fullmatch(text) is not None


def est_prefixe_reference(text: str) -> bool:
    """The digits QR references begin with; none is fine as well."""
    chiffres = text.isascii() and text.isdigit()
    return not text or (chiffres and len(text) <= MAX_PREFIXE_REFERENCE)


def est_npa(text: str) -> bool:
    """A postal code, of any country."""
    return _NPA.fullmatch(text) is not None


def compacter_iban(text: str) -> str:
    """An IBAN as machines write it, without blanks."""
    return "".join(text.split()).upper()


def est_qr_iban(text: str) -> bool:
    """An IBAN of Switzerland or Liechtenstein for QR references (IID 30000 to 31999)."""
    text = compacter_iban(text)
    if not text.isascii() or text[:2] not in ("CH", "LI"):
        return False
    try:
        return 30_000 <= int(iban.validate(text)[4:9]) <= 31_999
    except (ValidationError, ValueError):
        return False


def reference_complete(chiffres: str) -> str:
    """``chiffres`` (26 digits) with their check digit (modulo 10, recursive)."""
    return chiffres + esr.calc_check_digit(chiffres)


def est_reference_qr(text: str) -> bool:
    """27 digits whose last one is right; not zeros alone."""
    if len(text) != CHIFFRES_REFERENCE + 1 or not (text.isascii() and text.isdigit()):
        return False
    return text.strip("0") != "" and esr.calc_check_digit(text[:-1]) == text[-1]
