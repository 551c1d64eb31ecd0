"""How a form is used, in numbers; and the time it takes."""

from carouge.guichet.demarche.versions import hash_of
from carouge.guichet.formulaire import compteurs
from carouge.guichet.formulaire.compteurs import Etape
from carouge.guichet.formulaire.compteurs import statistiques
from carouge.guichet.formulaire.duree import Duree
from carouge.guichet.formulaire.duree import duree_de
from plone import api
from zope.annotation.interfaces import IAnnotations

import pytest


@pytest.fixture
def demarche(demo_integration):
    return demo_integration["portal"].guichet.dechets["commander-un-conteneur"]


@pytest.fixture
def version(demarche):
    return hash_of(demarche.fields_model)


def test_nothing_counted(demarche, version):
    numbers = statistiques(demarche)
    assert numbers == compteurs.Statistiques(
        version, durees=(0,) * (len(compteurs.BORNES) + 1)
    )
    assert not numbers.assez
    assert compteurs.versions_comptees(demarche) == []


def test_counts(demarche, version):
    compteurs.compter_etape(demarche, version, "etape1")
    compteurs.compter_etape(demarche, version, "etape1")
    compteurs.compter_validation(demarche, version, "etape1")
    compteurs.compter_etape(demarche, version, "etape2")
    compteurs.compter_erreurs(demarche, version, ["nom", "courriel", "nom"])
    compteurs.compter_erreurs(demarche, version, ["courriel"])
    compteurs.compter_depot(demarche, version, 130)
    compteurs.compter_depot(demarche, version, None)
    numbers = statistiques(demarche)
    assert numbers.etapes == {"etape1": Etape(2, 1), "etape2": Etape(1, 0)}
    assert numbers.erreurs == {"courriel": 2, "nom": 1}
    assert (numbers.depots, sum(numbers.durees), numbers.mediane) == (2, 1, 150)
    assert compteurs.compteurs_de_champ(demarche) == {"courriel": 2, "nom": 1}


def test_versions_are_counted_apart(demarche, version):
    compteurs.compter_depot(demarche, "0123456789ab", 60)
    assert statistiques(demarche).depots == 0
    assert statistiques(demarche, "0123456789ab").depots == 1
    assert compteurs.versions_comptees(demarche) == ["0123456789ab"]


def test_demarches_are_counted_apart(demarche, version):
    compteurs.compter_depot(demarche, version, 60)
    other = demarche.__parent__["rendez-vous-encombrants"]
    assert statistiques(other).depots == 0


def test_a_removed_demarche_is_forgotten(demarche, version):
    compteurs.compter_depot(demarche, version, 60)
    uid, guichet = demarche.UID(), demarche.__parent__.__parent__
    store = IAnnotations(guichet)["carouge.guichet.compteurs"]
    assert uid in store
    with api.env.adopt_roles(["Manager"]):
        api.content.delete(demarche)
    assert uid not in store


@pytest.mark.parametrize("seconds", [0, 29.9, 30, 3599, 3600, 10**6])
def test_every_time_has_its_place(demarche, version, seconds):
    compteurs.compter_depot(demarche, version, seconds)
    (index,) = [i for i, n in enumerate(statistiques(demarche).durees) if n]
    bounds = (0, *compteurs.BORNES, float("inf"))
    assert bounds[index] <= seconds < bounds[index + 1]


def test_a_clock_that_went_backwards(demarche, version):
    compteurs.compter_depot(demarche, version, -5)
    assert (statistiques(demarche).depots, statistiques(demarche).mediane) == (1, None)


def test_estimated_until_it_is_measured(demarche, version):
    estimate = duree_de(demarche)
    assert not estimate.mesuree
    assert 2 <= estimate.minutes <= 10
    for _n in range(compteurs.ASSEZ - 1):
        compteurs.compter_depot(demarche, version, 3000)
    assert duree_de(demarche) == estimate
    compteurs.compter_depot(demarche, version, 3000)
    assert duree_de(demarche) == Duree(53, True)
