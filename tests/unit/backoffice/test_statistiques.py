"""The arithmetic of the statistics and of their charts."""

from carouge.guichet.backoffice.graphiques import echelle
from carouge.guichet.backoffice.graphiques import HAUTEUR
from carouge.guichet.backoffice.graphiques import histogramme
from carouge.guichet.backoffice.graphiques import LARGEUR
from carouge.guichet.backoffice.graphiques import MARGE_BAS
from carouge.guichet.backoffice.graphiques import MARGE_GAUCHE
from carouge.guichet.backoffice.graphiques import MARGE_HAUT
from carouge.guichet.backoffice.statistiques import compter
from carouge.guichet.backoffice.statistiques import lire_periode
from carouge.guichet.backoffice.statistiques import MAX_MOIS
from carouge.guichet.backoffice.statistiques import Periode
from carouge.guichet.backoffice.statistiques import pourcent
from carouge.guichet.backoffice.statistiques import quantile
from carouge.guichet.backoffice.statistiques import Resume
from carouge.guichet.backoffice.statistiques import resume_de
from carouge.guichet.demande.domain import Canal
from carouge.guichet.demande.domain import is_late
from carouge.guichet.demande.domain import State
from collections import Counter
from dataclasses import dataclass
from datetime import date
from datetime import datetime
from datetime import timezone
from hypothesis import given
from hypothesis import strategies as st

import json
import pytest


JOUR = date(2026, 11, 23)


@dataclass
class Row:
    depot: datetime
    etat: State = State.DEPOSEE
    cloture: datetime | None = None
    duree: int | None = None
    attendu: date | None = None
    canal: Canal = Canal.EN_LIGNE
    service_uid: str = "s"
    demarche_uid: str = "d"
    titre: str = "Titre"
    suspendu: bool = False

    def late(self, today):
        return is_late(self.attendu, self.etat, today, self.suspendu)


def at(month, day=1, hour=9, minute=0):
    return datetime(2026, month, day, hour, minute, tzinfo=timezone.utc)


def result(rows, periode=None):
    periode = periode or lire_periode("", "", JOUR)
    return [Resume(), *compter(rows, periode, JOUR)][-1]


@pytest.mark.parametrize(
    ("du", "au", "first", "last"),
    [
        ("", "", "2025-12", "2026-11"),
        ("2026-01", "2026-03", "2026-01", "2026-03"),
        ("2026-03", "2026-01", "2026-01", "2026-01"),
        ("2026-01", "2030-01", "2026-01", "2026-11"),
        ("1990-01", "2026-11", "2023-12", "2026-11"),
        ("n'importe", "2026-13", "2025-12", "2026-11"),
        ("2026-02", "2026-02", "2026-02", "2026-02"),
    ],
)
def test_periods(du, au, first, last):
    months = lire_periode(du, au, JOUR).mois
    assert (months[0], months[-1]) == (first, last)


@given(st.text(max_size=10), st.text(max_size=10), st.dates(date(2000, 1, 1)))
def test_a_period_is_always_one(du, au, jour):
    periode = lire_periode(du, au, jour)
    assert 1 <= len(periode.mois) <= MAX_MOIS
    assert periode.du <= periode.au


def test_the_end_of_a_period():
    assert lire_periode("2024-02", "2024-02", JOUR) == Periode(
        date(2024, 2, 1), date(2024, 2, 29)
    )


