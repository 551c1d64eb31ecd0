"""What is counted and written down of a request."""

from carouge.guichet.demarche.browser.home import Home
from carouge.guichet.sante import compteurs
from carouge.guichet.sante.browser.sante import Sante
from carouge.guichet.sante.requetes import acces
from carouge.guichet.sante.requetes import commencer
from carouge.guichet.sante.requetes import echouer
from carouge.guichet.sante.requetes import finir
from carouge.guichet.sante.route import Route
from carouge.guichet.sante.route import route_de
from types import SimpleNamespace
from zExceptions import NotFound
from ZODB.POSException import ConflictError

import logging
import pytest


class Usager:
    def __init__(self, nom, *roles):
        self.nom = nom
        self.roles = roles

    def getUserName(self):
        return self.nom

    def getRoles(self):
        return self.roles


class Requete(dict):
    """As much of a request as is looked at."""

    method = "POST"
    retry_count = 0

    def __init__(self, environ=None, **values):
        super().__init__(values)
        self.environ = environ if environ is not None else {}
        self.response = SimpleNamespace(getStatus=lambda: 200)


class Page:
    def methode(self):
        """Published instead of the page."""


@pytest.fixture
def lignes(caplog):
    caplog.set_level(logging.INFO, acces.name)
    return lambda: [
        {nom: valeur for nom, valeur in record.guichet.items() if nom != "ms"}
        for record in caplog.records
        if record.name == acces.name
    ]


def valeur(nom, **labels):
    labels["processus"] = compteurs._moi()
    return compteurs.registre.get_sample_value(nom, labels) or 0


@pytest.mark.parametrize(
    ("publie", "route"),
    [
        (None, Route("autre", "introuvable")),
        (
            Home(None, None),
            Route("demarche", "demarche.browser.home.Home"),
        ),
        (Home(None, None).__call__, None),
        (Page().methode, Route("plone", "plone.Page")),
        (SimpleNamespace(), Route("plone", "plone.SimpleNamespace")),
        (type("FileResource", (), {})(), Route("statique", "statique")),
    ],
)
def test_a_route_is_made_of_words_of_the_program(publie, route):
    expected = route or Route("demarche", "demarche.browser.home.Home")
    assert route_de(Requete(PUBLISHED=publie)) == expected


def test_a_class_made_by_a_registration_says_nothing_of_itself():
    simple = type("simple", (), {"__module__": "Products.Five.browser.metaconfigure"})
    made = type("Home", (Home, simple), {"__module__": simple.__module__})
    assert route_de(Requete(PUBLISHED=made(None, None))).partie == "demarche"


def test_a_request_is_a_line_and_a_count(lignes):
    requete = Requete(
        {"HTTP_X_REQUEST_ID": "haproxy-1"},
        PUBLISHED=Home(None, None),
        AUTHENTICATED_USER=Usager("ge-0011", "Compte de guichet"),
    )
    labels = {"partie": "demarche", "methode": "POST", "statut": "302"}
    before = valeur("guichet_requetes_total", **labels)
    commencer(requete)
    finir(requete, 302)
    assert valeur("guichet_requetes_total", **labels) == before + 1
    assert lignes() == [
        {
            "requete": "haproxy-1",
            "methode": "POST",
            "route": "demarche.browser.home.Home",
            "statut": 302,
            "usager": "compte",
        }
    ]


@pytest.mark.parametrize(("statut", "count"), [(200, 0), (503, 1)])
def test_the_questions_of_a_load_balancer_fill_no_log(lignes, statut, count):
    requete = Requete(PUBLISHED=Sante(None, None))
    commencer(requete)
    finir(requete, statut)
    assert len(lignes()) == count


@pytest.mark.parametrize(
    ("user", "usager"),
    [
        (None, "anonyme"),
        (Usager("Anonymous User", "Anonymous"), "anonyme"),
        (Usager("agent-dechets", "Member"), "personnel"),
    ],
)
def test_kinds_of_users(lignes, user, usager):
    requete = Requete(AUTHENTICATED_USER=user)
    commencer(requete)
    finir(requete, 200)
    assert lignes()[0]["usager"] == usager


def test_a_name_somebody_has_thought_out_is_not_written_down(lignes):
    requete = Requete({"HTTP_X_REQUEST_ID": "x\n{evil}"})
    commencer(requete)
    finir(requete, 200)
    assert len(lignes()[0]["requete"]) == 16


def test_an_invented_method_makes_no_new_metric(lignes):
    requete = Requete()
    requete.method = "BREW"
    commencer(requete)
    finir(requete, 405)
    assert lignes()[0]["methode"] == "autre"


def test_a_conflict_that_is_tried_again_is_one_request(lignes):
    conflits = valeur("guichet_conflits_total", issue="reprise")
    reprises = valeur("guichet_reprises_total")
    environ = {}
    first, again = Requete(environ), Requete(environ)
    again.retry_count = 1
    commencer(first)
    echouer(first, ConflictError(), reprise=True)
    commencer(again)
    finir(again, 200)
    assert valeur("guichet_conflits_total", issue="reprise") == conflits + 1
    assert valeur("guichet_reprises_total") == reprises + 1
    assert [(ligne["statut"], ligne["reprises"]) for ligne in lignes()] == [(200, 1)]


def test_a_conflict_that_a_visitor_sees(lignes):
    conflits = valeur("guichet_conflits_total", issue="echec")
    requete = Requete()
    commencer(requete)
    echouer(requete, ConflictError(), reprise=False)
    assert valeur("guichet_conflits_total", issue="echec") == conflits + 1
    assert lignes()[0]["statut"] == 500


@pytest.mark.parametrize(
    ("error", "statut"), [(NotFound("x"), 404), (ValueError("x"), 500)]
)
def test_failures(lignes, error, statut):
    requete = Requete()
    commencer(requete)
    echouer(requete, error, reprise=False)
    assert lignes()[0]["statut"] == statut
    # Its kind; its words may hold what somebody typed.
    assert lignes()[0].get("erreur") == ("ValueError" if statut == 500 else None)
