"""Since when invoices are shown, and which are recent."""

from carouge.guichet.demande.horloge import geneva_holidays
from carouge.guichet.facture.regles import debut_fenetre
from carouge.guichet.facture.regles import visible_des
from carouge.guichet.swisstime import ZURICH
from datetime import date
from datetime import datetime
from datetime import timedelta
from datetime import timezone

import pytest


@pytest.mark.parametrize(
    ("cree", "jours", "des"),
    [
        # Monday: Tuesday, Wednesday, and then.
        (datetime(2026, 11, 2, 9, tzinfo=ZURICH), 2, date(2026, 11, 5)),
        # Friday: Monday and Tuesday; a weekend is no working day.
        (datetime(2026, 10, 30, 9, tzinfo=ZURICH), 2, date(2026, 11, 4)),
        # On Thursday: Friday and Monday.
        (datetime(2026, 10, 29, 9, tzinfo=ZURICH), 2, date(2026, 11, 3)),
        # Wednesday: Friday is the second one, Saturday comes after its end.
        (datetime(2026, 11, 4, 9, tzinfo=ZURICH), 2, date(2026, 11, 7)),
        # The Jeûne genevois is Thursday 10.9.2026.
        (datetime(2026, 9, 8, 9, tzinfo=ZURICH), 2, date(2026, 9, 12)),
        # 31.12. (Restauration) and 1.1. are holidays of Geneva, 2.1.2027 a Saturday.
        (datetime(2026, 12, 30, 9, tzinfo=ZURICH), 2, date(2027, 1, 6)),
        # 23:30 UTC is the next day in Geneva.
        (datetime(2026, 11, 2, 23, 30, tzinfo=timezone.utc), 2, date(2026, 11, 6)),
        # The night in which the clock is put back.
        (datetime(2026, 10, 25, 2, 30, tzinfo=ZURICH), 2, date(2026, 10, 28)),
        (datetime(2026, 11, 2, 9, tzinfo=ZURICH), 0, date(2026, 11, 2)),
        (datetime(2026, 11, 2, 9, tzinfo=ZURICH), 1, date(2026, 11, 4)),
    ],
)
def test_an_account_sees_invoices_after_the_last_working_day(cree, jours, des):
    assert visible_des(cree, jours, geneva_holidays()) == des


@pytest.mark.parametrize(
    ("jour", "mois", "debut"),
    [
        (date(2026, 5, 31), 3, date(2026, 2, 28)),
        (date(2028, 5, 31), 3, date(2028, 2, 29)),
        (date(2026, 5, 15), 3, date(2026, 2, 15)),
        (date(2026, 1, 31), 3, date(2025, 10, 31)),
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2026, 12, 31), 12, date(2025, 12, 31)),
        (date(2028, 2, 29), 12, date(2027, 2, 28)),
        (date(2026, 7, 10), 30, date(2024, 1, 10)),
    ],
)
def test_the_window_is_calendar_months(jour, mois, debut):
    assert debut_fenetre(jour, mois) == debut


def test_no_day_is_ever_lost_from_the_window():
    jours = [date(2024, 1, 1) + timedelta(days=n) for n in range(1500)]
    debuts = [debut_fenetre(jour, 3) for jour in jours]
    assert debuts == sorted(debuts)
