"""Webhooks: from the change of a demande to another system, faults included."""

from base64 import b64decode
from base64 import b64encode
from carouge.guichet.demande.domain import Actor
from carouge.guichet.demande.domain import Reponse
from carouge.guichet.demande.queries import get_demande
from carouge.guichet.demande.service import move_demande
from carouge.guichet.demande.service import submit_demande
from carouge.guichet.demande.traitement import ecrire_message
from carouge.guichet.demande.traitement import SERVICE
from carouge.guichet.interfaces import ITache
from carouge.guichet.swisstime import format_time
from carouge.guichet.travaux.service import commander
from carouge.guichet.travaux.service import dus
from carouge.guichet.travaux.service import executer_travaux
from carouge.guichet.webhook import domain
from carouge.guichet.webhook import service
from carouge.guichet.webhook import transport
from cible import Cible
from datetime import datetime
from datetime import timedelta
from datetime import timezone
from lxml import html
from plone import api
from plone.app.testing import login
from plone.app.testing import logout
from plone.app.testing import SITE_OWNER_NAME
from plone.app.testing import SITE_OWNER_PASSWORD
from zope.component import getUtility

import hashlib
import hmac
import json
import os
import pytest
import requests
import threading
import transaction


PASSWORD = "Guichet-2026!"
MASTER = "un secret de trente-deux signes au moins"
SECRET_WORD = "Mot-Secret-De-La-Personne"
START = datetime(2026, 11, 23, 8, 0, tzinfo=timezone.utc)


class Clock:
    def __init__(self):
        self.now = START

    def __call__(self):
        return self.now


@pytest.fixture
def guichet(functional, monkeypatch):
    monkeypatch.setenv(service.SECRET, MASTER)
    monkeypatch.setenv(service.RESEAUX, "127.0.0.0/8")
    logout()
    return functional["portal"].guichet


@pytest.fixture
def cible():
    with Cible() as started:
        yield started


@pytest.fixture
def subscribe(guichet):
    def make(url, evenements=domain.EVENEMENTS, services=()):
        abonnement = service.abonner(
            guichet, nom="ERP", url=url, evenements=evenements, services=services
        )
        transaction.commit()
        return abonnement

    return make


@pytest.fixture
def submit(guichet):
    def make(demarche="dechets/signaler-un-depot-sauvage"):
        demande = submit_demande(
            guichet=guichet,
            demarche=guichet.unrestrictedTraverse(demarche),
            reponses=[Reponse("nom", "", "Nom", SECRET_WORD)],
            pieces=(),
            form_version="1",
            secret=os.urandom(32),
            year=2026,
            courriel="secret@example.org",
        ).demande
        transaction.commit()
        return demande

    return make


def waiting(guichet):
    return service.webhooks_de(guichet).attendent()


def deliver(guichet, clock=None):
    # Messages are written by the real clock; what counts here is the pause after it.
    return service.delivrer(guichet, clock or in_a_minute)


def in_a_minute():
    return datetime.now(timezone.utc) + timedelta(minutes=1)


