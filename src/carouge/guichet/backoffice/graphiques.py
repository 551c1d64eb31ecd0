"""Where the bars of a chart stand, in pure Python. The template draws them as SVG.

Lengths are units of the drawing's own (``viewBox``); the page gives it its width.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass


LARGEUR = 720
HAUTEUR = 260
MARGE_GAUCHE = 48
MARGE_BAS = 32
MARGE_HAUT = 12


@dataclass(frozen=True)
class Barre:
    """A bar: ``x`` and ``y`` are its upper left corner; ``serie`` is the rank of its
    series."""

    x: float
    y: float
    largeur: float
    hauteur: float
    valeur: int
    serie: int


@dataclass(frozen=True)
class Repere:
    """A word beside the chart; ``x``, ``y`` are where it is written."""

    x: float
    y: float
    texte: str


@dataclass(frozen=True)
class Graphique:
    """A chart. ``horizontales`` are the values on the left, with the height of their
    line; ``legendes`` stand under the groups of bars."""

    largeur: int
    hauteur: int
    base: float
    barres: list[Barre]
    horizontales: list[Repere]
    legendes: list[Repere]


def histogramme(
    legendes: Sequence[str], series: Sequence[Mapping[str, int]]
) -> Graphique:
    """Groups of upright bars, one group per legend, one bar in it for each series."""
    values = [[serie.get(legende, 0) for serie in series] for legende in legendes]
    top = echelle(max((max(group) for group in values), default=0))
    base = HAUTEUR - MARGE_BAS
    height = base - MARGE_HAUT
    step = (LARGEUR - MARGE_GAUCHE) / max(1, len(legendes))
    width = step * 0.8 / max(1, len(series))
    bars = []
    for rank, group in enumerate(values):
        left = MARGE_GAUCHE + step * (rank + 0.1)
        for serie, value in enumerate(group):
            tall = height * value / top
            bars.append(
                Barre(
                    _r(left + serie * width),
                    _r(base - tall),
                    _r(width),
                    _r(tall),
                    value,
                    serie,
                )
            )
    # With many groups only some of the legends have room.
    every = -(-len(legendes) // 12) or 1
    return Graphique(
        LARGEUR,
        HAUTEUR,
        base,
        bars,
        [
            Repere(MARGE_GAUCHE - 6, _r(base - height * part / 4), _n(top * part / 4))
            for part in (range(5) if top % 4 == 0 else (0, 4))
        ],
        [
            Repere(_r(MARGE_GAUCHE + step * (rank + 0.5)), HAUTEUR - 10, legende)
            for rank, legende in enumerate(legendes)
            if rank % every == 0
        ],
    )


def echelle(value: int) -> int:
    """A round number not below a value, at least 4: what the top of a chart stands for."""
    if value <= 4:
        return 4
    power = 10 ** (len(str(value)) - 1)
    for factor in (1, 2, 4, 5, 8, 10):
        if factor * power >= value:
            return factor * power
    raise AssertionError("ten times the power is never below")


def _r(length: float) -> float:
    return round(length, 1)


def _n(value: float) -> str:
    return str(int(value)) if value == int(value) else f"{value:.1f}"
