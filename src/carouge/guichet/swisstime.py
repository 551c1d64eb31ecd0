"""Dates and times as the counter's public reads them, in pure Python.

Moments are stored in UTC; the day and the hour of a commune are those of its clock.
"""

from __future__ import annotations

from datetime import date
from datetime import datetime
from datetime import timezone
from zoneinfo import ZoneInfo


ZURICH = ZoneInfo("Europe/Zurich")


def now() -> datetime:
    """The present moment, timezone-aware, in UTC."""
    return datetime.now(timezone.utc)


def local_date(moment: datetime) -> date:
    """The day on the counter's wall at that (aware) moment."""
    return moment.astimezone(ZURICH).date()


def today() -> date:
    """The day on the counter's wall."""
    return local_date(now())


def format_date(day: date) -> str:
    """``25.11.2026``."""
    return day.strftime("%d.%m.%Y")


def format_time(moment: datetime) -> str:
    """``22.11.2026, 23:10``, by the counter's clock; ``moment`` is aware."""
    return moment.astimezone(ZURICH).strftime("%d.%m.%Y, %H:%M")


def format_clock(moment: datetime) -> str:
    """``23:10``, by the counter's clock; ``moment`` is aware."""
    return moment.astimezone(ZURICH).strftime("%H:%M")
