"""Forms of the demonstration: from the words of the content files to easyform's model."""

from __future__ import annotations

from carouge.guichet.formulaire.binding import NAMESPACE
from carouge.guichet.formulaire.procedure import json_text
from carouge.guichet.formulaire.regles import SANS_VALEUR
from collections.abc import Iterable
from collections.abc import Mapping
from lxml import etree

import re


SCHEMA = "http://namespaces.plone.org/supermodel/schema"
FORM = "http://namespaces.plone.org/supermodel/form"
EASYFORM = "http://namespaces.plone.org/supermodel/easyform"
GUICHET = NAMESPACE

#: Up to this number the choices stand open as radio buttons.
MAX_RADIOS = 6

_OURS = "carouge.guichet.formulaire.fields"

TYPES = {
    "texte": "zope.schema.TextLine",
    "texte_long": "zope.schema.Text",
    "nombre": "zope.schema.Int",
    "montant": f"{_OURS}.Montant",
    "date": f"{_OURS}.Jour",
    "choix": "zope.schema.Choice",
    "choix_multiple": "zope.schema.Set",
    "oui_non": "zope.schema.Bool",
    "courriel": "plone.schema.email.Email",
    "telephone": f"{_OURS}.Telephone",
    "iban": f"{_OURS}.Iban",
    "avs": f"{_OURS}.Avs",
    "ide": f"{_OURS}.Ide",
    "npa_localite": f"{_OURS}.NpaLocalite",
    "adresse": f"{_OURS}.Adresse",
    "piece": f"{_OURS}.Justificatif",
    "calcul": f"{_OURS}.Calcul",
    "information": "collective.easyform.fields.RichLabel",
    "consentement": f"{_OURS}.Consentement",
    "membre": f"{_OURS}.MembreDuFoyer",
}

#: What a file may say of a question of each kind, under the names of the fields.
SETTINGS = {
    "nombre": ("min", "max"),
    "montant": ("minimum", "maximum"),
    "date": ("au_plus_tot", "au_plus_tard"),
    "npa_localite": ("etranger",),
    "adresse": ("etranger",),
    "piece": ("max_fichiers", "max_mo", "par_poste", "au_guichet"),
    "calcul": ("montant",),
    "membre": ("personnes",),
}

#: The files a piece takes when its entry names no ``types``.
PIECE_TYPES = ("pdf", "image")

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?|[0-9]{4}-[0-9]{2}-[0-9]{2}")


def form_model(
    steps: Iterable[Mapping],
    groupes: Mapping[str, Mapping] | None = None,
    prix: Iterable[Mapping] = (),
) -> str:
    """The supermodel XML of a form described step by step, as the files do.

    ``groupes`` are the repeatable groups by name: ``titre``, ``ajouter``, ``min``,
    ``max``, ``si``. ``prix`` are the price lines: ``libelle``, ``montant`` in centimes,
    ``par``, ``si``. For ``si`` see :func:`condition`.

    :raises KeyError: for a type of field that does not exist
    """
    steps = list(steps)
    model = etree.Element(
        f"{{{SCHEMA}}}model",
        nsmap={None: SCHEMA, "form": FORM, "easyform": EASYFORM, "guichet": GUICHET},
    )
    schema = etree.SubElement(model, f"{{{SCHEMA}}}schema")
    procedure = _deroulement(steps, groupes or {}, prix)
    if procedure:
        schema.set(f"{{{GUICHET}}}procedure", json_text(procedure))
    for number, step in enumerate(steps, 1):
        fieldset = etree.SubElement(
            schema,
            f"{{{SCHEMA}}}fieldset",
            name=_step_name(number),
            label=step["etape"],
        )
        if step.get("aide"):
            fieldset.set("description", step["aide"])
        for field in step["champs"]:
            _field(fieldset, field)
    return etree.tostring(model, encoding="unicode", pretty_print=True)


