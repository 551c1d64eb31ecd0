"""A provider that can misbehave, the guichet as its client, and browsers."""

from carouge.guichet.compte.service import comptes
from carouge.guichet.demo.personas import PERSONAS
from carouge.guichet.demo.settings import CLIENT_ID
from carouge.guichet.demo.settings import PASSWORD
from carouge.guichet.identity.interfaces import PREFIX
from carouge.guichet.identity.provider import forget_providers
from carouge.guichet.identity.settings import SECRET as SECRET_VARIABLE
from lxml import html
from plone.registry.interfaces import IRegistry
from provider import Provider
from provider import SECRET
from zope.component import getUtility

import logging
import pytest
import requests
import transaction


SECRET_FIELDS = {"code", "code_verifier", "id_token_hint", "nonce", "state"}


class Lines(logging.Handler):
    """Everything the site writes to its log, as it would stand in the file."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))
        self.lines: list[str] = []

    def emit(self, record) -> None:
        # What the test's own browser does is no business of the site.
        if record.name.startswith(("urllib3", "requests", "asyncio")):
            return
        self.lines.append(self.format(record))


@pytest.fixture(scope="session")
def whole_log():
    """The log of all tests of this folder."""
    handler = Lines()
    root = logging.getLogger()
    root.addHandler(handler)
    loggers = [logging.getLogger(name) for name in ("carouge", "pas", "plone", "oic")]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    yield handler.lines
    for logger in loggers:
        logger.setLevel(logging.NOTSET)
    root.removeHandler(handler)


@pytest.fixture(scope="session")
def secret_words():
    """What must never be in the log: tokens, codes and claims that were really used."""
    words = {SECRET, PASSWORD}
    for persona in PERSONAS:
        words |= {persona.email, persona.family_name, persona.birthdate.isoformat()}
        words |= {persona.avs, persona.avs.replace(".", "")} - {""}
    return words


@pytest.fixture
def log(whole_log):
    """The lines of this test."""
    start = len(whole_log)

    class Log:
        @property
        def lines(self):
            return whole_log[start:]

        @property
        def login(self):
            """The lines about logins that did not succeed."""
            mark = "carouge.guichet login: "
            return [line.partition(mark)[2] for line in self.lines if mark in line]

    return Log()


@pytest.fixture
def site(functional):
    return f"http://{functional['host']}:{functional['port']}/plone"


@pytest.fixture
def guichet(site):
    return f"{site}/guichet"


@pytest.fixture
def settings(functional):
    """Change settings of the login, committed."""

    def change(**values):
        for name, value in values.items():
            getUtility(IRegistry)[f"{PREFIX}.{name}"] = value
        transaction.commit()

    return change


@pytest.fixture
def provider(functional, site, settings, monkeypatch, whole_log, secret_words):
    monkeypatch.setenv(SECRET_VARIABLE, SECRET)
    monkeypatch.delenv(f"{SECRET_VARIABLE}_FILE", raising=False)
    forget_providers()
    with Provider(site) as running:
        settings(issuer=running.issuer, client_id=CLIENT_ID)
        yield running
        for seen in running.seen:
            secret_words.update(
                value
                for name, value in (seen["form"] | seen["args"]).items()
                if name in SECRET_FIELDS and len(value) > 10
            )
            if seen["authorization"].startswith("Bearer "):
                secret_words.add(seen["authorization"][7:])
    forget_providers()


class Browser:
    """One browser session at the guichet."""

    def __init__(self, guichet: str, provider: Provider) -> None:
        self.guichet = guichet
        self.provider = provider
        self.session = requests.Session()

    def get(self, path: str = "", **kwargs):
        url = path if path.startswith("http") else f"{self.guichet}{path}"
        return self.session.get(url, timeout=60, **kwargs)

    def post(self, path: str, **kwargs):
        return self.session.post(f"{self.guichet}{path}", timeout=60, **kwargs)

    def log_in(self, persona="resident@demo.example", retour=None, **kwargs):
        """The whole way of a login; returns the page one arrives at."""
        acting_for = kwargs.pop("acting_for", None)
        query = {"retour": retour or self.guichet} | kwargs
        address = requests.Request("GET", f"{self.guichet}/se-connecter", params=query)
        return self.provider.login_and_follow(
            self.session, address.prepare().url, persona, acting_for
        )

    @property
    def name(self) -> str:
        """The name in the menu of the compte, empty when nobody is logged in."""
        page = html.fromstring(self.get().text)
        names = page.xpath("//*[contains(@class, 'guichet-menu-name')]")
        return " ".join(names[0].text_content().split()) if names else ""

    @property
    def ticket(self) -> str:
        """The session cookie, empty without."""
        return self.session.cookies.get("__ac", "")

    def log_out(self, **kwargs):
        """Press « Se déconnecter » in the menu."""
        page = html.fromstring(self.get().text)
        [token] = page.xpath(
            "//form[contains(@action, 'se-deconnecter')]"
            "//input[@name='_authenticator']/@value"
        )
        return self.post("/se-deconnecter", data={"_authenticator": token}, **kwargs)


@pytest.fixture
def new_browser(guichet, provider):
    return lambda: Browser(guichet, provider)


@pytest.fixture
def browser(new_browser):
    return new_browser()


@pytest.fixture
def stored(functional):
    """The comptes as they are stored now."""

    def read():
        transaction.begin()
        return list(comptes())

    return read
