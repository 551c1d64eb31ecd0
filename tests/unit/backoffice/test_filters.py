"""The filters of the desk's list, as they stand in an address."""

from carouge.guichet.backoffice.domain import Filters
from carouge.guichet.backoffice.domain import group_by_step
from carouge.guichet.backoffice.domain import last_start
from carouge.guichet.backoffice.domain import looks_like_number
from carouge.guichet.backoffice.domain import normalise_line_ends
from carouge.guichet.backoffice.domain import PAGE_SIZE
from carouge.guichet.backoffice.domain import parse_filters
from carouge.guichet.backoffice.domain import parse_query
from carouge.guichet.backoffice.domain import whole_number
from carouge.guichet.demande.criteres import Bannette
from carouge.guichet.demande.criteres import PERSONNE
from carouge.guichet.demande.criteres import Tri
from carouge.guichet.demande.domain import Canal
from carouge.guichet.demande.domain import Reponse
from carouge.guichet.demande.domain import State
from datetime import date
from hypothesis import given
from hypothesis import strategies as st

import pytest


SERVICES = ("service-1", "service-2")
DEMARCHES = ("demarche-1", "demarche-2")


def parse(form):
    return parse_filters(form, services=SERVICES, demarches=DEMARCHES)


def test_an_address_without_filters_is_the_list_an_agent_comes_to():
    assert parse({}) == Filters()
    assert Filters().query() == ""
    assert not Filters().narrowed


def test_a_complete_address():
    filters = parse(
        {
            "bannette": "en_retard",
            "etat": ["en_cours", "deposee", "en_cours"],
            "demarche": "demarche-2",
            "service": "service-1",
            "attribuee": "anne",
            "canal": "guichet",
            "du": "2026-11-01",
            "au": "2026-11-30",
            "q": "  Rochat   Camille ",
            "tri": "anciennes",
            "vue": "0a1b",
            "debut": "100",
        }
    )
    assert filters == Filters(
        bannette=Bannette.EN_RETARD,
        etats=(State.DEPOSEE, State.EN_COURS),
        demarche="demarche-2",
        service="service-1",
        agent="anne",
        canal=Canal.GUICHET,
        du=date(2026, 11, 1),
        au=date(2026, 11, 30),
        texte="Rochat Camille",
        tri=Tri.ANCIENNES,
        vue="0a1b",
        start=100,
    )
    assert filters.query() == (
        "bannette=en_retard&etat=deposee&etat=en_cours&demarche=demarche-2"
        "&service=service-1&attribuee=anne&canal=guichet&du=2026-11-01&au=2026-11-30"
        "&q=Rochat+Camille&tri=anciennes&vue=0a1b&debut=100"
    )
    assert filters.narrowed


def test_nobody_is_an_agent_to_look_for():
    filters = parse({"attribuee": "personne"})
    assert filters.agent == PERSONNE
    assert filters.query() == "attribuee=personne"
    assert filters.narrowed


def test_another_order_or_tray_begins_at_the_first_page():
    filters = Filters(demarche="demarche-1", tri=Tri.TITRE, start=150, vue="a")
    assert filters.sorted_by(Tri.RECENTES) == Filters(
        demarche="demarche-1", tri=Tri.RECENTES, vue="a"
    )
    assert filters.in_tray(Bannette.MIENNES) == Filters(
        bannette=Bannette.MIENNES, tri=Tri.TITRE
    )
    assert filters.to_save() == Filters(demarche="demarche-1", tri=Tri.TITRE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-K7QM-4TXC", True),
        ("2026 k7qm 4txc", True),
        ("2026K7QM4TX1", True),
        ("2026-K7QM-4TX", False),
        ("2026-K7QM-4TXCC", False),
        ("2026 Rochatme", False),
        ("Rochat", False),
        ("", False),
    ],
)
def test_what_looks_like_a_whole_number(text, expected):
    assert looks_like_number(text) is expected


