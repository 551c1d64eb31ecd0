"""The search of the catalogue, on a small invented catalogue."""

from carouge.guichet.demarche.search import Fiche
from carouge.guichet.demarche.search import MAX_CHARACTERS
from carouge.guichet.demarche.search import MAX_WORDS
from carouge.guichet.demarche.search import normalise
from carouge.guichet.demarche.search import SearchIndex
from hypothesis import given
from hypothesis import strategies as st
from time import perf_counter

import pytest
import random


def fiche(
    key: str,
    title: str,
    *,
    summary: str = "",
    category: str = "",
    keywords: tuple[str, ...] = (),
    synonyms: tuple[str, ...] = (),
    audience: str = "",
    details: str = "",
) -> Fiche:
    return Fiche(key, title, summary, category, keywords, synonyms, audience, details)


CATALOGUE = (
    fiche(
        "dechets/commander-un-conteneur",
        "Commander un conteneur",
        summary="Recevez un conteneur pour votre immeuble.",
        category="Déchets",
        keywords=("conteneur", "tri"),
        synonyms=("poubelle", "bac", "benne"),
        audience="Les propriétaires d'immeubles.",
    ),
    fiche(
        "dechets/rendez-vous-encombrants",
        "Rendez-vous pour les encombrants",
        summary="La voirie enlève vos gros objets devant chez vous.",
        category="Déchets",
        keywords=("encombrants", "meubles"),
        synonyms=("vieux canapé", "matelas", "jeter un meuble"),
        details="Sortez vos objets la veille, sans gêner les chiens ni les piétons.",
    ),
    fiche(
        "dechets/signaler-un-depot-sauvage",
        "Signaler un dépôt sauvage",
        summary="Dites-nous où des déchets ont été abandonnés.",
        category="Déchets",
        keywords=("dépôt", "ordures"),
        synonyms=("décharge", "encombrants abandonnés"),
    ),
    fiche(
        "enfance-ecoles/inscription-parascolaire",
        "Inscrire un enfant au parascolaire",
        summary="Votre enfant est accueilli à midi et le soir.",
        category="Enfance et écoles",
        keywords=("parascolaire", "restaurant scolaire"),
        synonyms=("cantine", "garde après l'école"),
    ),
    fiche(
        "animaux/annoncer-un-chien",
        "Annoncer un chien",
        summary="Annoncez l'arrivée, le départ ou la mort de votre chien.",
        category="Animaux",
        keywords=("chien",),
        synonyms=("toutou", "impôt sur les chiens"),
    ),
    fiche(
        "animaux/signaler-un-animal-perdu",
        "Signaler un animal perdu ou trouvé",
        summary="Votre animal a disparu, ou vous en avez recueilli un.",
        category="Animaux",
        keywords=("animal perdu",),
        synonyms=("chien perdu", "chat perdu"),
    ),
    fiche(
        "etat-civil/mariage",
        "Préparer un mariage",
        category="État civil",
        keywords=("mariage", "bans"),
        synonyms=("noces", "vœux"),
    ),
    fiche(
        "mobilite/macaron-stationnement",
        "Macaron de stationnement",
        summary="Garez votre voiture sans limite de temps dans votre zone.",
        category="Mobilité",
        keywords=("macaron", "stationnement"),
        synonyms=("parking", "zone bleue"),
    ),
)


@pytest.fixture(scope="module")
def index() -> SearchIndex:
    return SearchIndex(CATALOGUE)


