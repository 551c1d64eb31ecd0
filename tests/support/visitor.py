"""A visitor who fills in forms over HTTP as a browser without JavaScript would."""

from lxml import html

import requests


class Visitor:
    """One browser session at a guichet; ``base`` is the guichet's address."""

    def __init__(self, base: str, auth: tuple[str, str] | None = None) -> None:
        self.base = base
        self.session = requests.Session()
        self.session.auth = auth

    def get(self, path: str, **kwargs):
        return self.session.get(f"{self.base}{path}", **kwargs)

    def post(self, path: str, **kwargs):
        return self.session.post(f"{self.base}{path}", **kwargs)

    def open_form(self, demarche: str) -> "Form":
        """The form of a démarche (``categorie/demarche``), at its first step."""
        response = self.get(f"/{demarche}/formulaire", params={"nouveau": "1"})
        assert response.status_code == 200, response.text[:500]
        return Form(self, response)


class Form:
    """A form on its pages, with what was decided to answer.

    The page shown at the moment is ``page``. Answers are typed on the page that asks
    for them, whenever it comes.
    """

    def __init__(self, visitor: Visitor, response) -> None:
        self.visitor = visitor
        self.answers: dict[str, object] = {}
        self.extra: list[tuple[str, str]] = []
        self.show(response)

    def show(self, response) -> "Form":
        """Go on from another page."""
        self.response = response
        self.page = html.fromstring(response.text)
        found = self.page.xpath("//form[@id='form']")
        self.form = found[0] if found else None
        self.files: list[tuple[str, tuple]] = []
        return self

    @property
    def action(self) -> str:
        return self.form.get("action")

    @property
    def hidden(self) -> dict[str, str]:
        """What the page holds for its next request."""
        return {
            element.get("name"): element.get("value")
            for element in self.form.xpath(".//input[@type='hidden']")
        }

    @property
    def asked(self) -> list[str]:
        """Paths of the questions that are shown."""
        return [
            element.get("data-guichet-question")
            for element in self.form.xpath(".//*[@data-guichet-question]")
            if not _is_hidden(element)
        ]

    def fill(self, **answers) -> "Form":
        """Answer questions by the name of their field (``groupe.rang.nom`` by path()).

        A text is typed or, for choices, ticked by its label; a list ticks several; True
        and False tick or untick a single box; a tuple is a file (name, bytes, type), a
        list of tuples several files.
        """
        return self.path(answers)

    def path(self, answers: dict[str, object]) -> "Form":
        """The same by path of the question, for those in rows of groups."""
        self.answers.update(answers)
        return self

    def add(self, name: str, value: str) -> "Form":
        """Send a field that is not on the page, with every page."""
        self.extra.append((name, value))
        return self

    def press(self, name: str = "suivant", value: str = "1"):
        """Type the answers of this page, press a button, show what comes."""
        self._type()
        data = [*self._values(), (name, value), *self.extra]
        response = self.visitor.session.post(
            self.action, data=data, files=self.files or [("", ("", b""))]
        )
        self.show(response)
        return response

    def autosave(self, step: str, **answers):
        """What the page's script does while somebody types; returns the answer."""
        address = self.form.get("data-guichet-enregistrer")
        data = [pair for pair in self._values() if pair[0] != "etape"]
        data = [pair for pair in data if pair[0].removeprefix("champ.") not in answers]
        data += [(f"champ.{name}", text) for name, text in answers.items()]
        response = self.visitor.session.post(address, data=[*data, ("etape", step)])
        if response.status_code == 200:
            self._adopt(response.json())
        return response

    def _adopt(self, saved: dict) -> None:
        for name in ("jeton", "revision"):
            for element in self.form.xpath(f".//input[@name='{name}']"):
                element.drop_tree()
        revision = html.Element("input", type="hidden", name="revision")
        revision.set("value", str(saved["revision"]))
        self.form.insert(0, revision)
        self.form.set("action", saved["etape"])
        self.form.set("data-guichet-enregistrer", f"{saved['adresse']}/enregistrer")

    def step(self, step: str) -> "Form":
        """Another step of the same brouillon, with nothing decided to answer."""
        address = self.action.partition("/etape/")[0].removesuffix("/verifier")
        response = self.visitor.session.get(f"{address}/etape/{step}")
        return Form(self.visitor, response)

    def review(self):
        """Walk through the steps until the review, or until something is refused."""
        while self.form is not None and not self._button("envoyer"):
            before = self.response.url, self.action
            response = self.press()
            if errors(response):
                return response
            again = (response.url, self.action) == before
            if again and not self.page.xpath("//*[@id='guichet-nouvelle']"):
                return response
            if self.page.xpath("//*[@id='guichet-avis']"):
                return response
            if not self._button("suivant"):
                return response
        return self.response

    def submit(self):
        """Walk through the steps and send; returns the page one arrives at."""
        response = self.review()
        if self.form is None or not self._button("envoyer"):
            return response
        return self.send()

    def send(self):
        """Press the last button, on the review."""
        return self.visitor.session.post(
            self.action, data=[*self._values(), ("envoyer", "1")]
        )

    def _button(self, name: str):
        return self.form.xpath(f".//button[@name='{name}']")

    def _values(self) -> list[tuple[str, str]]:
        values = []
        for element in self.form.inputs:
            if element.get("name") is None or element.xpath("ancestor::*[@disabled]"):
                continue
            if element.get("type") in ("submit", "file") or element.tag == "button":
                continue
            if element.get("type") in ("radio", "checkbox") and not element.checked:
                continue
            # An empty value of a radio button is one, other than lxml thinks.
            ticked = element.get("type") in ("radio", "checkbox")
            value = element.get("value", "on") if ticked else element.value
            values.append((element.get("name"), "" if value is None else str(value)))
        return values

    def _type(self) -> None:
        for cle, answer in self.answers.items():
            name = f"champ.{cle}"
            files = answer if isinstance(answer, list) else [answer]
            if any(isinstance(file, tuple) for file in files):
                if self.form.xpath(f".//*[@name='{name}.envoi']"):
                    self.files += [(f"{name}.envoi", file) for file in files]
                continue
            inputs = self.form.xpath(f".//*[@name='{name}']")
            if inputs:
                self._answer(inputs, answer)
        # A file is attached once.
        sent = {
            name.removeprefix("champ.").removesuffix(".envoi")
            for name, _file in self.files
        }
        self.answers = {k: v for k, v in self.answers.items() if k not in sent}

    def _answer(self, inputs, answer) -> None:
        if inputs[0].get("type") in ("radio", "checkbox"):
            self._tick(inputs, answer)
        elif inputs[0].tag == "select":
            inputs[0].value = next(
                option.get("value") or ""
                for option in inputs[0].iter("option")
                if option.text_content().strip() == answer
            )
        else:
            inputs[0].value = answer

    def _tick(self, inputs, answer) -> None:
        wanted = answer if isinstance(answer, list) else [answer]
        for element in inputs:
            label = self.form.xpath(f".//label[@for='{element.get('id')}']")[0]
            words = " ".join(label.text_content().split())
            chosen = answer if isinstance(answer, bool) else words in wanted
            if chosen:
                element.set("checked", "checked")
            else:
                element.attrib.pop("checked", None)


def _is_hidden(element) -> bool:
    return bool(element.xpath("ancestor-or-self::*[@hidden]"))


def by_id(response, element_id: str) -> str:
    """The text of the element with that id."""
    element = html.fromstring(response.text).get_element_by_id(element_id)
    return " ".join(element.text_content().split())


def errors(response) -> list[tuple[str, str]]:
    """The summary of errors: (link target, message)."""
    page = html.fromstring(response.text)
    return [
        (
            item.xpath("./a/@href")[0].lstrip("#"),
            " ".join(item.xpath("./span")[0].text_content().split()),
        )
        for item in page.xpath("//div[@id='erreurs']//li")
    ]
