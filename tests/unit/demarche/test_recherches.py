"""The search on the demonstration's catalogue: what citizens type, what they find."""

from carouge.guichet.demarche.search import Fiche
from carouge.guichet.demarche.search import SearchIndex
from pathlib import Path
from time import perf_counter

import pytest
import yaml


HERE = Path(__file__).parent
CONTENU = HERE.parents[2] / "src/carouge/guichet/demo/contenu"
RECHERCHES = yaml.safe_load((HERE / "recherches.yaml").read_text("utf-8"))
CASES = [(query, key) for key, queries in RECHERCHES.items() for query in queries]


def read_fiches() -> list[Fiche]:
    contents = (
        yaml.safe_load(path.read_text("utf-8"))
        for path in sorted(CONTENU.glob("*.yaml"))
    )
    return [
        Fiche(
            key=f"{categorie['id']}/{demarche['id']}",
            title=demarche["titre"],
            summary=demarche["resume"],
            category=categorie["titre"],
            keywords=tuple(demarche["mots_cles"]),
            synonyms=tuple(demarche["synonymes"]),
            audience=demarche["pour_qui"],
            details="\n".join(demarche["etapes"] + demarche["pieces_requises"]),
        )
        for categorie in contents
        for demarche in categorie.get("demarches", ())
        if demarche["etat"] in ("publiee", "suspendue")
    ]


@pytest.fixture(scope="module")
def index() -> SearchIndex:
    return SearchIndex(read_fiches())


@pytest.mark.parametrize(("query", "expected"), CASES)
def test_first_hit(index, query, expected):
    assert [hit.key for hit in index.search(query, limit=1)] == [expected]


def test_every_demarche_is_found_by_its_title(index):
    fiches = read_fiches()
    found = {fiche.key: index.search(fiche.title, limit=1)[0].key for fiche in fiches}
    assert found == {fiche.key: fiche.key for fiche in fiches}


@pytest.mark.parametrize("query", ["xyzzyq", "je veux faire", "", "qwertz asdfgh"])
def test_what_means_nothing_finds_nothing(index, query):
    assert index.search(query) == []


def test_a_search_takes_less_than_five_milliseconds(index):
    start = perf_counter()
    for query, _ in CASES:
        index.search(query)
    assert (perf_counter() - start) / len(CASES) < 0.005
