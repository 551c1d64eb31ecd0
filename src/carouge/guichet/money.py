"""Amounts in centimes, in pure Python: whole numbers inside, decimals at the edges."""

from __future__ import annotations

from decimal import Decimal
from decimal import InvalidOperation

import re


#: The one currency of the counter (ISO 4217).
CURRENCY = "CHF"

#: The largest amount of a Swiss QR-bill, in centimes (IG QR-bill v2.3, 4.2.2).
MAX_CENTIMES = 99_999_999_999

_AMOUNT = re.compile(r"[0-9]{1,9}(?:[.,][0-9]{1,2})?")
#: How Swiss people write whole francs.
_WHOLE = re.compile(r"([^.,]+)\.[-\u2013]")
_THOUSANDS = re.compile(
    r"[0-9]{1,3}(?:['\u2019 \u00a0][0-9]{3}){1,2}(?:[.,][0-9]{1,2})?"
)


class InvalidAmount(ValueError):
    """This is no amount of money the counter takes."""


def to_centimes(amount: Decimal | int | str) -> int:
    """``Decimal("187.35")`` or ``"187.35"`` in centimes: 18735.

    An ``int`` is francs. A text may have a comma instead of the point, and nothing else:
    no sign, no separator of thousands, no exponent, ASCII digits only.

    :raises InvalidAmount: for anything else, for zero and less, for fractions of a
        centime, for floats and booleans, and above :data:`MAX_CENTIMES`
    """
    if isinstance(amount, str):
        if not _AMOUNT.fullmatch(amount):
            raise InvalidAmount("text")
        amount = Decimal(amount.replace(",", "."))
    if isinstance(amount, bool) or not isinstance(amount, (Decimal, int)):
        raise InvalidAmount(type(amount).__name__)
    try:
        centimes = Decimal(amount) * 100
        exact = centimes == centimes.to_integral_value()
    except InvalidOperation as error:
        raise InvalidAmount("number") from error
    if not exact or not 0 < centimes <= MAX_CENTIMES:
        raise InvalidAmount("range")
    return int(centimes)


def read_amount(text: str) -> Decimal | None:
    """``187.35`` or ``187,35`` as a person or a file writes it, in francs; None for
    anything else.

    Two decimals at most, ASCII digits, no sign and nothing between the thousands but the
    apostrophe or the blank Swiss people write there. ``40.-`` is 40.
    """
    text = text.strip().removeprefix("CHF").strip()
    whole = _WHOLE.fullmatch(text)
    text = whole[1] if whole else text
    if _THOUSANDS.fullmatch(text):
        text = re.sub(r"['\u2019 \u00a0]", "", text)
    return Decimal(text.replace(",", ".")) if _AMOUNT.fullmatch(text) else None


def to_decimal(centimes: int) -> str:
    """``18735`` as programs read it: ``187.35``; a debt has a minus."""
    sign = "-" if centimes < 0 else ""
    francs, rest = divmod(abs(centimes), 100)
    return f"{sign}{francs}.{rest:02d}"


def round_cash(centimes: int) -> int:
    """What is paid in coins: the nearest 5 centimes. The smallest coin is that."""
    return (centimes + 2) // 5 * 5


def format_chf(centimes: int) -> str:
    """``4000`` as ``CHF 40.00``; thousands as Swiss people write them: ``CHF 1'200.00``.

    A reduction has its sign before all of it: ``-CHF 5.00``.
    """
    francs, rest = divmod(abs(centimes), 100)
    sign = "-" if centimes < 0 else ""
    return f"{sign}CHF {francs:,}.{rest:02d}".replace(",", "'")
