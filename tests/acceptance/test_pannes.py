"""Each part outside is switched off in the running demonstration, and on again.

Processes are stopped with SIGSTOP: they still take connections and answer nothing,
which is worse than one that is gone.
"""

from carouge.guichet.demo.content import PASSWORD
from carouge.guichet.swisstime import today
from clamav import Clamav
from contextlib import contextmanager
from contextlib import ExitStack
from datetime import timedelta
from demonstration import Demonstration
from fichiers import image
from navigateur import entrer
from pathlib import Path
from visitor import by_id
from visitor import Visitor

import os
import pytest
import re
import requests
import shutil
import signal
import time


DEPOT = "dechets/signaler-un-depot-sauvage"
RESIDENTS = "/dechets/rendez-vous-encombrants"
ADMIN = {"auth": ("admin", PASSWORD), "headers": {"Accept": "application/json"}}
REGISTER = "carouge.guichet.registre.csv_chemin"

#: Seconds in which a page of the counter answers while something outside does not: the
#: shortest timeout of a part is longer than what a page needs.
PAGE = 4.0
#: What the demonstration's counter waits for its bank.
BANQUE = 8.0


@pytest.fixture(scope="module")
def clamav():
    with Clamav() as server:
        yield server


@pytest.fixture(scope="module")
def demo(clamav):
    environ = {
        "GUICHET_CLAMD": clamav.tcp,
        "GUICHET_PAIEMENT_DELAI": str(BANQUE),
        "GUICHET_SANTE_SECONDES": "1",
        "GUICHET_TACHES_MINUTES": "0.1",
    }
    with Demonstration(**environ) as demonstration:
        yield demonstration


@pytest.fixture(scope="module")
def registre(demo):
    """The residents' register: a file of this test's own."""
    address = f"{demo.site}/++api++/@registry"
    before = requests.get(f"{address}/{REGISTER}", timeout=30, **ADMIN).json()
    path = demo.var / "habitants.csv"
    shutil.copy(before, path)
    changed = {REGISTER: str(path)}
    answer = requests.patch(address, json=changed, timeout=30, **ADMIN)
    assert answer.status_code == 204, answer.text
    return path


