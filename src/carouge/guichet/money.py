"""Amounts in centimes, in pure Python."""


def format_chf(centimes: int) -> str:
    """``4000`` as ``CHF 40.00``; thousands as Swiss people write them: ``CHF 1'200.00``.

    :raises ValueError: for a negative amount
    """
    if centimes < 0:
        raise ValueError(centimes)
    francs, rest = divmod(centimes, 100)
    return f"CHF {francs:,}.{rest:02d}".replace(",", "'")