def test_a_demande_is_told_signed_and_without_the_person(
    guichet, cible, subscribe, submit
):
    abonnement = subscribe(cible.url)
    demande = submit()
    assert deliver(guichet) == {"remis": 1, "echecs": 0}
    headers, body = cible.received[0]
    told = json.loads(body)
    assert told["type"] == "demande.deposee"
    assert told["data"] == {
        "numero": demande.numero,
        "demarche": "dechets/signaler-un-depot-sauvage",
        "service": demande.service_uid,
        "etat": "deposee",
    }
    assert SECRET_WORD.encode() not in body
    assert b"example.org" not in body
    key = b64decode(domain.cle_en_texte(service.cle(abonnement)).removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert deliver(guichet) == {"remis": 0, "echecs": 0}
    assert len(cible.received) == 1


def test_moves_and_messages_are_told(functional, guichet, cible, subscribe, submit):
    subscribe(cible.url)
    demande = submit()
    login(functional["app"], "admin")
    demande = get_demande(guichet, demande.numero)
    move_demande(demande=demande, transition="prendre_en_charge", actor=Actor.AGENT)
    ecrire_message(demande, SERVICE, SECRET_WORD)
    transaction.commit()
    deliver(guichet)
    told = [json.loads(body) for _headers, body in cible.received]
    assert [(one["type"], one["data"]["etat"]) for one in told] == [
        ("demande.deposee", "deposee"),
        ("demande.etat", "en_cours"),
        ("demande.message", "en_cours"),
    ]
    assert told[1]["data"]["mouvement"] == "prendre_en_charge"
    assert told[2]["data"]["pour"] == "usager"
    assert all(SECRET_WORD.encode() not in body for _headers, body in cible.received)


def test_only_what_was_chosen(guichet, cible, subscribe, submit):
    other = guichet.unrestrictedTraverse("enfance-ecoles/inscription-parascolaire")
    subscribe(cible.url, evenements=[domain.ETAT])
    subscribe(cible.url, services=[other.service])
    submit()
    assert waiting(guichet) == []


def test_what_did_not_happen_is_not_told(guichet, cible, subscribe):
    subscribe(cible.url)
    submit_demande(
        guichet=guichet,
        demarche=guichet.dechets["signaler-un-depot-sauvage"],
        reponses=[],
        pieces=(),
        form_version="1",
        secret=os.urandom(32),
        year=2026,
    )
    transaction.abort()
    assert waiting(guichet) == []


def test_a_failing_target_is_tried_later_and_then_given_up(
    guichet, cible, subscribe, submit
):
    subscribe(cible.url)
    submit()
    cible.answer = lambda: 500
    clock = Clock()
    clock.now = in_a_minute()
    (envoi,) = waiting(guichet)
    for pause in domain.PAUSES:
        assert deliver(guichet, clock) == {"remis": 0, "echecs": 1}
        assert envoi.prochain == clock.now + pause
        assert envoi.resultat == "HTTP 500"
        clock.now += pause - timedelta(seconds=1)
        assert deliver(guichet, clock) == {"remis": 0, "echecs": 0}
        clock.now += timedelta(seconds=1)
    assert deliver(guichet, clock) == {"remis": 0, "echecs": 1}
    assert envoi.etat == "abandonne"
    assert waiting(guichet) == []
    assert len({headers["webhook-id"] for headers, _body in cible.received}) == 1
    # An administrator sends it again.
    cible.answer = lambda: 204
    service.rejouer(guichet, envoi)
    transaction.commit()
    assert deliver(guichet) == {"remis": 1, "echecs": 0}
    assert (envoi.etat, envoi.resultat, envoi.essais) == ("remis", "", 1)


def test_who_hangs_holds_up_nobody_else(guichet, cible, subscribe, submit, monkeypatch):
    monkeypatch.setattr(transport, "STEP", 0.3)
    with Cible() as slow:
        slow.hang = threading.Event()
        subscribe(slow.url)
        subscribe(cible.url)
        submit()
        submit()
        # One message finds out; the second one is not even tried.
        assert deliver(guichet) == {"remis": 2, "echecs": 1}
        assert len(slow.received) == 1
        assert len(cible.received) == 2


def test_a_dead_target_is_left_alone_for_a_while(
    guichet, cible, subscribe, submit, monkeypatch
):
    """Each new message would wait for it anew, and everything else with it."""
    monkeypatch.setattr(transport, "STEP", 0.3)
    clock = Clock()
    clock.now = in_a_minute()
    with Cible() as dead:
        dead.hang = threading.Event()
        abonnement = subscribe(dead.url)
        submit()
        assert deliver(guichet, clock) == {"remis": 0, "echecs": 1}
        # What happens meanwhile waits with it; nobody is asked.
        submit()
        submit()
        clock.now += timedelta(seconds=5)
        assert deliver(guichet, clock) == {"remis": 0, "echecs": 0}
        assert len(dead.received) == 1
        clock.now += timedelta(seconds=5)
        assert deliver(guichet, clock) == {"remis": 0, "echecs": 1}
        assert abonnement.repos == clock.now + timedelta(seconds=60)
        clock.now += timedelta(seconds=60)
        # Back again, it gets all of them at once.
        dead.hang.set()
        dead.hang = None
        assert deliver(guichet, clock) == {"remis": 3, "echecs": 0}
    assert (abonnement.echecs, abonnement.repos) == (0, None)


def test_an_administrator_does_not_wait(guichet, cible, subscribe, submit):
    abonnement = subscribe(cible.url)
    submit()
    cible.answer = lambda: 503
    deliver(guichet)
    cible.answer = lambda: 200
    assert abonnement.repos > in_a_minute()
    for act in (
        lambda: service.essayer(guichet, abonnement),
        lambda: service.suspendre(abonnement, False),
        lambda: service.rejouer(guichet, waiting(guichet)[0]),
    ):
        abonnement.echecs, abonnement.repos = 1, in_a_minute() + timedelta(hours=1)
        act()
        assert (abonnement.echecs, abonnement.repos) == (0, None)


def test_one_run_is_short(guichet, cible, subscribe, submit):
    subscribe(cible.url)
    for _number in range(3):
        submit()
    seconds = iter([0.0, 1.0, service.MAX_DUREE - 1, service.MAX_DUREE])
    assert service.delivrer(guichet, in_a_minute, chrono=lambda: next(seconds)) == {
        "remis": 2,
        "echecs": 0,
    }
    assert deliver(guichet) == {"remis": 1, "echecs": 0}


def test_all_other_jobs_come_first(guichet, subscribe, submit):
    subscribe("https://203.0.113.1/x")
    submit()
    commander(guichet, "export", {}, auteur="agent-dechets")
    submit()
    transaction.commit()
    assert [travail.genre for travail in dus(guichet)] == [
        "export",
        "webhooks",
        "webhooks",
    ]


def test_what_is_left_of_a_run_is_ordered_again(
    guichet, cible, subscribe, submit, monkeypatch
):
    subscribe(cible.url)
    submit()
    submit()
    monkeypatch.setattr(service, "MAX_ENVOIS", 1)
    executer_travaux(guichet)
    assert len(cible.received) == 2
    assert dus(guichet) == []


def test_redirections_and_private_addresses_get_nothing(
    guichet, cible, subscribe, submit, monkeypatch
):
    monkeypatch.setenv(service.RESEAUX, "")
    subscribe(cible.url)
    subscribe("https://localhost/x")
    subscribe("https://[::1]/x")
    submit()
    assert deliver(guichet) == {"remis": 0, "echecs": 3}
    assert cible.received == []
    assert {envoi.resultat for envoi in waiting(guichet)} == {
        "an address that is not public"
    }


def test_without_a_secret_nothing_leaves(
    guichet, cible, subscribe, submit, monkeypatch
):
    subscribe(cible.url)
    submit()
    for value in ("", "trop court"):
        monkeypatch.setenv(service.SECRET, value)
        assert deliver(guichet) == {"remis": 0, "echecs": 0}
    assert cible.received == []
    assert len(waiting(guichet)) == 1


def test_a_suspended_webhook_waits(guichet, cible, subscribe, submit):
    abonnement = subscribe(cible.url)
    service.suspendre(abonnement, True)
    submit()
    assert deliver(guichet) == {"remis": 0, "echecs": 0}
    service.suspendre(abonnement, False)
    assert deliver(guichet) == {"remis": 1, "echecs": 0}


def test_killed_on_the_way_it_is_sent_once_more(
    guichet, cible, subscribe, submit, monkeypatch
):
    subscribe(cible.url)
    submit()

    def dies(*args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(service, "_conclure", dies)
        with pytest.raises(KeyboardInterrupt):
            deliver(guichet)
        transaction.abort()
    # Reserved: another process leaves it alone for a while.
    assert deliver(guichet) == {"remis": 0, "echecs": 0}
    later = in_a_minute() + service.BAIL
    assert deliver(guichet, lambda: later) == {"remis": 1, "echecs": 0}
    ids = [headers["webhook-id"] for headers, _body in cible.received]
    assert len(ids) == 2
    assert len(set(ids)) == 1


def test_old_messages_are_forgotten(guichet, cible, subscribe, submit):
    subscribe(cible.url)
    submit()
    deliver(guichet)
    later = in_a_minute() + service.GARDE
    assert service.purger(guichet, in_a_minute()) == 0
    assert service.purger(guichet, later + timedelta(minutes=2)) == 1
    assert [*service.webhooks_de(guichet).envois()] == []


def test_the_task_does_it(guichet, cible, subscribe, submit):
    subscribe(cible.url)
    submit()
    tache = getUtility(ITache, name="webhooks")
    assert tache(guichet) == {"remis": 1, "echecs": 0, "oublies": 0}


def test_a_copied_guichet_tells_nobody(functional, guichet, cible, subscribe):
    subscribe(cible.url)
    login(functional["app"], "admin")
    copy = api.content.copy(guichet, id="copie")
    assert service.webhooks_de(copy) is None
    assert service.webhooks_de(guichet) is not None


# --- the page --------------------------------------------------------------------


class Admin:
    def __init__(self, layer, login=SITE_OWNER_NAME, password=SITE_OWNER_PASSWORD):
        self.base = f"http://{layer['host']}:{layer['port']}/plone/guichet/webhooks"
        self.session = requests.Session()
        if login:
            self.session.auth = (login, password)

    def get(self, path=""):
        return self.session.get(self.base + path, allow_redirects=False)

    def post(self, path="", token=None, **data):
        if token is None:
            page = html.fromstring(self.get(path).text)
            token = page.xpath("//input[@name='_authenticator']/@value")[0]
        return self.session.post(
            self.base + path,
            data={"_authenticator": token, **data},
            allow_redirects=False,
        )


@pytest.fixture
def admin(functional, guichet):
    return Admin(functional)


def add(admin, **changes):
    values = {
        "action": "ajouter",
        "nom": "Gestion <b>des</b> dossiers",
        "url": "https://erp.example.org/guichet",
        "evenements": ["demande.deposee", "demande.etat"],
    }
    return admin.post(**{**values, **changes})


def test_add_change_try_and_delete(guichet, admin, submit):
    response = add(admin)
    assert response.status_code == 303
    transaction.begin()
    (abonnement,) = service.webhooks_de(guichet).abonnements
    assert response.headers["Location"].endswith(f"/webhooks/{abonnement.id}")
    path = f"/{abonnement.id}"
    page = admin.get(path)
    assert page.headers["Cache-Control"] == "no-store, private"
    assert domain.cle_en_texte(service.cle(abonnement)) in page.text
    assert "<b>des</b>" not in page.text

    assert (
        admin.post(
            path,
            action="modifier",
            nom="ERP",
            url="https://erp.example.org/2",
            evenements="demande.message",
        ).status_code
        == 303
    )
    transaction.begin()
    assert (abonnement.nom, abonnement.url, abonnement.evenements) == (
        "ERP",
        "https://erp.example.org/2",
        ("demande.message",),
    )
    admin.post(path, action="essayer")
    transaction.begin()
    (envoi,) = waiting(guichet)
    assert json.loads(envoi.corps)["type"] == "essai"
    admin.post(path, action="suspendre")
    transaction.begin()
    assert abonnement.actif is False
    admin.post(path, action="reprendre")
    transaction.begin()
    assert abonnement.actif is True
    service.webhooks_de(guichet).finir(envoi, "abandonne")
    transaction.commit()
    admin.post(path, action="rejouer", envois=envoi.id)
    transaction.begin()
    assert [one.id for one in waiting(guichet)] == [envoi.id]
    response = admin.post(path, action="supprimer")
    assert response.headers["Location"].endswith("/webhooks")
    transaction.begin()
    assert service.webhooks_de(guichet).abonnements == []
    assert admin.get(path).status_code == 404


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"nom": " "}, "webhook-nom"),
        ({"url": "http://moi:secret@example.org"}, "webhook-url"),
        ({"url": "rien"}, "webhook-url"),
    ],
)
def test_what_was_typed_stays(guichet, admin, changes, field):
    response = add(admin, **changes)
    assert response.status_code == 400
    page = html.fromstring(response.text)
    assert page.get_element_by_id(field).get("aria-invalid") == "true"
    values = {"nom": "Gestion <b>des</b> dossiers", **changes}
    assert page.get_element_by_id("webhook-nom").value == values["nom"].strip()
    assert service.webhooks_de(guichet) is None