@pytest.mark.parametrize(
    "form",
    [
        {"etat": "xyz"},
        {"etat": ["xyz", "", None, 3, ["deposee"]]},
        {"etat": {"deposee": "1"}},
        {"debut": "-1"},
        {"debut": "abc"},
        {"debut": "1e3"},
        {"debut": "٥٠"},
        {"debut": "9" * 5000},
        {"debut": ["50", "100"]},
        {"debut": 50},
        {"debut": "49"},
        {"demarche": "demarche-3"},
        {"demarche": ["demarche-1", "demarche-2"]},
        {"service": "service-3"},
        {"service": ["service-1"]},
        {"tri": "x"},
        {"tri": ["anciennes"]},
        {"bannette": "x"},
        {"bannette": ["toutes"]},
        {"canal": "fax"},
        {"du": "2026-13-01"},
        {"du": "01.11.2026"},
        {"au": ["2026-11-01"]},
        {"au": "\u0662\u0660\u0662\u0666-11-01"},
        {"attribuee": ["anne"]},
        {"attribuee": "  "},
        {"vue": "../x"},
        {"vue": "g"},
        {"q": ["x"]},
        {"demarche": "", "service": "", "tri": "", "debut": ""},
    ],
)
def test_what_cannot_be_understood_is_left_out(form):
    assert parse(form) == Filters()


filters = st.builds(
    Filters,
    etats=st.sets(st.sampled_from(State)).map(
        lambda chosen: tuple(etat for etat in State if etat in chosen)
    ),
    demarche=st.none() | st.sampled_from(DEMARCHES),
    service=st.none() | st.sampled_from(SERVICES),
    bannette=st.none() | st.sampled_from(Bannette),
    agent=st.none() | st.sampled_from((PERSONNE, "anne", "b.c@d")),
    canal=st.none() | st.sampled_from(Canal),
    du=st.none() | st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    au=st.none() | st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    texte=st.sampled_from(("", "Rochat", "Zoé & C° = +")),
    tri=st.sampled_from(Tri),
    vue=st.sampled_from(("", "0a")),
    start=st.integers(0, 200_000).map(lambda page: page * PAGE_SIZE),
)


@given(filters)
def test_the_address_of_a_list_leads_back_to_it(filters):
    assert (
        parse_query(filters.query(), services=SERVICES, demarches=DEMARCHES) == filters
    )


anything = st.recursive(
    st.none() | st.text() | st.integers() | st.floats() | st.binary() | st.booleans(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
names = st.sampled_from(
    [
        "bannette",
        "etat",
        "demarche",
        "service",
        "attribuee",
        "canal",
        "du",
        "au",
        "q",
        "tri",
        "debut",
        "vue",
    ]
)


@given(st.dictionaries(names, anything))
def test_no_address_breaks_the_list(form):
    found = parse(form)
    assert found.start >= 0
    assert found.start % PAGE_SIZE == 0
    assert found.demarche in (None, *DEMARCHES)
    assert found.service in (None, *SERVICES)
    assert len(found.texte) <= 200
    assert parse(dict(found.pairs())).start == found.start


@pytest.mark.parametrize(
    ("total", "start"),
    [(0, 0), (1, 0), (50, 0), (51, 50), (100, 50), (101, 100), (1234, 1200)],
)
def test_last_page(total, start):
    assert last_start(total) == start


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("0", 0),
        (" 12 ", 12),
        ("007", 7),
        ("", None),
        ("-1", None),
        ("+1", None),
        ("1.0", None),
        ("²", None),
        ("123456789", None),
        (None, None),
        (3, None),
        (["3"], None),
    ],
)
def test_whole_number(value, number):
    assert whole_number(value) == number


def test_answers_are_grouped_by_step_in_the_order_of_the_form():
    lieu = Reponse("lieu", "L’endroit", "Adresse", "Rue Vautier")
    date = Reponse("date", "L’endroit", "Quand", "20.11.2026")
    nom = Reponse("nom", "Vos coordonnées", "Nom", "Rochat")
    assert [(g.title, g.reponses) for g in group_by_step([lieu, date, nom])] == [
        ("L’endroit", (lieu, date)),
        ("Vos coordonnées", (nom,)),
    ]


def test_line_ends_of_a_browser():
    assert normalise_line_ends(" Bonjour,\r\n\r\nmerci.\r ") == "Bonjour,\n\nmerci."
