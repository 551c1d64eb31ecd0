"""Amounts in centimes, in pure Python."""


def format_chf(centimes: int) -> str:
    """``4000`` as ``CHF 40.00``; thousands as Swiss people write them: ``CHF 1'200.00``.

    A reduction has its sign before all of it: ``-CHF 5.00``.
    """
    francs, rest = divmod(abs(centimes), 100)
    sign = "-" if centimes < 0 else ""
    return f"{sign}CHF {francs:,}.{rest:02d}".replace(",", "'")