def test_it_says_that_a_system_is_left_alone(guichet, admin, subscribe):
    abonnement = subscribe("https://erp.example.org/guichet")
    abonnement.echecs, abonnement.repos = 5, in_a_minute() + timedelta(hours=1)
    transaction.commit()
    (badge,) = html.fromstring(admin.get().text).find_class("text-bg-danger")
    assert badge.text.strip() == "ne répond pas"
    page = html.fromstring(admin.get(f"/{abonnement.id}").text)
    (notice,) = page.find_class("guichet-notice")
    (words,) = notice.xpath("p")
    assert " ".join(words.text_content().split()) == (
        "Ce système n’a pas pris les 5 derniers messages : on le laisse tranquille "
        f"jusqu’au {format_time(abonnement.repos)}. Ce qui se passe d’ici là est gardé "
        "et sera envoyé alors."
    )
    assert admin.post(f"/{abonnement.id}", action="reprendre").status_code == 303
    transaction.begin()
    assert (abonnement.echecs, abonnement.repos) == (0, None)
    page = html.fromstring(admin.get(f"/{abonnement.id}").text)
    assert page.find_class("guichet-notice") == []


def test_without_an_event_nothing_is_kept(guichet, admin):
    assert add(admin, evenements=[]).status_code == 400


@pytest.mark.parametrize("login", ["agent-dechets", "editeur", None])
def test_nobody_else_sees_it(functional, guichet, subscribe, login):
    abonnement = subscribe("https://erp.example.org/")
    other = Admin(functional, login, PASSWORD)
    for path in ("", f"/{abonnement.id}"):
        response = other.get(path)
        assert response.status_code in (302, 401)
        assert "whsec_" not in response.text
        assert other.post(path, token="x", action="supprimer").status_code in (302, 401)
    transaction.begin()
    assert len(service.webhooks_de(guichet).abonnements) == 1


def test_a_foreign_page_changes_nothing(guichet, admin, subscribe):
    abonnement = subscribe("https://erp.example.org/")
    response = admin.post(f"/{abonnement.id}", token="forged", action="supprimer")
    assert response.status_code == 403
    transaction.begin()
    assert len(service.webhooks_de(guichet).abonnements) == 1


def test_the_worker_takes_it_away_at_once(guichet, cible, subscribe, submit):
    subscribe(cible.url)
    submit()
    assert executer_travaux(guichet) == 1
    assert len(cible.received) == 1
    # Nothing was told: there is nothing to take away.
    assert executer_travaux(guichet) == 0
