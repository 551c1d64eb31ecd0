"""Kinds of fields a counter needs and easyform does not have.

Their class paths stand in the stored models of the forms: they never move.
"""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.compte.domain import Membre
from carouge.guichet.compte.domain import Role
from carouge.guichet.compte.service import current_compte
from carouge.guichet.formulaire.reglages import IAdresse
from carouge.guichet.formulaire.reglages import IAvs
from carouge.guichet.formulaire.reglages import ICalcul
from carouge.guichet.formulaire.reglages import IIban
from carouge.guichet.formulaire.reglages import IIde
from carouge.guichet.formulaire.reglages import IJour
from carouge.guichet.formulaire.reglages import IJustificatif
from carouge.guichet.formulaire.reglages import IMontant
from carouge.guichet.formulaire.reglages import INpaLocalite
from carouge.guichet.formulaire.reglages import ITelephone
from carouge.guichet.formulaire.types_documents import FAMILLES
from carouge.guichet.formulaire.valeurs import AdressePostale
from carouge.guichet.formulaire.valeurs import Documents
from carouge.guichet.formulaire.valeurs import Lieu
from plone.schemaeditor.fields import FieldFactory
from plone.schemaeditor.interfaces import IFieldEditFormSchema
from plone.supermodel.exportimport import BaseHandler
from plone.supermodel.exportimport import ChoiceHandler
from zope.component import adapter
from zope.interface import implementer
from zope.schema import Bool
from zope.schema import Choice
from zope.schema import Date
from zope.schema import Field
from zope.schema import TextLine
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


# --- one line with a form of its own --------------------------------------------


@implementer(ITelephone)
class Telephone(TextLine):
    """A Swiss or foreign telephone number."""


@implementer(IIban)
class Iban(TextLine):
    """An IBAN of any country, but no QR-IBAN: refunds go there."""


@implementer(IAvs)
class Avs(TextLine):
    """A Swiss social security number."""


@implementer(IIde)
class Ide(TextLine):
    """A Swiss enterprise identification number."""


TelephoneFactory = FieldFactory(Telephone, _("Telephone"))
TelephoneHandler = BaseHandler(Telephone)
IbanFactory = FieldFactory(Iban, _("Account number (IBAN)"))
IbanHandler = BaseHandler(Iban)
AvsFactory = FieldFactory(Avs, _("AVS number"))
AvsHandler = BaseHandler(Avs)
IdeFactory = FieldFactory(Ide, _("Company number (UID)"))
IdeHandler = BaseHandler(Ide)


# --- places ---------------------------------------------------------------------


class _LieuPostal(Field):
    def __init__(self, etranger: bool = False, **kw) -> None:
        self.etranger = etranger
        super().__init__(**kw)


@implementer(INpaLocalite)
class NpaLocalite(_LieuPostal):
    """Postal code and town."""

    _type = Lieu


@implementer(IAdresse)
class Adresse(_LieuPostal):
    """Street with number, postal code and town."""

    _type = AdressePostale


NpaLocaliteFactory = FieldFactory(NpaLocalite, _("Postal code and town"))
NpaLocaliteHandler = BaseHandler(NpaLocalite)
AdresseFactory = FieldFactory(Adresse, _("Address"))
AdresseHandler = BaseHandler(Adresse)


# --- amounts and days -----------------------------------------------------------


@implementer(IMontant)
class Montant(Field):
    """An amount in Swiss francs; ``minimum`` and ``maximum`` are whole francs."""

    _type = int

    def __init__(
        self, minimum: int | None = None, maximum: int | None = None, **kw
    ) -> None:
        self.minimum = minimum
        self.maximum = maximum
        super().__init__(**kw)


MontantFactory = FieldFactory(Montant, _("Amount in CHF"))
MontantHandler = BaseHandler(Montant)


@implementer(IJour)
class Jour(Date):
    """A date with limits."""

    def __init__(self, au_plus_tot=None, au_plus_tard=None, **kw) -> None:
        self.au_plus_tot = au_plus_tot
        self.au_plus_tard = au_plus_tard
        super().__init__(**kw)


JourFactory = FieldFactory(Jour, _("Date with limits"))
JourHandler = BaseHandler(Jour)


# --- computed -------------------------------------------------------------------


@implementer(ICalcul)
class Calcul(Field):
    """A computed field; its value is a ``decimal.Decimal``."""

    def __init__(self, formule: str = "", montant: bool = False, **kw) -> None:
        self.formule = formule
        self.montant = montant
        super().__init__(**{**kw, "required": False})


CalculFactory = FieldFactory(Calcul, _("Computed number"))
CalculHandler = BaseHandler(Calcul)


# --- pieces ---------------------------------------------------------------------


@implementer(IJustificatif)
class Justificatif(Field):
    """A supporting document of a demande."""

    _type = Documents

    def __init__(
        self,
        max_fichiers: int = 5,
        max_mo: int = 10,
        types=FAMILLES,
        par_poste: bool = False,
        au_guichet: bool = False,
        **kw,
    ) -> None:
        self.max_fichiers = max_fichiers
        self.max_mo = max_mo
        self.types = set(types)
        self.par_poste = par_poste
        self.au_guichet = au_guichet
        super().__init__(**kw)


JustificatifFactory = FieldFactory(Justificatif, _("Supporting document (files)"))
JustificatifHandler = BaseHandler(Justificatif)
