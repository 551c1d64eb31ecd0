"""An editor sets the kinds of fields a commune needs, without any XML."""

from carouge.guichet.formulaire.compile import compile_draft
from lxml import html
from visitor import Visitor

import datetime
import pytest
import transaction


PATH = "dechets/commander-un-conteneur"
FIELDS = f"/{PATH}/fields"
PREFIX = "carouge.guichet.formulaire.fields."
MODEL = """
<model xmlns="http://namespaces.plone.org/supermodel/schema">
  <schema>
    <field name="question" type="{prefix}{kind}">
      <title>Question</title>
    </field>
  </schema>
</model>
"""

COMMON = ["title", "description", "required"]


@pytest.fixture
def editor(functional):
    base = f"http://{functional['host']}:{functional['port']}/plone/guichet"
    return Visitor(base, ("editeur", "Guichet-2026!"))


@pytest.fixture
def ask(functional):
    """Let the form have one question of that kind."""

    def change(kind):
        demarche = functional["portal"].guichet.dechets["commander-un-conteneur"]
        demarche.fields_model = MODEL.format(prefix=PREFIX, kind=kind)
        transaction.commit()

    return change


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
    ("kind", "own"),
    [
        ("Telephone", []),
        ("Iban", []),
        ("Avs", []),
        ("Ide", []),
        ("NpaLocalite", ["etranger"]),
        ("Adresse", ["etranger"]),
        ("Montant", ["minimum", "maximum"]),
        ("Jour", ["min", "max", "au_plus_tot", "au_plus_tard"]),
        (
            "Justificatif",
            ["max_fichiers", "max_mo", "types", "par_poste", "au_guichet"],
        ),
    ],
)
def test_each_kind_asks_for_its_settings(editor, ask, kind, own):
    ask(kind)
    assert sorted(names_of(settings(editor, "question"))) == sorted(COMMON + own)


def test_the_settings_of_a_date_are_kept(editor, ask, field):
    ask("Jour")
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


def test_the_settings_of_an_amount_are_kept(editor, ask, field):
    ask("Montant")
    save(
        editor,
        settings(editor, "question"),
        **{"form.widgets.minimum": "5", "form.widgets.maximum": "900"},
    )
    montant = field("question")
    assert (montant.minimum, montant.maximum) == (5, 900)


def test_the_settings_of_a_piece_are_kept(editor, ask, field):
    ask("Justificatif")
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
