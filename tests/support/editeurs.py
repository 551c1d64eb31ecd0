"""Somebody of the staff with a browser that has forms and no scripts."""

from __future__ import annotations

from bs4 import BeautifulSoup
from carouge.guichet.demo.content import PASSWORD

import requests


class Page:
    """A page that was loaded."""

    def __init__(self, response: requests.Response) -> None:
        self.response = response
        self.status = response.status_code
        self.url = response.url
        self.soup = BeautifulSoup(response.text, "html.parser")

    def one(self, selector: str):
        """The one tag of that kind."""
        [tag] = self.soup.select(selector)
        return tag

    def text(self, selector: str) -> str:
        """The words of the one tag of that kind."""
        return words(self.one(selector))

    def texts(self, selector: str) -> list[str]:
        return [words(tag) for tag in self.soup.select(selector)]


def words(tag) -> str:
    """What a tag says, with single blanks."""
    return " ".join(tag.get_text(" ").split())


class Staff:
    """Requests of one person; ``login`` is empty for a visitor."""

    def __init__(self, layer, login: str = "editeur") -> None:
        self.base = f"http://{layer['host']}:{layer['port']}/plone"
        self.session = requests.Session()
        if login:
            self.session.auth = (login, PASSWORD)

    def get(self, path: str, **options) -> Page:
        return Page(self.session.get(self._url(path), timeout=30, **options))

    def post(self, path: str, data: dict, **options) -> Page:
        return Page(
            self.session.post(self._url(path), data=data, timeout=30, **options)
        )

    def send(self, page: Page, form: str, files=None, press=None, **values) -> Page:
        """Send a form of a page, filled in and with one button pressed.

        ``press`` is the name of the button, ``values`` are what is typed, by name of
        input with ``__`` for a point; None takes a value away.
        """
        tag = page.one(form)
        data = dict(inputs(tag))
        for name, value in values.items():
            data.pop(name.replace("__", "."), None)
            if value is not None:
                data[name.replace("__", ".")] = value
        if press:
            name, _equals, value = press.partition("=")
            data[name] = value or tag.select_one(f"button[name={name}]")["value"]
        return self.post(tag["action"], data, files=files)

    def _url(self, path: str) -> str:
        return path if path.startswith("http") else self.base + path


def inputs(form):
    """The names and values a browser would send of a form, buttons aside."""
    for tag in form.select("input[name], textarea[name], select[name]"):
        if tag.find_parent("fieldset", disabled=True):
            continue
        kind = tag.get("type", "")
        if kind in ("file", "submit", "button"):
            continue
        if kind in ("radio", "checkbox") and not tag.has_attr("checked"):
            continue
        if tag.name == "textarea":
            yield tag["name"], tag.get_text()
        elif tag.name == "select":
            chosen = tag.select_one("option[selected]") or tag.select_one("option")
            yield tag["name"], chosen["value"] if chosen else ""
        else:
            yield tag["name"], tag.get("value", "")