def keys(index: SearchIndex, query: str) -> list[str]:
    return [hit.key for hit in index.search(query)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Déchets", "dechets"),
        ("  L’Œuvre d'art,\tça ÎLE-à-côté ", "l oeuvre d art ca ile a cote"),
        ("Straße ﬁn", "strasse fin"),
        ("e\u0301tat", "etat"),
        ("1er août_2026", "1er aout 2026"),
        ("\x00\x07\u200b!?", ""),
        ("", ""),
    ],
)
def test_normalise(text, expected):
    assert normalise(text) == expected


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("poubelle", "dechets/commander-un-conteneur"),
        ("POUBELLES", "dechets/commander-un-conteneur"),
        ("conteneurs", "dechets/commander-un-conteneur"),
        ("cont", "dechets/commander-un-conteneur"),
        ("je voudrais commander une pou", "dechets/commander-un-conteneur"),
        ("canape", "dechets/rendez-vous-encombrants"),
        ("où mettre mon vieux canapé", "dechets/rendez-vous-encombrants"),
        ("rendezvous encombrant", "dechets/rendez-vous-encombrants"),
        ("depot sauvage", "dechets/signaler-un-depot-sauvage"),
        ("depotsauvage", "dechets/signaler-un-depot-sauvage"),
        ("para scolaire", "enfance-ecoles/inscription-parascolaire"),
        ("inscription parascolaire", "enfance-ecoles/inscription-parascolaire"),
        ("lecole", "enfance-ecoles/inscription-parascolaire"),
        ("chiens", "animaux/annoncer-un-chien"),
        ("mon chien s'est perdu", "animaux/signaler-un-animal-perdu"),
        ("perdu mon chien", "animaux/signaler-un-animal-perdu"),
        ("se marier", "etat-civil/mariage"),
        ("voeux", "etat-civil/mariage"),
        ("garer ma voiture", "mobilite/macaron-stationnement"),
    ],
)
def test_first_hit(index, query, first):
    assert keys(index, query)[:1] == [first]


@pytest.mark.parametrize(
    ("query", "first", "corrections"),
    [
        (
            "Parascolère",
            "enfance-ecoles/inscription-parascolaire",
            (("parascolère", "parascolaire"),),
        ),
        (
            "enkombrant",
            "dechets/rendez-vous-encombrants",
            (("enkombrant", "encombrants"),),
        ),
        (
            "dpéot sovage",
            "dechets/signaler-un-depot-sauvage",
            (("dpéot", "dépôt"), ("sovage", "sauvage")),
        ),
        (
            "conteneru pobelle",
            "dechets/commander-un-conteneur",
            (("conteneru", "conteneur"), ("pobelle", "poubelle")),
        ),
        ("conteneur", "dechets/commander-un-conteneur", ()),
        ("CANAPE", "dechets/rendez-vous-encombrants", ()),
    ],
)
def test_corrections_are_told(index, query, first, corrections):
    hit = index.search(query)[0]
    assert (hit.key, hit.corrections) == (first, corrections)


@pytest.mark.parametrize(
    "query",
    [
        "",
        "   ",
        "l'",
        "je veux mon, pour la",
        "\x00\x01\x1b[0m\u202e",
        "?!…%_",
        "xyzzyq",
        "zz",
        "🐕",
    ],
)
def test_nothing_found(index, query):
    assert index.search(query) == []


def test_short_words_are_not_corrected(index):
    assert index.search("bax") == []


def test_a_mistyped_stop_word_is_not_a_word_of_the_catalogue():
    index = SearchIndex([fiche("a", "Cours de yoga"), fiche("b", "Piscine")])
    assert keys(index, "puor la piscine") == ["b"]


def test_only_the_last_word_is_unfinished(index):
    assert keys(index, "cont sauvage") == ["dechets/signaler-un-depot-sauvage"]
    assert keys(index, "sauvage cont")[0] == "dechets/signaler-un-depot-sauvage"
    assert "dechets/commander-un-conteneur" in keys(index, "sauvage cont")


def test_unknown_words_do_not_hide_known_ones(index):
    assert keys(index, "xyzzyq poubelle") == ["dechets/commander-un-conteneur"]


def test_fields_in_order_of_weight():
    word = "ludothèque"
    index = SearchIndex(
        [
            fiche("6", "Zzz", details=word),
            fiche("5", "Zzz", audience=word),
            fiche("4", "Zzz", category=word),
            fiche("3", "Zzz", summary=word),
            fiche("2", "Zzz", synonyms=(word,)),
            fiche("1", "Zzz", keywords=(word,)),
            fiche("0", word),
        ]
    )
    scores = {hit.key: hit.score for hit in index.search(word)}
    assert list(scores) == sorted(scores)
    assert list(scores)[:4] == ["0", "1", "2", "3"]


def test_readings_in_order_of_quality():
    index = SearchIndex(
        [
            fiche("exact", "Jardin"),
            fiche("stem", "Jardins"),
            fiche("prefix", "Jardinerie"),
        ]
    )
    assert keys(index, "jardin") == ["exact", "stem", "prefix"]


