"""Statistics at the desk: what is counted, for whom, and the file."""

from bureau import Agent
from bureau import deposer
from carouge.guichet import swisstime
from carouge.guichet.backoffice import bilan
from carouge.guichet.demande.domain import Actor
from carouge.guichet.demande.domain import Canal
from carouge.guichet.demande.queries import get_demande
from carouge.guichet.demande.service import move_demande
from carouge.guichet.formulaire.compteurs import compter_depot
from carouge.guichet.formulaire.compteurs import compter_etape
from carouge.guichet.travaux.service import executer_travaux
from carouge.guichet.travaux.service import liste_de
from datetime import datetime
from datetime import timezone
from plone.app.testing import login
from plone.app.testing import logout

import csv
import io
import pytest
import transaction


NOW = datetime(2026, 11, 23, 9, tzinfo=timezone.utc)


@pytest.fixture
def guichet(functional, monkeypatch):
    monkeypatch.setattr(swisstime, "now", lambda: NOW)
    monkeypatch.setattr(swisstime, "today", lambda: NOW.date())
    logout()
    yield functional["portal"].guichet
    transaction.abort()


@pytest.fixture
def numbers(functional, guichet):
    """Three demandes of the waste service in October, one done; one of the schools."""
    waste = guichet.dechets["signaler-un-depot-sauvage"]
    waste.delai_jours = 30
    october = datetime(2026, 10, 6, 9, tzinfo=timezone.utc)
    numeros = deposer(guichet, waste, n=2, now=october)
    numeros += deposer(guichet, waste, now=NOW, canal=Canal.GUICHET, saisi_par="x")
    deposer(guichet, guichet["enfance-ecoles"]["creer-une-ligne-pedibus"], now=NOW)
    login(functional["portal"], "agent-dechets")
    move_demande(
        demande=get_demande(guichet, numeros[0]),
        transition="valider",
        actor=Actor.AGENT,
    )
    for _visitor in range(4):
        compter_etape(waste, "v1", "etape-1")
    compter_depot(waste, "v1", 60)
    transaction.commit()
    logout()
    return numeros


def figures(page):
    return {
        element.get("id").removeprefix("chiffre-"): element.text_content().strip()
        for element in page.html.xpath("//dd[starts-with(@id, 'chiffre-')]")
    }


def table(page, id):
    return [
        [" ".join(cell.text_content().split()) for cell in row.xpath("th|td")]
        for row in page.html.xpath(f"//table[@id='table-{id}']/tbody/tr")
    ]


def test_numbers_of_one_service(functional, guichet, numbers):
    page = Agent(functional, "agent-dechets").get(
        "agents/statistiques?du=2026-10&au=2026-11"
    )
    assert page.status == 200
    duree = get_demande(guichet, numbers[0]).duree_jours
    found = figures(page)
    assert found == {
        "deposees": "3",
        "terminees": "1",
        "ouvertes": "2",
        "retard": "1",
        "mediane": str(duree),
        "p90": str(duree),
        "temps": found["temps"],
    }
    assert table(page, "mois")[0] == ["10.2026", "2", "0"]
    assert table(page, "etats") == [["Déposée", "2", "67 %"], ["Validée", "1", "33 %"]]
    assert table(page, "canaux") == [
        ["En ligne", "2", "67 %"],
        ["Au guichet", "1", "33 %"],
    ]
    assert table(page, "demarches") == [
        ["Signaler un dépôt sauvage", "3", str(duree), str(duree)]
    ]
    assert table(page, "formulaires") == [
        ["Signaler un dépôt sauvage", "4", "1", "75 %"]
    ]


def test_charts_have_words_for_who_does_not_see_them(functional, numbers):
    page = Agent(functional, "agent-dechets").get("agents/statistiques")
    charts = page.html.xpath("//svg[@role='img']")
    assert len(charts) == 2
    for chart in charts:
        ids = chart.get("aria-labelledby").split()
        texts = [page.words(f"//*[@id='{id}']") for id in ids]
        assert all(texts)
        following = chart.xpath("following::table[1]/caption")
        assert following


def test_of_one_demarche_and_of_a_period(functional, guichet, numbers):
    uid = guichet.dechets["signaler-un-depot-sauvage"].UID()
    agent = Agent(functional, "agent-dechets")
    page = agent.get(f"agents/statistiques?du=2026-11&au=2026-11&demarche={uid}")
    assert figures(page)["deposees"] == "1"
    other = guichet["enfance-ecoles"]["creer-une-ligne-pedibus"].UID()
    # The démarche of another service is none to choose.
    page = agent.get(f"agents/statistiques?demarche={other}")
    assert figures(page)["deposees"] == "3"
    service = guichet["enfance-ecoles"]["creer-une-ligne-pedibus"].service
    page = agent.get(f"agents/statistiques?service={service}")
    assert figures(page)["deposees"] == "3"


def test_everybody_sees_his_services(functional, numbers):
    found = {
        who: figures(Agent(functional, who).get("agents/statistiques"))["deposees"]
        for who in ("agent-dechets", "agent-ecoles", "admin-site")
    }
    assert found == {"agent-dechets": "3", "agent-ecoles": "1", "admin-site": "4"}


@pytest.mark.parametrize("who", [None, "editeur", "caisse"])
def test_nobody_else(functional, numbers, who):
    page = Agent(functional, who).get("agents/statistiques", allow_redirects=False)
    assert page.status in (302, 401, 403, 404)
    assert "chiffre-" not in page.response.text


def test_as_a_file(functional, numbers):
    agent = Agent(functional, "agent-dechets")
    page = agent.get("agents/statistiques?du=2026-10&au=2026-11")
    url = page.html.get_element_by_id("statistiques-csv").get("href")
    response = agent.get(url).response
    assert response.headers["Content-Disposition"] == (
        "attachment; filename=statistiques-2026-10-2026-11.csv"
    )
    text = response.content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
    assert rows[0] == ["Sujet", "Quoi", "Nombre de demandes"]
    assert ["Demandes déposées", "10.2026", "2"] in rows
    assert ["Démarche", "Signaler un dépôt sauvage", "3"] in rows


def test_much_to_count_is_counted_in_the_background(
    functional, guichet, numbers, monkeypatch
):
    monkeypatch.setattr(bilan, "MAX_DIRECT", 2)
    agent = Agent(functional, "agent-dechets")
    address = "agents/statistiques?du=2026-10&au=2026-11"
    page = agent.get(address)
    assert page.status == 200 and figures(page) == {}
    job = page.send("statistiques-compter")
    assert job.url.startswith("/agents/travaux/")
    # The same question again is the same job.
    assert page.send("statistiques-compter").url == job.url
    assert figures(agent.get(address)) == {}
    executer_travaux(guichet)
    assert len(liste_de(guichet, "agent-dechets")) == 1
    counted = figures(agent.get(address))
    monkeypatch.setattr(bilan, "MAX_DIRECT", 20_000)
    assert counted == figures(agent.get(address))
    assert counted["deposees"] == "3"


def test_nothing_to_count(functional, guichet):
    page = Agent(functional, "agent-dechets").get("agents/statistiques")
    assert figures(page) == {
        "deposees": "0",
        "terminees": "0",
        "ouvertes": "0",
        "retard": "0",
    }
