"""Kinds of fields a counter needs and easyform does not have.

Their class paths stand in the stored models of the forms: they never move.
"""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.compte.domain import Membre
from carouge.guichet.compte.domain import Role
from carouge.guichet.compte.service import current_compte
from plone.schemaeditor.fields import FieldFactory
from plone.schemaeditor.interfaces import IFieldEditFormSchema
from plone.supermodel.exportimport import BaseHandler
from plone.supermodel.exportimport import ChoiceHandler
from zope.component import adapter
from zope.interface import implementer
from zope.schema import Bool
from zope.schema import Choice
from zope.schema import ValidationError
from zope.schema.interfaces import IBool
from zope.schema.interfaces import IContextSourceBinder
from zope.schema.interfaces import IField
from zope.schema.interfaces import IFromUnicode
from zope.schema.vocabulary import SimpleTerm
from zope.schema.vocabulary import SimpleVocabulary


class NotConsented(ValidationError):
    __doc__ = _("Please tick this box: without it the demande cannot be submitted.")


class IConsentement(IBool):
    """A statement that has to be agreed to."""


@implementer(IConsentement, IFromUnicode)
class Consentement(Bool):
    """A box that must be ticked."""

    def _validate(self, value) -> None:
        super()._validate(value)
        if self.required and not value:
            raise NotConsented(value)


ConsentementFactory = FieldFactory(Consentement, _("Consent (must be ticked)"))
ConsentementHandler = BaseHandler(Consentement)


# --- the household member concerned -------------------------------------------

#: Who can be chosen: everybody, or one role of the household.
PERSONNES = SimpleVocabulary(
    [
        SimpleTerm("tous", title=_("Everybody of the household")),
        SimpleTerm("adultes", title=_("Adults only")),
        SimpleTerm("enfants", title=_("Children only")),
    ]
)

_ROLES = {"adultes": Role.ADULTE, "enfants": Role.ENFANT}


class IMembreDuFoyer(IField):
    """The member of one's own household whom a demande is about."""

    personnes = Choice(
        title=_("Who can be chosen"),
        vocabulary=PERSONNES,
        default="tous",
        required=True,
    )


def membres_of(foyer: list[Membre], personnes: str) -> list[Membre]:
    """Those of a household who can be chosen."""
    role = _ROLES.get(personnes)
    return [membre for membre in foyer if role is None or membre.role is role]


def title_of(membre: Membre) -> str:
    """A household member as one chooses him."""
    if membre.date_naissance is None:
        return membre.nom_complet
    return f"{membre.nom_complet} ({membre.date_naissance:%d.%m.%Y})"


@implementer(IContextSourceBinder)
class _Foyer:
    """The household of whoever makes the request, and never somebody else's."""

    def __init__(self, field: MembreDuFoyer) -> None:
        self.field = field

    def __call__(self, context) -> SimpleVocabulary:
        compte = current_compte()
        foyer = [] if compte is None else compte.foyer
        return SimpleVocabulary(
            [
                SimpleTerm(membre.id, token=membre.id, title=title_of(membre))
                for membre in membres_of(foyer, self.field.personnes)
            ]
        )


@implementer(IMembreDuFoyer)
class MembreDuFoyer(Choice):
    """A choice among the household; its value is the id of the member."""

    def __init__(self, personnes: str = "tous", **kw) -> None:
        self.personnes = personnes
        super().__init__(source=_Foyer(self), **kw)

    def bind(self, context):
        # The household depends on who asks, not on the object the form is of; a choice
        # whose terms come from a binder cannot be bound to nothing.
        clone = super(Choice, self).bind(context)
        vocabulary = clone.vocabulary = _Foyer(self)(context)
        clone._resolve_vocabulary = lambda value: vocabulary
        return clone


class _MembreHandler(ChoiceHandler):
    """Writes and reads the field without its people, who are in no model."""

    def write(self, field, name, type, elementName="field"):
        return BaseHandler.write(self, field, name, type, elementName)

    def _constructField(self, attributes):
        for name in ("vocabulary", "values", "source", "vocabularyName"):
            attributes.pop(name, None)
        return self.klass(**attributes)


MembreDuFoyerFactory = FieldFactory(MembreDuFoyer, _("Household member"))
MembreDuFoyerHandler = _MembreHandler(MembreDuFoyer)


@implementer(IFieldEditFormSchema)
@adapter(IMembreDuFoyer)
def membre_settings(field):
    """What an editor can set of such a question."""
    return IMembreDuFoyer
