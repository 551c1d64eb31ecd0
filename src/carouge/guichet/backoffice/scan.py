"""Numbers of demandes as a scanner keys them in, in pure Python."""

from __future__ import annotations

from carouge.guichet.demande.domain import InvalidNumber
from carouge.guichet.demande.domain import parse_number


MAX_SCAN = 64

# A scanner thinks of an American keyboard; the machine's own may have other signs there.
_SWAPPED = str.maketrans("YZyz", "ZYzy")


def scanned_number(text: str) -> str:
    """The number a scanner or a hand has keyed in, in its printed form.

    :raises carouge.guichet.demande.domain.InvalidNumber: it cannot be one
    """
    compact = "".join(char for char in text[:MAX_SCAN] if char.isalnum())
    try:
        return parse_number(compact)
    except InvalidNumber:
        return parse_number(compact.translate(_SWAPPED))
