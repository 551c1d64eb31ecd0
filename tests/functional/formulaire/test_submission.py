"""The form of a démarche over HTTP: what a citizen sees, what is stored."""

from carouge.guichet.demande.queries import demandes_of
from lxml import html

import pytest
import requests
import transaction


ANSWERS = {
    "form.widgets.lieu": "devant le 12, rue Vautier",
    "form.widgets.terrain:list": "Trottoir ou chaussée",
    "form.widgets.date_constat": "2026-11-20",
    "form.widgets.nature:list": "Meubles ou matelas",
    "form.widgets.danger:list": "false",
    "form.widgets.description": "Un canapé rouge",
    "form.widgets.nom": "Rochat",
    "form.widgets.prenom": "Aline",
    "form.widgets.courriel": "aline.rochat@example.org",
    "form.widgets.telephone": "079 123 45 67",
    "form.widgets.accord:list": "selected",
}


class Browser:
    """A visitor at the form « Signaler un dépôt sauvage »."""

    def __init__(self, layer):
        self.base = f"http://{layer['host']}:{layer['port']}/plone/guichet"
        self.url = f"{self.base}/dechets/signaler-un-depot-sauvage"
        self.session = requests.Session()

    def form(self):
        response = self.session.get(f"{self.url}/formulaire")
        assert response.status_code == 200
        return html.fromstring(response.text)

    def jeton(self):
        return self.form().xpath("//form[@id='form']//input[@name='jeton']/@value")[0]

    def submit(self, jeton, **changes):
        data = {**ANSWERS, "jeton": jeton, "form.buttons.submit": "Envoyer"}
        for name, value in changes.items():
            key = next(k for k in data if k.split(":")[0] == f"form.widgets.{name}")
            if value is None:
                del data[key]
            else:
                data[key] = value
        return self.session.post(f"{self.url}/formulaire", data=data)


@pytest.fixture
def visitor(functional):
    return Browser(functional)


@pytest.fixture
def stored(functional):
    def read():
        transaction.begin()
        return list(demandes_of(functional["portal"].guichet))

    return read


def text(response, element_id):
    return html.fromstring(response.text).get_element_by_id(element_id).text_content()


def test_submission_creates_one_demande_and_shows_its_number(visitor, stored):
    response = visitor.submit(visitor.jeton())
    demandes = stored()
    assert len(demandes) == 1
    demande = demandes[0]
    assert "/confirmation?jeton=" in response.url
    assert text(response, "numero") == demande.numero
    assert {r.name: r.text for r in demande.reponses} == {
        "lieu": "devant le 12, rue Vautier",
        "terrain": "Trottoir ou chaussée",
        "date_constat": "20.11.2026",
        "nature": "Meubles ou matelas",
        "volume": "",
        "danger": "Non",
        "description": "Un canapé rouge",
        "photo": "",
        "nom": "Rochat",
        "prenom": "Aline",
        "courriel": "aline.rochat@example.org",
        "telephone": "079 123 45 67",
        "accord": "Oui",
    }
    assert demande.courriel == "aline.rochat@example.org"


def test_the_same_form_sent_twice_is_one_demande(visitor, stored):
    jeton = visitor.jeton()
    first = visitor.submit(jeton)
    second = visitor.submit(jeton)
    assert text(first, "numero") == text(second, "numero")
    assert len(stored()) == 1


def test_changed_answers_after_submission_are_told_not_saved(visitor, stored):
    jeton = visitor.jeton()
    visitor.submit(jeton)
    second = visitor.submit(jeton, description="Deux canapés")
    assert "deja=1" in second.url
    assert len(stored()) == 1
    assert stored()[0].reponses[6].text == "Un canapé rouge"


def test_reload_of_the_confirmation_shows_the_same(visitor):
    response = visitor.submit(visitor.jeton())
    again = visitor.session.get(response.url)
    assert text(again, "numero") == text(response, "numero")
    assert text(again, "code") == text(response, "code")
    assert again.headers["Cache-Control"] == "no-store, private"


def test_missing_answers_are_named_and_nothing_is_lost(visitor, stored):
    response = visitor.submit(visitor.jeton(), lieu="", accord=None)
    page = html.fromstring(response.text)
    errors = page.xpath("//div[@id='erreurs']//a/@href")
    assert errors == ["#form-widgets-lieu", "#form-widgets-accord-0"]
    description = page.get_element_by_id("form-widgets-description")
    assert description.text.strip() == "Un canapé rouge"
    assert stored() == []


def test_forged_jeton_keeps_what_was_typed(visitor, stored):
    response = visitor.submit("A" * 50)
    page = html.fromstring(response.text)
    assert page.xpath("//div[@role='alert']")
    description = page.get_element_by_id("form-widgets-description")
    assert description.text.strip() == "Un canapé rouge"
    assert stored() == []
