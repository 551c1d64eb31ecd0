"""``@@sante``, ``@@metriques`` and the banner, over HTTP."""

from bs4 import BeautifulSoup
from carouge.guichet.sante import requetes
from carouge.guichet.sante.domain import PARTIES
from carouge.guichet.sante.memoire import memoire
from carouge.guichet.taches import executer
from plone.app.testing import setRoles
from plone.app.testing import TEST_USER_ID
from prometheus_client.parser import text_string_to_metric_families

import logging
import pytest
import requests
import transaction


JETON = "un-jeton-assez-long-pour-ne-pas-se-deviner"
PORTEUR = {"headers": {"Authorization": f"Bearer {JETON}"}}
ADMIN = {"auth": ("admin", "secret")}
INCONNUES = dict.fromkeys(PARTIES, "inconnu")


@pytest.fixture
def site(functional):
    portal = functional["portal"]
    setRoles(portal, TEST_USER_ID, ["Manager"])
    return portal


@pytest.fixture
def get(functional):
    base = f"http://{functional['host']}:{functional['port']}/plone"
    return lambda path, **options: requests.get(base + path, timeout=30, **options)


@pytest.fixture(autouse=True)
def files(tmp_path, monkeypatch):
    """Queues of one's own: in the others lies what other tests have written."""
    for channel in ("courriels", "sms"):
        monkeypatch.setenv(f"GUICHET_{channel.upper()}", str(tmp_path / channel))
    return tmp_path


@pytest.fixture
def vue():
    """What the watcher has seen; nobody watches in a test."""
    yield lambda **causes: [
        memoire.noter("/plone", partie, cause) for partie, cause in causes.items()
    ]
    memoire.oublier()


@pytest.fixture
def jeton(monkeypatch):
    monkeypatch.setenv("GUICHET_METRIQUES_JETON", JETON)


class TestSante:
    @pytest.mark.parametrize("path", ["", "/guichet"])
    def test_well(self, get, path):
        response = get(f"{path}/@@sante")
        assert response.status_code == 200
        assert response.headers["Content-Type"].startswith("application/json")
        assert response.headers["Cache-Control"] == "no-store"
        assert not response.cookies
        assert response.json() == {
            "etat": "ok",
            "parties": {"base": "ok", "index": "ok", "catalogue": "ok"} | INCONNUES,
        }

    def test_names_the_failing_part(self, get, site):
        site._delObject("guichet_catalog")
        transaction.commit()
        response = get("/@@sante", **ADMIN)
        assert response.status_code == 503
        assert response.json() == {
            "etat": "panne",
            "parties": {"base": "ok", "index": "panne", "catalogue": "ok"} | INCONNUES,
        }

    @pytest.mark.parametrize("partie", ["vif", "pret"])
    def test_for_a_load_balancer(self, get, partie):
        response = get(f"/@@sante?partie={partie}")
        assert response.status_code == 200
        assert response.json() == {"etat": "ok"}

    def test_a_load_balancer_is_told_of_the_storage_only(self, get, site, vue):
        vue(banque="TimeoutError")
        site._delObject("guichet_catalog")
        transaction.commit()
        assert get("/@@sante?partie=pret").status_code == 200

    def test_without_storage_nobody_is_sent_here(self, get, monkeypatch):
        def broken(context):
            raise OSError("the storage is away")

        monkeypatch.setattr("carouge.guichet.sante.interne._base", broken)
        response = get("/@@sante?partie=pret")
        assert (response.status_code, response.json()) == (503, {"etat": "panne"})
        assert get("/@@sante?partie=vif").status_code == 200

    def test_an_unknown_part(self, get):
        assert get("/@@sante?partie=lune").status_code == 404

    def test_a_part_outside_stops_nothing(self, get, vue):
        vue(banque="ConnectionRefusedError", registre="")
        response = get("/@@sante")
        assert response.status_code == 200
        assert response.json()["etat"] == "degrade"
        assert response.json()["parties"]["banque"] == "panne"
        assert response.json()["parties"]["registre"] == "ok"

    def test_why_is_nobody_elses_business(self, get, vue, jeton):
        vue(banque="ConnectionRefusedError")
        assert set(get("/@@sante").json()) == {"etat", "parties"}
        agent = {"auth": ("agent-dechets", "Guichet-2026!")}
        assert set(get("/@@sante", **agent).json()) == {"etat", "parties"}
        wrong = {"headers": {"Authorization": f"Bearer {JETON}x"}}
        assert set(get("/@@sante", **wrong).json()) == {"etat", "parties"}

    @pytest.mark.parametrize("who", [PORTEUR, ADMIN], ids=["token", "admin"])
    def test_details(self, get, vue, jeton, who, monkeypatch):
        monkeypatch.setenv("GUICHET_NOM_PROCESSUS", "instance1")
        vue(banque="ConnectionRefusedError")
        details = get("/@@sante", **who).json()["details"]
        assert details["processus"] == "instance1"
        assert details["parties"]["banque"]["cause"] == "ConnectionRefusedError"
        assert details["files"]["webhooks"] == {
            "attente": 0,
            "age_secondes": 0,
            "ecartes": 0,
        }
        assert details["taches_secondes"] is None

    def test_the_age_of_the_tasks(self, get, site, jeton):
        list(executer([site.guichet]))
        transaction.commit()
        assert get("/@@sante", **PORTEUR).json()["details"]["taches_secondes"] < 60


