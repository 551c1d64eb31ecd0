"""An editor says where an answer comes from, in the field editor, without any XML."""

from carouge.guichet.formulaire.compile import compile_draft
from comptes import cookies_of
from comptes import make_compte
from formulaires import connus
from formulaires import PATH
from lxml import html
from modeles import champ
from modeles import modele
from publication import publier
from visitor import Visitor

import pytest
import transaction


FIELDS = f"/{PATH}/fields"
MODEL = modele(
    champ("adresse"),
    champ("quantite", "nombre"),
    champ("reprise", "oui_non"),
    champ("photo", "piece"),
    champ("courriel", "courriel", fait="courriel"),
    champ("accord", "consentement"),
    champ("enfant", "membre"),
)


@pytest.fixture(autouse=True)
def form_of_six_questions(publie):
    publie(MODEL)


@pytest.fixture
def editor(base):
    return Visitor(base, ("editeur", "Guichet-2026!"))


@pytest.fixture
def compiled(demarche):
    """What the editor has before him."""

    def read():
        transaction.begin()
        return compile_draft(demarche)

    return read


def settings(editor, name):
    """The form of one question in the field editor."""
    page = editor.get(f"{FIELDS}/{name}")
    assert page.status_code == 200
    return html.fromstring(page.text).get_element_by_id("edit-field-form")


def select_of(form):
    found = form.xpath(".//select[contains(@id, 'fait')]")
    return found[0] if found else None


def save(editor, form, name):
    data = dict(form.form_values()) | {"form.buttons.save": "Save"}
    response = editor.post(f"{FIELDS}/{name}", data=data)
    assert response.status_code == 200


def offered(form):
    return [option.get("value") for option in select_of(form).iter("option")]


def test_only_what_fits_is_offered(editor):
    line = offered(settings(editor, "adresse"))
    assert {"nom", "adresse", "raison_sociale", "membre.prenom"} <= set(line)
    assert not {"date_naissance", "membre.date_naissance"} & set(line)
    assert offered(settings(editor, "courriel"))[1:] == ["courriel"]


@pytest.mark.parametrize("name", ["photo", "accord", "quantite", "reprise", "enfant"])
def test_not_of_questions_no_compte_can_answer(editor, name):
    assert select_of(settings(editor, name)) is None


def test_the_choice_is_kept_and_used(functional, demarche, base, editor, compiled):
    form = settings(editor, "adresse")
    select_of(form).value = "nom_complet"
    save(editor, form, "adresse")
    assert compiled().sources["adresse"] == "nom_complet"
    assert select_of(settings(editor, "adresse")).value == "nom_complet"
    citizen = Visitor(base)
    citizen.session.cookies.update(cookies_of(functional, make_compte()))
    # Citizens get it with the next publication.
    assert connus(citizen.open_form(PATH)) == {}
    publier(demarche)
    transaction.commit()
    assert connus(citizen.open_form(PATH)) == {"adresse": "Camille Rochat"}


def test_the_choice_can_be_taken_back(editor, compiled):
    assert compiled().sources == {"courriel": "courriel"}
    form = settings(editor, "courriel")
    assert select_of(form).value == "courriel"
    select_of(form).value = "--NOVALUE--"
    save(editor, form, "courriel")
    assert compiled().sources == {}


def test_an_unfitting_source_is_refused(editor, compiled):
    form = settings(editor, "adresse")
    data = dict(form.form_values()) | {"form.buttons.save": "Save"}
    name = select_of(form).get("name")
    for value in ("date_naissance", "mot_de_passe", "<script>"):
        editor.post(f"{FIELDS}/adresse", data={**data, name: value})
        assert "adresse" not in compiled().sources


def test_a_question_for_a_household_member_is_set(editor, compiled):
    assert compiled().membres == ("enfant",)
    form = settings(editor, "enfant")
    select = form.xpath(".//select[contains(@name, 'personnes')]")[0]
    assert [option.get("value") for option in select.iter("option")] == [
        "tous",
        "adultes",
        "enfants",
    ]
    select.value = "enfants"
    save(editor, form, "enfant")
    assert compiled().schema["enfant"].personnes == "enfants"
