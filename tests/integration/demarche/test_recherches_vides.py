"""What people looked for in vain, for the editor."""

from carouge.guichet.demarche import recherches
from carouge.guichet.demarche.recherches import forget_searches
from carouge.guichet.demarche.recherches import note_search
from carouge.guichet.demarche.recherches import searches_without_result

import pytest


class Guichet:
    """As much of a guichet as the counting needs."""

    def __init__(self, uid):
        self.uid = uid

    def UID(self):
        return self.uid


A, B = Guichet("a" * 32), Guichet("b" * 32)


@pytest.fixture(autouse=True)
def path(monkeypatch, tmp_path):
    path = tmp_path / "recherches.txt"
    monkeypatch.setenv(recherches.VARIABLE, str(path))
    return path


def test_counts_per_guichet_most_frequent_first():
    for query in ("Licorne", "dragon", "licorne !", "LICORNE"):
        note_search(A, query)
    note_search(B, "sirène")
    assert searches_without_result(A) == [("licorne", 3), ("dragon", 1)]
    assert searches_without_result(B) == [("sirene", 1)]


def test_nothing_yet(path):
    assert searches_without_result(A) == []
    assert not path.exists()


@pytest.mark.parametrize(
    "query",
    [
        "marie.durand@example.org",
        "756.1234.5678.97",
        "079 123 45 67",
        "12.03.1980",
        "a",
        "",
        "   ",
        "mot " * 40,
    ],
)
def test_what_may_be_personal_is_dropped(query, path):
    note_search(A, query)
    assert not path.exists()


def test_short_numbers_stay():
    note_search(A, "formulaire 1227")
    assert searches_without_result(A) == [("formulaire 1227", 1)]


def test_lines_cannot_be_forged():
    note_search(A, f"un\n{B.UID()}\t9\tdeux")
    assert searches_without_result(B) == []


def test_the_file_stays_small(monkeypatch, path):
    monkeypatch.setattr(recherches, "MAX_BYTES", 2000)
    monkeypatch.setattr(recherches, "KEPT", 10)
    for _again in range(3):
        note_search(A, "souvent")
    for number in range(300):
        note_search(A, f"mot{number}")
    assert path.stat().st_size < 2500
    found = searches_without_result(A)
    assert len(found) == 10
    assert found[0] == ("souvent", 3)


def test_forget_one_guichet_only():
    note_search(A, "licorne")
    note_search(B, "dragon")
    forget_searches(A)
    assert searches_without_result(A) == []
    assert searches_without_result(B) == [("dragon", 1)]


def test_forget_without_file(path):
    forget_searches(A)
    assert not path.exists()


def test_a_disk_that_cannot_be_written_spoils_nothing(monkeypatch, tmp_path, caplog):
    monkeypatch.setenv(recherches.VARIABLE, str(tmp_path / "missing" / "file.txt"))
    note_search(A, "licorne")
    assert "could not be counted" in caplog.text
