"""The filters of the desk's list, as they stand in an address."""

from carouge.guichet.backoffice.domain import Filters
from carouge.guichet.backoffice.domain import group_by_step
from carouge.guichet.backoffice.domain import last_start
from carouge.guichet.backoffice.domain import normalise_line_ends
from carouge.guichet.backoffice.domain import PAGE_SIZE
from carouge.guichet.backoffice.domain import parse_filters
from carouge.guichet.backoffice.domain import typed_number
from carouge.guichet.backoffice.domain import whole_number
from carouge.guichet.demande.domain import Reponse
from carouge.guichet.demande.domain import State
from hypothesis import given
from hypothesis import strategies as st
from urllib.parse import parse_qs

import pytest


SERVICES = ("service-1", "service-2")
DEMARCHES = ("demarche-1", "demarche-2")


def parse(form):
    return parse_filters(form, services=SERVICES, demarches=DEMARCHES)


def test_an_address_without_filters_is_the_whole_list():
    assert parse({}) == Filters()
    assert Filters().query() == ""


def test_a_complete_address():
    filters = parse(
        {
            "etat": ["en_cours", "deposee", "en_cours"],
            "demarche": "demarche-2",
            "service": "service-1",
            "tri": "anciennes",
            "debut": "100",
        }
    )
    assert filters == Filters(
        etats=(State.DEPOSEE, State.EN_COURS),
        demarche="demarche-2",
        service="service-1",
        oldest_first=True,
        start=100,
    )
    assert filters.query() == (
        "etat=deposee&etat=en_cours&demarche=demarche-2&service=service-1"
        "&tri=anciennes&debut=100"
    )


def test_another_choice_of_states_begins_at_the_first_page():
    filters = Filters(demarche="demarche-1", oldest_first=True, start=150)
    assert filters.with_states(State.REFUSEE, State.DEPOSEE) == Filters(
        etats=(State.DEPOSEE, State.REFUSEE), demarche="demarche-1", oldest_first=True
    )


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
    oldest_first=st.booleans(),
    start=st.integers(0, 200_000).map(lambda page: page * PAGE_SIZE),
)


@given(filters)
def test_the_address_of_a_list_leads_back_to_it(filters):
    form = {
        name: values if name == "etat" else values[0]
        for name, values in parse_qs(filters.query()).items()
    }
    assert parse(form) == filters


anything = st.recursive(
    st.none() | st.text() | st.integers() | st.floats() | st.binary() | st.booleans(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
names = st.sampled_from(["etat", "demarche", "service", "tri", "debut", "numero"])


@given(st.dictionaries(names, anything))
def test_no_address_breaks_the_list(form):
    found = parse(form)
    assert found.start >= 0
    assert found.start % PAGE_SIZE == 0
    assert found.demarche in (None, *DEMARCHES)
    assert found.service in (None, *SERVICES)
    assert len(typed_number(form)) <= 64


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
