"""Where the answer of a question comes from: kept in the model, chosen by an editor.

In the model it is an attribute of the field in our own namespace::

    <field name="enfant_nom" type="zope.schema.TextLine" guichet:fait="membre.nom">

A model is readable without this add-on; whoever does not know the attribute leaves the
field as an ordinary question.
"""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.formulaire.faits import fits
from carouge.guichet.formulaire.faits import sources_for
from carouge.guichet.formulaire.labels import SOURCE_LABELS
from plone.autoform import directives
from plone.supermodel import model
from plone.supermodel.interfaces import IFieldMetadataHandler
from plone.supermodel.utils import ns
from z3c.form.browser.select import SelectFieldWidget
from zope.component import adapter
from zope.interface import implementer
from zope.interface import provider
from zope.interface.interface import InterfaceClass
from zope.schema import Choice
from zope.schema.interfaces import IContextSourceBinder
from zope.schema.interfaces import IField
from zope.schema.vocabulary import SimpleTerm
from zope.schema.vocabulary import SimpleVocabulary


#: Name of the tagged value of a schema: sources by name of field.
FAITS_KEY = "carouge.guichet.faits"

NAMESPACE = "http://carouge.guichet/formulaire"


def source_of(schema: InterfaceClass, field: IField) -> str | None:
    """The source of a question; None for none, an unknown or an unfitting one."""
    name = schema.queryTaggedValue(FAITS_KEY, {}).get(field.__name__)
    return name if name and fits(name, field) else None


@implementer(IFieldMetadataHandler)
class FaitHandler:
    """Reads and writes ``guichet:fait``.

    A name this version does not know is kept as it is, so that a model survives the
    way through another counter.
    """

    namespace = NAMESPACE
    prefix = "guichet"

    def read(self, fieldNode, schema, field) -> None:
        name = fieldNode.get(ns("fait", self.namespace))
        if name:
            faits = dict(schema.queryTaggedValue(FAITS_KEY, {}))
            faits[field.__name__] = name
            schema.setTaggedValue(FAITS_KEY, faits)

    def write(self, fieldNode, schema, field) -> None:
        name = schema.queryTaggedValue(FAITS_KEY, {}).get(field.__name__)
        if name:
            fieldNode.set(ns("fait", self.namespace), name)


@provider(IContextSourceBinder)
def sources(context) -> SimpleVocabulary:
    """What the question ``context`` may come from; its adapter gives the field."""
    field = getattr(context, "field", context)
    return SimpleVocabulary(
        [
            SimpleTerm(name, token=name, title=SOURCE_LABELS[name])
            for name in sources_for(field)
        ]
    )


class IProvenance(model.Schema):
    """What the field editor asks of every question that can come from a compte."""

    directives.widget("fait", SelectFieldWidget)
    fait = Choice(
        title=_("Comes from the account"),
        description=_(
            "The answer is filled in for whoever is logged in. What the residents' "
            "register or the login confirms cannot be changed in the form."
        ),
        source=sources,
        required=False,
    )


def offer_provenance(context, field):
    """The editor asks for the source of questions that can have one."""
    return IProvenance if sources_for(field) else None


@implementer(IProvenance)
@adapter(IField)
class Provenance:
    """The source of a question, kept with the schema it belongs to."""

    def __init__(self, field) -> None:
        self.field = field

    @property
    def fait(self) -> str | None:
        return source_of(self.field.interface, self.field)

    @fait.setter
    def fait(self, name: str | None) -> None:
        schema = self.field.interface
        faits = dict(schema.queryTaggedValue(FAITS_KEY, {}))
        faits.pop(self.field.__name__, None)
        if name:
            faits[self.field.__name__] = name
        schema.setTaggedValue(FAITS_KEY, faits)
