"""When the clock of a demande runs, and what is said of the expected day."""

from carouge.guichet import swisstime
from carouge.guichet.demande.content import Piece
from carouge.guichet.demande.delais import compter_delais
from carouge.guichet.demande.domain import Actor
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.echeance import echeance_en_mots
from carouge.guichet.demande.echeance import reste_en_mots
from carouge.guichet.demande.horloge import Horloge
from carouge.guichet.demande.queries import list_demandes
from carouge.guichet.demande.service import move_demande
from carouge.guichet.demande.service import submit_demande
from carouge.guichet.demande.traitement import annuler_reception
from carouge.guichet.demande.traitement import recevoir_piece
from carouge.guichet.demarche.delais import CAS_AU_MOINS
from carouge.guichet.demarche.delais import constater
from carouge.guichet.demarche.delais import delai_constate
from carouge.guichet.demarche.delais import DelaiConstate
from carouge.guichet.swisstime import ZURICH
from datetime import date
from datetime import datetime
from datetime import timedelta
from plone import api
from zope.i18n import translate

import pytest


FRIDAY = date(2026, 11, 20)
DELAI = 5
DUE = date(2026, 11, 27)


@pytest.fixture
def guichet(demo_integration):
    return demo_integration["portal"].guichet


@pytest.fixture
def demarche(guichet):
    demarche = guichet.dechets["signaler-un-depot-sauvage"]
    demarche.delai_jours = DELAI
    return demarche


@pytest.fixture
def on(monkeypatch):
    """Let it be ten o'clock on a day."""

    def on(day):
        moment = datetime(day.year, day.month, day.day, 10, tzinfo=ZURICH)
        monkeypatch.setattr(swisstime, "now", lambda: moment)
        monkeypatch.setattr(swisstime, "today", lambda: day)

    on(FRIDAY)
    return on


@pytest.fixture
def submit(guichet, demarche, on):
    def submit(*pieces, secret=b"clock"):
        made = submit_demande(
            guichet=guichet,
            demarche=demarche,
            reponses=[],
            pieces=pieces,
            form_version="1",
            secret=secret,
            year=2026,
            usager_id="usager-1",
        )
        return made.demande

    return submit


def move(demande, transition, message="Voilà."):
    with api.env.adopt_roles(["Agent de guichet"]):
        move_demande(
            demande=demande, transition=transition, actor=Actor.AGENT, message=message
        )


def said(demande, day):
    """In words: to the citizen, and at the desk."""
    words = (echeance_en_mots(demande, day), reste_en_mots(demande, day))
    return tuple(word and translate(word) for word in words)


def row(demande):
    page = list_demandes(usager="usager-1")
    return next(one for one in page.rows if one.numero == demande.numero)


def posted():
    return Piece("acte", "Acte", None, "", moyen="poste")


def test_from_the_submission(submit):
    demande = submit()
    assert demande.horloge == Horloge(DELAI, 0, FRIDAY)
    assert demande.attendu == DUE
    assert said(demande, FRIDAY) == (
        "Answer expected by 27.11.2026.",
        "5 working days left",
    )
    assert said(demande, date(2026, 11, 26))[1] == "1 working day left"
    assert said(demande, DUE)[1] == "due today"
    assert said(demande, date(2026, 12, 1)) == (
        "We had announced an answer by 27.11.2026; your demande is still being worked "
        "on. We apologise for the delay.",
        "2 working days late",
    )
    # On Saturday no working day is lost yet.
    assert said(demande, date(2026, 11, 28))[1] == "late"


def test_a_pause_costs_the_service_nothing(submit, on):
    demande = submit()
    on(date(2026, 11, 24))
    move(demande, "demander_complement")
    assert demande.horloge == Horloge(DELAI, 2, None)
    # The list goes on to sort by the day that was announced.
    assert demande.attendu == DUE
    assert said(demande, date(2026, 12, 20)) == (
        "The service waits for your answer. Once it is here, the decision is expected "
        "within 3 working days.",
        "paused",
    )
    assert not row(demande).late(date(2026, 12, 20))
    on(date(2026, 12, 7))
    move(demande, "completer")
    assert demande.attendu == date(2026, 12, 10)
    assert row(demande).attendu == date(2026, 12, 10)
    on(date(2026, 12, 9))
    move(demande, "valider")
    assert demande.duree_jours == 4
    assert demande.cloture == swisstime.now()
    assert said(demande, date(2026, 12, 9)) == (None, None)


