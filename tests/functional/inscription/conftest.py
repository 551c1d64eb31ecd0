"""A counter with accounts of its own, a real SMTP server, and a browser."""

from argon2 import PasswordHasher
from carouge.guichet import swisstime
from carouge.guichet.compte.local import create_local
from carouge.guichet.inscription import connexion
from carouge.guichet.inscription import hachage
from carouge.guichet.inscription import oubli
from carouge.guichet.inscription import securite
from carouge.guichet.inscription import service
from carouge.guichet.inscription.hachage import hash_secret
from carouge.guichet.limiter import Limiter
from carouge.guichet.limiter import Quota
from comptes_locaux import Browser
from comptes_locaux import mail_reader
from comptes_locaux import PASSWORD
from datetime import timedelta
from plone import api
from smtp import Server

import pytest
import transaction


class Clock:
    """Seconds for limiters; nothing passes unless a test says so."""

    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch):
    """What makes guessing expensive would make the tests slow."""
    monkeypatch.setattr(hachage, "hasher", PasswordHasher(1, 64, 1))


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """Each test begins without wrong attempts and used quotas."""
    clock = Clock()
    for module in (connexion, oubli, securite):
        monkeypatch.setattr(module, "limiter", Limiter(clock))
    for module, name in (
        (connexion, "letters"),
        (oubli, "per_client"),
        (oubli, "per_account"),
        (service, "per_client"),
        (service, "per_patient_client"),
        (service, "per_courriel"),
    ):
        quota = getattr(module, name)
        monkeypatch.setattr(module, name, Quota(clock, quota._uses, quota._seconds))
    return clock


class Later:
    """The counter's clock, moved by the tests."""

    def __init__(self):
        self.by = timedelta()
        self.real = swisstime.now

    def __call__(self):
        return self.real() + self.by


@pytest.fixture()
def later(monkeypatch):
    clock = Later()
    monkeypatch.setattr(swisstime, "now", clock)
    return clock


@pytest.fixture()
def smtp():
    server = Server()
    server.start()
    yield server
    server.stop()


@pytest.fixture()
def guichet(functional, smtp, tmp_path, monkeypatch):
    """The guichet, with local accounts switched on."""
    monkeypatch.setenv("GUICHET_COURRIELS", str(tmp_path / "courriels"))
    api.portal.set_registry_record("plone.smtp_host", "127.0.0.1")
    api.portal.set_registry_record("plone.smtp_port", smtp.port)
    api.portal.set_registry_record("carouge.guichet.comptes_locaux", True)
    transaction.commit()
    return functional["portal"].guichet


@pytest.fixture()
def mails(guichet, smtp, tmp_path):
    """Deliver what waits; the mails that have arrived since the last call."""
    return mail_reader(smtp, tmp_path / "courriels")


@pytest.fixture()
def browser(functional, guichet):
    return Browser(functional)


@pytest.fixture()
def other_browser(functional, guichet):
    return Browser(functional)


@pytest.fixture()
def make_local(guichet):
    """Open an account without its pages."""

    def make(
        prenom="Amélie",
        nom="Lire",
        courriel="amelie@example.org",
        password=PASSWORD,
        question="",
        reponse="",
    ):
        compte = create_local(
            {
                "prenom": prenom,
                "nom": nom,
                "date_naissance": "1986-03-08",
                "courriel": courriel,
            },
            mot_de_passe=hash_secret(password),
            question=question,
            reponse=hash_secret(reponse) if reponse else "",
        )
        transaction.commit()
        return compte

    return make
