"""A citizen with an open session, and the pages he sees."""

from carouge.guichet import swisstime
from carouge.guichet.compte.service import get_compte
from comptes import cookies_of
from lxml import html
from plone import api

import pytest
import requests
import transaction


SENDER = "carouge.guichet.expediteur"


class Page:
    """A page as a browser without JavaScript gets it."""

    def __init__(self, response) -> None:
        self.response = response
        self.status = response.status_code
        self.url = response.url
        self.html = html.fromstring(response.text)

    def words(self, path: str) -> list[str]:
        """The texts of the elements, white space normalised."""
        return [" ".join(item.text_content().split()) for item in self.html.xpath(path)]

    def one(self, path: str) -> str:
        found = self.words(path)
        assert len(found) == 1, (path, found)
        return found[0]

    @property
    def title(self) -> str:
        return self.one("//h1")

    @property
    def alerts(self) -> list[str]:
        return self.words("//article//*[@role='alert']")

    @property
    def notices(self) -> list[str]:
        return self.words("//article//*[@role='status']")

    @property
    def errors(self) -> list[tuple[str, str]]:
        """The summary of errors: (link target, message); each target exists."""
        found = []
        for item in self.html.xpath("//div[@id='erreurs']//li"):
            target = item.xpath("./a/@href")[0].lstrip("#")
            assert self.html.xpath(f"//*[@id='{target}']"), target
            message = " ".join(item.xpath("./span")[0].text_content().split())
            found.append((target, message))
        return found

    def form(self, holding: str):
        """The form that has a field of that name, or of ``name=value``."""
        name, _equals, value = holding.partition("=")
        return next(
            form
            for form in self.html.forms
            if (
                form.xpath(f".//*[@name='{name}' and @value='{value}']")
                if value
                else form.xpath(f".//*[@name='{name}']")
            )
        )

    def value(self, name: str, holding: str | None = None) -> str:
        return self.form(holding or name).fields[name]


class Citizen:
    """The browser of somebody who is logged in with a compte."""

    def __init__(self, layer, compte) -> None:
        self.base = f"http://{layer['host']}:{layer['port']}/plone/guichet"
        self.session = requests.Session()
        self.id = None
        if compte is not None:
            self.id = compte.id
            self.session.cookies.update(cookies_of(layer, compte))

    @property
    def compte(self):
        """The compte as it is stored now."""
        transaction.begin()
        return get_compte(self.id)

    def get(self, path: str = "", **kwargs) -> Page:
        return Page(self.session.get(f"{self.base}/mon-espace{path}", **kwargs))

    def send(self, page: Page, holding: str, button=None, **values) -> Page:
        """Fill in a form of a page and press its button."""
        form = page.form(holding)
        data = dict(form.form_values()) | values
        if button:
            data["action"] = button
        data = {name: value for name, value in data.items() if value is not None}
        return Page(self.session.post(form.get("action"), data=data))

    def post(self, path: str, **data) -> Page:
        return Page(self.session.post(f"{self.base}/mon-espace{path}", data=data))

    def save(self, section: str, **values) -> Page:
        """Open the account page and save one of its sections."""
        return self.send(self.get("/compte"), f"section={section}", **values)


@pytest.fixture()
def visit(functional):
    """Give somebody a browser; None is an anonymous visitor."""
    return lambda compte=None: Citizen(functional, compte)


@pytest.fixture()
def sender(functional):
    """The site can send mails."""
    api.portal.set_registry_record(SENDER, "guichet@carouge.example")
    transaction.commit()


@pytest.fixture()
def clock(monkeypatch):
    """The moment it is, moved by hand."""

    class Clock:
        moment = swisstime.now()

        def __call__(self):
            return self.moment

    clock = Clock()
    monkeypatch.setattr(swisstime, "now", clock)
    return clock