def test_covered_words_rank_first():
    index = SearchIndex(
        [
            fiche("both", "Autre chose", summary="Louer une salle de gymnastique"),
            fiche("one", "Salle"),
        ]
    )
    assert keys(index, "salle gymnastique")[0] == "both"


def test_whole_synonym_beats_its_words():
    index = SearchIndex(
        [
            fiche("words", "B", synonyms=("carte", "jour férié")),
            fiche("unit", "C", synonyms=("carte du jour",)),
        ]
    )
    assert keys(index, "la carte du jour")[0] == "unit"
    assert keys(index, "carte")[0] == "words"


def test_ties_are_ordered_by_title():
    index = SearchIndex(
        [
            fiche("z", "Émeraude", keywords=("vert",)),
            fiche("a", "Forêt", keywords=("vert",)),
            fiche("m", "Absinthe", keywords=("vert",)),
        ]
    )
    assert keys(index, "vert") == ["m", "z", "a"]


def test_limit(index):
    assert len(index.search("déchets")) > 1
    assert index.search("déchets", limit=1) == index.search("déchets")[:1]
    assert index.search("déchets", limit=0) == []


def test_empty_catalogue():
    assert SearchIndex([]).search("poubelle") == []


def test_long_queries_are_cut(index):
    filler = "zzz " * 60
    assert len(filler) > MAX_CHARACTERS
    assert index.search(filler + "poubelle") == []
    assert index.search("zz " * MAX_WORDS + "poubelle") == []
    assert keys(index, "pour la " * 8 + "poubelle")[:1] == [
        "dechets/commander-un-conteneur"
    ]


@pytest.mark.parametrize("query", ["a" * 10_000, "chien " * 2_000, "\x00" * 10_000])
def test_abusive_queries_are_fast(index, query):
    start = perf_counter()
    index.search(query)
    assert perf_counter() - start < 0.05


SENTENCE = """
mon chien perdu poubele conteneur cont parascolere dépôt l'école où vœux para scolaire
rendez-vous garer faire demande xyzzyq depotsauvage
"""
WORDS = st.sampled_from(SENTENCE.split())
QUERIES = st.one_of(
    st.text(max_size=300),
    st.lists(WORDS, max_size=20).map(" ".join),
    st.lists(st.one_of(WORDS, st.text(max_size=12)), max_size=8).map(" ".join),
)


@given(st.text())
def test_normalise_is_idempotent(text):
    assert normalise(normalise(text)) == normalise(text)


@given(QUERIES)
def test_any_query_is_answered_best_first(query):
    hits = SEARCHED.search(query)
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert all(score > 0 for score in scores)
    assert len({hit.key for hit in hits}) == len(hits)


@given(QUERIES, st.randoms(use_true_random=False))
def test_order_does_not_depend_on_the_order_of_the_catalogue(query, chance):
    shuffled = list(CATALOGUE)
    chance.shuffle(shuffled)
    assert SearchIndex(shuffled).search(query) == SEARCHED.search(query)


@given(st.lists(st.builds(fiche, st.text(), st.text(), summary=st.text())), QUERIES)
def test_any_catalogue_is_searched(fiches, query):
    assert len(SearchIndex(fiches).search(query)) <= len(fiches)


SEARCHED = SearchIndex(CATALOGUE)


def test_two_hundred_fiches_are_searched_in_five_milliseconds():
    chance = random.Random(1)
    letters = "aeioudlmnprst"
    words = ["".join(chance.choices(letters, k=8)) for _ in range(4000)]

    def some(count: int) -> str:
        return " ".join(chance.choices(words, k=count))

    index = SearchIndex(
        fiche(
            str(number),
            some(5),
            summary=some(25),
            category=some(2),
            keywords=tuple(some(2) for _ in range(5)),
            synonyms=tuple(some(2) for _ in range(8)),
            audience=some(25),
            details=some(80),
        )
        for number in range(200)
    )
    queries = [some(4) for _ in range(100)] + [some(1)[:-1] + "x" for _ in range(100)]
    start = perf_counter()
    for query in queries:
        index.search(query)
    assert (perf_counter() - start) / len(queries) < 0.005
