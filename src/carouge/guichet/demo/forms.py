"""Forms of the demonstration: from the words of the content files to easyform's model."""

from __future__ import annotations

from carouge.guichet.formulaire.binding import NAMESPACE
from collections.abc import Iterable
from collections.abc import Mapping
from lxml import etree


SCHEMA = "http://namespaces.plone.org/supermodel/schema"
FORM = "http://namespaces.plone.org/supermodel/form"
EASYFORM = "http://namespaces.plone.org/supermodel/easyform"
GUICHET = NAMESPACE

#: Up to this number the choices stand open as radio buttons.
MAX_RADIOS = 6

TYPES = {
    "texte": "zope.schema.TextLine",
    "texte_long": "zope.schema.Text",
    "nombre": "zope.schema.Int",
    "montant": "zope.schema.Decimal",
    "date": "zope.schema.Date",
    "choix": "zope.schema.Choice",
    "choix_multiple": "zope.schema.Set",
    "oui_non": "zope.schema.Bool",
    "courriel": "plone.schema.email.Email",
    "telephone": "zope.schema.TextLine",
    "fichier": "plone.namedfile.field.NamedBlobFile",
    "information": "collective.easyform.fields.RichLabel",
    "consentement": "carouge.guichet.formulaire.fields.Consentement",
    "membre": "carouge.guichet.formulaire.fields.MembreDuFoyer",
}


def form_model(steps: Iterable[Mapping]) -> str:
    """The supermodel XML of a form described step by step, as the files do.

    :raises KeyError: for a type of field that does not exist
    """
    model = etree.Element(
        f"{{{SCHEMA}}}model",
        nsmap={None: SCHEMA, "form": FORM, "easyform": EASYFORM, "guichet": GUICHET},
    )
    schema = etree.SubElement(model, f"{{{SCHEMA}}}schema")
    for number, step in enumerate(steps, 1):
        fieldset = etree.SubElement(
            schema,
            f"{{{SCHEMA}}}fieldset",
            name=f"etape{number}",
            label=step["etape"],
        )
        if step.get("aide"):
            fieldset.set("description", step["aide"])
        for field in step["champs"]:
            _field(fieldset, field)
    return etree.tostring(model, encoding="unicode", pretty_print=True)


def _field(parent, spec: Mapping) -> None:
    kind = spec["type"]
    field = etree.SubElement(
        parent, f"{{{SCHEMA}}}field", name=spec["nom"], type=TYPES[kind]
    )
    if spec.get("fait"):
        field.set(f"{{{GUICHET}}}fait", spec["fait"])
    required = bool(spec.get("obligatoire")) or kind == "consentement"
    _text(field, "title", spec["libelle"])
    _text(field, "description", spec.get("aide") or "")
    _text(field, "required", str(required and kind != "information"))
    if kind in ("texte", "texte_long") and spec.get("max"):
        _text(field, "max_length", str(spec["max"]))
    if kind == "membre":
        _text(field, "personnes", spec.get("personnes", "tous"))
    if kind == "telephone":
        _text(field, "max_length", "30")
    if kind == "nombre":
        for bound in ("min", "max"):
            if spec.get(bound) is not None:
                _text(field, bound, str(spec[bound]))
    if kind == "montant":
        _text(field, "min", "0")
    if kind == "information":
        _text(field, "rich_label", f"<p>{_escape(spec.get('texte') or '')}</p>")
    if kind == "choix":
        _choices(field, spec["choix"])
        if len(spec["choix"]) <= MAX_RADIOS:
            _widget(field, "z3c.form.browser.radio.RadioFieldWidget")
    if kind == "choix_multiple":
        value_type = etree.SubElement(
            field, f"{{{SCHEMA}}}value_type", type="zope.schema.Choice"
        )
        _choices(value_type, spec["choix"])
        _widget(field, "z3c.form.browser.checkbox.CheckBoxFieldWidget")
    if kind == "oui_non":
        _widget(field, "z3c.form.browser.radio.RadioFieldWidget")


def _text(parent, tag: str, text: str) -> None:
    etree.SubElement(parent, f"{{{SCHEMA}}}{tag}").text = text


def _choices(parent, choices: Iterable[str]) -> None:
    values = etree.SubElement(parent, f"{{{SCHEMA}}}values")
    for choice in choices:
        _text(values, "element", choice)


def _widget(field, factory: str) -> None:
    etree.SubElement(field, f"{{{FORM}}}widget", type=factory)


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
