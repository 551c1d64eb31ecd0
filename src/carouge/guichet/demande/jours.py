"""Working days, in pure Python."""

from __future__ import annotations

from collections.abc import Container
from datetime import date
from datetime import timedelta


def add_working_days(start: date, days: int, holidays: Container[date]) -> date:
    """The day that lies ``days`` working days after ``start`` (Monday to Friday).

    ``holidays`` are the days on which the counter is closed by law.
    """
    day = start
    while days > 0:
        day += timedelta(days=1)
        if day.weekday() < 5 and day not in holidays:
            days -= 1
    return day


def count_working_days(start: date, end: date, holidays: Container[date]) -> int:
    """How many working days lie after ``start``, up to ``end``, that one included.

    The inverse of :func:`add_working_days`; 0 when ``end`` is not after ``start``.
    """
    length = (end - start).days
    days = (start + timedelta(days=n) for n in range(1, length + 1))
    return sum(day.weekday() < 5 and day not in holidays for day in days)


def working_days_before(end: date, days: int, holidays: Container[date]) -> date:
    """The last working day after which ``days`` working days were over at ``end``."""

    def is_working(day: date) -> bool:
        return day.weekday() < 5 and day not in holidays

    day = end
    while days > 0 or not is_working(day):
        days -= is_working(day)
        day -= timedelta(days=1)
    return day
