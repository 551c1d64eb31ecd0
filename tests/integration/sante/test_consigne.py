"""What the settings of a site say of the parts outside."""

from carouge.guichet.antivirus.settings import VARIABLE as CLAMD
from carouge.guichet.paiement.ligne import disjoncteur
from carouge.guichet.regie.service import enregistrer
from carouge.guichet.registre.interfaces import PREFIX as REGISTRE
from carouge.guichet.sante.domain import Etat
from carouge.guichet.sante.domain import RETARD_TACHES
from carouge.guichet.sante.veille import consigne_de
from carouge.guichet.sante.veille import demarrer
from carouge.guichet.sante.veille import VARIABLE
from carouge.guichet.sonde import Sonde
from carouge.guichet.swisstime import now
from carouge.guichet.taches import executer
from datetime import timedelta
from plone import api

import pytest


@pytest.fixture
def site(demo_integration):
    return demo_integration["portal"]


def vues(site, debut=None):
    moment = now()
    return dict(consigne_de(site, debut or moment, moment).vues)


def taches(site, moment, debut):
    return consigne_de(site, debut, moment).taches


def test_the_demonstration(site, monkeypatch):
    monkeypatch.delenv(CLAMD, raising=False)
    found = vues(site)
    assert [*found] == [
        "identite",
        "registre",
        "banque",
        "antivirus",
        "courriel",
        "sms",
    ]
    assert isinstance(found["registre"][0], Sonde)
    assert isinstance(found["courriel"][0], Sonde)
    assert found["antivirus"] == [None]
    found["registre"][0].essayer()


def test_no_register_is_no_failure(site):
    api.portal.set_registry_record(f"{REGISTRE}.client", "aucun")
    assert vues(site)["registre"] == [None]


def test_settings_nobody_can_use_are_one(site):
    api.portal.set_registry_record(f"{REGISTRE}.csv_chemin", "/nowhere/people.csv")
    [seen] = vues(site)["registre"]
    assert isinstance(seen, Exception)


def test_one_look_at_each_address_of_a_bank(site):
    assert vues(site)["banque"] == [None]
    one, other = "https://api.datatrans.com", "https://api.sandbox.datatrans.com"
    for code, address in {"VILLE": one, "ECOLES": other, "SPORTS": one}.items():
        enregistrer(code, passerelle="datatrans", adresse_passerelle=address)
    found = vues(site)["banque"]
    assert [sonde.disjoncteurs for sonde in found] == [
        [disjoncteur(one)],
        [disjoncteur(other)],
    ]


def test_an_antivirus(site, monkeypatch):
    monkeypatch.setenv(CLAMD, "tcp://127.0.0.1:1")
    [sonde] = vues(site)["antivirus"]
    with pytest.raises(OSError):
        sonde.essayer()


def test_tasks_that_run_and_tasks_that_do_not(site):
    start = now()
    late = start + RETARD_TACHES + timedelta(seconds=1)
    assert taches(site, start, start) is Etat.OK
    assert taches(site, late, start) is Etat.RETARD
    list(executer([site.guichet]))
    assert taches(site, now(), start - timedelta(days=1)) is Etat.OK
    assert taches(site, late + timedelta(minutes=1), late) is Etat.RETARD


def test_nobody_looks_where_nobody_shall(monkeypatch):
    monkeypatch.setenv(VARIABLE, "0")
    assert demarrer() is None