def condition(words: str | list[str] | Mapping[str, list[str]]) -> dict:
    """The JSON of a condition from its words.

    One rule is ``logement est maison``: a question, an operator and the rest of the
    line; the values of ``est_parmi`` stand between bars. In a list all rules count,
    under ``une:`` one of them is enough.
    """
    si, rules = "toutes", words
    if isinstance(words, Mapping):
        [(si, rules)] = words.items()
    if isinstance(rules, str):
        rules = [rules]
    return {"si": si, "regles": [_rule(rule) for rule in rules]}


def formula(words: str) -> dict:
    """The JSON of a formula: an operation, then names of questions, numbers or days."""
    op, *terms = words.split()
    return {
        "op": op,
        "termes": [
            {"valeur": term} if _NUMBER.fullmatch(term) else {"champ": term}
            for term in terms
        ],
    }


def _rule(words: str) -> dict:
    champ, op, *rest = words.split(maxsplit=2)
    rule = {"champ": champ, "op": op}
    if op in SANS_VALEUR:
        return rule
    [value] = rest
    if op == "est_parmi":
        return rule | {"valeur": [part.strip() for part in value.split("|")]}
    return rule | {"valeur": value}


def _deroulement(
    steps, groupes: Mapping[str, Mapping], prix: Iterable[Mapping]
) -> dict:
    etapes = {
        _step_name(number): {"si": condition(step["si"])}
        for number, step in enumerate(steps, 1)
        if step.get("si")
    }
    parts = {
        "etapes": etapes,
        "groupes": {name: _with_condition(spec) for name, spec in groupes.items()},
        "prix": [_with_condition({"par": "", **line}) for line in prix],
    }
    return {name: part for name, part in parts.items() if part}


def _with_condition(spec: Mapping) -> dict:
    return {**spec, "si": condition(spec["si"]) if spec.get("si") else None}


def _step_name(number: int) -> str:
    return f"etape{number}"


def _field(parent, spec: Mapping) -> None:
    kind = spec["type"]
    field = etree.SubElement(
        parent, f"{{{SCHEMA}}}field", name=spec["nom"], type=TYPES[kind]
    )
    for name in ("fait", "groupe"):
        if spec.get(name):
            field.set(f"{{{GUICHET}}}{name}", spec[name])
    if spec.get("si"):
        field.set(f"{{{GUICHET}}}si", json_text(condition(spec["si"])))
    required = bool(spec.get("obligatoire")) or kind == "consentement"
    _text(field, "title", spec["libelle"])
    _text(field, "description", spec.get("aide") or "")
    _text(field, "required", str(required and kind not in ("information", "calcul")))
    for name in SETTINGS.get(kind, ()):
        if spec.get(name) is not None:
            _text(field, name, str(spec[name]))
    if kind in ("texte", "texte_long") and spec.get("max"):
        _text(field, "max_length", str(spec["max"]))
    if kind == "piece":
        _elements(field, "types", spec.get("types") or PIECE_TYPES)
    if kind == "calcul":
        _text(field, "formule", json_text(formula(spec["formule"])))
    if kind == "information":
        _text(field, "rich_label", f"<p>{_escape(spec.get('texte') or '')}</p>")
    if kind == "choix":
        _elements(field, "values", spec["choix"])
        if len(spec["choix"]) <= MAX_RADIOS:
            _widget(field, "z3c.form.browser.radio.RadioFieldWidget")
    if kind == "choix_multiple":
        value_type = etree.SubElement(
            field, f"{{{SCHEMA}}}value_type", type="zope.schema.Choice"
        )
        _elements(value_type, "values", spec["choix"])
        _widget(field, "z3c.form.browser.checkbox.CheckBoxFieldWidget")
    if kind == "oui_non":
        _widget(field, "z3c.form.browser.radio.RadioFieldWidget")


def _text(parent, tag: str, text: str) -> None:
    etree.SubElement(parent, f"{{{SCHEMA}}}{tag}").text = text


def _elements(parent, tag: str, texts: Iterable[str]) -> None:
    values = etree.SubElement(parent, f"{{{SCHEMA}}}{tag}")
    for text in texts:
        _text(values, "element", text)


def _widget(field, factory: str) -> None:
    etree.SubElement(field, f"{{{FORM}}}widget", type=factory)


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
