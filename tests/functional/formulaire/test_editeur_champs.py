"""An editor adds and sets the kinds of fields a commune needs, without any XML."""

from carouge.guichet.formulaire.compile import compile_draft
from lxml import html
from visitor import Visitor

import datetime
import decimal
import pytest
import transaction


PATH = "dechets/commander-un-conteneur"
FIELDS = f"/{PATH}/fields"
PREFIX = "carouge.guichet.formulaire.fields."

COMMON = ["title", "description", "required"]


@pytest.fixture
def editor(functional):
    base = f"http://{functional['host']}:{functional['port']}/plone/guichet"
    return Visitor(base, ("editeur", "Guichet-2026!"))


@pytest.fixture
def field(functional):
    def read(name):
        transaction.begin()
        demarche = functional["portal"].guichet.dechets["commander-un-conteneur"]
        return compile_draft(demarche).schema[name]

    return read


def settings(editor, name):
    """The form of one question in the field editor."""
    page = editor.get(f"{FIELDS}/{name}")
    assert page.status_code == 200
    return html.fromstring(page.text).get_element_by_id("edit-field-form")


def names_of(form):
    """The settings that are asked for, in the order of the page."""
    found = [
        part.get("id").removeprefix("formfield-form-widgets-")
        for part in form.xpath(".//*[starts-with(@id, 'formfield-form-widgets-')]")
    ]
    # What every question can have belongs to other features.
    return [name for name in found if not name.startswith("I") and "-" not in name]


def add(editor, kind):
    page = editor.get(f"{FIELDS}/@@add-field")
    form = html.fromstring(page.text).get_element_by_id("add-field-form")
    assert kind in [option.get("value") for option in form.xpath(".//option")]
    data = dict(form.form_values()) | {
        "form.widgets.title": "Question",
        "form.widgets.__name__": "question",
        "form.widgets.factory:list": kind,
        "form.buttons.add": "Add",
    }
    response = editor.post(f"{FIELDS}/@@add-field", data=data)
    assert response.status_code == 200


def save(editor, form, **values):
    data = dict(form.form_values())
    for name in [name for name in data if name.split(":")[0] in values]:
        del data[name]
    response = editor.post(
        f"{FIELDS}/question", data=data | values | {"form.buttons.save": "Save"}
    )
    assert response.status_code == 200
    errors = html.fromstring(response.text).xpath(
        "//*[contains(@class,'invalid-feedback') or contains(@class,'fieldErrorBox')]"
    )
    assert [error.text_content().strip() for error in errors if error.text] == []


@pytest.mark.parametrize(
    ("kind", "type_", "own"),
    [
        ("Telephone", "Telephone", []),
        ("Account number (IBAN)", "Iban", []),
        ("AVS number", "Avs", []),
        ("Company number (UID)", "Ide", []),
        ("Postal code and town", "NpaLocalite", ["etranger"]),
        ("Address", "Adresse", ["etranger"]),
        ("Amount in CHF", "Montant", ["minimum", "maximum"]),
        (
            "Date with limits",
            "Jour",
            ["min", "max", "au_plus_tot", "au_plus_tard"],
        ),
        (
            "Supporting document (files)",
            "Justificatif",
            ["max_fichiers", "max_mo", "types", "par_poste", "au_guichet"],
        ),
    ],
)
def test_each_kind_can_be_added_and_asks_for_its_settings(
    editor, field, kind, type_, own
):
    add(editor, kind)
    added = field("question")
    assert f"{type(added).__module__}.{type(added).__name__}" == PREFIX + type_
    assert sorted(names_of(settings(editor, "question"))) == sorted(COMMON + own)


def test_the_settings_of_a_date_are_kept(editor, field):
    add(editor, "Date with limits")
    save(
        editor,
        settings(editor, "question"),
        **{
            "form.widgets.min": "2026-01-01",
            "form.widgets.au_plus_tot": "3",
            "form.widgets.au_plus_tard": "300",
        },
    )
    jour = field("question")
    assert (jour.min, jour.max) == (datetime.date(2026, 1, 1), None)
    assert (jour.au_plus_tot, jour.au_plus_tard) == (3, 300)


def test_the_settings_of_an_amount_are_kept(editor, field):
    add(editor, "Amount in CHF")
    save(
        editor,
        settings(editor, "question"),
        **{"form.widgets.minimum": "0,05", "form.widgets.maximum": "900"},
    )
    assert field("question").minimum == decimal.Decimal("0.05")
    assert field("question").maximum == decimal.Decimal(900)


def test_the_settings_of_a_piece_are_kept(editor, field):
    add(editor, "Supporting document (files)")
    save(
        editor,
        settings(editor, "question"),
        **{
            "form.widgets.max_fichiers": "2",
            "form.widgets.types": ["pdf", "image"],
            "form.widgets.par_poste:list": "selected",
        },
    )
    piece = field("question")
    assert (piece.max_fichiers, piece.types) == (2, {"pdf", "image"})
    assert (piece.par_poste, piece.au_guichet) == (True, False)
