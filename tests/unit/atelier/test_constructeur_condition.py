"""What a browser sends of a condition or formula, and what is made of it."""

from carouge.guichet.atelier import formulaire_condition
from carouge.guichet.atelier import formulaire_formule
from carouge.guichet.atelier.formulaire_condition import jour_saisi
from carouge.guichet.atelier.formulaire_condition import nombre_saisi
from carouge.guichet.atelier.formulaire_condition import Question
from carouge.guichet.atelier.formulaire_condition import Repertoire
from carouge.guichet.atelier.formulaire_condition import texte
from carouge.guichet.atelier.formulaire_prix import centimes_en_francs
from carouge.guichet.atelier.formulaire_prix import centimes_saisis
from carouge.guichet.formulaire.calculs import formule_en_json
from carouge.guichet.formulaire.calculs import lire_formule
from carouge.guichet.formulaire.mots_conditions import OPERATEURS
from carouge.guichet.formulaire.regles import en_json
from carouge.guichet.formulaire.regles import lire_condition
from hypothesis import given
from hypothesis import strategies as st

import json
import pytest


CHOICES = (("maison", "House"), ("appart", "Flat"))
REPERTOIRE = Repertoire(
    (
        (
            "Step",
            tuple(
                Question(family, family, family, CHOICES if with_choices else ())
                for family, with_choices in [
                    ("choix", True),
                    ("plusieurs", True),
                    ("usager", True),
                    ("oui_non", False),
                    ("nombre", False),
                    ("date", False),
                    ("texte", False),
                    ("autre", False),
                ]
            ),
        ),
    )
)

OPERATORS = sorted({op for ops in OPERATEURS.values() for op, _words in ops})
TYPED = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["maison", "12,5", "2026-11-25", "25.11.2026", "18", "", " "]),
    st.lists(st.sampled_from(["maison", "appart", "x"]), max_size=3),
    st.just(object()),
)


def rule(champ, op="", valeur=""):
    return {"c.mode": "une", "c.0.champ": champ, "c.0.op": op, "c.0.valeur": valeur}


def build(form):
    return formulaire_condition.depuis_formulaire(form, "c", REPERTOIRE)


@given(
    st.sampled_from(["", "toutes", "une", "x"]),
    st.lists(
        st.tuples(
            st.sampled_from([*REPERTOIRE.par_nom, "gone", ""]),
            st.sampled_from([*OPERATORS, "x", ""]),
            TYPED,
        ),
        max_size=4,
    ),
)
def test_what_is_stored_can_be_read_and_comes_back(mode, lines):
    form = {"c.mode": mode}
    for number, (champ, op, valeur) in enumerate(lines):
        form |= {
            f"c.{number}.champ": champ,
            f"c.{number}.op": op,
            f"c.{number}.valeur": valeur,
        }
    state = build(form)
    if not state.valable:
        assert state.condition is None
        assert state.message
        return
    condition = lire_condition(state.condition)
    assert en_json(condition) == state.condition
    again = formulaire_condition.depuis_condition(state.condition, REPERTOIRE)
    assert again.valable
    if state.condition:
        sent = {"c.mode": again.mode}
        for number, line in enumerate(again.lignes):
            sent |= {
                f"c.{number}.champ": line.champ,
                f"c.{number}.op": line.op,
                f"c.{number}.valeur": line.valeurs,
            }
        assert build(sent).condition == state.condition


def test_always_forgets_nothing_on_the_page():
    state = build({**rule("nombre", "egal", "x"), "c.mode": ""})
    assert state.valable
    assert state.condition is None
    assert state.lignes[0].valeurs == ["x"]


@pytest.mark.parametrize("button", ["c.ajouter", "c.actualiser", "c.retirer"])
def test_nothing_is_wrong_before_one_saves(button):
    state = build({**rule("nombre"), button: "1"})
    assert state.intermediaire
    assert state.valable
    assert state.condition is None


def test_more_lines_than_there_are():
    form = {"c.mode": "une"}
    for number in range(40):
        form |= {f"c.{number}.champ": "oui_non", f"c.{number}.op": "oui"}
    assert len(build(form).condition["regles"]) == 20


@pytest.mark.parametrize(
    "condition", ["x", {"illisible": "{"}, {"regles": ["x"]}, {"regles": 3}, [1]]
)
def test_a_stored_condition_nobody_can_read(condition):
    state = formulaire_condition.depuis_condition(condition, REPERTOIRE)
    assert not state.valable
    assert state.lignes == []


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("12", "12"),
        (" 1'250,50 ", "1250.5"),
        ("1 000", "1000"),
        ("-0", "0"),
        ("−7", "-7"),
        ("007", "7"),
        ("0.10", "0.1"),
        ("", None),
        ("1e3", None),
        ("NaN", None),
        ("1,2,3", None),
        ("١٢", None),
        ("9" * 25, None),
    ],
)
def test_numbers(typed, stored):
    assert nombre_saisi(typed) == stored


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("2026-11-25", "2026-11-25"),
        ("25.11.2026", "2026-11-25"),
        ("1.2.2026 ", "2026-02-01"),
        ("31.2.2026", None),
        ("25.11.26", None),
        ("demain", None),
        ("", None),
    ],
)
def test_days(typed, stored):
    assert jour_saisi(typed) == stored


@pytest.mark.parametrize(
    ("typed", "centimes"),
    [
        ("40", 4000),
        ("CHF 1'240.50", 124050),
        ("12,5", 1250),
        ("40.-", 4000),
        ("-5", -500),
        ("0", 0),
        ("0.005", None),
        ("", None),
        ("100001", None),
        ("quarante", None),
    ],
)
def test_amounts(typed, centimes):
    assert centimes_saisis(typed) == centimes
    if centimes is not None:
        assert centimes_saisis(centimes_en_francs(centimes)) == centimes


@given(st.one_of(st.text(), st.just(object()), st.lists(st.text())))
def test_a_text_is_one_line_xml_can_hold(value):
    result = texte(value)
    assert len(result) <= 500
    assert result == result.strip()
    assert not set(result) & set("\n\r\t\x00\x0b\x1f\x7f\ufffe\uffff")
    result.encode()


@given(
    st.sampled_from(["", "x", *[op for op, _words in formulaire_formule.OPERATIONS]]),
    st.lists(
        st.tuples(
            st.sampled_from(["", "gone", *REPERTOIRE.par_nom]),
            st.sampled_from(["", "12,50", "2026-11-25", "x", object()]),
        ),
        max_size=4,
    ),
)
def test_a_stored_formula_can_be_read_and_comes_back(op, terms):
    form = {"f.op": op}
    for number, (champ, valeur) in enumerate(terms):
        form |= {f"f.{number}.champ": champ, f"f.{number}.valeur": valeur}
    state = formulaire_formule.depuis_formulaire(form, "f", REPERTOIRE)
    if not state.valable:
        assert state.formule == ""
        assert state.message
        return
    stored = json.loads(state.formule)
    assert formule_en_json(lire_formule(state.formule)) == stored
    again = formulaire_formule.depuis_json(state.formule, REPERTOIRE)
    assert [(t.champ, t.valeur) for t in again.termes] == [
        (t.get("champ", ""), t.get("valeur", "")) for t in stored["termes"]
    ]


def test_a_stored_formula_nobody_can_read():
    state = formulaire_formule.depuis_json("{", REPERTOIRE)
    assert not state.valable
    assert state.message
