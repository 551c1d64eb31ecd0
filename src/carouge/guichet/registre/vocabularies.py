"""What the settings of the register let choose from."""

from carouge.guichet import _
from carouge.guichet.interfaces import IResidentRegistry
from carouge.guichet.registre.domain import PROFILE_FIELDS
from zope.component import getUtilitiesFor
from zope.interface import provider
from zope.schema.interfaces import IVocabularyFactory
from zope.schema.vocabulary import SimpleTerm
from zope.schema.vocabulary import SimpleVocabulary


FIELD_LABELS = {
    "given_names": _("Given names"),
    "family_name": _("Family name"),
    "original_name": _("Name at birth"),
    "birthdate": _("Birth date"),
    "sex": _("Sex"),
    "nationality": _("Nationality"),
    "marital_status": _("Marital status"),
    "avs": _("AVS number"),
    "street": _("Street"),
    "house_number": _("House number"),
    "address_line": _("Address supplement"),
    "swiss_zip": _("Postal code"),
    "town": _("Town"),
    "household": _("Members of the household"),
}


@provider(IVocabularyFactory)
def clients(context):
    """The connections there are, by the name of their utility."""
    terms = [
        SimpleTerm(name, name, client.title)
        for name, client in getUtilitiesFor(IResidentRegistry)
    ]
    return SimpleVocabulary(sorted(terms, key=lambda term: term.token))


@provider(IVocabularyFactory)
def donnees(context):
    """What a profile may take from the register."""
    return SimpleVocabulary(
        [SimpleTerm(name, name, FIELD_LABELS[name]) for name in PROFILE_FIELDS]
    )
