"""A program that talks to the counter over HTTP."""

from carouge.guichet.demande.queries import demandes_of
from carouge.guichet.demande.queries import get_demande
from comptes import cookies_of
from comptes import make_compte
from plone import api
from publication import publier
from zope.i18n import translate

import pytest
import requests
import transaction


PASSWORD = "Un-mot-de-passe-2026!"


class Program:
    """Calls the REST services of the guichet, as somebody or as nobody."""

    def __init__(self, layer, login=None):
        host = f"http://{layer['host']}:{layer['port']}"
        self.guichet_url = f"{host}/plone/guichet"
        self.url = f"{host}/plone/++api++/guichet"
        self.session = requests.Session()
        if login:
            self.session.auth = (login, PASSWORD)

    def get(self, path, **params):
        return self.session.get(f"{self.url}/{path}", params=params)

    def post(self, demarche, reponses, key="cle-0000-0001", headers=None):
        return self.post_raw(
            json={"demarche": demarche, "reponses": reponses},
            headers={"Idempotency-Key": key, **(headers or {})},
        )

    def post_raw(self, **arguments):
        return self.session.post(f"{self.url}/@demandes", **arguments)


class Counter:
    """The counter behind the services."""

    def __init__(self, layer):
        self.portal = layer["portal"]

    @property
    def guichet(self):
        return self.portal["guichet"]

    def numbers(self):
        """Of all demandes in the store."""
        transaction.begin()
        return sorted(demande.numero for demande in demandes_of(self.guichet))

    def demande(self, number):
        transaction.begin()
        return get_demande(self.guichet, number)

    def demarche(self, path):
        categorie, demarche = path.split("/")
        return self.guichet[categorie][demarche]

    def change(self, path, transition=None, **values):
        """Edit a démarche as an editor would, and publish the change to the server."""
        demarche = self.demarche(path)
        with api.env.adopt_roles(["Manager"]):
            for name, value in values.items():
                setattr(demarche, name, value)
            publier(demarche)
            if transition:
                api.content.transition(demarche, transition)
        transaction.commit()


@pytest.fixture
def counter(functional):
    portal = functional["portal"]
    with api.env.adopt_roles(["Manager"]):
        api.portal.set_registry_record("plone.available_languages", ["fr"])
        api.portal.set_registry_record("plone.default_language", "fr")
        for login in ("jeanne", "karim"):
            api.user.create(
                username=login, email=f"{login}@example.org", password=PASSWORD
            )
    portal.setLanguage("fr")
    transaction.commit()
    return Counter(functional)


@pytest.fixture
def anonymous(functional, counter):
    return Program(functional)


@pytest.fixture
def jeanne(functional, counter):
    return Program(functional, "jeanne")


@pytest.fixture
def karim(functional, counter):
    return Program(functional, "karim")


@pytest.fixture
def proved(functional, jeanne):
    """Let jeanne come with the session of a compte of which these facts are proved."""

    def prove(**facts):
        jeanne.session.auth = None
        jeanne.session.cookies.update(cookies_of(functional, make_compte(**facts)))

    return prove


@pytest.fixture
def french():
    """The French of a message, which is written in English in the code."""

    def words(message):
        return translate(message, domain="carouge.guichet", target_language="fr")

    return words
