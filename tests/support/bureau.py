"""Agents in front of their desk, and demandes to be found there."""

from __future__ import annotations

from carouge.guichet.demande.domain import Reponse
from carouge.guichet.demande.service import submit_demande
from lxml import html

import os
import requests
import transaction


PASSWORD = "Guichet-2026!"


def deposer(guichet, demarche=None, n=1, **options):
    """Submit demandes without account; returns their numbers, committed."""
    demarche = demarche or guichet.dechets["signaler-un-depot-sauvage"]
    reponses = options.pop("reponses", [Reponse("lieu", "", "Lieu", "Rue Vautier")])
    numeros = [
        submit_demande(
            guichet=guichet,
            demarche=demarche,
            reponses=reponses,
            form_version="1",
            secret=os.urandom(32),
            year=2026,
            **{"pieces": (), **options},
        ).demande.numero
        for _n in range(n)
    ]
    transaction.commit()
    return numeros


class Page:
    """An answer; ``html`` is its tree."""

    def __init__(self, agent, response) -> None:
        self.agent = agent
        self.response = response
        self.status = response.status_code
        self.url = response.url.removeprefix(agent.base)
        text = response.headers.get("Content-Type", "").startswith("text/html")
        self.html = html.fromstring(response.text) if text else None

    def words(self, xpath):
        found = self.html.xpath(xpath)
        return " ".join(found[0].text_content().split()) if found else None

    def all_words(self, xpath):
        return [" ".join(e.text_content().split()) for e in self.html.xpath(xpath)]

    def follow(self, words):
        """The page behind the link with these words."""
        links = self.html.xpath("//a[normalize-space()=$words]/@href", words=words)
        return self.agent.get(links[0])

    def send(self, id, button=None, **values):
        """Send the form of that id, with some fields as somebody filled them in.

        ``button`` is ``name=value`` of the one that is pressed; the first one if none.
        """
        form = self.html.get_element_by_id(id)
        data = list(form.form_values())
        data = [(name, value) for name, value in data if name not in values]
        for name, value in values.items():
            many = value if isinstance(value, list) else [value]
            data += [(name, one) for one in many]
        if button is None:
            found = form.xpath(".//button[@name]")
            if found:
                button = f"{found[0].get('name')}={found[0].get('value')}"
        if button:
            data.append(tuple(button.split("=", 1)))
        return self.agent.post(form.get("action"), data)


class Agent:
    """Somebody who is logged in; ``login`` None is an anonymous visitor."""

    def __init__(self, layer, login=None) -> None:
        self.base = f"http://{layer['host']}:{layer['port']}/plone/guichet"
        self.session = requests.Session()
        if login:
            self.session.auth = (login, PASSWORD)

    def _url(self, path):
        return path if path.startswith("http") else f"{self.base}/{path}"

    def get(self, path, **options):
        return Page(self, self.session.get(self._url(path), **options))

    def post(self, path, data, **options):
        return Page(self, self.session.post(self._url(path), data=data, **options))
