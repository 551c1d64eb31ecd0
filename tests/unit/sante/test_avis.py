"""Who is told what while a part is down."""

from carouge.guichet.sante.bandeau import avis_pour
from carouge.guichet.sante.bandeau import Lieu
from carouge.guichet.sante.bandeau import lieu_de
from carouge.guichet.sante.domain import Etat
from carouge.guichet.sante.domain import PARTIES

import pytest


def dits(etats, lieu, connecte=False):
    return [avis.partie for avis in avis_pour(etats, lieu, connecte=connecte)]


@pytest.mark.parametrize("etat", [Etat.OK, Etat.ABSENT, Etat.INCONNU])
@pytest.mark.parametrize("lieu", Lieu)
def test_nobody_is_told_of_what_works(etat, lieu):
    assert dits(dict.fromkeys(PARTIES, etat), lieu) == []
    assert dits(dict.fromkeys(PARTIES, etat), lieu, connecte=True) == []


@pytest.mark.parametrize(
    ("lieu", "connecte", "parties"),
    [
        (Lieu.CATALOGUE, False, ["identite"]),
        (Lieu.CATALOGUE, True, ["registre"]),
        (Lieu.FORMULAIRE, False, ["identite", "banque", "courriel"]),
        (Lieu.FORMULAIRE, True, ["registre", "banque", "courriel"]),
        (Lieu.ESPACE, True, ["registre", "banque", "courriel"]),
        (Lieu.SUIVI, False, ["identite", "banque", "courriel"]),
        (
            Lieu.AGENTS,
            True,
            [
                "identite",
                "registre",
                "banque",
                "antivirus",
                "courriel",
                "sms",
                "taches",
            ],
        ),
    ],
)
def test_each_is_told_what_concerns_him(lieu, connecte, parties):
    assert dits(dict.fromkeys(PARTIES, Etat.PANNE), lieu, connecte) == parties


def test_late_tasks_are_the_agents_business():
    assert dits({"taches": Etat.RETARD}, Lieu.AGENTS, connecte=True) == ["taches"]


@pytest.mark.parametrize(
    ("chemin", "lieu"),
    [
        ("", Lieu.CATALOGUE),
        ("/dechets/commander-un-conteneur", Lieu.CATALOGUE),
        ("/dechets/commander-un-conteneur/formulaire", Lieu.FORMULAIRE),
        ("/dechets/commander-un-conteneur/formulaire/abc/etape", Lieu.FORMULAIRE),
        ("/mon-espace/panier", Lieu.ESPACE),
        ("/suivi", Lieu.SUIVI),
        ("/agents/2026-K7QM-4TXC", Lieu.AGENTS),
        # A category may be called anything.
        ("/dechets/agents", Lieu.CATALOGUE),
    ],
)
def test_where_somebody_is(chemin, lieu):
    assert lieu_de(chemin) is lieu
