"""A browser of the staff that has forms and no scripts, answer by answer."""

from __future__ import annotations

from bs4 import BeautifulSoup
from carouge.guichet.demo.settings import PASSWORD

import requests


class Browser:
    """Requests of one person; ``login`` is empty for a visitor.

    Paths are those below the site, beginning with a slash.
    """

    def __init__(self, layer, login: str | None = None) -> None:
        self.base = f"http://{layer['host']}:{layer['port']}/plone"
        self.session = requests.Session()
        if login:
            self.session.auth = (login, PASSWORD)

    def get(self, path: str, **options) -> requests.Response:
        return self.session.get(self.base + path, timeout=60, **options)

    def soup(self, path: str) -> BeautifulSoup:
        """A page that is there."""
        response = self.get(path)
        assert response.status_code == 200, path
        return BeautifulSoup(response.text, "html.parser")

    def post(
        self, path: str, data: dict, token_from: str = "", **options
    ) -> requests.Response:
        """Send a form; ``token_from`` is the page that has its token."""
        if token_from:
            field = self.soup(token_from).select_one("input[name=_authenticator]")
            data = {**data, "_authenticator": field["value"]}
        return self.session.post(self.base + path, data=data, timeout=60, **options)

    def labels(self, path: str) -> list[str]:
        """The words beside the fields of the page's own form."""
        form = self.soup(path).select_one("#content form")
        return [words(tag) for tag in form.select("label")]


def words(tag) -> str:
    """What a tag says, with single blanks."""
    return " ".join(tag.get_text(" ").split())
