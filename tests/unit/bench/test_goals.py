"""The table of the bench: what a verdict says, what is kept of a line."""

from goals import Goal
from goals import Row
from goals import table

import pytest


LESS, MORE = Goal(0.8, 1.0), Goal(2, 1.6, more=True)


@pytest.mark.parametrize(
    ("wanted", "ratio", "verdict"),
    [
        (LESS, 0.8, "goal met"),
        (LESS, 0.81, "floor met"),
        (LESS, 1.0, "floor met"),
        (LESS, 1.01, "MISSED"),
        (MORE, 2.0, "goal met"),
        (MORE, 1.99, "floor met"),
        (MORE, 1.6, "floor met"),
        (MORE, 1.59, "MISSED"),
        (Goal(0, 0), 0.0, "goal met"),
        (Goal(0, 0), 1.0, "MISSED"),
    ],
)
def test_verdict(wanted, ratio, verdict):
    assert Row("home", "40 ms", "50 ms F", ratio, wanted).verdict == verdict


def test_what_is_only_told_has_no_verdict():
    assert Row("conflicts", "3").verdict == ""
    assert Row("suivi", "40 ms", "50 ms F", 0.8).verdict == ""


@pytest.mark.parametrize(
    "row", [Row("home", "40 ms", "50 ms F", 0.8, LESS), Row("conflicts", "3")]
)
def test_a_row_is_kept_as_json(row):
    assert Row.from_json(row.to_json()) == row


def test_table():
    rows = [Row("home", "40 ms", "50 ms F", 0.8, LESS), Row("memory", "310 MB")]
    assert table(rows) == (
        "| operation | ours   | theirs  | ratio | goal | floor | verdict  |\n"
        "| --------- | ------ | ------- | ----: | ---: | ----: | -------- |\n"
        "| home      | 40 ms  | 50 ms F |   0.8 |  0.8 |     1 | goal met |\n"
        "| memory    | 310 MB |         |       |      |       |          |"
    )
