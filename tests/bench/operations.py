"""What the load generator can do at a site, each thing under a name.

An operation is made once for a series. ``prepare`` makes what one call needs and is not
measured; ``call`` is measured and raises :class:`Failed` when the person in front of
the page would not have got what was asked for.
"""

from carouge.guichet.demo.personas import SMS_CODE
from carouge.guichet.demo.settings import PASSWORD
from collections.abc import Callable
from lxml import html
from typing import Any
from urllib.parse import urljoin
from visitor import Form
from visitor import Visitor

import mesures
import requests


AGENT = "agent-dechets"
CITIZEN = "resident@demo.example"
DEMARCHE = "dechets/signaler-un-depot-sauvage"
CATEGORIE = "mesure"
QUINZE = f"{CATEGORIE}/mesure-quinze"
GRANDE = f"{CATEGORIE}/mesure-grande"
PARCOURS = f"{CATEGORIE}/mesure-parcours"
NU = "nu"


class Failed(Exception):
    """Not the page that was asked for; the text says which one came."""


class Operation:
    """``site`` has the addresses ``site`` and ``guichet`` of a measured site, and under
    ``numero`` a demande of the citizen where the operation shows one.

    ``session`` makes a session of the load generator for one visitor. ``quick`` makes
    from it one that takes less of the generator's time, and cannot log in.
    """

    def __init__(
        self,
        site: dict[str, str],
        session: Callable[[], requests.Session],
        quick: Callable[[requests.Session], Any],
    ) -> None:
        self.site, self.session, self.quick = site, session, quick

    def prepare(self, client: int) -> object:
        """What one call by the client of that number needs."""
        return None

    def call(self, given) -> None:
        raise NotImplementedError


class Page(Operation):
    """A page; ``path`` has the placeholders of the site, ``marker`` is in it."""

    def __init__(
        self, site, session, quick, path: str, marker: str = "</html>"
    ) -> None:
        super().__init__(site, session, quick)
        self.address = path.format(**site)
        self.marker = marker
        self._sessions: dict[int, requests.Session] = {}

    def log_in(self) -> requests.Session:
        """A visitor who is whoever may see the page."""
        return self.session()

    def prepare(self, client: int):
        if client not in self._sessions:
            self._sessions[client] = self.quick(self.log_in())
        return self._sessions[client]

    def call(self, given) -> None:
        shown(given.get(self.address, allow_redirects=False), self.marker)


class NotCached(Page):
    """Somebody who brings a cookie, whom no cache answers."""

    def log_in(self) -> requests.Session:
        session = self.session()
        session.cookies.set("mesure", "1")
        return session


class AgentPage(Page):
    def log_in(self) -> requests.Session:
        session = self.session()
        session.auth = (AGENT, PASSWORD)
        return session


class CitizenPage(Page):
    def log_in(self) -> requests.Session:
        return citizen(self.site, self.session())


class Step(Operation):
    """The first step of a form again and again, each time with other answers.

    One visitor for each client: who saves twice at once has two windows open.
    """

    def __init__(self, site, session, quick, demarche: str, save: bool) -> None:
        super().__init__(site, session, quick)
        self.demarche, self.save = demarche, save
        self.number = 0
        self._opened: dict[int, tuple[requests.Session, str, dict[str, str]]] = {}

    def prepare(self, client: int):
        self.number += 1
        if client not in self._opened:
            self._opened[client] = self._open()
        session, action, hidden = self._opened[client]
        answers = answers_of(self.demarche, self.number)
        if self.save:
            action = action.rsplit("/etape/", 1)[0] + "/enregistrer"
        else:
            answers["courriel"] = "pas une adresse"
            hidden = {**hidden, "suivant": "1"}
        return session, action, hidden | fields_of(answers)

    def call(self, given) -> None:
        session, action, data = given
        response = session.post(action, data=data, timeout=120)
        shown(response, '"enregistre"' if self.save else 'id="erreurs"')

    def _open(self):
        visitor = Visitor(self.site["guichet"])
        visitor.session = self.session()
        form = visitor.open_form(self.demarche)
        form.fill(**answers_of(self.demarche, 0)).press("plus_tard")
        hidden = {**form.hidden, "etape": "etape1"}
        hidden.pop("revision", None)
        return self.quick(visitor.session), form.action, hidden


class Submission(Operation):
    """From the filled form to the confirmation with the number.

    ``whole`` measures the opening of the form as well. Each visitor is somebody else.
    """

    def __init__(self, site, session, quick, whole: bool = False) -> None:
        super().__init__(site, session, quick)
        self.whole = whole

    def prepare(self, client: int) -> Visitor | Form:
        visitor = Visitor(self.site["guichet"])
        visitor.session = self.quick(self.session())
        return visitor if self.whole else self._open(visitor)

    def call(self, given) -> None:
        form = self._open(given) if self.whole else given
        response = form.submit()
        if "/confirmation?" not in response.url:
            raise Failed(f"{response.status_code} {response.url}")
        shown(response, 'id="numero"')

    def _open(self, visitor: Visitor) -> Form:
        return visitor.open_form(QUINZE).fill(**mesures.answers(1))