def test_from_the_day_the_last_announced_piece_has_come(submit, on):
    demande = submit(posted(), posted())
    assert not demande.horloge.court
    assert demande.attendu == DUE
    assert said(demande, FRIDAY) == (
        "Answer expected within 5 working days of the day on which your documents have "
        "arrived.",
        "documents awaited",
    )
    assert not row(demande).late(date(2027, 1, 1))
    on(date(2026, 11, 30))
    recevoir_piece(demande, 0, "poste")
    assert not demande.horloge.court
    recevoir_piece(demande, 1, "poste")
    assert demande.attendu == date(2026, 12, 7)
    assert row(demande).attendu == date(2026, 12, 7)
    # Ticked by mistake.
    on(date(2026, 12, 2))
    annuler_reception(demande, 1)
    assert demande.horloge == Horloge(DELAI, 2, None)


def test_a_missed_day_stays_the_one_that_was_announced(submit, on):
    demande = submit()
    on(date(2026, 12, 1))
    move(demande, "demander_complement")
    on(date(2026, 12, 14))
    move(demande, "completer")
    assert "27.11.2026" in said(demande, date(2026, 12, 14))[0]
    assert said(demande, date(2026, 12, 14))[1] == "2 working days late"


def test_without_promise_the_days_are_counted_all_the_same(submit, demarche, on):
    demarche.delai_jours = None
    demande = submit()
    assert demande.attendu is None
    assert said(demande, FRIDAY) == (None, None)
    on(date(2026, 11, 25))
    move(demande, "refuser")
    assert demande.duree_jours == 3


def test_decided_without_the_piece_measures_nothing(submit, on):
    demande = submit(posted())
    on(date(2026, 11, 25))
    move(demande, "classer")
    assert demande.duree_jours is None
    assert demande.cloture is not None


def test_reopened_it_runs_again(submit, on):
    demande = submit()
    on(date(2026, 11, 24))
    move(demande, "valider")
    assert demande.duree_jours == 2
    on(date(2026, 12, 7))
    move(demande, "rouvrir")
    assert (demande.duree_jours, demande.cloture) == (None, None)
    assert demande.attendu == date(2026, 12, 10)


def test_a_demande_from_before_the_clock(submit, on):
    demande = submit()
    demande._horloge = None
    assert demande.horloge == Horloge(DELAI, 0, FRIDAY)


class TestDelais:
    @pytest.fixture
    def decided(self, submit, on):
        """So many demandes decided after so many working days."""

        def decide(durees, transition="valider"):
            for number, duree in enumerate(durees):
                on(date(2026, 1, 5))
                demande = submit(secret=f"{transition}{number}{duree}".encode())
                on(date(2026, 1, 5) + timedelta(days=duree))
                move(demande, transition)

        return decide

    def test_nine_out_of_ten(self):
        assert constater([0] * 19) is None
        assert constater([*range(1, 21)]) == DelaiConstate(18, 20)
        assert constater([3] * 18 + [40, 50]) == DelaiConstate(3, 20)
        assert constater([3] * 17 + [7, 40, 50]) == DelaiConstate(7, 20)

    def test_counted_once_a_day_from_the_index(self, guichet, demarche, decided, on):
        decided([1] * (CAS_AU_MOINS - 1))
        on(date(2026, 2, 2))
        assert compter_delais(guichet) == 0
        assert delai_constate(guichet, demarche.UID()) is None
        version = guichet.catalogue_version
        decided([4], "refuser")
        # Who gave up measures nothing.
        decided([4, 4, 4], "classer")
        on(date(2026, 2, 2))
        assert compter_delais(guichet) == 0
        assert guichet.catalogue_version == version
        on(date(2026, 2, 3))
        assert compter_delais(guichet) == 1
        assert delai_constate(guichet, demarche.UID()) == DelaiConstate(1, 20)
        # The pages kept in memory are made anew.
        assert guichet.catalogue_version != version

    def test_a_year_later_it_is_forgotten(self, guichet, demarche, decided, on):
        decided([1] * CAS_AU_MOINS)
        on(date(2026, 2, 2))
        assert compter_delais(guichet) == 1
        on(date(2027, 2, 2))
        assert compter_delais(guichet) == 0
        assert delai_constate(guichet, demarche.UID()) is None


def test_states_with_a_clock(submit):
    demande = submit()
    assert demande.etat is State.DEPOSEE and not demande.suspendu
