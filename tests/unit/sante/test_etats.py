"""What one concludes from looks at a part."""

from carouge.guichet.sante.domain import constat
from carouge.guichet.sante.domain import ensemble
from carouge.guichet.sante.domain import Etat
from carouge.guichet.sante.domain import etat_des_taches
from carouge.guichet.sante.domain import etat_lu
from carouge.guichet.sante.domain import Releve
from carouge.guichet.sante.domain import suite
from datetime import datetime
from datetime import timedelta
from datetime import timezone

import pytest


T0 = datetime(2026, 11, 23, 8, 0, tzinfo=timezone.utc)
PLUS = timedelta(seconds=15)


def voir(*causes, sur=False):
    releve = None
    for rang, cause in enumerate(causes):
        releve = suite(releve, cause, T0 + rang * PLUS, sur=sur)
    return releve


def test_a_part_that_answers():
    assert voir("", "") == Releve(Etat.OK, T0, T0 + PLUS)


def test_one_silence_is_an_accident():
    assert voir("", "TimeoutError") == Releve(Etat.OK, T0, T0 + PLUS, echecs=1)
    assert voir("", "TimeoutError", "", "TimeoutError").etat is Etat.OK


def test_two_silences_are_a_failure():
    assert voir("", "TimeoutError", "ConnectionRefusedError") == Releve(
        Etat.PANNE, T0 + 2 * PLUS, T0 + 2 * PLUS, "ConnectionRefusedError", 2
    )


def test_of_a_part_never_seen_the_first_look_counts():
    assert voir("OSError").etat is Etat.PANNE


def test_what_visitors_have_found_out_is_no_accident():
    assert suite(voir(""), "NoAnswer", T0, sur=True).etat is Etat.PANNE


def test_a_failure_keeps_its_beginning_and_ends_with_the_first_answer():
    assert voir("OSError", "TimeoutError").depuis == T0
    assert voir("OSError", "TimeoutError", "") == Releve(
        Etat.OK, T0 + 2 * PLUS, T0 + 2 * PLUS
    )


def test_a_part_that_was_not_configured_and_now_is_silent():
    absent = constat(Etat.ABSENT, None, T0)
    assert constat(Etat.ABSENT, absent, T0 + PLUS) == Releve(Etat.ABSENT, T0, T0 + PLUS)
    assert suite(absent, "OSError", T0 + PLUS).etat is Etat.PANNE


def test_an_old_look_says_nothing():
    releve = voir("")
    assert etat_lu(releve, T0 + timedelta(minutes=5)) is Etat.OK
    assert etat_lu(releve, T0 + timedelta(minutes=5, seconds=1)) is Etat.INCONNU
    assert etat_lu(None, T0) is Etat.INCONNU


@pytest.mark.parametrize(
    ("fin", "echecs", "etat"),
    [
        (timedelta(minutes=20), False, Etat.OK),
        (timedelta(minutes=21), False, Etat.RETARD),
        (timedelta(minutes=1), True, Etat.PANNE),
    ],
)
def test_the_tasks(fin, echecs, etat):
    assert etat_des_taches(T0 - fin, echecs, T0 - timedelta(days=1), T0) is etat


def test_tasks_that_never_ran_have_as_long_as_the_others():
    assert etat_des_taches(None, False, T0, T0 + timedelta(minutes=20)) is Etat.OK
    assert etat_des_taches(None, False, T0, T0 + timedelta(minutes=21)) is Etat.RETARD


@pytest.mark.parametrize(
    ("interne", "externe", "etat"),
    [
        (Etat.OK, Etat.OK, Etat.OK),
        (Etat.OK, Etat.ABSENT, Etat.OK),
        (Etat.OK, Etat.INCONNU, Etat.OK),
        (Etat.OK, Etat.PANNE, Etat.DEGRADE),
        (Etat.OK, Etat.RETARD, Etat.DEGRADE),
        (Etat.PANNE, Etat.OK, Etat.PANNE),
        (Etat.PANNE, Etat.PANNE, Etat.PANNE),
    ],
)
def test_only_what_is_inside_stops_the_whole(interne, externe, etat):
    assert ensemble({"base": interne}, {"banque": externe}) is etat
