"""The table that is printed: figures of ours and theirs, their ratio, what is wanted.

A ratio below the floor means that the work is not done; one that meets the goal is what
we want. For most ratios less is better; for speeds more is.
"""

from dataclasses import asdict
from dataclasses import dataclass


MET = "goal met"
FLOOR = "floor met"
MISSED = "MISSED"


@dataclass(frozen=True)
class Goal:
    """What a ratio is measured by; ``more`` when more is better."""

    goal: float
    floor: float
    more: bool = False

    def verdict(self, ratio: float) -> str:
        """One of the words above."""
        sign = -1 if self.more else 1
        if sign * ratio <= sign * self.goal:
            return MET
        return FLOOR if sign * ratio <= sign * self.floor else MISSED


@dataclass(frozen=True)
class Row:
    """A line of the table; ``wanted`` is empty for what is only told.

    ``ours`` and ``theirs`` are texts with their units; ``theirs`` says what it is.
    """

    operation: str
    ours: str
    theirs: str = ""
    ratio: float | None = None
    wanted: Goal | None = None

    @property
    def verdict(self) -> str:
        if self.wanted is None or self.ratio is None:
            return ""
        return self.wanted.verdict(self.ratio)

    def cells(self) -> list[str]:
        wanted = self.wanted
        return [
            self.operation,
            self.ours,
            self.theirs,
            "" if self.ratio is None else _number(self.ratio),
            "" if wanted is None else _number(wanted.goal),
            "" if wanted is None else _number(wanted.floor),
            self.verdict,
        ]

    def to_json(self) -> dict:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict) -> "Row":
        wanted = data["wanted"]
        return cls(**data | {"wanted": Goal(**wanted) if wanted else None})


HEADS = ["operation", "ours", "theirs", "ratio", "goal", "floor", "verdict"]


def table(rows: list[Row]) -> str:
    """The rows as a table of Markdown, which is well to read as plain text too."""
    lines = [HEADS, *(row.cells() for row in rows)]
    widths = [max(len(line[n]) for line in lines) for n in range(len(HEADS))]
    numbers = range(3, 6)

    def written(line: list[str]) -> str:
        cells = [
            cell.rjust(width) if n in numbers else cell.ljust(width)
            for n, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        return f"| {' | '.join(cells)} |"

    rule = [
        "-" * (width - 1) + (":" if n in numbers else "-")
        for n, width in enumerate(widths)
    ]
    return "\n".join([written(HEADS), written(rule), *map(written, lines[1:])])


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if value < 100 else f"{value:.0f}"
