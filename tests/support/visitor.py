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
        """The form of a démarche (``categorie/demarche``) as it is shown."""
        response = self.get(f"/{demarche}/formulaire")
        assert response.status_code == 200, response.text[:500]
        return Form(self, response)


class Form:
    """A form on a page, with what has been typed into it so far."""

    def __init__(self, visitor: Visitor, response) -> None:
        self.visitor = visitor
        self.page = html.fromstring(response.text)
        self.form = self.page.get_element_by_id("form")
        self.files: dict[str, tuple] = {}
        self.extra: list[tuple[str, str]] = []

    @property
    def jeton(self) -> str:
        return self.form.fields["jeton"]

    def fill(self, **answers) -> "Form":
        """Answer questions by the name of their field.

        A text is typed or, for choices, ticked by its label; a list ticks several; True
        and False tick or untick a single box; a tuple is a file (name, bytes, type).
        """
        for name, answer in answers.items():
            if isinstance(answer, tuple):
                self.files[f"form.widgets.{name}"] = answer
                continue
            inputs = self.form.xpath(
                f".//*[starts-with(@name, 'form.widgets.{name}')]"
                f"[@name='form.widgets.{name}' or @name='form.widgets.{name}:list']"
            )
            assert inputs, name
            kind = inputs[0].get("type")
            if kind in ("radio", "checkbox"):
                self._tick(inputs, answer)
            elif inputs[0].tag == "select":
                inputs[0].value = next(
                    option.get("value")
                    for option in inputs[0].iter("option")
                    if option.text_content().strip() == answer
                )
            else:
                inputs[0].value = answer
        return self

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

    def add(self, name: str, value: str) -> "Form":
        """Send a field that is not on the page."""
        self.extra.append((name, value))
        return self

    def submit(self, jeton: str | None = None):
        """Press the button; returns the page one arrives at."""
        data = [
            (name, jeton if name == "jeton" and jeton is not None else value)
            for name, value in self.form.form_values()
        ]
        button = self.form.xpath(".//*[@type='submit']")[0]
        data.append((button.get("name"), button.get("value") or ""))
        return self.visitor.session.post(
            self.form.get("action"),
            data=data + self.extra,
            files=self.files or {"": ("", b"")},
        )


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
