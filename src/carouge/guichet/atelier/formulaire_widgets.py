"""The condition and the formula of one question, in the field editor."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.atelier import formulaire_condition
from carouge.guichet.atelier import formulaire_formule
from carouge.guichet.atelier.formulaire_constructeur import ConstructeurCondition
from carouge.guichet.atelier.formulaire_constructeur import ConstructeurFormule
from carouge.guichet.formulaire.procedure import conditions_de
from carouge.guichet.formulaire.procedure import set_condition
from carouge.guichet.formulaire.reglages import ICalcul
from collective.easyform.exportimport import FieldExtender
from collective.easyform.interfaces import IFieldExtender
from plone.autoform import directives
from plone.supermodel import model
from z3c.form.browser.widget import HTMLFormElement
from z3c.form.converter import BaseDataConverter
from z3c.form.interfaces import IFieldWidget
from z3c.form.interfaces import IFormLayer
from z3c.form.interfaces import IWidget
from z3c.form.interfaces import NO_VALUE
from z3c.form.util import getSpecification
from z3c.form.widget import FieldWidget
from z3c.form.widget import Widget
from zope.component import adapter
from zope.i18n import translate
from zope.interface import implementer
from zope.interface import Invalid
from zope.schema import Field
from zope.schema.interfaces import IField
from zope.schema.interfaces import IText


class IConditionField(IField):
    """A condition, as ``regles`` reads it; None for always."""


@implementer(IConditionField)
class ConditionField(Field):
    """Holds a condition."""


class IAffichage(model.Schema):
    """When a question is asked."""

    si = ConditionField(title=_("Show this question"), required=False)


@implementer(IAffichage)
@adapter(IField)
class Affichage:
    """The condition of a question, kept with the schema it belongs to."""

    def __init__(self, field) -> None:
        self.field = field

    @property
    def si(self) -> dict | None:
        return conditions_de(self.field.interface).get(self.field.__name__)

    @si.setter
    def si(self, condition: dict | None) -> None:
        set_condition(self.field.interface, self.field.__name__, condition)


def offer_affichage(context, field):
    """Every question can have a condition."""
    return IAffichage


class IReglagesAvances(IFieldExtender):
    """easyform's expressions, for whoever may write them.

    Its own condition in the browser has no place beside ours.
    """

    directives.omitted("depends_on")


@implementer(IReglagesAvances)
@adapter(IField)
class ReglagesAvances(FieldExtender):
    """They are kept where easyform keeps them."""


def offer_avances(context, field):
    """What easyform adds to the settings of a question, less what ours replaces."""
    return IReglagesAvances


class IConditionWidget(IWidget):
    """The condition builder."""


class IFormuleWidget(IWidget):
    """The formula builder."""


class _Constructeur(HTMLFormElement, Widget):
    """A widget whose value is the state of a builder."""

    def update(self) -> None:
        super().update()
        # The builder has a legend; a label would be one for no input.
        self.titre, self.label, self.description = self.label, "", ""
        if self.value in (None, NO_VALUE, ""):
            self.value = self.etat_de(None)

    @property
    def schema(self):
        """The form the question belongs to."""
        return self.context.interface

    def repertoire(self):
        """What the builder can refer to."""
        return formulaire_condition.repertoire_de(
            self.schema,
            lambda message: translate(message, context=self.request),
            sans={self.context.__name__},
        )


@implementer(IConditionWidget)
class ConditionWidget(_Constructeur):
    """« Show this question »: always, or when …"""

    klass = "guichet-condition"

    def etat_de(self, condition):
        return formulaire_condition.depuis_condition(condition, self.repertoire())

    def extract(self, default=NO_VALUE):
        if f"{self.name}.mode" not in self.request.form:
            return default
        return formulaire_condition.depuis_formulaire(
            self.request.form, self.name, self.repertoire()
        )

    def render(self) -> str:
        return ConstructeurCondition(
            self.form.context, self.request, self.name, self.titre, self.value
        )()


@implementer(IFormuleWidget)
class FormuleWidget(_Constructeur):
    """How a computed field gets its value."""

    klass = "guichet-formule"

    def etat_de(self, text):
        return formulaire_formule.depuis_json(text or "", self.repertoire())

    def extract(self, default=NO_VALUE):
        if f"{self.name}.op" not in self.request.form:
            return default
        return formulaire_formule.depuis_formulaire(
            self.request.form, self.name, self.repertoire()
        )

    def render(self) -> str:
        return ConstructeurFormule(
            self.form.context, self.request, self.name, self.value
        )()


@implementer(IFieldWidget)
@adapter(IConditionField, IFormLayer)
def condition_widget(field, request):
    return FieldWidget(field, ConditionWidget(request))


@implementer(IFieldWidget)
@adapter(getSpecification(ICalcul["formule"]), IFormLayer)
def formule_widget(field, request):
    return FieldWidget(field, FormuleWidget(request))


@adapter(IConditionField, IConditionWidget)
class ConditionConverter(BaseDataConverter):
    """Between a condition and the state of its builder."""

    def toWidgetValue(self, value):
        return self.widget.etat_de(value)

    def toFieldValue(self, value):
        if not value.valable:
            raise Invalid(value.message)
        return value.condition


# Narrower than what z3c.form has for any field and any widget.
@adapter(IText, IFormuleWidget)
class FormuleConverter(BaseDataConverter):
    """Between the JSON of a formula and the state of its builder."""

    def toWidgetValue(self, value):
        return self.widget.etat_de(value)

    def toFieldValue(self, value):
        if not value.valable:
            raise Invalid(value.message)
        return value.formule
