"""The demonstration of production: what ends in the middle of a form, and what does not."""

from carouge.guichet.demo.settings import PASSWORD
from depots import demandes
from depots import deposer
from depots import manquements
from patient import Compteurs
from production import Production
from visitor import by_id
from visitor import Visitor

import json
import pytest
import re
import requests
import time


DEMARCHE = "dechets/signaler-un-depot-sauvage"
FIRST = {
    "lieu": "devant le 12, rue Vautier",
    "terrain": "Trottoir ou chaussée",
    "date_constat": "2026-11-20",
}
SECOND = {
    "nature": ["Meubles ou matelas"],
    "danger": "Non",
    "description": "Un canapé rouge",
}


@pytest.fixture(scope="module")
def production():
    with Production() as running:
        yield running


def served_by(production) -> list[str]:
    """Which Zope answered each request in HAProxy's log so far."""
    log = (production.var / "log" / "haproxy.log").read_text("utf-8")
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    return [line["server"] for line in lines]


def mails_to(production, address: str, count: int) -> list[dict]:
    deadline = time.monotonic() + 30
    while True:
        messages = requests.get(
            f"{production.mailbox}/messages.json", params={"to": address}, timeout=5
        ).json()["messages"]
        if len(messages) >= count or time.monotonic() > deadline:
            return messages
        time.sleep(0.2)


def test_a_form_goes_on_when_the_process_that_served_it_is_killed(production):
    form = Visitor(production.guichet).open_form(DEMARCHE)
    form.fill(**FIRST).press()
    assert by_id(form.response, "etape").endswith("Le dépôt")
    last = served_by(production)[-1]
    pid = production.kill(last)

    form.fill(**SECOND)
    form.fill(nom="Rochat", prenom="Aline", courriel="aline@example.org", accord=True)
    confirmation = form.submit()
    assert confirmation.status_code == 200, confirmation.text
    number = by_id(confirmation, "numero")
    other = {"zope1": "zope2", "zope2": "zope1"}[last]
    assert served_by(production)[-1] == other

    production.wait_ready()
    assert production.pid(last) not in (None, pid)
    # Both processes know the demande, also the one that was not there.
    for name in ("zope1", "zope2"):
        page = requests.get(
            f"http://localhost:{production.ports[name]}/carouge/guichet/agents/{number}",
            auth=("agent-dechets", PASSWORD),
            timeout=30,
        )
        assert page.status_code == 200, name
        assert "Un canapé rouge" in page.text
    [mail] = mails_to(production, "aline@example.org", 1)
    assert number in mail["text"]


def test_a_page_all_share_comes_from_the_cache_and_a_visitors_own_does_not(production):
    address = f"{production.guichet}/dechets"
    first = requests.get(address, timeout=30)
    again = requests.get(address, timeout=30)
    assert "Age" in again.headers
    assert again.text == first.text
    with requests.Session() as visitor:
        visitor.auth = ("agent-dechets", PASSWORD)
        own = visitor.get(address, timeout=30)
        assert "Age" not in own.headers
    told = requests.get(address, headers={"Accept": "application/json"}, timeout=30)
    assert told.headers["Content-Type"].startswith("application/json")
    with_cookie = requests.get(address, cookies={"any": "thing"}, timeout=30)
    assert "Age" not in with_cookie.headers


def test_files_with_their_version_in_the_address_are_kept_for_good(production):
    page = requests.get(production.guichet, timeout=30).text
    address = re.search(r'href="([^"]*\+\+webresource\+\+[^"]*guichet\.css)"', page)[1]
    file = requests.get(address, timeout=30)
    assert file.status_code == 200
    assert file.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_the_tasks_run_beside_the_site(production):
    done = production.guichet_command("taches")
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert {line["etat"] for line in lines} == {"fait"}


def test_a_backup_is_whole(production):
    done = production.command("sauvegarder")
    assert done.returncode == 0, done.stderr
    folder = done.stdout.strip()
    names = {path.name for path in (production.var / "sauvegardes" / folder).iterdir()}
    assert names == {"base.dump", "courriels.tar.gz", "sms.tar.gz", "SOMMES"}
    # Over a database that holds something nothing is restored.
    refused = production.command("restaurer", folder)
    assert refused.returncode == 1
    assert "n'est pas vide : rien n'a été changé" in refused.stderr


def test_people_file_while_every_process_is_killed_once(production):
    # The long run is « make faults ».
    compteurs = Compteurs()
    wait = deposer(production.guichet, range(20), compteurs)
    for name in ("zope1", "haproxy", "postgresql", "zope2"):
        production.kill(name)
        production.wait_ready()
    depots = wait()
    assert manquements(depots, demandes(production)) == []
    assert [len(depot.numeros) for depot in depots] == [1] * 20


def test_the_page_when_nothing_answers(production):
    for name in ("zope1", "zope2"):
        production.kill(name)
    page = requests.get(f"{production.guichet}/suivi", timeout=30)
    assert page.status_code == 503
    assert page.headers["Retry-After"] == "30"
    assert "Le guichet revient dans un instant" in page.text