class TestMetriques:
    def valeurs(self, response):
        assert response.status_code == 200
        assert response.headers["Content-Type"].startswith("text/plain; version=")
        assert response.headers["Cache-Control"] == "no-store"
        return {
            (sample.name, *sorted(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(response.text)
            for sample in family.samples
        }

    def test_nobody_else_learns_that_there_is_such_a_page(self, get, jeton):
        agent = {"auth": ("agent-dechets", "Guichet-2026!")}
        wrong = {"headers": {"Authorization": "Bearer wrong"}}
        for options in ({}, agent, wrong):
            assert get("/@@metriques", **options).status_code == 404

    @pytest.mark.parametrize("short", ["", "court"])
    def test_a_short_token_is_none(self, get, monkeypatch, short):
        monkeypatch.setenv("GUICHET_METRIQUES_JETON", short)
        header = {"Authorization": f"Bearer {short}"}
        assert get("/@@metriques", headers=header).status_code == 404

    @pytest.mark.parametrize("who", [PORTEUR, ADMIN], ids=["token", "admin"])
    def test_numbers(self, get, vue, jeton, files, who):
        waiting = files / "courriels" / "plone" / "new"
        waiting.mkdir(parents=True)
        (waiting / "mail").write_bytes(b"")
        vue(banque="TimeoutError", courriel="")
        mine = ("processus", requetes.compteurs._moi())
        page = ("partie", "demarche")
        key = (
            "guichet_requetes_total",
            *sorted([mine, page, ("methode", "GET"), ("statut", "200")]),
        )
        before = self.valeurs(get("/@@metriques", **who))
        get("/guichet")
        get("/guichet/aines")
        after = self.valeurs(get("/@@metriques", **who))
        assert after[key] - before.get(key, 0) == 2
        assert after["guichet_requete_seconds_count", page, mine] > 0
        assert after["guichet_partie_ok", ("partie", "banque"), mine] == 0
        assert after["guichet_partie_ok", ("partie", "courriel"), mine] == 1
        assert ("guichet_partie_ok", ("partie", "sms"), mine) not in after
        assert after["guichet_file_attente", ("file", "courriel")] == 1
        assert after["guichet_demandes", ("etat", "deposee")] == 0
        assert after[("guichet_brouillons",)] == 0


class TestBandeau:
    def avis(self, response):
        assert response.status_code == 200
        soup = BeautifulSoup(response.text, "html.parser")
        return {
            one["data-partie"]: [p.get_text(" ", strip=True) for p in one("p")]
            for one in soup.select(".guichet-bandeau [role=status]")
        }

    def test_nothing_while_all_is_well(self, get, vue):
        vue(identite="", banque="")
        assert "guichet-bandeau" not in get("/guichet").text

    def test_what_does_not_work_and_what_does(self, get, vue):
        vue(identite="ProviderUnavailable", banque="TimeoutError")
        found = self.avis(get("/guichet"))
        assert set(found) == {"identite"}
        assert len(found["identite"]) == 2
        form = self.avis(get("/guichet/dechets/signaler-un-depot-sauvage/formulaire"))
        assert set(form) == {"identite", "banque"}

    def test_the_rest_of_the_site_has_nothing_to_do_with_it(self, get, vue):
        vue(identite="ProviderUnavailable")
        assert "guichet-bandeau" not in get("").text

    def test_agents_are_told_of_all(self, get, vue):
        vue(antivirus="OSError", courriel="OSError")
        agent = {"auth": ("agent-dechets", "Guichet-2026!")}
        assert set(self.avis(get("/guichet/agents", **agent))) == {
            "antivirus",
            "courriel",
        }


def test_a_line_for_each_request_and_nothing_of_whom(get, caplog):
    caplog.set_level(logging.INFO, requetes.acces.name)
    get("/guichet/recherche?q=dupont", headers={"X-Request-ID": "abc"})
    get("/guichet/agents/2026-K7QM-4TXC", auth=("agent-dechets", "Guichet-2026!"))
    get("/pas-ici")
    lines = [
        (record.guichet["route"], record.guichet["statut"], record.guichet["usager"])
        for record in caplog.records
        if record.name == requetes.acces.name
    ]
    assert lines[0] == ("demarche.browser.recherche.Recherche", 200, "anonyme")
    assert lines[1][1:] == (404, "personnel")
    assert lines[2] == ("introuvable", 404, "anonyme")
    text = " ".join(str(record.__dict__) for record in caplog.records)
    assert "dupont" not in text
    assert "K7QM" not in text
