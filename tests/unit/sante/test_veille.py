"""The watcher, with parts that are down, hang, and come back."""

from carouge.guichet.breaker import CircuitBreaker
from carouge.guichet.sante.domain import Etat
from carouge.guichet.sante.memoire import Memoire
from carouge.guichet.sante.veille import Consigne
from carouge.guichet.sante.veille import SANS_REPONSE
from carouge.guichet.sante.veille import Veilleur
from carouge.guichet.sonde import Sonde

import pytest
import threading
import time


class Partie:
    """A part that can be switched off, and does not answer while ``barriere`` is."""

    def __init__(self):
        self.marche = True
        self.barriere = threading.Event()
        self.barriere.set()
        self.appels = 0
        self.disjoncteur = CircuitBreaker()
        self.sonde = Sonde(self.toquer, [self.disjoncteur])

    def toquer(self):
        self.appels += 1
        self.barriere.wait(10)
        if not self.marche:
            raise ConnectionRefusedError("10.0.0.7: nobody there")


@pytest.fixture
def banque():
    partie = Partie()
    yield partie
    partie.barriere.set()


@pytest.fixture
def veilleur():
    return Veilleur(delai=0.3, memoire=Memoire())


def regarder(veilleur, *vues, taches=Etat.OK):
    bien = veilleur.regarder(Consigne("/ville", [("banque", list(vues))], taches))
    return bien, veilleur.memoire.etats("/ville")["banque"]


def test_all_is_well(veilleur, banque):
    assert regarder(veilleur, banque.sonde) == (True, Etat.OK)
    assert banque.appels == 1


def test_no_such_part(veilleur):
    assert regarder(veilleur, None) == (True, Etat.ABSENT)


def test_settings_that_cannot_be_used_are_a_part_that_does_not_work(veilleur):
    assert regarder(veilleur, ValueError("secret words")) == (False, Etat.PANNE)
    assert veilleur.memoire.releves("/ville")["banque"].cause == "ValueError"


def test_down_and_up_again(veilleur, banque):
    regarder(veilleur, banque.sonde)
    banque.marche = False
    # Not believed at once, but looked at again soon.
    assert regarder(veilleur, banque.sonde) == (False, Etat.OK)
    assert banque.disjoncteur.allows() is True
    assert regarder(veilleur, banque.sonde) == (False, Etat.PANNE)
    assert banque.disjoncteur.allows() is False
    banque.marche = True
    assert regarder(veilleur, banque.sonde) == (True, Etat.OK)
    assert [banque.disjoncteur.allows() for _time in range(3)] == [True] * 3


def test_of_two_providers_only_the_dead_one_is_left_alone(veilleur, banque):
    autre = Partie()
    autre.marche = False
    assert regarder(veilleur, banque.sonde, autre.sonde) == (False, Etat.PANNE)
    assert banque.disjoncteur.resting is False
    assert autre.disjoncteur.resting is True


def test_who_hangs_is_waited_for_once(veilleur, banque):
    banque.barriere.clear()
    debut = time.monotonic()
    assert regarder(veilleur, banque.sonde) == (False, Etat.PANNE)
    assert time.monotonic() - debut < 2
    regarder(veilleur, banque.sonde)
    regarder(veilleur, banque.sonde)
    assert banque.appels == 1
    assert veilleur.memoire.releves("/ville")["banque"].cause == "StillWaiting"


def test_one_that_opens_the_door_and_says_nothing(veilleur, banque):
    regarder(veilleur, banque.sonde)
    for _visitor in range(5):
        banque.disjoncteur.failed()
    assert regarder(veilleur, banque.sonde) == (False, Etat.PANNE)
    assert veilleur.memoire.releves("/ville")["banque"].cause == SANS_REPONSE
    # Knocking proves nothing: visitors go on sparing it for the whole pause.
    assert regarder(veilleur, banque.sonde) == (False, Etat.PANNE)
    assert banque.disjoncteur.allows() is False
    banque.disjoncteur.succeeded()
    assert regarder(veilleur, banque.sonde) == (True, Etat.OK)


def test_a_site_says_nothing_of_another(veilleur, banque):
    regarder(veilleur, banque.sonde)
    assert veilleur.memoire.etats("/autre")["banque"] is Etat.INCONNU


def test_the_tasks_are_noted(veilleur, banque):
    regarder(veilleur, banque.sonde, taches=Etat.RETARD)
    assert veilleur.memoire.etats("/ville")["taches"] is Etat.RETARD