def test_counts():
    rows = [
        Row(at(9, 30, 22, 30)),  # already October by the counter's clock
        Row(
            at(10, 2),
            State.VALIDEE,
            cloture=at(11, 3),
            duree=4,
            attendu=date(2026, 11, 3),
            canal=Canal.GUICHET,
        ),
        Row(
            at(10, 2),
            State.REFUSEE,
            cloture=at(11, 4),
            duree=10,
            attendu=date(2026, 11, 3),
            demarche_uid="e",
            titre="Autre",
        ),
        Row(at(10, 5), State.RETIREE, cloture=at(10, 6), duree=1),
        Row(at(11, 1), State.EN_COURS, attendu=date(2026, 11, 20)),
        Row(at(1, 1), State.VALIDEE, cloture=at(11, 5), duree=200),
        Row(at(1, 1), State.EN_COURS),
    ]
    resume = result(rows, lire_periode("2026-10", "2026-11", JOUR))
    assert resume.deposees == {"2026-10": 4, "2026-11": 1}
    assert resume.terminees == {"2026-10": 1, "2026-11": 3}
    assert resume.etats == {
        "deposee": 1,
        "validee": 1,
        "refusee": 1,
        "retiree": 1,
        "en_cours": 1,
    }
    assert resume.canaux == {"en_ligne": 4, "guichet": 1}
    assert resume.demarches == {"d": 4, "e": 1}
    assert resume.titres == {"d": "Titre", "e": "Autre"}
    assert resume.durees == {4: 1, 10: 1, 200: 1}
    assert resume.durees_demarches == {"d": {4: 1, 200: 1}, "e": {10: 1}}
    assert (resume.a_temps, resume.hors_delai) == (1, 1)
    assert (resume.total, resume.ouvertes, resume.en_retard) == (5, 3, 1)


def test_a_result_survives_its_storage():
    rows = [Row(at(10), State.VALIDEE, cloture=at(11), duree=4)]
    resume = result(rows)
    assert resume_de(json.loads(json.dumps(resume.to_json()))) == resume


@pytest.mark.parametrize(
    ("days", "median", "p90"),
    [
        ([], None, None),
        ([3], 3, 3),
        ([1, 2], 1, 2),
        ([1, 2, 3], 2, 3),
        (range(1, 11), 5, 9),
        (range(1, 21), 10, 18),
        ([0] * 9 + [100], 0, 0),
    ],
)
def test_quantiles(days, median, p90):
    counts = Counter(days)
    assert (quantile(counts, 0.5), quantile(counts, 0.9)) == (median, p90)


@given(st.lists(st.integers(0, 400), min_size=1), st.floats(0.01, 1.0))
def test_a_quantile_holds_its_part(days, part):
    found = quantile(Counter(days), part)
    assert sum(day <= found for day in days) >= part * len(days)
    assert sum(day < found for day in days) < part * len(days)


def test_percent():
    assert [pourcent(0, 0), pourcent(1, 3), pourcent(3, 3)] == [None, 33, 100]


@given(
    st.lists(st.text(min_size=1, max_size=7), max_size=40, unique=True),
    st.integers(1, 2),
    st.data(),
)
def test_bars_stay_inside(legendes, n, data):
    series = [
        {legende: data.draw(st.integers(0, 10**6)) for legende in legendes}
        for _serie in range(n)
    ]
    chart = histogramme(legendes, series)
    assert len(chart.barres) == n * len(legendes)
    for bar in chart.barres:
        assert bar.x >= MARGE_GAUCHE
        assert bar.x + bar.largeur <= LARGEUR + 0.2
        assert bar.y >= MARGE_HAUT - 0.1
        assert bar.y + bar.hauteur <= HAUTEUR - MARGE_BAS + 0.2
    assert len(chart.legendes) <= 12 or not legendes


def test_a_chart():
    chart = histogramme(["a", "b"], [{"a": 4, "b": 2}])
    assert [(b.x, b.y, b.largeur, b.hauteur) for b in chart.barres] == [
        (81.6, 12.0, 268.8, 216.0),
        (417.6, 120.0, 268.8, 108.0),
    ]
    assert [r.texte for r in chart.horizontales] == ["0", "1", "2", "3", "4"]
    assert [r.texte for r in chart.legendes] == ["a", "b"]


def test_an_empty_chart():
    assert histogramme([], [{}]).barres == []
    assert [bar.hauteur for bar in histogramme(["a"], [{}]).barres] == [0]


@given(st.integers(0, 10**9))
def test_scales(value):
    top = echelle(value)
    assert max(value, 4) <= top <= max(4, value * 2)
