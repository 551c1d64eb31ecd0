"""What a browser and a screen reader need to know of a widget (WCAG 2.2, HTML)."""

from __future__ import annotations

from collective.easyform.interfaces import ILabel
from dataclasses import dataclass
from plone.formwidget.namedfile.interfaces import INamedFileWidget
from plone.schema.email import IEmail
from z3c.form.interfaces import ICheckBoxWidget
from z3c.form.interfaces import IRadioWidget
from z3c.form.interfaces import ISingleCheckBoxWidget
from z3c.form.interfaces import ITextAreaWidget
from zope.i18nmessageid import Message
from zope.schema.interfaces import IDecimal
from zope.schema.interfaces import IInt


# Names of fields whose answer the browser may know (WCAG 1.3.5, HTML 4.10.18.7).
AUTOCOMPLETE = {
    "nom": "family-name",
    "prenom": "given-name",
    "courriel": "email",
    "telephone": "tel",
    "adresse": "street-address",
    "npa": "postal-code",
    "localite": "address-level2",
}


#: Lines a text field shows at first.
TEXT_ROWS = 6


@dataclass(frozen=True)
class Complaint:
    """What is wrong with an answer, where no validator has said it."""

    message: Message


def kind_of(widget) -> str:
    """How the widget is laid out.

    ``information`` (no input), ``group`` (several inputs under one question), ``box``
    (one box with its own label), ``file`` or ``input``.
    """
    if ILabel.providedBy(widget.field):
        return "information"
    if ISingleCheckBoxWidget.providedBy(widget):
        return "box"
    if IRadioWidget.providedBy(widget) or ICheckBoxWidget.providedBy(widget):
        return "group"
    if INamedFileWidget.providedBy(widget):
        return "file"
    return "input"


def input_id(widget) -> str:
    """Id of the element the label and the summary of errors point to."""
    if INamedFileWidget.providedBy(widget):
        return f"{widget.id}-input"
    if kind_of(widget) in ("group", "box"):
        first = next(iter(widget.items), None)
        return first["id"] if first else widget.id
    return widget.id


def described_by(widget) -> str | None:
    """Ids of the help and of the error message of the widget, if it has any."""
    ids = []
    if widget.field.description and kind_of(widget) != "box":
        ids.append(f"aide-{widget.id}")
    if widget.error:
        ids.append(f"erreur-{widget.id}")
    return " ".join(ids) or None


def dress(widget) -> None:
    """Give the input its ARIA and input-purpose attributes."""
    kind = kind_of(widget)
    if kind == "information":
        return
    # Plone's widgets give out the dictionary they render later.
    attributes = widget.attributes
    if widget.error:
        attributes["aria-invalid"] = "true"
    if kind != "group" and (ids := described_by(widget)):
        attributes["aria-describedby"] = ids
    if kind == "input":
        name = widget.field.__name__
        if name in AUTOCOMPLETE:
            attributes["autocomplete"] = AUTOCOMPLETE[name]
        if IEmail.providedBy(widget.field):
            attributes["type"] = "email"
        elif name == "telephone":
            attributes["type"] = "tel"
        elif ITextAreaWidget.providedBy(widget):
            attributes["rows"] = TEXT_ROWS
        elif IInt.providedBy(widget.field):
            attributes["inputmode"] = "numeric"
        elif IDecimal.providedBy(widget.field):
            attributes["inputmode"] = "decimal"