class BareSubmission(Operation):
    """The same with easyform: one request, until its thanks."""

    def __init__(self, site, session, quick, whole: bool = False) -> None:
        super().__init__(site, session, quick)
        self.whole = whole

    def prepare(self, client: int):
        return self.quick(self.session())

    def call(self, given: requests.Session) -> None:
        if self.whole:
            given.get(f"{self.site['site']}/{NU}", timeout=120).raise_for_status()
        shown(bare_post(self.site, given, mesures.answers(1)), "easyform-thankspage")


class BareError(Operation):
    """easyform with an answer that is refused."""

    def prepare(self, client: int):
        return self.quick(self.session())

    def call(self, given: requests.Session) -> None:
        answers = {**mesures.answers(0), "courriel": "pas une adresse"}
        shown(bare_post(self.site, given, answers), "</html>")


def shown(response, marker: str) -> None:
    """:raises Failed: another status than 200, or a page without ``marker``"""
    if response.status_code != 200:
        raise Failed(f"{response.status_code} {response.url}")
    if marker not in response.text:
        raise Failed(f"{response.url} without {marker}")


def answers_of(demarche: str, number: int) -> dict[str, str]:
    if demarche == QUINZE:
        return mesures.answers(number)
    return {"courriel": "aline@example.org", "e0c1": f"Réponse {number}"}


def fields_of(answers: dict[str, str]) -> dict[str, str]:
    return {f"champ.{name}": text for name, text in answers.items()}


def bare_post(site: dict[str, str], session: requests.Session, answers):
    """Send easyform, as a browser encodes a form that may have files."""
    data = {f"form.widgets.{name}": text for name, text in answers.items()}
    return session.post(
        f"{site['site']}/{NU}",
        data={**data, "form.buttons.submit": "Envoyer"},
        files={"": ("", b"")},
        timeout=120,
    )


def citizen(
    site: dict[str, str], session: requests.Session, email: str = CITIZEN
) -> requests.Session:
    """Log a session in as a persona of the identity provider."""
    guichet = site["guichet"]
    response = session.get(
        f"{guichet}/se-connecter",
        params={"retour": f"{guichet}/mon-espace"},
        timeout=60,
    )
    typed = {"email": email, "password": PASSWORD, "code": SMS_CODE}
    for _page in range(8):
        if response.url.startswith(f"{guichet}/mon-espace"):
            return session
        form = _form_with(html.fromstring(response.text), typed)
        fields = dict(form.form_values())
        fields |= {name: typed[name] for name in form.fields if name in typed}
        response = session.request(
            form.method,
            urljoin(response.url, form.get("action") or ""),
            data=fields if form.method == "POST" else None,
            params=fields if form.method == "GET" else None,
            timeout=60,
        )
    raise Failed(f"the login ended at {response.url}")


def _form_with(page, names):
    forms = [form for form in page.forms if {*names} & {*form.fields.keys()}]
    return (forms or [form for form in page.forms if form.method == "POST"])[0]


def _page(path: str, kind: type[Page] = Page):
    return lambda *args: kind(*args, path)


#: By name: what makes the operation of a site.
OPERATIONS: dict[str, Callable[..., Operation]] = {
    "front page": _page("{site}"),
    "home": _page("{guichet}"),
    "home, not from a cache": _page("{guichet}", NotCached),
    "category": _page("{guichet}/dechets"),
    "category of 150": _page(f"{{guichet}}/{CATEGORIE}"),
    "démarche": _page(f"{{guichet}}/{DEMARCHE}"),
    "search": _page("{guichet}/recherche?q=poubele"),
    "form": _page(f"{{guichet}}/{QUINZE}/formulaire"),
    "form of 120": _page(f"{{guichet}}/{GRANDE}/formulaire"),
    "suivi": _page("{guichet}/suivi"),
    "step with an error": lambda *args: Step(*args, QUINZE, save=False),
    "autosave": lambda *args: Step(*args, QUINZE, save=True),
    "autosave of 120": lambda *args: Step(*args, GRANDE, save=True),
    "submission": Submission,
    "whole flow": lambda *args: Submission(*args, whole=True),
    "agent: front page": _page("{site}", AgentPage),
    "agent: list": _page("{guichet}/agents", AgentPage),
    "agent: list of all": _page("{guichet}/agents?bannette=toutes", AgentPage),
    "agent: demande": _page("{guichet}/agents/{numero}", AgentPage),
    "citizen: front page": _page("{site}", CitizenPage),
    "citizen: list": _page("{guichet}/mon-espace/demandes", CitizenPage),
    "citizen: demande": _page("{guichet}/mon-espace/demandes/{numero}", CitizenPage),
    "bare: folder of 12": _page("{site}/rubriques"),
    "bare: collection of 150": _page("{site}/liste"),
    "bare: search": _page("{site}/@@search?SearchableText=mesure"),
    "bare: form": _page(f"{{site}}/{NU}"),
    "bare: step with an error": BareError,
    "bare: submission": BareSubmission,
    "bare: whole flow": lambda *args: BareSubmission(*args, whole=True),
}