def services(demo):
    """The processes of the demonstration, by the last word of their module."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().decode().split("\0")
            parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
        except OSError:
            continue
        if int(parent) == demo.process.pid and "-m" in words:
            module = words[words.index("-m") + 1]
            found[module.rpartition(".")[2]] = int(folder.name)
    return found


@contextmanager
def sans(demo, name):
    """A service that takes connections and says nothing."""
    pid = services(demo)[name]
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def sante(demo):
    response = requests.get(f"{demo.site}/@@sante", timeout=30)
    assert response.status_code == 200
    return response.json()


def attendre(demo, **wanted):
    """Wait until the parts are as said; the whole answer."""
    end = time.monotonic() + 40
    while time.monotonic() < end:
        found = sante(demo)
        if wanted.items() <= found["parties"].items():
            return found
        time.sleep(0.2)
    raise AssertionError(f"{found} instead of {wanted}")


@contextmanager
def en_moins_de(seconds):
    start = time.monotonic()
    yield
    assert time.monotonic() - start < seconds


def bandeau(page):
    """What the banner is about."""
    return [
        one.get_attribute("data-partie")
        for one in page.locator(".guichet-bandeau [role=status]").all()
    ]


def signaler(demo, courriel, **more):
    """Submit a demande as anybody does; its number and code."""
    answers = {
        "lieu": "quai du Cheval-Blanc",
        "terrain": "Trottoir ou chaussée",
        "date_constat": (today() - timedelta(days=1)).isoformat(),
        "nature": ["Meubles ou matelas"],
        "danger": "Non",
        "description": "Un canapé",
        "nom": "Rochat",
        "prenom": "Aline",
        "courriel": courriel,
        "accord": True,
        **more,
    }
    response = Visitor(demo.guichet).open_form(DEPOT).fill(**answers).submit()
    assert response.status_code == 200
    assert "/confirmation?" in response.url, response.url
    return by_id(response, "numero"), by_id(response, "code")


def test_all_is_well(demo, page):
    found = attendre(
        demo,
        identite="ok",
        registre="ok",
        banque="ok",
        antivirus="ok",
        courriel="ok",
        sms="ok",
        taches="ok",
    )
    assert found["etat"] == "ok"
    page.goto(demo.guichet)
    assert bandeau(page) == []


def test_the_register(demo, registre, page, accessible):
    """Logging in works; who is not confirmed yet is told, and confirmed afterwards."""
    away = registre.with_suffix(".absent")
    registre.rename(away)
    try:
        assert attendre(demo, registre="panne")["etat"] == "degrade"
        with en_moins_de(30):
            entrer(page, demo, "resident@demo.example", RESIDENTS)
        assert bandeau(page) == ["registre"]
        told = page.locator(".guichet-aside").inner_text()
        assert "votre domicile n’a pas pu être vérifié" in told
        accessible(page, "panne-registre")
    finally:
        away.rename(registre)
    attendre(demo, registre="ok")
    # A button that was just pressed asks nobody for some seconds.
    end = time.monotonic() + 60
    while time.monotonic() < end:
        page.goto(f"{demo.guichet}/mon-espace")
        again = page.locator("#espace-residence").get_by_role("button")
        if not again.count():
            break
        again.click()
        page.wait_for_load_state()
    page.goto(f"{demo.guichet}{RESIDENTS}")
    assert bandeau(page) == []
    assert page.get_by_role("link", name="Commencer", exact=True).count() == 1


def test_the_identity_provider(demo, new_page, accessible):
    with sans(demo, "idp"):
        assert attendre(demo, identite="panne")["etat"] == "degrade"
        page = new_page(360)
        page.goto(demo.guichet)
        assert bandeau(page) == ["identite"]
        accessible(page, "panne-identite")
        # Nobody waits for it, and nobody is sent to a provider that is dead.
        for _visitor in range(3):
            with en_moins_de(PAGE):
                response = requests.get(f"{demo.guichet}/se-connecter", timeout=30)
            assert response.status_code == 502
            assert response.url.startswith(demo.site)
        # What needs no login goes on, to its end.
        numero, code = signaler(demo, "sans-connexion@example.org")
        suivi = new_page()
        suivi.goto(f"{demo.guichet}/suivi")
        suivi.locator("[name=numero]").fill(numero)
        suivi.locator("[name=code]").fill(code)
        suivi.locator("main [type=submit]").first.click()
        suivi.get_by_text(numero).first.wait_for()
        agent = requests.get(
            f"{demo.guichet}/agents/{numero}",
            auth=("agent-dechets", PASSWORD),
            timeout=30,
        )
        assert agent.status_code == 200
        assert 'data-partie="identite"' in agent.text
    assert attendre(demo, identite="ok")["etat"] == "ok"
    page.goto(demo.guichet)
    assert bandeau(page) == []
    entrer(page, demo, "nonresident@demo.example")


def test_the_mail_and_the_text_messages(demo, page, mails):
    """Nothing is lost and nothing comes twice: what was sent arrives when it can."""
    address = "sans-courriel@example.org"
    with sans(demo, "mailbox"):
        attendre(demo, courriel="panne", sms="panne")
        with en_moins_de(3 * PAGE):
            numero, _code = signaler(demo, address)
        page.goto(f"{demo.guichet}/suivi")
        assert bandeau(page) == ["courriel"]
        queue = demo.var / "guichet-courriels" / "carouge" / "new"
        assert len([*queue.iterdir()]) >= 1
    attendre(demo, courriel="ok", sms="ok")
    [mail] = mails(address)
    assert numero in mail["subject"] + mail["text"]
    end = time.monotonic() + 60
    while [*queue.iterdir()] and time.monotonic() < end:
        time.sleep(0.2)
    assert [*queue.iterdir()] == []
    assert len(mails(address)) == 1


def test_the_bank(demo, page, accessible):
    """A payment that could not begin goes on where it was."""
    entrer(page, demo, "resident@demo.example")
    page.goto(f"{demo.guichet}/mon-espace/factures")
    invoice = page.locator("#factures > li", has_text="Restaurant scolaire").first
    invoice.get_by_role("button").click()
    page.wait_for_url("**/mon-espace/factures**fait=ajout**")
    with sans(demo, "banque"):
        attendre(demo, banque="panne")
        page.goto(f"{demo.guichet}/mon-espace/panier")
        assert bandeau(page) == ["banque"]
        accessible(page, "panne-banque")
        with (
            en_moins_de(BANQUE - 1),
            page.expect_response(lambda one: "/depart" in one.url) as departure,
        ):
            page.get_by_role("button", name=re.compile("^Payer CHF")).click()
        assert departure.value.status == 503
        # The rest of one's space goes on.
        with en_moins_de(PAGE):
            page.goto(f"{demo.guichet}/mon-espace/demandes")
        # A demande with a fee can be sent; it waits for its payment.
        page.goto(f"{demo.guichet}/mobilite/macaron-stationnement")
        assert page.get_by_role("link", name="Commencer", exact=True).count() == 1
    attendre(demo, banque="ok")
    page.goto(f"{demo.guichet}/mon-espace/panier")
    assert bandeau(page) == []
    page.get_by_role("link", name="Continuer le paiement").click()
    page.wait_for_url(f"{demo.bank}/**")
    page.locator("#numero").fill("4242424242424242")
    page.locator("#expiration").fill("12/29")
    page.locator("#cvc").fill("123")
    page.get_by_role("button", name=re.compile("par carte")).click()
    page.locator("#paiement[data-etat=capturee]").wait_for()


def test_the_antivirus(demo, clamav):
    """Documents are taken, and examined when it is back."""
    photo = ("canape.jpg", image("JPEG"), "image/jpeg")
    to_examine = "pas encore contrôlé par l’antivirus"

    def at_the_desk(numero):
        response = requests.get(
            f"{demo.guichet}/agents/{numero}",
            auth=("agent-dechets", PASSWORD),
            timeout=30,
        )
        assert response.status_code == 200
        return response.text

    clamav.stop()
    try:
        attendre(demo, antivirus="panne")
        with en_moins_de(3 * PAGE):
            numero, _code = signaler(demo, "sans-antivirus@example.org", photo=photo)
        text = at_the_desk(numero)
        assert to_examine in text
        assert 'data-partie="antivirus"' in text
    finally:
        clamav.start()
    attendre(demo, antivirus="ok")
    end = time.monotonic() + 40
    while to_examine in at_the_desk(numero):
        assert time.monotonic() < end
        time.sleep(0.5)
    assert "canape.jpg" in at_the_desk(numero)


def test_all_of_them_at_once(demo, registre, clamav):
    """Nobody waits, page after page, and a demande is still a demande."""
    away = registre.with_suffix(".absent")
    with ExitStack() as off:
        for name in ("idp", "mailbox", "banque"):
            off.enter_context(sans(demo, name))
        clamav.stop()
        off.callback(clamav.start)
        registre.rename(away)
        off.callback(away.rename, registre)
        found = attendre(
            demo,
            identite="panne",
            registre="panne",
            banque="panne",
            antivirus="panne",
            courriel="panne",
            sms="panne",
        )
        assert found["etat"] == "degrade"
        assert requests.get(f"{demo.site}/@@sante?partie=pret", timeout=5).ok
        for path in ("", "/dechets", f"/{DEPOT}", f"/{DEPOT}/formulaire", "/suivi"):
            with en_moins_de(PAGE):
                page = requests.get(f"{demo.guichet}/{path.lstrip('/')}", timeout=30)
            assert page.status_code == 200
        numero, _code = signaler(demo, "sans-rien@example.org")
        assert re.fullmatch(r"20\d\d-[0-9A-Z]{4}-[0-9A-Z]{4}", numero)
    assert attendre(
        demo,
        identite="ok",
        registre="ok",
        banque="ok",
        antivirus="ok",
        courriel="ok",
        sms="ok",
    )["parties"]["base"] == ("ok")
