"""Browsers and letters for the tests of the accounts of the commune's own."""

from altcha import Challenge
from altcha import Payload
from altcha import solve_challenge
from carouge.guichet.notification.channels.queue import Postman
from email import message_from_bytes
from email import policy
from lxml import html

import json
import re
import requests


PASSWORD = "le lac est calme ce soir"


class Mail:
    def __init__(self, content):
        message = message_from_bytes(content, policy=policy.default)
        self.to = message["To"]
        self.subject = message["Subject"]
        self.headers = message.keys()
        self.text = message.get_content().replace("\r\n", "\n")

    @property
    def link(self):
        return re.search(r"https?://\S+", self.text)[0]


class Browser:
    """A browser without JavaScript, unless it is told to solve the challenge."""

    def __init__(self, layer):
        self.base = f"http://{layer['host']}:{layer['port']}/plone/guichet"
        self.session = requests.Session()

    def get(self, path, **options):
        url = path if path.startswith("http") else f"{self.base}/{path}"
        return Page(self, self.session.get(url, **options))

    def post(self, path, data, **options):
        return Page(
            self, self.session.post(f"{self.base}/{path}", data=data, **options)
        )

    def log_in(self, identifiant, password=PASSWORD, **more):
        form = self.get("connexion").form()
        return form.send(identifiant=identifiant, mot_de_passe=password, **more)


class Page:
    def __init__(self, browser, response):
        self.browser = browser
        self.response = response
        self.status = response.status_code
        self.url = response.url.removeprefix(browser.base)
        self.html = html.fromstring(response.text) if response.text else None

    def words(self, xpath):
        found = self.html.xpath(xpath)
        return " ".join(found[0].text_content().split()) if found else None

    @property
    def h1(self):
        return self.words("//h1")

    @property
    def alert(self):
        return self.words("//*[@id='alerte']")

    @property
    def notice(self):
        return self.words("//*[@id='avis']")

    @property
    def problems(self):
        """Message by id of the field."""
        return {
            element.get("id").removeprefix("erreur-"): " ".join(
                element.text_content().split()
            )
            for element in self.html.xpath("//*[starts-with(@id, 'erreur-')]")
        }

    def form(self, id="form"):
        return Form(self.browser, self.html.get_element_by_id(id))

    def solution(self):
        """What the script of the page would find."""
        box = self.html.get_element_by_id("epreuve")
        return solve(box.get("data-epreuve"))


class Form:
    def __init__(self, browser, element):
        self.browser = browser
        self.action = element.get("action")
        self.method = element.get("method")
        self.values = {
            field.get("name"): field.get("value") or ""
            for field in element.xpath(".//input[@name]")
        }

    def send(self, action=None, *, allow_redirects=True, **values):
        data = {**self.values, **values}
        if action is not None:
            data["action"] = action
        response = self.browser.session.request(
            self.method, self.action, data=data, allow_redirects=allow_redirects
        )
        return Page(self.browser, response)


def solve(challenge):
    challenge = Challenge.from_dict(json.loads(challenge))
    return Payload(challenge, solve_challenge(challenge)).to_base64()


def mail_reader(smtp, folder):
    """A function that delivers what waits and returns what has arrived since."""
    postman = Postman(folder, timeout=5)

    def read():
        postman.deliver_all()
        arrived = [Mail(content) for _from, _to, content in smtp.received]
        smtp.received.clear()
        return arrived

    return read
